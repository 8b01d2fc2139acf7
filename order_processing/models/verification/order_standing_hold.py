from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..common.business_day import business_day
from ..common.transition import Transition, transition

MANAGER = "order_processing.group_manager"
# what a standing hold is set on; where several are given, all must be met
SCOPE = ("product_id", "lot_id", "partner_id", "address_id", "carrier_id", "country_id")
FIXED = ("company_id", "reason_id", *SCOPE)


class OrderStandingHold(models.Model):
    """Holds every order with a product, lot, customer, address, carrier or country, present and future.

    It stands until a manager lifts it, or until its date. Several of these on one standing hold mean all of them: a
    product to a country. Product and lot hold the lines, the others the orders.
    """

    _name = "order.standing.hold"
    _description = "Standing Hold"
    _inherit = ["order.transition.mixin", "order.company.mixin", "mail.thread"]
    _order = "state, id desc"
    _check_company_auto = True

    _transition_initial = "active"
    _transition_access = "read"
    _transitions = (
        Transition(
            "lift",
            ("active",),
            "lifted",
            group=MANAGER,
            reason=True,
            who="lifted_by_id",
            when="lifted_at",
            why="lift_reason",
        ),
        # by its date
        Transition("expire", ("active",), "lifted", who="lifted_by_id", when="lifted_at", why="lift_reason"),
    )

    name = fields.Char(compute="_compute_name", store=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    product_id = fields.Many2one("product.product", check_company=True, index="btree_not_null")
    lot_id = fields.Many2one("stock.lot", "Lot or serial number", check_company=True, index="btree_not_null")
    partner_id = fields.Many2one(
        "res.partner", "Customer", check_company=True, index="btree_not_null", help="A company: with all its contacts."
    )
    address_id = fields.Many2one("res.partner", "Delivery address", check_company=True, index="btree_not_null")
    carrier_id = fields.Many2one("delivery.carrier", check_company=True, index="btree_not_null")
    country_id = fields.Many2one("res.country", "Country of delivery", index="btree_not_null")
    reason_id = fields.Many2one(
        "order.hold.reason", required=True, ondelete="restrict", domain=[("automatic", "=", False)], index=True
    )
    stops = fields.Char(compute="_compute_stops")
    note = fields.Char(tracking=True)
    owner_id = fields.Many2one("res.users", domain=[("share", "=", False)], tracking=True)
    until = fields.Date(tracking=True, help="On this day it is lifted, and all its holds are released.")
    state = fields.Selection(
        [("active", "Stands"), ("lifted", "Lifted")], default="active", required=True, readonly=True, index=True
    )
    lifted_by_id = fields.Many2one("res.users", "Lifted by", readonly=True)
    lifted_at = fields.Datetime(readonly=True)
    lift_reason = fields.Char(readonly=True)
    hold_ids = fields.One2many("order.hold", "standing_id", "Holds", readonly=True)
    order_count = fields.Integer("Orders held now", compute="_compute_counts")
    hold_count = fields.Integer("Number of holds", compute="_compute_counts")

    _scoped = models.Constraint(
        "CHECK (num_nonnulls(product_id, lot_id, partner_id, address_id, carrier_id, country_id) > 0)",
        "A standing hold needs a product, lot, customer, address, carrier or country.",
    )
    _active_company = models.Index("(company_id) WHERE state = 'active'")

    @api.depends(*SCOPE)
    def _compute_name(self):
        for standing in self:
            names = (standing[name].display_name for name in SCOPE if standing[name])
            standing.name = " · ".join(name.replace("\n", ", ") for name in names if name)

    @api.depends("reason_id")
    def _compute_stops(self):
        for standing in self:
            standing.stops = standing.reason_id._step_names()

    @api.depends("hold_ids.state")
    def _compute_counts(self):
        counts = {
            standing: (orders, holds)
            for standing, orders, holds in self.env["order.hold"]._read_group(
                [("standing_id", "in", self.ids), ("state", "=", "open")],
                ["standing_id"],
                ["order_id:count_distinct", "__count"],
            )
        }
        for standing in self:
            standing.order_count, standing.hold_count = counts.get(standing._origin, (0, 0))

    @api.constrains("product_id", "lot_id")
    def _check_lot(self):
        for standing in self:
            if standing.lot_id and standing.product_id and standing.lot_id.product_id != standing.product_id:
                raise ValidationError(
                    self.env._(
                        "%(lot)s is no lot of %(product)s: leave the product out, or choose its lot.",
                        lot=standing.lot_id.name,
                        product=standing.product_id.display_name,
                    )
                )

    @api.constrains("until")
    def _check_until(self):
        for standing in self:
            if standing.state == "active" and standing.until and standing.until <= business_day(standing.company_id):
                raise ValidationError(
                    self.env._("%s cannot stand until a day that has come: choose a later one.", standing.name)
                )

    # ------------------------------------------------------------------ setting it

    @api.model_create_multi
    def create(self, vals_list):
        """A standing hold catches at once what is open."""
        standing = super().create(vals_list)
        off = standing.company_id.filtered(lambda company: not company.sudo()._order_control_records())
        if off:
            raise UserError(
                self.env._(
                    "The controls of %s are off, so nothing would be held. Switch them on first (Configuration > Controls).",
                    ", ".join(off.mapped("name")),
                )
            )
        standing._catch()
        return standing

    def write(self, vals):
        """What it is set on stays; its date is moved by managers."""
        changed = {
            name
            for name in vals
            if name in (*FIXED, "until")
            and any(
                standing._fields[name].convert_to_write(standing[name], standing) != vals[name] for standing in self
            )
        }
        if changed - {"until"}:
            raise UserError(
                self.env._(
                    "%s: what a standing hold is set on does not change. Lift it and set another.",
                    ", ".join(self.mapped("display_name")),
                )
            )
        if changed:
            self._check_order_group(MANAGER)
        return super().write(vals)

    # ------------------------------------------------------------------ the end

    @transition("lift")
    def action_lift(self, reason=""):
        """Lift it for good (managers): all its holds are released in this one act.

        :param str reason: why, required
        :return: one dict per standing hold that stood: ``{standing_id, name, orders}`` (orders that were held by it)
        :raises AccessError: the user is no manager
        :raises UserError: no reason
        """
        return self._end(reason)

    def _end(self, why):
        """Release the holds of these lifted standing holds, and look at their orders again."""
        holds = self.env["order.hold"].sudo().search([("standing_id", "in", self.ids), ("state", "=", "open")])
        held = holds.grouped("standing_id")
        answer = [
            {
                "standing_id": standing.id,
                "name": standing.name,
                "orders": len(held.get(standing, holds.browse()).order_id),
            }
            for standing in self.sudo()
        ]
        moved = holds._lift(why)
        moved.order_id._verification_again()
        moved._resume()
        return answer

    def action_open_lift(self):
        """Open the wizard that asks why."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Lift"),
            "res_model": "order.standing.lift",
            "view_mode": "form",
            "target": "new",
            "context": {"default_standing_ids": self.ids},
        }

    def action_open_holds(self):
        """The holds that it has set."""
        action = self.env["ir.actions.act_window"]._for_xml_id("order_processing.action_order_hold")
        return {
            **action,
            "domain": [("standing_id", "in", self.ids)],
            "context": {"search_default_open": self.state == "active"},
        }

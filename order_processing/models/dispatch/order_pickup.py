from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from ..common.business_day import business_day
from ..common.transition import Transition, transition

PROCESSOR = "order_processing.group_processor"
MANAGER = "order_processing.group_manager"
CLOSED = ("handed_over", "missed")
# what says who took which goods when
FACTS = {
    "name",
    "company_id",
    "carrier_id",
    "warehouse_id",
    "date",
    "window_from",
    "window_to",
    "picking_ids",
    "contact",
}


class OrderPickup(models.Model):
    """One collection by a carrier: which transfers and parcels go with it, and that they were handed over."""

    _name = "order.pickup"
    _inherit = ["order.transition.mixin", "order.company.mixin", "mail.thread", "mail.activity.mixin"]
    _description = "Pickup"
    _order = "date desc, id desc"
    _check_company_auto = True

    _transition_initial = "planned"
    _transitions = (
        Transition("request", ("planned",), "requested", group=PROCESSOR, who="requested_by_id", when="requested_at"),
        Transition("load", ("planned", "requested"), "loading", group=PROCESSOR),
        Transition(
            "hand_over",
            ("planned", "requested", "loading"),
            "handed_over",
            group=PROCESSOR,
            who="handed_by_id",
            when="handed_at",
        ),
        Transition(
            "miss", ("planned", "requested", "loading"), "missed", group=PROCESSOR, reason=True, why="missed_reason"
        ),
        Transition("plan_again", ("requested", "missed"), "planned", group=MANAGER, reason=True),
    )
    _transition_guarded = ("signed_by", "signature", "package_ids")

    name = fields.Char(default="/", readonly=True, copy=False)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    carrier_id = fields.Many2one("delivery.carrier", check_company=True)
    warehouse_id = fields.Many2one("stock.warehouse", required=True, check_company=True)
    date = fields.Date(required=True, default=lambda self: business_day(self.env.company))
    window_from = fields.Float("From", default=15.0)
    window_to = fields.Float("To", default=17.0)
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("requested", "Requested"),
            ("loading", "Loading"),
            ("handed_over", "Handed over"),
            ("missed", "Missed"),
        ],
        default="planned",
        required=True,
        readonly=True,
        group_expand=True,
        tracking=False,
    )
    picking_ids = fields.One2many("stock.picking", "order_pickup_id", "Transfers", check_company=True)
    package_ids = fields.Many2many("stock.package", string="Parcels", readonly=True, copy=False)
    picking_count = fields.Integer("Transfers on it", compute="_compute_counts")
    parcel_count = fields.Integer("Parcels on it", compute="_compute_counts")
    weight = fields.Float(compute="_compute_counts")
    contact = fields.Char("Driver")
    requested_by_id = fields.Many2one("res.users", "Requested by", readonly=True)
    requested_at = fields.Datetime("Requested at", readonly=True)
    handed_by_id = fields.Many2one("res.users", "Handed over by", readonly=True)
    handed_at = fields.Datetime("Handed over at", readonly=True)
    signature = fields.Image(readonly=True, copy=False, max_width=1024, max_height=512)
    signed_by = fields.Char("Taken over by", readonly=True, help="Who signed for the carrier.")
    missed_reason = fields.Char(readonly=True)

    _by_day = models.Index("(company_id, warehouse_id, date)")
    _window = models.Constraint(
        "CHECK (window_from <= window_to AND window_from >= 0 AND window_to <= 24)",
        "A pickup's window lies within one day, and ends after it begins.",
    )

    @api.depends("picking_ids.weight", "package_ids")
    def _compute_counts(self):
        for pickup in self:
            pickup.picking_count = len(pickup.picking_ids)
            pickup.parcel_count = len(pickup.package_ids)
            pickup.weight = sum(pickup.picking_ids.mapped("weight"))

    @api.model_create_multi
    def create(self, vals_list):
        """Pickups get their number from the sequence of their company."""
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                company = vals.get("company_id") or self.env.company.id
                # the year in the number is that of the pickup's own day
                day = str(vals.get("date") or business_day(self.env["res.company"].browse(company)))
                sequence = self.env["ir.sequence"].with_company(company).with_context(ir_sequence_date=day)
                vals["name"] = sequence.next_by_code("order.pickup") or "/"
        return super().create(vals_list)

    def write(self, vals):
        """What a closed pickup was is evidence: its carrier, day, transfers and parcels stay as they are."""
        if not FACTS.isdisjoint(vals):
            closed = self.filtered(lambda pickup: pickup.state in CLOSED)
            if closed:
                raise UserError(
                    self.env._(
                        "%s is closed and cannot be changed: plan another pickup.", ", ".join(closed.mapped("name"))
                    )
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_empty_plans(self):
        kept = self.filtered(lambda pickup: pickup.state != "planned" or pickup.picking_ids)
        if kept:
            raise UserError(
                self.env._(
                    "%s cannot be deleted: a carrier knows of it, or transfers are on it. Take them off, or mark it as missed.",
                    ", ".join(kept.mapped("name")),
                )
            )

    @transition("request")
    def action_request(self, reason=""):
        """The carrier was asked to come."""

    @transition("load")
    def action_load(self, reason=""):
        """Loading has begun."""
        self._sync_parcels()

    @transition("hand_over")
    def action_hand_over(self, signed_by="", signature=None, reason=""):
        """The parcels are the carrier's now.

        :param str signed_by: name of who took them over, required
        :param str signature: picture of the signature, base64
        :raises UserError: no name, nothing on the pickup, or a transfer on it that has not left
        """
        signed_by = (signed_by or "").strip()
        if not signed_by:
            raise UserError(
                self.env._("Say who took over %s: the name of the driver is required.", ", ".join(self.mapped("name")))
            )
        self._check_complete()
        self._sync_parcels(closing=True)
        self._transition_write({"signed_by": signed_by, **({"signature": signature} if signature else {})})
        self.env["order.event"]._record(
            [
                {
                    "kind": "handed_over",
                    "company_id": pickup.company_id.id,
                    "order_id": order.id,
                    "order_name": order.name,
                    "document_model": "order.pickup",
                    "document_id": pickup.id,
                    "document_name": pickup.name,
                    "business_date": pickup.date,
                    "note": signed_by,
                }
                for pickup in self.sudo()
                for order in pickup.picking_ids.sale_id
            ]
        )

    def _check_complete(self):
        empty = self.sudo().filtered(lambda pickup: not pickup.picking_ids)
        if empty:
            raise UserError(
                self.env._("Nothing is on %s, so nothing can be handed over.", ", ".join(empty.mapped("name")))
            )
        waiting = self.sudo().picking_ids.filtered(lambda picking: picking.state != "done")
        if waiting:
            raise UserError(
                self.env._(
                    "These transfers have not left yet, so the carrier cannot have them: %s. Validate them, or take them off"
                    " the pickup.",
                    ", ".join(waiting.mapped("name")),
                )
            )

    @transition("miss")
    def action_miss(self, reason=""):
        """The carrier did not come; ``reason`` says why. The transfers are free for another pickup."""
        pickups = self.sudo()
        bodies = {
            pickup.id: self.env._("To be collected again: %s", ", ".join(pickup.picking_ids.mapped("name")))
            for pickup in pickups
            if pickup.picking_ids
        }
        if bodies:
            pickups.browse(bodies)._message_log_batch(bodies=bodies, author_id=self.env.user.partner_id.id)
        pickups.picking_ids._pickup_put(pickups.browse())

    @transition("plan_again")
    def action_plan_again(self, reason=""):
        """Back to planning (managers, with a ``reason``)."""
        self._sync_parcels()

    def _sync_parcels(self, closing=False):
        """Take over what the transfers on these pickups are packed in now; a closed pickup keeps its parcels."""
        for pickup in self.sudo():
            if pickup.state in CLOSED and not closing:
                continue
            packages = pickup.picking_ids.move_line_ids.result_package_id
            if packages != pickup.package_ids:
                pickup._transition_write({"package_ids": [Command.set(packages.ids)]})

    @api.model
    def _gather(self, pickings, date):
        """Put ``pickings`` that are on none on the planned pickup of their carrier, warehouse and ``date``, made where there is none.

        :return: the pickups
        """
        loose = pickings.filtered(lambda picking: not picking.order_pickup_id)
        groups = loose.grouped(
            lambda picking: (picking.company_id, picking.picking_type_id.warehouse_id, picking.carrier_id)
        )
        domain = [("date", "=", date), ("state", "=", "planned"), ("company_id", "in", loose.company_id.ids)]
        found = self.search(domain, order="id desc")
        # nobody closes them while parcels are added; others may add theirs at the same time
        self.env.cr.execute(SQL("SELECT id FROM order_pickup WHERE id = ANY(%s) ORDER BY id FOR SHARE", found.ids))
        present = {(pickup.company_id, pickup.warehouse_id, pickup.carrier_id): pickup for pickup in found}
        missing = [key for key in groups if key not in present]
        made = self.create(
            [
                {"company_id": company.id, "warehouse_id": warehouse.id, "carrier_id": carrier.id, "date": date}
                for company, warehouse, carrier in missing
            ]
        )
        present.update(zip(missing, made))
        for key, group in groups.items():
            group._pickup_put(present[key])
        pickups = self.browse({present[key].id for key in groups})
        pickups._sync_parcels()
        return pickups

    def _manifest(self):
        """What the manifest lists, a row per parcel, transfers in the order of their names.

        :return: ``{parcels: [{parcel, transfer, order, consignee, place, weight}], transfers, weight, unit}``; the weight of
            a transfer stands with its first parcel, in the company's unit of weight
        """
        self.ensure_one()
        rows = []
        pickings = self.picking_ids.sorted("name")
        for picking in pickings:
            partner = picking.partner_id
            place = [f"{partner.zip or ''} {partner.city or ''}".strip(), partner.country_id.name or ""]
            for number, parcel in enumerate(picking._label_parcels()):
                rows.append(
                    {
                        "parcel": parcel,
                        "transfer": picking.name,
                        "order": picking.sale_id.name or "",
                        "consignee": partner.name or partner.commercial_partner_id.name or "",
                        "place": ", ".join(part for part in place if part),
                        "weight": 0.0 if number else picking.weight,
                    }
                )
        return {
            "parcels": rows,
            "transfers": len(pickings),
            "weight": sum(pickings.mapped("weight")),
            "unit": pickings[:1].weight_uom_name or "",
        }

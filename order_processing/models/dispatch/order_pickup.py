from odoo import api, fields, models

from odoo.addons.order_processing.models.common.transition import Transition, transition

PROCESSOR = "order_processing.group_processor"
MANAGER = "order_processing.group_manager"


class OrderPickup(models.Model):
    """One collection by a carrier: which transfers and parcels go with it, and that they were handed over."""

    _name = "order.pickup"
    _inherit = ["order.transition.mixin", "mail.thread", "mail.activity.mixin"]
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
    _transition_guarded = ("signed_by",)

    name = fields.Char(default="/", readonly=True, copy=False)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    carrier_id = fields.Many2one("delivery.carrier", "Carrier", check_company=True)
    warehouse_id = fields.Many2one("stock.warehouse", "Warehouse", required=True, check_company=True)
    date = fields.Date(required=True, default=fields.Date.context_today)
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
    picking_ids = fields.One2many("stock.picking", "order_pickup_id", "Transfers")
    package_ids = fields.Many2many("stock.package", string="Parcels")
    picking_count = fields.Integer("Transfers on it", compute="_compute_counts")
    parcel_count = fields.Integer("Parcels on it", compute="_compute_counts")
    weight = fields.Float(compute="_compute_counts")
    contact = fields.Char("Driver")
    requested_by_id = fields.Many2one("res.users", readonly=True)
    requested_at = fields.Datetime(readonly=True)
    handed_by_id = fields.Many2one("res.users", "Handed over by", readonly=True)
    handed_at = fields.Datetime("Handed over at", readonly=True)
    signed_by = fields.Char("Taken over by", readonly=True, help="Who signed for the carrier.")
    missed_reason = fields.Char(readonly=True)

    _by_day = models.Index("(company_id, warehouse_id, date)")
    _window = models.Constraint("CHECK (window_from <= window_to)", "A pickup's window ends after it begins.")

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
                vals["name"] = self.env["ir.sequence"].with_company(company).next_by_code("order.pickup") or "/"
        return super().create(vals_list)

    @transition("request")
    def action_request(self, reason=""):
        """The carrier was asked to come."""

    @transition("load")
    def action_load(self, reason=""):
        """Loading has begun."""

    @transition("hand_over")
    def action_hand_over(self, signed_by="", reason=""):
        """The parcels are the carrier's now; ``signed_by`` is the driver's name."""
        if signed_by:
            self._transition_write({"signed_by": signed_by})
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
                    "note": signed_by or None,
                }
                for pickup in self.sudo()
                for order in pickup.picking_ids.sale_id
            ]
        )

    @transition("miss")
    def action_miss(self, reason=""):
        """The carrier did not come; ``reason`` says why. The transfers are free for another pickup."""
        self.sudo().picking_ids.order_pickup_id = False

    @transition("plan_again")
    def action_plan_again(self, reason=""):
        """Back to planning (managers, with a ``reason``)."""

    @api.model
    def _gather(self, pickings, date):
        """Put done ``pickings`` on the planned pickup of their carrier, warehouse and ``date``, made where there is none.

        :return: the pickups
        """
        groups = pickings.grouped(
            lambda picking: (picking.company_id, picking.picking_type_id.warehouse_id, picking.carrier_id)
        )
        domain = [("date", "=", date), ("state", "=", "planned"), ("company_id", "in", pickings.company_id.ids)]
        present = {
            (pickup.company_id, pickup.warehouse_id, pickup.carrier_id): pickup
            for pickup in self.search(domain, order="id desc")
        }
        missing = [key for key in groups if key not in present]
        made = self.create(
            [
                {"company_id": company.id, "warehouse_id": warehouse.id, "carrier_id": carrier.id, "date": date}
                for company, warehouse, carrier in missing
            ]
        )
        present.update(zip(missing, made))
        for key, found in groups.items():
            found.order_pickup_id = present[key]
            present[key].package_ids = [(4, package.id) for package in found.move_line_ids.result_package_id]
        return self.browse({present[key].id for key in groups})

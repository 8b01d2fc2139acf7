from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..common.business_day import business_day

OPEN = ("planned", "requested", "loading")
TAKES = ("planned", "requested")


class StockPicking(models.Model):
    """Transfers on a board, a column for each pickup to come, and in a calendar: dragged to another they go with that one."""

    _inherit = "stock.picking"

    order_pickup_id = fields.Many2one(group_expand="_group_expand_order_pickup_id")
    order_pickup_at = fields.Datetime(
        "Collected at",
        compute="_compute_order_pickup_at",
        inverse="_inverse_order_pickup_at",
        search="_search_order_pickup_at",
        help="When its pickup comes. Another day puts it on a pickup of that day.",
    )

    @api.depends("order_pickup_id.starts_at")
    def _compute_order_pickup_at(self):
        for picking in self:
            picking.order_pickup_at = picking.sudo().order_pickup_id.starts_at

    def _search_order_pickup_at(self, operator, value):
        return [("order_pickup_id.starts_at", operator, value)]

    def _inverse_order_pickup_at(self):
        """Each goes on the pickup of its carrier and warehouse that comes on the day entered, the nearest of several.

        :raises UserError: none comes on that day
        """
        for picking in self:
            moment = picking.order_pickup_at
            picking.order_pickup_id = moment and picking._pickup_on(moment)
        # it comes at its own hour
        self.invalidate_recordset(["order_pickup_at"], flush=False)

    def _pickup_on(self, moment):
        """The pickup for this transfer on the day of ``moment`` (naive UTC)."""
        self.ensure_one()
        day = business_day(self.company_id, moment)
        found = self.env["order.pickup"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("warehouse_id", "=", self.picking_type_id.warehouse_id.id),
                ("carrier_id", "=", self.carrier_id.id),
                ("date", "=", day),
                ("state", "in", TAKES),
            ]
        )
        if not found:
            raise UserError(
                self.env._(
                    "%(transfer)s: no pickup of %(carrier)s comes on %(day)s. Plan one for that day first, or choose another day.",
                    transfer=self.name,
                    carrier=self.carrier_id.name or self.env._("a carrier"),
                    day=format_date(self.env, day),
                )
            )
        return min(found, key=lambda pickup: (abs(pickup.starts_at - moment), pickup.id))

    @api.model
    def _group_expand_order_pickup_id(self, pickups, domain):
        """A column for each pickup to come, though nothing is on it yet."""
        coming = pickups.search(
            [
                ("company_id", "in", self.env.companies.ids),
                ("state", "in", OPEN),
                ("date", ">=", min(business_day(company) for company in self.env.companies)),
            ]
        )
        return (pickups | coming).sorted(lambda pickup: (pickup.date, pickup.window_from, pickup.id))


class OrderPickup(models.Model):
    _inherit = "order.pickup"

    def action_open_loading(self):
        """The screen on which parcels are scanned onto this pickup."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("order_processing.loading_action")
        return {**action, "params": {"pickup_id": self.id}}

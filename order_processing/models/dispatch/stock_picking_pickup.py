from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..common.business_day import business_day

CLOSED = ("handed_over", "missed")
BOOKED = ("requested", "loading")
GONE = ("done", "cancel")


class StockPicking(models.Model):
    """A transfer is put on a pickup, or taken off it, only while the carrier has not been there."""

    _inherit = "stock.picking"

    order_pickup_id = fields.Many2one("order.pickup", "Pickup", copy=False, index="btree_not_null", check_company=True)

    def write(self, vals):
        """:raises UserError: a pickup that is closed, booked (nothing leaves it without a manager), of another carrier or of a day
        that is over, or that has no room
        """
        if "order_pickup_id" not in vals:
            return super().write(vals)
        before = self.order_pickup_id
        target = before.browse(vals["order_pickup_id"] or ())
        moving = self.filtered(lambda picking: picking.order_pickup_id != target)
        moving._pickup_check(moving.order_pickup_id | (target if moving else before.browse()))
        moving._pickup_check_booked()
        if target:
            moving._pickup_check_fits(target.sudo())
        answer = super().write(vals)
        if moving:
            target.sudo()._check_capacity()
            # the batches follow
            self._pickup_assign(dict.fromkeys(moving.ids, target.id), left=before.ids)
        return answer

    def action_cancel(self):
        """No carrier waits for a cancelled transfer."""
        answer = super().action_cancel()
        self.filtered(lambda picking: picking.state == "cancel")._pickup_off()
        return answer

    def _action_done(self):
        """What leaves is packed for good: its pickup knows the parcels."""
        answer = super()._action_done()
        self.order_pickup_id.sudo()._sync_parcels()
        return answer

    # ------------------------------------------------------------------ put on, taken off

    def _pickup_put(self, pickup):
        """Set the pickup of these transfers without asking whether it still may be changed."""
        self._pickup_assign(dict.fromkeys(self.ids, pickup.id))

    def _pickup_off(self):
        """Take these transfers off pickups that are not closed, booked or not; who calls says why."""
        waiting = self.filtered(lambda picking: picking.order_pickup_id and picking.order_pickup_id.state not in CLOSED)
        waiting._pickup_put(waiting.order_pickup_id.browse())

    # ------------------------------------------------------------------ what is refused

    def _pickup_check(self, pickups):
        closed = pickups.sudo().filtered(lambda pickup: pickup.state in CLOSED)
        if closed:
            raise UserError(
                self.env._(
                    "%(transfers)s: nothing can be put on or taken off %(pickups)s any more, it is closed. Choose another pickup.",
                    transfers=", ".join(self.mapped("name")),
                    pickups=", ".join(closed.mapped("name")),
                )
            )

    def _pickup_check_booked(self):
        booked = self.filtered(lambda picking: picking.order_pickup_id.sudo().state in BOOKED)
        if booked:
            raise UserError(
                self.env._(
                    "%(transfers)s: the carrier was asked to come for them, so they stay on %(pickups)s. A manager takes them off there,"
                    " and says why (“Take off”).",
                    transfers=", ".join(booked.mapped("name")),
                    pickups=", ".join(booked.order_pickup_id.sudo().mapped("name")),
                )
            )

    def _pickup_check_fits(self, pickup):
        """:raises UserError: names each of these that ``pickup`` does not come for, and why"""
        carrier, rows = pickup.carrier_id, []
        # the server itself enters what was before, too
        over = not self.env.su and pickup.date < business_day(pickup.company_id)
        for picking in self.sudo():
            if picking.picking_type_code not in (False, "outgoing"):
                words = self.env._("it is no delivery.")
            elif carrier and picking.carrier_id and picking.carrier_id != carrier:
                words = self.env._(
                    "it goes with %s: change the carrier of the transfer first.", picking.carrier_id.name
                )
            elif picking.picking_type_id.warehouse_id != pickup.warehouse_id:
                words = self.env._("it leaves from %s.", picking.picking_type_id.warehouse_id.name)
            elif carrier and picking.partner_id and not carrier._match_address(picking.partner_id):
                words = carrier._no_service_text(picking.partner_id)
            elif over and picking.state not in GONE:
                day = format_date(self.env, pickup.date)
                words = self.env._("that pickup was on %s, and it has not left yet. Choose one that is to come.", day)
            else:
                continue
            rows.append(f"- {picking.name}: {words}")
        if rows:
            raise UserError("\n".join([self.env._("These transfers cannot be put on %s:", pickup.display_name), *rows]))

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..common.business_day import business_day

PROCESSOR = "order_processing.group_processor"
CLOSED = ("handed_over", "missed")
BOOKED = ("requested", "loading")
GONE = ("done", "cancel")


class StockPicking(models.Model):
    """A transfer is put on a pickup, or taken off it, only while the carrier has not been there."""

    _inherit = "stock.picking"

    order_pickup_id = fields.Many2one("order.pickup", "Pickup", copy=False, index="btree_not_null", check_company=True)

    @api.model_create_multi
    def create(self, vals_list):
        """:raises UserError: as ``write``: a new transfer is put on no pickup on which one that is there could not be put"""
        pickings = super().create(vals_list)
        if "default_order_pickup_id" in self.env.context or any(vals.get("order_pickup_id") for vals in vals_list):
            for pickup, own in pickings.filtered("order_pickup_id").grouped("order_pickup_id").items():
                own._pickup_check_put(pickup)
                pickup.sudo()._check_capacity()
                self._pickup_assign(dict.fromkeys(own.ids, pickup.id))
        return pickings

    def write(self, vals):
        """:raises AccessError: somebody who is no processor puts it on a pickup or takes it off
        :raises UserError: a pickup that is closed, booked (nothing leaves it without a manager), of another carrier or of a day
            that is over, or that has no room
        """
        if "order_pickup_id" not in vals:
            leaving = self._pickup_of_another(vals.get("carrier_id"))
            answer = super().write(vals)
            leaving._pickup_off()
            return answer
        before = self.order_pickup_id
        target = before.browse(vals["order_pickup_id"] or ())
        moving = self.filtered(lambda picking: picking.order_pickup_id != target)
        moving._pickup_check(moving.order_pickup_id)
        moving._pickup_check_booked()
        moving._pickup_check_put(target)
        answer = super().write(vals)
        if moving:
            target.sudo()._check_capacity()
            # the batches follow
            self._pickup_assign(dict.fromkeys(moving.ids, target.id), left=before.ids)
        return answer

    def _pickup_of_another(self, carrier_id):
        """Those of these that stand on a pickup of another carrier than ``carrier_id``, which they go with from now on.

        :raises UserError: the carrier before was asked to come for them, where controls are enforced
        """
        if not carrier_id:
            return self.browse()
        leaving = self.filtered(
            lambda picking: (
                picking.order_pickup_id.sudo().state not in CLOSED
                and picking.order_pickup_id.sudo().carrier_id.id not in (False, carrier_id)
            )
        )
        leaving.filtered(lambda picking: picking.company_id._order_control_enforced())._pickup_check_booked()
        return leaving

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
        waiting = self.filtered(
            lambda picking: picking.order_pickup_id and picking.order_pickup_id.sudo().state not in CLOSED
        )
        waiting._pickup_put(waiting.order_pickup_id.browse())

    # ------------------------------------------------------------------ what is refused

    def _pickup_check_put(self, pickup):
        """Whether the user may put these on ``pickup`` (none: take them off), and whether it comes for them."""
        if not self:
            return
        if not self.env.su:
            self.env["order.transition.mixin"]._check_order_group(PROCESSOR)
        if pickup:
            self._pickup_check(pickup)
            self._pickup_check_fits(pickup.sudo())

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

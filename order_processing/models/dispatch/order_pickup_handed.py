from odoo import models

TRACKING = "order_processing.mail_template_pickup_tracking"


class OrderPickup(models.Model):
    """What the carrier has taken over: customers get the numbers under which they can follow it."""

    _inherit = "order.pickup"

    def _tell_tracking(self):
        """Send the customers of what left with these pickups their tracking numbers, an order at a time."""
        pickings = self.sudo().picking_ids.filtered(
            lambda picking: (
                picking.carrier_tracking_ref and picking.sale_id and picking.company_id.order_pickup_tracking_mail
            )
        )
        first = {picking.sale_id: picking.id for picking in reversed(pickings.sorted("id"))}
        pickings.browse(sorted(first.values()))._pickup_mail(TRACKING)


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _pickup_trackings(self):
        """What left of this transfer's order with its pickup: ``[(transfer, tracking number, link)]``."""
        self.ensure_one()
        own = self.order_pickup_id.picking_ids.filtered(
            lambda picking: picking.sale_id == self.sale_id and picking.carrier_tracking_ref
        )
        return [(picking.name, picking.carrier_tracking_ref, picking._pickup_link()) for picking in own.sorted("name")]

    def _pickup_link(self):
        """Where the customer can follow this transfer, or ``""``."""
        self.ensure_one()
        links = self.carrier_tracking_url and self.get_multiple_carrier_tracking()
        # of several the first one: all of them are on its page
        return links[0][1] if links else self.carrier_tracking_url or ""

from odoo import models
from odoo.exceptions import UserError

BOOKED = ("requested", "loading")


class StockPackage(models.Model):
    """A parcel that a carrier was told of is not opened: a manager takes it off the pickup first."""

    _inherit = "stock.package"

    def _void(self, reason):
        """:raises UserError: a parcel stands on a pickup that the carrier knows of, where controls are enforced"""
        pickups = self.env["order.pickup"].sudo().search([("package_ids", "in", self.ids), ("state", "in", BOOKED)])
        pickups = pickups.filtered(lambda pickup: pickup.company_id._order_control_enforced())
        if pickups:
            pickups._refuse_opened(pickups.package_ids & self)
        return super()._void(reason)


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def action_cancel(self):
        """:raises UserError: parcels of these stand on a pickup that the carrier knows of, where controls are enforced"""
        booked = self.filtered(
            lambda picking: (
                picking.order_pickup_id.sudo().state in BOOKED and picking.company_id._order_control_enforced()
            )
        )
        packages = booked.move_line_ids.result_package_id
        if packages:
            booked.order_pickup_id.sudo()._refuse_opened(packages)
        return super().action_cancel()


class OrderPickup(models.Model):
    _inherit = "order.pickup"

    def _refuse_opened(self, packages):
        raise UserError(
            self.env._(
                "%(parcels)s: the carrier was asked to come for them with %(pickups)s. A manager takes their transfers off there first"
                " (“Take off”).",
                parcels=", ".join(packages.mapped("name")),
                pickups=", ".join(self.mapped("name")),
            )
        )

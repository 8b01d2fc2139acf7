from odoo import api, models
from odoo.exceptions import UserError

SCANNED = "order_carrier_scanned_at"


class StockPackage(models.Model):
    """What the carrier has scanned is entered by ``stock.picking.action_carrier_scanned`` alone."""

    _inherit = "stock.package"

    @api.model_create_multi
    def create(self, vals_list):
        """:raises UserError: a package would be born as scanned"""
        for vals in vals_list:
            self._scan_guard(vals)
        return super().create(vals_list)

    def write(self, vals):
        """:raises UserError: that the carrier has scanned it is written"""
        self._scan_guard(vals)
        return super().write(vals)

    @api.model
    def _scan_guard(self, vals):
        if SCANNED in vals and not self.env.su:
            raise UserError(
                self.env._(
                    "When a carrier has scanned a parcel cannot be written: a processor enters it for the transfer"
                    " (`action_carrier_scanned`)."
                )
            )


class StockPicking(models.Model):
    _inherit = "stock.picking"

    @api.model_create_multi
    def create(self, vals_list):
        """:raises UserError: as of a package"""
        for vals in vals_list:
            self.env["stock.package"]._scan_guard(vals)
        return super().create(vals_list)

    def write(self, vals):
        """:raises UserError: as of a package"""
        self.env["stock.package"]._scan_guard(vals)
        return super().write(vals)

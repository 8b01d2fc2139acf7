from odoo import models


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    # what is in a parcel is asked of the parcels of a few orders, in a table of all that ever moved
    _order_parcel = models.Index("(result_package_id) WHERE result_package_id IS NOT NULL")

from odoo import fields, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def write(self, vals):
        """A back-dated document (context ``order_business_moment``, UTC) dates its transfers when they are done."""
        moment = self.env.context.get("order_business_moment")
        if moment and "date_done" in vals:
            vals = dict(vals, date_done=fields.Datetime.to_datetime(moment))
        return super().write(vals)

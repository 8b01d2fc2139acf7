from odoo import fields, models


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["stock.picking", "order.return.linked"]
    _return_links = ("order_return_id",)

    order_return_id = fields.Many2one("order.return", "Return case", readonly=True, copy=False, index="btree_not_null")

    def action_order_return(self):
        """Open the return wizard on what these outgoing transfers delivered.

        :return: an action of the web client
        """
        return self.move_ids.sale_line_id.order_id._order_return_wizard(self)

from odoo import fields, models

USAGES = [
    ("internal", "Stock"),
    ("transit", "In transit"),
    ("inventory", "Inventory loss"),
    ("production", "Production"),
    ("supplier", "Vendors"),
    ("customer", "Customers"),
    ("view", "View"),
]


class OrderReconciliationStock(models.Model):
    """What lay in the company's own locations at a cut: one row a product and location usage, in its reference unit.

    ``quantity`` is what the stock says, ``moved_in`` and ``moved_out`` what all done moves ever brought and took; between two
    cuts the one changes by the other, whatever document moved it and whatever day it is dated on.
    """

    _name = "order.reconciliation.stock"
    _inherit = ["order.reconciliation.part", "order.reconciliation.figures"]
    _description = "Stock on Hand"
    _rec_name = "product_name"

    product_number = fields.Integer("Product id", readonly=True, aggregator=None)
    product_name = fields.Char("Product", readonly=True)
    usage = fields.Selection(USAGES, "Where", readonly=True)
    unit = fields.Char(readonly=True)
    quantity = fields.Float("On hand", digits="Product Unit", readonly=True)
    moved_in = fields.Float("Moved in, ever", digits="Product Unit", readonly=True, aggregator=None)
    moved_out = fields.Float("Moved out, ever", digits="Product Unit", readonly=True, aggregator=None)
    tracked = fields.Boolean("Inventory tracked", readonly=True, help="At the cut; of other goods no stock is kept.")

    def action_open_moves(self):
        """Open the done moves of the product, the last first.

        :return: a window action
        """
        self.check_access("read")
        return self.reconciliation_id[:1]._moves_action(self.mapped("product_number"))

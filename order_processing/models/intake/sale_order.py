from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    intake_id = fields.Many2one("order.intake", "Submitted as", readonly=True, copy=False, index="btree_not_null")
    order_dated = fields.Boolean(
        copy=False, readonly=True, help="The customer's own order date stands, also when confirmed."
    )
    order_stated_total = fields.Monetary("Total as stated by the customer", copy=False, readonly=True)

    def write(self, vals):
        """Confirming sets the order date to now in core; an order that was submitted with its date keeps it."""
        if vals.get("state") == "sale" and "date_order" in vals:
            dated = self.filtered("order_dated")
            if dated:
                super(SaleOrder, dated).write({name: value for name, value in vals.items() if name != "date_order"})
                return super(SaleOrder, self - dated).write(vals)
        return super().write(vals)

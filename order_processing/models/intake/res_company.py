from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    order_fee_product_id = fields.Many2one(
        "product.product",
        "Product for fees",
        domain="[('type', '=', 'service')]",
        check_company=True,
        help="Of fees that a sender adds to an order. Made when the first comes.",
    )
    order_delivery_product_id = fields.Many2one(
        "product.product",
        "Product for delivery charges",
        domain="[('type', '=', 'service')]",
        check_company=True,
        help="Of delivery charges of orders that name no carrier. Made when the first comes.",
    )

    def _order_charge_product(self, kind):
        """The service that stands for a charge of ``kind`` (delivery, fee, discount); made once, as core makes that of
        discounts.
        """
        self.ensure_one()
        company = self.sudo()
        if kind == "discount":
            wizard = self.env["sale.order.discount"].sudo().new({"company_id": company.id})
            name, values = "sale_discount_product_id", wizard._prepare_discount_product_values
        else:
            label = self.env._("Delivery charge") if kind == "delivery" else self.env._("Fee")
            name = f"order_{kind}_product_id"

            def values():
                return {
                    "name": label,
                    "type": "service",
                    "invoice_policy": "order",
                    "list_price": 0.0,
                    "company_id": company.id,
                }

        if not company[name]:
            company[name] = self.env["product.product"].sudo().with_company(company).create(values())
        return company[name]

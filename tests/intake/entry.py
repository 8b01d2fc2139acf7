"""Prices, stock and a way to type into the fast entry."""

from odoo.fields import Command
from odoo.tests import Form

from tests.common import OrderCase


class EntryCase(OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock(cls.product, 12)
        cls._stock(cls.other_product, 100)
        cls.product.barcode = "4006381333931"
        cls.sheet = cls.env["product.pricelist"].create(
            {
                "name": "Trade",
                "item_ids": [
                    Command.create(
                        {
                            "applied_on": "0_product_variant",
                            "product_id": cls.product.id,
                            "compute_price": "fixed",
                            "fixed_price": price,
                            "min_quantity": least,
                        }
                    )
                    for least, price in ((0, 9.0), (10, 7.5))
                ],
            }
        )
        # core asks no pricelist where this is off, as it is by default
        cls._turn_on("product.group_product_pricelist")
        cls.customer.property_product_pricelist = cls.sheet

    def _entry(self, *rows, user="processor", **head):
        """A form of the fast entry with ``(code, quantity)`` typed into it."""
        form = Form(self._as(user, self.env["order.intake.entry"]))
        form.partner_id = head.pop("partner_id", self.customer)
        for name, value in head.items():
            form[name] = value
        for code, quantity in rows:
            with form.line_ids.new() as row:
                row.code = code
                row.quantity = quantity
        return form

"""Fast entry: prices that are typed."""

from odoo.exceptions import UserError
from odoo.fields import Command

from tests.intake.entry import EntryCase


class TestEntryPrice(EntryCase):
    """A price that was agreed by telephone: kept beside the pricelist's, and looked at by the verification."""

    def _priced(self, *prices):
        form = self._entry(("TG-1", 5), ("TG-2", 2))
        for place, price in enumerate(prices):
            if price is not None:
                with form.line_ids.edit(place) as row:
                    row.price = price
        return form

    def test_it_stays_and_is_told_beside_the_pricelists(self):
        form = self._priced(8.5)
        self.assertEqual(form.amount_total, 92.5)
        with form.line_ids.edit(0) as row:
            row.quantity = 10
        entry = form.save()
        row = entry.line_ids[0]
        self.assertEqual((row.price, row.list_price, row.subtotal, row.price_typed), (8.5, 7.5, 85.0, True))
        self.assertEqual(entry.typed_count, 1)
        entry.action_save()
        order = entry.order_id
        self.assertEqual(order.order_line.mapped("price_unit"), [8.5, 25.0])
        sent = order.intake_id.payload["lines"]
        self.assertEqual([line.get("price") for line in sent], [8.5, None])
        check = order.order_check_ids.filtered(lambda check: check.line_id == order.order_line[0])
        self.assertTrue(check, "the verification is told of the pricelist's price")
        order.order_line[0].product_uom_qty = 20
        self.assertEqual(order.order_line[0].price_unit, 8.5)

    def test_the_pricelists_own_price_is_no_other(self):
        form = self._priced(8.5)
        with form.line_ids.edit(0) as row:
            row.price = 9.0
        with form.line_ids.edit(0) as row:
            row.quantity = 10
        row = form.save().line_ids[0]
        self.assertEqual((row.price, row.price_typed, row.subtotal), (7.5, False, 75.0))

    def test_it_is_net_of_the_pricelists_discount(self):
        self._turn_on("sale.group_discount_per_so_line")
        self.sheet.item_ids = [
            Command.create(
                {
                    "applied_on": "0_product_variant",
                    "product_id": self.other_product.id,
                    "compute_price": "percentage",
                    "percent_price": 10,
                }
            )
        ]
        entry = self._priced(None, 20.0).save()
        row = entry.line_ids[1]
        self.assertEqual((row.price, row.discount, row.subtotal, row.list_price), (20.0, 0.0, 40.0, 22.5))
        entry.action_save()
        line = entry.order_id.order_line[1]
        self.assertEqual((line.price_unit, line.discount, line.price_subtotal), (20.0, 0.0, 40.0))
        self.assertEqual(entry.order_id.amount_untaxed, entry.amount_untaxed)

    def test_another_product_has_its_own_price(self):
        form = self._priced(8.5)
        with form.line_ids.edit(0) as row:
            row.code = "TG-2"
        row = form.save().line_ids[0]
        self.assertEqual((row.product_id, row.price, row.price_typed), (self.other_product, 25.0, False))

    def test_none_below_zero(self):
        entry = self._priced(-1.0).save()
        with self.assertRaisesRegex(UserError, "Row 1, “TG-1”"):
            entry.action_save()
        gift = self._priced(0.0).save()
        self.assertEqual((gift.line_ids[0].price, gift.line_ids[0].subtotal), (0.0, 0.0))
        gift.action_save_and_confirm()
        self.assertEqual((gift.order_id.state, gift.order_id.order_line[0].price_unit), ("draft", 0.0))

    def test_a_quantity_of_nothing_loses_no_price(self):
        form = self._priced(8.5)
        for quantity in (0, 5):
            with form.line_ids.edit(0) as row:
                row.quantity = quantity
        row = form.save().line_ids[0]
        self.assertEqual((row.price, row.subtotal, row.list_price), (8.5, 42.5, 9.0))

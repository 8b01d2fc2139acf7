"""What the customer's pages are told: what may come back, what is expected to be given back, who may ask."""

from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.order_processing.models.common.business_day import business_day

from tests.combinations import combined

from .common import ReturnCase


class PortalCase(ReturnCase):
    def _verdict(self, order, *rows):
        rows = [{"reason": "unwanted", "settlement": "refund", **row} for row in rows]
        return order.sudo()._return_verdict(rows)

    def _asked(self, order, *rows, key="form-1", **vals):
        rows = [{"reason": "unwanted", "settlement": "refund", **row} for row in rows]
        case, _is_new = order.sudo()._return_ask(rows, key, **vals)
        return case.with_user(self.processor)


class TestPortal(PortalCase):
    def test_what_may_come_back_is_told_once_for_the_whole_order(self):
        def count(number):
            order = self._shipped(*[(self.product, 1)] * number, invoice=False)
            rows = [{"line_id": line.id, "quantity": 1} for line in order.order_line]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(len(order._return_offer()), number)
            self.assertEqual(len(self._verdict(order, *rows)["chosen"]), number)
            return self.env.cr.sql_log_count - before

        count(1)
        self.assertEqual(count(2), count(200))

    def test_asked_once_and_nothing_kept_of_what_is_refused(self):
        order = self._shipped((self.product, 5))
        line = order.order_line
        row = {"line_id": line.id, "quantity": 2}
        case = self._asked(order, row, note="  Too large  ")
        self.assertEqual(
            (case.source, case.state, case.note, case.partner_id), ("portal", "requested", "Too large", self.customer)
        )
        self.assertEqual(self._asked(order, {"line_id": line.id, "quantity": 4}), case, "the same form once more")
        before = self.Return.search_count([])
        for rows, words in (
            ([{"line_id": line.id, "quantity": 4}], "3 Units at most"),
            ([{"line_id": line.id, "quantity": 2}, {"line_id": line.id, "quantity": 1}], "no such line"),
            ([{"line_id": line.id, "quantity": 1.005}], "in steps of"),
            ([{"line_id": str(line.id), "quantity": 1}], "no such line"),
            ([{"line_id": True, "quantity": 1}], "no such line"),
            ([{"line_id": line.id, "quantity": True}], "above zero"),
            ([{"line_id": line.id, "quantity": 1, "reason": []}], "choose a reason"),
            ([{"line_id": line.id, "quantity": 1, "settlement": {}}], "choose what you wish"),
        ):
            with self._refused(words):
                self._asked(order, *rows, key="form-2")
        self.assertEqual(self.Return.search_count([]), before)
        self.assertEqual(line.order_returnable_qty, 3)

    def test_what_is_not_invoiced_yet_is_said_to_be_so(self):
        for invoiced in (False, True):
            with self.subTest(invoiced=invoiced):
                line = self._shipped((self.product, 3), invoice=invoiced).order_line
                told = self._verdict(line.order_id, {"line_id": line.id, "quantity": 1})["lines"][line.id]
                self.assertTrue(told["eligible"])
                self.assertEqual("Not invoiced yet" in told["text"], not invoiced)
                self.assertEqual(bool(told["amount"]), invoiced)

    def test_what_never_arrived_is_not_waited_for(self):
        order = self._shipped((self.product, 5))
        case = self._asked(order, {"line_id": order.order_line.id, "quantity": 1, "reason": "not_arrived"})
        self.assertEqual(case.line_ids.disposition, "not_arrived")
        case.action_approve()
        self.assertFalse(case._has_slip())
        with self.assertRaisesRegex(UserError, "nothing of this return is to be sent back"):
            case._say_sent("X")

    def test_the_customers_word_ends_the_expiry_and_only_once(self):
        order = self._shipped((self.product, 5))
        case = self._asked(order, {"line_id": order.order_line.id, "quantity": 1})
        with self.assertRaisesRegex(UserError, "only what is approved"):
            case._say_sent("X")
        case.action_approve()
        self.assertTrue(case._say_sent(" A  1 ", "House"))
        self.assertEqual((case.state, case.tracking, case.tracking_carrier), ("on_way", "A 1", "House"))
        at = case.sent_at
        self.assertFalse(case._say_sent("A 2"))
        self.assertEqual((case.tracking, case.tracking_carrier, case.sent_at), ("A 2", "House", at))
        with self.assertRaisesRegex(UserError, "at most 100"):
            case._say_sent("x" * 101)
        self.assertGreaterEqual(case.expires_on, business_day(self.company))
        case.action_receive()
        with self.assertRaisesRegex(UserError, "only what is approved"):
            case._say_sent("A 3")


class TestExpected(PortalCase):
    """With prices that the rules of verification would stop."""

    control = "observing"

    def _tax(self, amount, included):
        name = f"{amount} {included}"
        known = self.env["account.tax"].search([("name", "=", name)])
        return known or known.create(
            {
                "name": name,
                "amount": amount,
                "price_include_override": "tax_included" if included else "tax_excluded",
            }
        )

    def test_the_expected_amount_is_what_is_credited(self):
        """Over kinds of prices, discounts and fees: what the page says is the total of the credit note."""
        self.company.country_id = self.uk
        fee_product = self._make_product(
            "Fee", "FEE", 0, type="service", taxes_id=[Command.set(self._tax(20, False).ids)]
        )
        fees = (
            {},
            {"fee_percent": 15},
            {"fee_amount": 2},
            {"fee_percent": 10, "fee_amount": 1, "fee_product_id": fee_product.id},
        )
        kinds = combined((False, True), (0, 10), (0, 12), fees)
        for place, (included, discount, whole, fee) in enumerate(kinds):
            policy = self.env["order.return.policy"].create({"name": "Fee", "window_days": 30, **fee})
            tax = self._tax(20, included)
            goods = {"product_id": self.product.id, "product_uom_qty": 5, "price_unit": 19.99, "discount": discount}
            lines = [{**goods, "tax_ids": [Command.set(tax.ids)]}]
            if whole:
                lines.append(
                    {
                        "product_id": self.service.id,
                        "product_uom_qty": 1,
                        "price_unit": -whole,
                        "tax_ids": [Command.set(tax.ids)],
                    }
                )
            order = self._shipped(order_line=[Command.create(line) for line in lines])
            line = order.order_line[0]
            row = {"line_id": line.id, "quantity": 2}
            said = self._verdict(order, row)["amount"]
            case = self._asked(order, row)
            self._process(case)
            with self.subTest(included=included, discount=discount, whole=whole, fee=fee, place=place):
                self.assertEqual(f"{said:.2f}", f"{case.credit_ids.amount_total:.2f}")
            policy.unlink() if not case.line_ids.policy_id else policy.write({"active": False})

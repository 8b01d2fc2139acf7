"""Lines closed short: a coded reason, transfers without the rest, and a book that proves it."""

from odoo.exceptions import AccessError, UserError

from ..common import OrderCase


class TestCloseShort(OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock(cls.product, 7)
        cls.order = cls._make_order((cls.product, 10), (cls.other_product, 3))
        cls.order.action_confirm()
        cls.line, cls.other = cls.order.order_line

    def _book(self, line):
        return [
            (row.kind, row.quantity, row.amount)
            for row in self._events(self.order)
            if row.line_id == line.id and row.quantity
        ]

    def test_rest_is_closed(self):
        self._deliver(self.order, {self.product: 7})
        rows = self._as("processor", self.line).action_close_short("no_stock", note="None until May")
        self.assertEqual(
            rows,
            [
                {
                    "order": self.order.name,
                    "order_id": self.order.id,
                    "line_id": self.line.id,
                    "closed": 3.0,
                    "quantity": 7.0,
                }
            ],
        )
        self.assertEqual(self._book(self.line), [("entered", 10, 100), ("shipped", 7, 70), ("closed_short", -3, -30)])
        event = self._events(self.order, "closed_short")
        self.assertEqual(
            (event.reason, event.note, event.user_id), ("no_stock", "None until May", self.users["processor"].id)
        )
        open_moves = self.order.picking_ids.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
        self.assertEqual((open_moves.product_id, open_moves.product_uom_qty), (self.other_product, 3))
        self.assertEqual(self.line.order_closed_qty, 3)
        self.assertIn("3 Units not delivered (Not in stock", self.line.order_closed_text)
        again = self._as("processor", self.line).action_close_short("no_stock")
        self.assertEqual((again[0]["closed"], len(self._events(self.order, "closed_short"))), (0, 1))

    def test_whole_line_before_anything_left(self):
        self._as("processor", self.other).action_close_short("discontinued")
        self.assertEqual((self.other.product_uom_qty, self.other.qty_delivered), (0, 0))
        moves = self.order.picking_ids.move_ids.filtered(lambda move: move.state != "cancel")
        self.assertEqual(moves.product_id, self.product)

    def test_printed_where_the_reason_says_so(self):
        self._deliver(self.order, {self.product: 7})
        self.line.action_close_short("rest")
        self.assertEqual((self.line.order_closed_qty, self.line.order_closed_text), (3, ""))
        self.other.action_close_short("no_stock")
        html = (
            self.env["ir.actions.report"]._render_qweb_html("sale.action_report_saleorder", self.order.ids)[0].decode()
        )
        self.assertEqual(html.count("not delivered"), 1)

    def test_price_of_the_whole_quantity_is_kept_or_not(self):
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Test",
                "item_ids": [(0, 0, {"min_quantity": 10, "compute_price": "fixed", "fixed_price": 8})],
            }
        )
        for code, price in (("no_stock", 8), ("customer", 10)):
            order = self._make_order((self.product, 10), pricelist_id=pricelist.id)
            self.assertEqual(order.order_line.price_unit, 8)
            order.action_confirm()
            self._stock(self.product, 20)
            self._deliver(order, {self.product: 4})
            order.order_line.action_close_short(code)
            self.assertEqual((order.order_line.price_unit, order.order_line.product_uom_qty), (price, 4))

    def test_raised_again(self):
        self._deliver(self.order, {self.product: 7})
        self.line.action_close_short("no_stock")
        self.line.product_uom_qty = 9
        self.assertEqual(self._book(self.line)[-1], ("raised", 2, 20))
        open_moves = self.order.picking_ids.move_ids.filtered(
            lambda move: move.state not in ("done", "cancel") and move.product_id == self.product
        )
        self.assertEqual(sum(open_moves.mapped("product_uom_qty")), 2)

    def test_what_was_changed_before_is_not_closed(self):
        self.line.product_uom_qty = 12
        self._deliver(self.order, {self.product: 7})
        self.line.action_close_short("no_stock")
        self.assertEqual(
            [(kind, quantity) for kind, quantity, _amount in self._book(self.line)],
            [("entered", 10), ("raised", 2), ("shipped", 7), ("closed_short", -5)],
        )

    def test_another_unit(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self._make_order((self.product, 2))
        order.order_line.product_uom_id = dozen
        order.order_line.price_unit = 120
        order.action_confirm()
        self._stock(self.product, 100)
        self._deliver(order, {self.product: 12})
        order.order_line.action_close_short("no_stock")
        event = self._events(order, "closed_short")
        self.assertEqual((event.quantity, event.quantity_ref, event.amount), (-1, -12, -120))

    def test_refused(self):
        draft = self._make_order((self.product, 1))
        for user, error in (("salesman", AccessError), ("integration", AccessError), ("stranger", AccessError)):
            with self.assertRaises(error):
                self._as(user, self.line).action_close_short("no_stock")
        for lines, code in ((self.line, ""), (self.line, "nonsense"), (draft.order_line, "no_stock")):
            with self.assertRaises(UserError):
                self._as("processor", lines).action_close_short(code)
        self.order.picking_ids.action_assign()
        self.line.move_ids.write({"quantity": 5, "picked": True})
        with self.assertRaises(UserError) as caught:
            self._as("processor", self.line | draft.order_line).action_close_short("no_stock")
        self.assertIn(self.order.picking_ids.name, str(caught.exception))
        self.assertIn(draft.name, str(caught.exception))
        self.assertEqual(self.line.product_uom_qty, 10)
        self.order.action_lock()
        with self.assertRaises(UserError):
            self._as("processor", self.other).action_close_short("no_stock")

    def test_engine_agrees_and_tells_of_a_quantity_changed_around_the_book(self):
        Discrepancy = self.env["order.discrepancy"]
        domain = [("order_id", "=", self.order.id)]
        self._deliver(self.order, {self.product: 7})
        self._invoice(self.order)
        self.order.order_line.action_close_short("no_stock")
        Discrepancy.with_user(self.users["manager"]).sweep(domain)
        self.assertFalse(Discrepancy.search(domain))
        self.env.flush_all()
        self.env.cr.execute("UPDATE sale_order_line SET product_uom_qty = 8 WHERE id = %s", [self.line.id])
        self.env.invalidate_all()
        Discrepancy.with_user(self.users["manager"]).sweep(domain)
        found = Discrepancy.search([*domain, ("kind", "=", "stored_differs")])
        self.assertEqual(
            (found.line_id, found.expected, found.found, found.detail), (self.line, 7, 8, "product_uom_qty")
        )

    def test_wizard(self):
        reason = self.env.ref("order_processing.close_reason_no_stock")
        self._deliver(self.order, {self.product: 7})
        self.line.action_close_short("no_stock")
        action = self._as("processor", self.order).action_open_close_short()
        wizard = self.env[action["res_model"]].with_user(self.users["processor"]).with_context(**action["context"])
        wizard = wizard.create({"reason_id": reason.id})
        self.assertEqual(wizard.line_ids, self.other)
        wizard.action_close()
        self.assertEqual(self.other.product_uom_qty, 0)

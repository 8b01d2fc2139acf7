"""Scan to verify: each product, quantity and lot against the order."""

from odoo.exceptions import UserError

from tests.dispatch.quality import QualityCase


class TestQualityScan(QualityCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.barcode = "5901234123457"

    def setUp(self):
        super().setUp()
        self._point("Scan", kind="scan")

    def _refused(self, words, check, *args):
        before = check.line_ids.mapped("passed_qty")
        with self.assertRaisesRegex(UserError, words):
            check.action_scan(*args)
        self.assertEqual((check.line_ids.mapped("passed_qty"), check.state), (before, "to_check"))

    def test_counted_up_until_all_is_there(self):
        picking = self._ready((self.product, 2), (self.other_product, 1))
        check = self._checks(picking)
        with self.assertRaisesRegex(UserError, "no answer yet for 2 Units"):
            check.action_pass()
        found = check.action_scan("5901234123457")
        self.assertEqual((found["counted"], found["wanted"], found["left"]), (1, 2, 2))
        with self.assertRaisesRegex(UserError, "not checked: 1 Units"):
            self._leave(picking)
        self.assertEqual(check.action_scan("TG-2")["state"], "to_check")
        found = check.action_scan(" 5901234123457\n")
        self.assertEqual((found["left"], found["state"]), (0, "passed"))
        self.assertEqual(check.checked_by_id, self.users["processor"])
        self.assertEqual(self._leave(picking), "done")

    def test_wrong_codes(self):
        picking = self._ready((self.product, 2))
        other = self._ready((self.other_product, 1))
        self._parcel(other.move_line_ids, "P-OTHER")
        check = self._checks(picking)
        for code, words in (
            ("", "Nothing was scanned"),
            (None, "Nothing was scanned"),
            ("12345678", "No product, lot or packaging is known by “12345678”"),
            ("TG-2", f"TG-2.*not wanted in {picking.name}"),
            ("P-OTHER", f"P-OTHER is a parcel of {other.name}, not of {picking.name}"),
        ):
            with self.subTest(code=code):
                self._refused(words, check, code)
        for quantity in (0, -1, True, "two", float("inf")):
            with self.subTest(quantity=quantity):
                self._refused("no quantity", check, "TG-1", quantity)
        self._refused("only 2 left|only 2 are left", check, "TG-1", 3)
        check.action_scan("TG-1", 1)
        self._refused("only 1 are left", check, "TG-1", 2)

    def test_one_too_many(self):
        check = self._checks(self._ready((self.product, 1), (self.other_product, 1)))
        check.action_scan("TG-1")
        self._refused("counted already: this one is too many", check, "TG-1")

    def test_packaging(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self._sold(self.product, (dozen, "15901234123454"))
        check = self._checks(self._ready((self.product, 24)))
        self.assertEqual(check.action_scan("15901234123454")["counted"], 12)
        self.assertEqual(check.action_scan("15901234123454")["state"], "passed")

    def test_lots(self):
        tracked = self._tracked()
        tracked.barcode = "4006381333931"
        first, second, other = self._lots(2, 3, 9, product=tracked)
        check = self._checks(self._ready((tracked, 5), stock=False))
        self.assertEqual(check.line_ids.lot_id, first | second)
        self._refused("scan its lot", check, "4006381333931")
        self._refused(f"{other.name} is not the lot", check, other.name)
        self.assertEqual(check.action_scan(first.name, 2)["left"], 3)
        self._refused(f"{first.name}.* counted already", check, first.name)
        # (01) article (10) lot, and (30) of how many
        self._refused("is not the lot of", check, f"010400638133393110{other.name}")
        self.assertEqual(check.action_scan(f"010400638133393110{second.name}")["counted"], 1)
        self.assertEqual(check.action_scan(f"010400638133393130000002\x1d10{second.name}")["state"], "passed")

    def test_what_cannot_be_scanned_fails(self):
        picking = self._ready((self.product, 3))
        check = self._checks(picking)
        check.action_scan("TG-1", 2)
        with self.assertRaisesRegex(UserError, "scan it, or say"):
            self._answer(check)
        with self.assertRaisesRegex(UserError, "not passed"):
            self._answer(check, passed=1)
        answer = self._answer(check, failed=1, reason="No label on it")[0]
        self.assertEqual(answer["state"], "passed")
        self.assertEqual((picking.move_ids.quantity, picking.backorder_ids.name), (2, answer["held_back"]))

    def test_another_kind_is_not_scanned(self):
        self.env["order.quality.point"].search([]).active = False
        self._point()
        check = self._checks(self._ready((self.product, 3)))
        self._refused("no check to scan for", check, "TG-1")

    def test_window(self):
        check = self._checks(self._ready((self.product, 2)))
        action = check.action_open_answer()
        window = self.env[action["res_model"]].with_user(self.users["processor"]).browse(action["res_id"])
        window.code = "TG-1"
        self.assertEqual(window.action_scan()["res_id"], window.id)
        self.assertIn("1 of 2", window.said)
        self.assertEqual((window.line_ids.passed, window.code), (1, False))
        window.code = "TG-1"
        self.assertEqual(window.action_scan()["type"], "ir.actions.act_window_close")
        self.assertEqual(check.state, "passed")

    def test_a_scan_costs_the_same_in_a_transfer_of_many_lines(self):
        products = self.env["product.product"].create(
            [
                {"name": f"Part {n}", "default_code": f"PART-{n}", "is_storable": True, "type": "consu"}
                for n in range(30)
            ]
        )
        few = self._checks(self._ready(*((product, 2) for product in products[:3])))
        many = self._checks(self._ready(*((product, 2) for product in products)))
        few.action_scan("PART-0")
        self.assertEqual(
            self._queries(lambda: few.action_scan("PART-1")), self._queries(lambda: many.action_scan("PART-1"))
        )

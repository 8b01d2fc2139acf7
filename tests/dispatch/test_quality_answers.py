"""The kinds of checks, and what cannot be an answer."""

from odoo.exceptions import UserError

from tests.dispatch.quality import PIXEL, QualityCase


class TestQualityAnswers(QualityCase):
    def _refused(self, words, act, *records):
        """``act`` is refused with ``words``, and nothing of ``records`` is changed."""
        before = [(record.id, record.state, record.passed_qty, record.failed_qty) for record in records]
        with self.assertRaisesRegex(UserError, words):
            act()
        self.assertEqual([(r.id, r.state, r.passed_qty, r.failed_qty) for r in records], before)

    def test_pass_or_fail(self):
        self._point()
        check = self._checks(self._ready((self.product, 5), (self.other_product, 2)))
        self.assertEqual(self._answer(check)[0]["state"], "passed")
        self.assertEqual(check.line_ids.mapped("passed_qty"), [5, 2])
        self.assertEqual(check.checked_by_id, self.users["processor"])
        self.assertEqual(len(self._events(check.order_id, "checked")), 1)

    def test_rows_are_answered_one_after_the_other(self):
        self._point()
        check = self._checks(self._ready((self.product, 5), (self.other_product, 2)))
        first, last = check.line_ids
        answer = check.action_answer([{"line": first.id, "passed": 5}])[0]
        self.assertEqual((answer["state"], answer["left"], answer["held_back"]), ("to_check", 1, ""))
        answer = check.action_answer([{"line": last.id, "passed": 2}])[0]
        self.assertEqual((answer["state"], answer["left"]), ("passed", 0))

    def test_measure_with_unit_and_tolerance(self):
        self._measure()
        check = self._checks(self._ready((self.product, 5)))
        self._refused("no answer yet", check.action_pass, check.line_ids)
        self.assertEqual(self._answer(check, value=10.5)[0]["state"], "passed")
        line = check.line_ids
        self.assertEqual((line.expected, line.found), ("10 g (9.5 to 10.5)", "10.5 g"))
        bad = self._checks(self._ready((self.product, 5)))
        self._refused("say what is wrong", lambda: self._answer(bad, value=10.500001), bad.line_ids)
        self.assertEqual(self._answer(bad, value=10.500001, reason="Too heavy")[0]["state"], "failed")
        self.assertEqual((bad.line_ids.failed_qty, bad.note), (5, "Too heavy"))
        self.assertEqual(len(self._events(bad.order_id, "check_failed")), 1)

    def test_nothing_measured_is_not_zero(self):
        self._point("Gap", kind="measure", norm=0, tolerance_min=-1, tolerance_max=1, uom_id=self.gram.id)
        check = self._checks(self._ready((self.product, 1)))
        self._refused("give the value", lambda: self._answer(check), check.line_ids)
        self._refused("is no number", lambda: self._answer(check, value="thin"), check.line_ids)
        self._refused("is no number", lambda: self._answer(check, value=float("nan")), check.line_ids)
        self._refused("is no number", lambda: self._answer(check, value=True), check.line_ids)
        self.assertEqual(self._answer(check, value=-1)[0]["state"], "passed")

    def test_every_unit_is_measured(self):
        self._measure(frequency="unit")
        check = self._checks(self._ready((self.product, 3)))
        self.assertEqual(check.line_ids.mapped("quantity"), [1, 1, 1])
        values = (9.5, 11, 10)
        answers = [{"line": line.id, "value": value} for line, value in zip(check.line_ids, values)]
        answer = check.action_answer(answers, reason="One is off")[0]
        self.assertEqual(answer["state"], "passed")
        held = self.env["stock.picking"].search([("name", "=", answer["held_back"])])
        self.assertEqual((held.move_ids.quantity, held.order_quality_check_ids.line_ids.found), (1, "11 g"))
        self.assertEqual(check.line_ids.mapped("found"), ["9.5 g", "10 g"])
        self.assertEqual(self._leave(check.picking_id), "done")

    def test_text_and_photo(self):
        self._point("Say", kind="text")
        self._point("Show", kind="photo")
        say, show = self._checks(self._ready((self.product, 2))).sorted("kind", reverse=True)
        self._refused("write down", lambda: self._answer(say, text="  "), say.line_ids)
        self.assertEqual(self._answer(say, text="Blue cap")[0]["state"], "passed")
        self.assertEqual(say.line_ids.text, "Blue cap")
        for photo in ("", "no base 64!", "aGVsbG8=", 7):
            self._refused("photo", lambda photo=photo: self._answer(show, photo=photo), show.line_ids)
        self.assertEqual(self._answer(show, photo=PIXEL)[0]["state"], "passed")
        self.assertTrue(show.line_ids.photo)

    def test_weight_of_the_parcel_against_its_contents(self):
        self._point("Scales", kind="weight", weight_tolerance=5)
        self.product.weight, self.other_product.weight = 2.0, 0.5
        kind = self.env["stock.package.type"].create({"name": "Box", "base_weight": 1.0})
        picking = self._ready((self.product, 2), (self.other_product, 4))
        check = self._checks(picking)
        self.assertFalse(check.line_ids.package_id, "loose goods are one parcel")
        parcel = self._parcel(picking.move_line_ids)
        parcel.package_type_id = kind
        picking._quality_checks()
        self.assertEqual(check.line_ids.package_id, parcel)
        for weight, words in ((-7, "cannot be negative"), (0, "more than 0"), ("heavy", "no number")):
            self._refused(words, lambda weight=weight: self._answer(check, weight=weight), check.line_ids)
        self.assertFalse(parcel.shipping_weight)
        self.assertEqual(self._answer(check, weight=7.35)[0]["state"], "passed")
        self.assertEqual((parcel.shipping_weight, check.line_ids.expected_value), (7.35, 7))
        # another content is another weight
        picking.move_line_ids[0].result_package_id = False
        picking._quality_checks()
        self.assertEqual(check.state, "to_check")
        self.assertEqual(len(check.line_ids), 2)

    def test_a_parcel_of_another_weight_stays_and_a_product_without_weight_cannot_be_compared(self):
        self._point("Scales", kind="weight")
        self.product.weight = 2.0
        picking = self._ready((self.product, 2), (self.other_product, 1))
        heavy, other = picking.move_line_ids
        parcel, second = self._parcel(heavy, "P-1"), self._parcel(other, "P-2")
        picking._quality_checks()
        check = self._checks(picking)
        row, unknown = check.line_ids.sorted(lambda line: line.package_id.name)
        self._refused("TG-2.*no weight", lambda: check.action_answer([{"line": unknown.id, "weight": 3}]), row, unknown)
        self.other_product.weight = 1.0
        answer = check.action_answer(
            [{"line": row.id, "weight": 2}, {"line": unknown.id, "weight": 1}], reason="One is missing"
        )[0]
        self.assertEqual(answer["state"], "passed")
        held = picking.backorder_ids
        self.assertEqual((held.move_line_ids.result_package_id, held.order_quality_state), (parcel, "failed"))
        self.assertEqual(self._leave(picking), "done")
        self.assertEqual(picking.move_line_ids.result_package_id, second)

    def test_what_is_no_answer(self):
        self._point()
        check = self._checks(self._ready((self.product, 5)))
        line = check.line_ids
        other = self._checks(self._ready((self.product, 5))).line_ids
        for answers, words in (
            ("all well", "as a list"),
            ([7], "as a list"),
            ([], "at least one"),
            ([{"line": other.id, "passed": 5}], "none of these checks"),
            ([{"line": "x", "passed": 5}], "none of these checks"),
            ([{"passed": 5}], "none of these checks"),
            ([{"line": line.id, "passed": 5}, {"line": line.id, "passed": 5}], "answered twice"),
            ([{"line": line.id, "passed": -1}], "cannot be negative"),
            ([{"line": line.id, "passed": 4, "failed": 2}], "6 are more than the 5"),
            ([{"line": line.id, "failed": 6}], "are more than the 5"),
            ([{"line": line.id, "failed": 1}], "say what is wrong"),
            ([{"line": line.id, "weight": 3}], "takes failed, passed, not weight"),
            ([{"line": line.id, "passed": None}], "is no number"),
        ):
            with self.subTest(answers=answers):
                self._refused(words, lambda answers=answers: check.action_answer(answers), line)

    def test_a_check_of_a_cancelled_or_done_transfer(self):
        self._point()
        gone, left = self._ready((self.product, 5)), self._ready((self.product, 5))
        self._checks(left).action_pass()
        self._leave(left)
        gone.action_cancel()
        for picking, word in ((gone, "Cancelled"), (left, "Done")):
            check = self._checks(picking)
            lines = check.line_ids
            for act in (
                lambda check=check: self._answer(check),
                check.action_open_answer,
                lambda check=check: check.action_scan("TG-1"),
            ):
                self._refused(f"{picking.name} is “{word}”", act, *lines)
        for act in ("action_pass", "action_fail"):
            self._refused("Cancelled", lambda act=act: getattr(self._checks(gone), act)(reason="Late"))
        simple = self.env["order.quality.point"].search([])
        simple.active = False
        plain = self._ready((self.product, 1))
        plain.action_cancel()
        self._refused("Cancelled", self._checks(plain).action_pass)

    def test_what_is_judged_is_not_answered_again(self):
        self._point()
        check = self._checks(self._ready((self.product, 5)))
        self._answer(check)
        self._refused("re-open", lambda: self._answer(check, failed=5, reason="No"), check.line_ids)

    def test_who_checked_is_not_who_packed(self):
        self._point(second_person=True)
        picking = self._ready((self.product, 5))
        self._parcel(picking.move_line_ids, user="processor")
        self.assertEqual(picking.order_packed_by_ids, self.users["processor"])
        check = self._checks(picking)
        for act in (check.action_pass, lambda: self._answer(check)):
            self._refused("somebody else must check", act, check.line_ids)
        self._as("manager", check).action_pass()
        # whoever checked may not pack it afterwards either
        self._parcel(picking.move_line_ids, "P-2", user="manager")
        with self.assertRaisesRegex(UserError, "packed it, too"):
            self._leave(picking)
        self._parcel(picking.move_line_ids, "P-3", user="processor")
        self.assertEqual(self._leave(picking), "done")

    def test_without_the_setting_one_person_does_both(self):
        self._point()
        picking = self._ready((self.product, 5))
        self._parcel(picking.move_line_ids, user="processor")
        self.assertFalse(picking.order_packed_by_ids)
        self._checks(picking).action_pass()
        self.assertEqual(self._leave(picking), "done")

    def test_window(self):
        self._point(instruction="<p>Look at the cap</p>", picture=PIXEL)
        check = self._checks(self._ready((self.product, 5)))
        action = check.action_open_answer()
        window = self.env[action["res_model"]].with_user(self.users["processor"]).browse(action["res_id"])
        self.assertIn("cap", window.instruction)
        self.assertTrue(window.picture)
        self.assertEqual((window.line_ids.passed, window.line_ids.answered), (5, True))
        window.line_ids.write({"passed": 4, "failed": 1})
        window.note = "Cap is loose"
        self.assertIn(check.picking_id.name, window.action_apply()["params"]["message"])
        self.assertEqual((check.state, check.line_ids.quantity), ("passed", 4))
        for kind, values in (
            ("text", {"text": "Fine", "answered": True}),
            ("photo", {"photo": PIXEL, "answered": True}),
            ("weight", {"weight": 5, "answered": True}),
        ):
            self.env["order.quality.point"].search([]).active = False
            self._point(kind, kind=kind)
            self.product.weight = 1.0
            check = self._checks(self._ready((self.product, 5)))
            action = check.action_open_answer()
            window = self.env[action["res_model"]].with_user(self.users["processor"]).browse(action["res_id"])
            window.line_ids.write(values)
            window.action_apply()
            self.assertEqual(check.state, "passed", kind)

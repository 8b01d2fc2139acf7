"""A rejected order is mended in a form: what was sent as fields and lines, each with its errors, checked and resubmitted."""

import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from tests.common import OrderCase
from tests.intake.common import IntakeMixin


class TestMend(IntakeMixin, OrderCase):
    def _rejected(self, payload, **options):
        answer = self._submit(payload, **options)[0]
        self.assertFalse(answer["ok"], answer)
        return self._as("processor", self.env["order.intake"]).browse(answer["intake_id"])

    def _open(self, intake):
        action = intake.action_mend()
        return intake.env[action["res_model"]].browse(action["res_id"])

    def _row(self, rows, place):
        return rows.sorted("place")[place]

    def test_each_fault_is_said_where_it_stands_and_mended_there(self):
        intake = self._rejected(
            {
                **self._order("M-1", product="NOPE", quantity="abc"),
                "carrier": "No Such",
                "wished_date": "soon",
                "charges": [{"type": "gift", "amount": "x"}],
                "payment": {"amount": "much"},
            }
        )
        mend = self._open(intake)
        line = mend.line_ids
        self.assertEqual(
            (line.product, line.quantity, mend.carrier, mend.wished_date), ("NOPE", "abc", "No Such", "soon")
        )
        for words in ("“abc”", "a number above zero", "“NOPE”"):
            self.assertIn(words, line.problem)
        self.assertIn("“No Such”", mend.carrier_problem)
        self.assertIn("Allowed", mend.carrier_problem)
        self.assertIn("2026-03-31", mend.wished_date_problem)
        self.assertTrue(mend.charge_ids.problem and mend.payment_problem)
        with Form(mend) as form:
            form.carrier = ""
            form.wished_date = ""
            form.payment_amount = ""
            form.charge_ids.remove(0)
            with form.line_ids.edit(0) as row:
                row.product_id = self.product
                row.quantity = "3"
        mend.action_check()
        self.assertEqual((mend.problem_count, mend.checked), (0, True))
        self.assertEqual(intake.state, "rejected", "a check enters nothing")
        self.assertFalse(intake.order_id)
        self.assertEqual(len(intake.attempt_ids), 0)
        action = mend.action_resubmit()
        self.assertEqual(action["res_id"], intake.order_id.id)
        self.assertEqual((intake.state, intake.attempts), ("accepted", 2))
        self.assertEqual(intake.order_id.order_line.product_uom_qty, 3)
        self.assertEqual(intake.sent_payload["lines"][0]["product"], "NOPE")

    def test_an_attempt_is_kept_with_the_errors_that_were_found_in_it(self):
        intake = self._rejected(self._order("M-2", product="NOPE-1"))
        mend = self._open(intake)
        for code in ("NOPE-2", "TG-1"):
            mend.line_ids.product = code
            mend.action_resubmit()
        self.assertEqual(intake.state, "accepted")
        kept = [(attempt.payload["lines"][0]["product"]) for attempt in intake.attempt_ids.sorted("id")]
        self.assertEqual(kept, ["NOPE-1", "NOPE-2"])
        self.assertEqual(intake.sent_payload["lines"][0]["product"], "NOPE-1")

    def test_what_is_not_touched_stays_as_it_was_sent(self):
        sent = {
            **self._order("M-3", product="NOPE"),
            "note": "  two\n lines ",
            "total": 10.0,
            "prices_include_tax": False,
            "customer": {"name": "Test Customer", "email": self.customer.email, "street": 7},
        }
        mend = self._open(self._rejected(sent))
        self.assertEqual(mend._payload(), {**sent, "lines": [{k: v for k, v in sent["lines"][0].items()}]})
        with Form(mend) as form, form.line_ids.edit(0) as row:
            row.product = "TG-1"
        lines = [{**sent["lines"][0], "product": "TG-1"}]
        self.assertEqual(mend._payload(), {**sent, "lines": lines})

    def test_unknown_keys_are_left_out_only_where_ticked(self):
        sent = {**self._order("M-4"), "colour": "red", "voucher": {"code": 1}}
        sent["lines"][0]["size"] = "XL"
        mend = self._open(self._rejected(sent))
        self.assertEqual(set(mend.other_ids.mapped("path")), {"colour", "voucher", "lines[0].size"})
        mend.other_ids.filtered(lambda row: row.path != "voucher").leave_out = True
        mend.action_check()
        self.assertEqual(mend.other_ids.mapped("path"), ["voucher"])
        mend.other_ids.leave_out = True
        mend.action_resubmit()
        self.assertEqual(mend.intake_id.state, "accepted")

    def test_lines_added_and_taken_out_keep_the_senders_numbers(self):
        sent = self._order("M-5")
        sent["lines"] = [{"product": code, "quantity": 1} for code in ("NOPE", "TG-1", "TG-2")]
        mend = self._open(self._rejected(sent))
        with Form(mend) as form:
            form.line_ids.remove(0)
            with form.line_ids.new() as row:
                row.product = "TS-1"
                row.quantity = "2"
        mend.action_check()
        self.assertEqual(mend.problem_count, 0, mend.line_ids.mapped("problem"))
        mend.action_resubmit()
        order = mend.intake_id.order_id
        self.assertEqual(
            {line.order_sender_line: line.product_id.default_code for line in order.order_line},
            {"2": "TG-1", "3": "TG-2", "4": "TS-1"},
        )

    def test_a_chosen_contact_and_a_remembered_code(self):
        self.customer.ref = "C-7"
        sent = {**self._order("M-6", product="THEIRS-1"), "customer": "nobody@test.example.com"}
        mend = self._open(self._rejected(sent))
        with Form(mend) as form:
            with form.party_ids.edit(0) as row:
                row.partner_id = self.customer
            with form.line_ids.edit(0) as row:
                row.product_id = self.other_product
                row.remember = True
        self.assertEqual((mend._payload()["customer"], mend._payload()["lines"][0]["product"]), ("C-7", "TG-2"))
        mend.action_check()
        self.assertFalse(self.env["order.customer.code"].search([("code", "=", "THEIRS-1")]), "a check keeps nothing")
        mend.action_resubmit()
        self.assertEqual(mend.intake_id.order_id.order_line.product_id, self.other_product)
        self.assertEqual(self._made(product="theirs-1").order_line.product_id, self.other_product)

    def test_where_only_the_customers_code_names_products_it_stays_and_becomes_known(self):
        self.env["order.intake.profile"].create({"source": "shop", "item_code": "customer"})
        mend = self._open(self._rejected(self._order("M-7", product="THEIRS-2")))
        with Form(mend) as form, form.line_ids.edit(0) as row:
            row.product_id = self.product
        mend.action_check()
        self.assertEqual(mend.problem_count, 0, mend.line_ids.problem)
        mend.action_resubmit()
        self.assertEqual(mend.intake_id.state, "accepted")

    def test_whatever_was_sent_opens_and_is_mended(self):
        junk = (None, 7, "text", [1, [2]], {"lines": 3}, {"reference": ["x"]}, {"lines": [1, None, {"product": {}}]})
        more = [{"reference": f"J-{n}", "customer": bad, "lines": bad, "payment": bad} for n, bad in enumerate(junk)]
        more += [{"reference": "J-x", "charges": [3, {}], "lines": {"a": 1}, "note": {"b": [1]}, "total": True}]
        for place, payload in enumerate((*junk, *more)):
            with self.subTest(payload=json.dumps(payload)):
                intake = self._rejected(payload)
                mend = self._open(intake)
                mend.action_check()
                self.assertTrue(mend.problem_count)
                fields_ = ("ordered_at", "wished_date", "note", "total", "carrier", "terms", "pricelist", "currency")
                mend.write({**dict.fromkeys(fields_, ""), "line_ids": [(5,)], "charge_ids": [(5,)]})
                mend.write({f"payment_{key}": "" for key in ("method", "reference", "amount", "state")})
                if mend.nameless:
                    mend.reference = f"MENDED-{place}"
                mend.party_ids[0].word = self.customer.email
                mend.line_ids = [(0, 0, {"product": "TG-1", "quantity": "1"})]
                mend.action_check()
                mend.other_ids.leave_out = True
                action = mend.action_resubmit()
                self.assertEqual(action["res_model"], "sale.order", (mend.problems, mend.content))
                self.assertEqual(self.env["sale.order"].browse(action["res_id"]).order_line.product_id, self.product)

    def test_who_may_mend_and_once(self):
        intake = self._rejected(self._order("M-8", product="NOPE"))
        for user in ("salesman", "integration", "stranger"):
            with self.assertRaises(AccessError):
                self._as(user, intake).action_mend()
        first, second = self._open(intake), self._open(intake)
        first.line_ids.product = "TG-1"
        second.line_ids.product = "TG-2"
        first.action_resubmit()
        with self.assertRaisesRegex(UserError, "meanwhile"):
            second.action_resubmit()
        self.assertEqual(intake.order_id.order_line.product_id, self.product)

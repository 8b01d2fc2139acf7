"""What the contract says of itself, what it answers, and that docs/integration.md says the same."""

import re
from pathlib import Path

from odoo.exceptions import UserError

from tests.common import ObservingCase, OrderCase

DOCS = Path(__file__).parents[2] / "docs" / "integration.md"


class TestContract(OrderCase):
    def _contract(self):
        return self._as("integration", self.env["order.processing"])

    def _order(self, reference="C-1", **vals):
        return {
            "reference": reference,
            "customer": self.customer.email,
            "lines": [{"product": "TG-1", "quantity": 2, "price": 10.0}],
            **vals,
        }

    def test_documentation_names_every_method_argument_and_code(self):
        told = self._contract().describe()
        text = re.sub(r"```.*?```", "", DOCS.read_text(encoding="utf-8"), flags=re.DOTALL)
        named = set(re.findall(r"`([^`]+)`", text))
        words = {word for text in named for word in re.findall(r"\w+", text)}
        self.assertFalse(set(told["methods"]) - words, "methods")
        self.assertFalse({*told["error_codes"], *told["result_codes"]} - words, "codes")
        for name, method in told["methods"].items():
            self.assertTrue(method["description"], name)
            self.assertNotIn("self", method["arguments"]["properties"])
        submit = told["methods"]["submit_orders"]["arguments"]
        self.assertEqual(submit["required"], ["orders", "source"])
        self.assertIs(submit["properties"]["verify"]["default"], True)

    def test_dry_run_answers_the_same_with_verification_and_writes_nothing(self):
        orders = [self._order("D-1"), self._order("D-2", lines=[{"product": "TG-1", "quantity": 1, "price": 0}]), {}]
        tables = ("sale.order", "order.intake", "order.event", "order.verification.check", "res.partner")
        before = [self.env[name].search_count([]) for name in tables]
        tried = self._contract().submit_orders(orders=orders, source="shop", dry_run=True)
        self.env["order.event"].flush_model()
        self.assertEqual([self.env[name].search_count([]) for name in tables], before)
        done = self._contract().submit_orders(orders=orders, source="shop")

        def same(answer):
            return {name: value for name, value in answer.items() if name not in ("order", "order_id", "intake_id")}

        self.assertEqual([same(answer) for answer in tried], [same(answer) for answer in done])
        self.assertEqual([answer["code"] for answer in done], ["accepted", "held", "invalid"])
        self.assertFalse([answer for answer in tried if "order_id" in answer or "intake_id" in answer])

    def test_a_dry_run_uses_no_number_up(self):
        def drawn():
            sequences = self.env["ir.sequence"].search([("implementation", "=", "standard")])
            names = [f"ir_sequence_{sequence.id:03d}" for sequence in sequences]
            self.env.cr.execute(
                "SELECT sequencename, last_value FROM pg_sequences WHERE sequencename = ANY(%s)", [names]
            )
            return dict(self.env.cr.fetchall())

        self._stock(self.product, 50)
        self._contract().submit_orders(orders=[self._order("D-0")], source="shop", confirm=True)
        before = drawn()
        # one that Odoo refuses takes the others back and is tried again
        refused = self._order("D-2", note="refuse me")
        create = type(self.env["sale.order"]).create

        def refusing(orders, vals_list):
            if any("refuse me" in str(vals.get("note")) for vals in vals_list):
                raise UserError("No")
            return create(orders, vals_list)

        self.patch(type(self.env["sale.order"]), "create", refusing)
        orders = [self._order("D-1"), refused, self._order("D-3")]
        answers = self._contract().submit_orders(orders=orders, source="shop", confirm=True, dry_run=True)
        self.assertEqual([answer["code"] for answer in answers], ["accepted", "invalid", "accepted"], answers)
        self.assertEqual(drawn(), before)
        answer = self._contract().submit_orders(orders=[self._order("D-1")], source="shop")[0]
        self.assertRegex(answer["order"], r"^S\d+$")
        self.assertNotEqual(drawn(), before)

    def test_repeated_answers_the_first_result_with_its_holds(self):
        order = self._order("H-1", lines=[{"product": "TG-1", "quantity": 1, "price": 0}])
        first, again = (self._contract().submit_orders(orders=[order], source="shop")[0] for _n in range(2))
        self.assertEqual((first["code"], again["code"]), ("held", "repeated"))
        for name in ("ok", "order", "order_id", "state", "verification", "holds"):
            self.assertEqual(first[name], again[name])
        self.assertTrue(first["holds"])

    def test_a_mended_order_sent_again_as_it_was_is_no_conflict(self):
        sent = self._order("M-1", lines=[{"product": "TG-1", "quantity": -2}])
        rejected = self._contract().submit_orders(orders=[sent], source="shop")[0]
        kept = self._as("processor", self.env["order.intake"].browse(rejected["intake_id"]))
        kept.payload_text = kept.payload_text.replace("-2", "2")
        answer = kept.action_resubmit()[0]
        self.assertEqual(answer["code"], "accepted")
        self.assertEqual(kept.order_id.verification_state, "verified", "what the desk enters is verified too")
        self.assertEqual((kept.sent_payload["lines"][0]["quantity"], kept.payload["lines"][0]["quantity"]), (-2, 2))
        again = self._contract().submit_orders(orders=[sent], source="shop")[0]
        self.assertEqual((again["code"], again["order_id"]), ("repeated", answer["order_id"]))
        other = self._contract().submit_orders(orders=[self._order("M-1")], source="shop")[0]
        self.assertEqual(other["code"], "conflict")
        self.assertIn("accepted before with other content: [", other["errors"][0]["message"])

    def test_the_reference_stays_unless_there_was_none(self):
        bad = {"lines": [{"product": "TG-1", "quantity": -2}]}
        answers = self._contract().submit_orders(
            orders=[self._order("S-1", **bad), self._order("", **bad)], source="shop"
        )
        kept, nameless = (
            self._as("processor", self.env["order.intake"].browse(answer["intake_id"])) for answer in answers
        )
        with self.assertRaisesRegex(UserError, "stays"):
            kept.payload_text = kept.payload_text.replace("S-1", "S-2")
        nameless.payload_text = nameless.payload_text.replace("-2", "2").replace(
            '"reference": ""', '"reference": "S-3"'
        )
        answer = nameless.action_resubmit()[0]
        self.assertEqual((answer["code"], answer["reference"]), ("accepted", "S-3"))
        self.assertEqual(nameless.state, "cancelled")

    def test_one_call_with_a_bad_and_then_a_mended_order(self):
        bad = self._order("T-1", lines=[{"product": "NOPE", "quantity": 1}])
        answers = self._contract().submit_orders(
            orders=[bad, bad, self._order("T-1"), self._order("T-1", note="x"), self._order("T-2")], source="shop"
        )
        self.assertEqual(
            [answer["code"] for answer in answers], ["invalid", "invalid", "accepted", "conflict", "accepted"]
        )

    def test_what_was_sent_cannot_be_rewritten(self):
        answer = self._contract().submit_orders(orders=[self._order("", lines=[])], source="shop")[0]
        kept = self.env["order.intake"].browse(answer["intake_id"])
        for name in ("processor", "manager"):
            for vals in ({"payload": {}}, {"reference": "x"}, {"value": 1}, {"first_error_code": ""}, {"source": "y"}):
                with self.assertRaises(UserError):
                    self._as(name, kept).write(vals)

    def test_what_no_database_keeps_is_answered_all_the_same(self):
        for odd in ("\x00", "\ud800", float("nan"), 10**400, "x" * 5000, [[[[[[]]]]]]):
            for order in (self._order(odd), self._order("O", note=odd), self._order("O", customer=odd), {"x": odd}):
                answer = self._contract().submit_orders(orders=[order], source="odd")[0]
                self.assertIn("code", answer)


class TestObserving(ObservingCase):
    def test_findings_do_not_hold_where_a_company_observes(self):
        order = {
            "reference": "W-1",
            "customer": self.customer.email,
            "lines": [{"product": "TG-1", "quantity": 1, "price": 0}],
        }
        answer = self._as("integration", self.env["order.processing"]).submit_orders(orders=[order], source="shop")[0]
        self.assertEqual((answer["ok"], answer["code"], answer["holds"]), (True, "accepted", []))

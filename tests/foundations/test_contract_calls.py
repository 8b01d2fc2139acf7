"""How the contract reads a call and what goes up from it, without a server."""

import inspect
from unittest.mock import patch

import psycopg2
from jsonschema import Draft202012Validator
from psycopg2 import errors

from odoo.exceptions import AccessError, ConcurrencyError, LockError, UserError
from odoo.service.model import call_kw

from tests.common import OrderCase

READING = {
    "acknowledgements": {"references": ["x"]},
    "order_status": {},
    "changes": {},
    "list_discrepancies": {},
    "return_status": {"keys": ["x"]},
    "change_status": {"keys": ["x"]},
    "reconciliation": {"date": "2026-03-01"},
    "describe": {},
}


class TestContractCalls(OrderCase):
    def setUp(self):
        super().setUp()
        self.contract = self._as("integration", self.env["order.processing"])

    def _order(self, reference, **vals):
        lines = [{"product": "TG-1", "quantity": 2, "price": 10.0}]
        return {"reference": reference, "customer": self.customer.email, "lines": lines, **vals}

    def _submit(self, *orders, **options):
        return self.contract.submit_orders(orders=list(orders), source="shop", **options)

    def test_arguments_by_place_and_by_name(self):
        order = self._make_order()
        by_place = self.contract.order_status([order.name])
        self.assertEqual(by_place, self.contract.order_status(references=[order.name]))
        for args, kwargs, words in (
            ([[order.name], "", "", "more"], {}, "no more than these arguments"),
            ([[order.name]], {"references": [order.name]}, "Given twice: `references`"),
            ([], {"references": [order.name], "self": 1}, "Unknown arguments: self"),
            ([], {}, "Missing arguments: `references`"),
        ):
            with self.assertRaisesRegex(UserError, words):
                call_kw(self.contract, "order_status", args, kwargs)

    def test_any_keyword_fits_the_signature(self):
        """JSON-2 binds a call to the signature before the method can say what is wrong."""
        for name in self.contract.describe()["methods"]:
            method = getattr(type(self.contract), name)
            inspect.signature(method).bind(self.contract, colour=1, self=2, args=3)
            self.assertTrue(method._api_model, name)

    def test_what_is_described_is_what_checks(self):
        told = self.contract.describe()
        for name, form in told["methods"].items():
            self.assertEqual(form["readonly"], name in READING, name)
            self.assertFalse(form["arguments"]["additionalProperties"], name)
            self.assertLessEqual({"source", "company"}, set(form["arguments"]["properties"]), name)
            Draft202012Validator.check_schema(form["answer"])
        order = Draft202012Validator(told["schemas"]["order"])
        self.assertTrue(order.is_valid(self._order("A")))
        for wrong in ({"colour": 1}, {"lines": "x"}, {"customer": 5}, {"replace": "yes"}):
            self.assertFalse(order.is_valid(self._order("A", **wrong)), wrong)
            self.assertFalse(self._submit(self._order("A", **wrong))[0]["ok"], wrong)
        self.assertEqual(order.schema["required"], ["reference", "customer", "lines"])

    def test_methods_that_read_write_nothing(self):
        order = self._submit(self._order("R-1"))[0]["order"]
        self.env.flush_all()
        self.env["order.event"].flush_model()
        for name, arguments in READING.items():
            arguments = arguments or ({"references": [order]} if name == "order_status" else {})
            savepoint = self.env.cr.savepoint(flush=False)
            self.env.cr.execute("SET TRANSACTION READ ONLY")
            call_kw(self.contract, name, [], arguments)
            savepoint.rollback()
            savepoint.close(rollback=True)

    def test_a_concurrency_error_is_no_fault_of_an_order(self):
        """It goes up, whatever the set and the place: core calls again; only what an order is guilty of is its error."""
        Order = type(self.env["sale.order"])
        for error, raised in (
            (errors.SerializationFailure, errors.SerializationFailure),
            (errors.DeadlockDetected, errors.DeadlockDetected),
            (errors.LockNotAvailable, errors.LockNotAvailable),
            (LockError, ConcurrencyError),
        ):
            with patch.object(Order, "create", side_effect=error("busy")), self.assertRaises(raised):
                self._submit(self._order("C-1"), self._order("C-2"))
        accepted = self._submit(self._order("C-3"), self._order("C-4"))
        references = [answer["reference"] for answer in accepted]
        for method, core, more in (
            ("confirm_orders", "action_confirm", {}),
            ("cancel_orders", "action_cancel", {"reason": "customer"}),
        ):
            for error, raised in (
                (errors.SerializationFailure, psycopg2.OperationalError),
                (LockError, ConcurrencyError),
            ):
                with patch.object(Order, core, side_effect=error("busy")), self.assertRaises(raised):
                    getattr(self.contract, method)(references=references, source="shop", **more)

    def test_what_one_order_is_guilty_of_spoils_no_other(self):
        Order = type(self.env["sale.order"])
        create, cancel = Order.create, Order.action_cancel

        def refuse(self, vals_list):
            if any(vals.get("client_order_ref") == "G-2" for vals in vals_list):
                raise errors.CheckViolation("odd")
            return create(self, vals_list)

        with patch.object(Order, "create", refuse):
            answers = self._submit(*(self._order(f"G-{number}") for number in (1, 2, 3)))
        self.assertEqual([answer["code"] for answer in answers], ["accepted", "invalid", "accepted"])
        self.assertEqual([error["code"] for error in answers[1]["errors"]], ["refused"])

        def keep(self):
            if "G-3" in self.mapped("client_order_ref"):
                raise UserError("No.")
            return cancel(self)

        with patch.object(Order, "action_cancel", keep):
            rows = self.contract.cancel_orders(references=["G-1", "G-3", "G-1"], reason="no_stock", source="shop")
        self.assertEqual(
            [(row["code"], row["state"]) for row in rows],
            [("accepted", "cancel"), ("refused", "draft"), ("accepted", "cancel")],
        )
        order = self.env["sale.order"].search([("client_order_ref", "=", "G-1")])
        booked = self._events(order, "cancelled")
        self.assertEqual([(row.reason, row.quantity) for row in booked], [("no_stock", -2)])

    def test_references_with_and_without_source(self):
        first, second = self._submit(self._order("S-1"))[0], self._make_order(client_order_ref="S-1")
        other = self.contract.submit_orders(orders=[self._order("S-1")], source="fair")[0]
        named = self.contract.submit_orders(orders=[self._order(second.name)], source="fair")[0]

        def found(reference, source=""):
            row = self.contract.order_status(references=[reference], source=source)[0]
            return row["code"], row["order"]

        self.assertEqual(found("S-1", "shop"), ("accepted", first["order"]))
        self.assertEqual(found("S-1", "fair"), ("accepted", other["order"]))
        self.assertEqual(found("S-1"), ("ambiguous", ""))
        self.assertEqual(found(first["order"]), ("accepted", first["order"]))
        self.assertEqual(found(first["order"], "shop"), ("not_found", ""), "with a source references are the sender's")
        self.assertEqual(found(second.name, "fair"), ("accepted", named["order"]))
        self.assertEqual(found(second.name), ("ambiguous", ""), "Odoo's name and a sender's reference")

    def test_another_company_is_another_world(self):
        self.users["integration"].company_ids += self.other_company
        both = {"company": self.other_company.name}
        self._submit(self._order("W-1"))
        self.assertEqual(self.contract.order_status(references=["W-1"], source="shop", **both)[0]["code"], "not_found")
        there = self._submit(self._order("W-1"), **both)[0]
        self.assertTrue(there["ok"], there)
        self.assertEqual(self.env["sale.order"].browse(there["order_id"]).company_id, self.other_company)
        by_id = self.contract.order_status(references=["W-1"], source="shop", company=self.other_company.id)
        self.assertEqual(by_id[0]["order"], there["order"])

    def test_who_may_call(self):
        for name, arguments in READING.items():
            arguments = arguments or ({"references": []} if name == "order_status" else {})
            for user in ("integration", "processor", "manager"):
                call_kw(self._as(user, self.env["order.processing"]), name, [], arguments)
            with self.assertRaises(AccessError):
                call_kw(self._as("salesman", self.env["order.processing"]), name, [], arguments)

    def test_status_of_many_takes_the_queries_of_one(self):
        names = self._make_order().name, *(self._make_order().name for _turn in range(20))
        self.contract.order_status(references=list(names))

        def queries(references):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.contract.order_status(references=references)
            return self.env.cr.sql_log_count - before

        queries([names[0]])
        self.assertLessEqual(queries(list(names)), queries([names[0]]))

    def test_pages_of_a_cursor_take_the_queries_of_one_row(self):
        self._submit(*(self._order(f"Q-{number}") for number in range(10)))
        self.env["order.event"].flush_model()

        def queries(limit):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            items = self.contract.changes(limit=limit)["items"]
            return len(items), self.env.cr.sql_log_count - before

        queries(1)
        (one, few), (many, more) = queries(1), queries(1000)
        self.assertGreater(many, one)
        # the ORM reads in hundreds
        self.assertLessEqual(more, few + many // 100 * 2)

    def test_a_dry_run_sends_nothing_after_the_commit(self):
        Order, sent = type(self.env["sale.order"]), []
        create, later = Order.create, self.env.cr.postcommit

        def post(self, vals_list):
            self.env.cr.postcommit.add(lambda: sent.append("the trial's"))
            return create(self, vals_list)

        later.clear()
        later.add(lambda: sent.append("another's"))
        with patch.object(Order, "create", post):
            answer = self._submit(self._order("N-1"), confirm=True, dry_run=True)[0]
        self.assertTrue(answer["ok"], answer)
        later.run()
        self.assertEqual(sent, ["another's"])
        self.assertFalse(self.env["sale.order"].search([("client_order_ref", "=", "N-1")]))
        self.assertEqual(self.contract.order_status(references=["N-1"], source="shop")[0]["code"], "not_found")

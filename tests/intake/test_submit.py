import threading

from hypothesis import given
from hypothesis import strategies as st

from odoo import api
from odoo.exceptions import AccessError, UserError
from odoo.modules.registry import Registry

from tests.common import OrderCase


class TestSubmit(OrderCase):
    def _order(self, reference="R-1", **vals):
        return {
            "reference": reference,
            "customer": self.customer.email,
            "lines": [{"product": "TG-1", "quantity": 2, "price": 10.0}],
            **vals,
        }

    def _submit(self, *orders, source="shop", user="integration", **options):
        return self._as(user, self.env["order.processing"]).submit_orders(orders=list(orders), source=source, **options)

    def _intake_kinds(self, kept):
        domain = [("document_model", "=", "order.intake"), ("document_id", "=", kept.id)]
        return self.env["order.event"].search(domain).mapped("kind")

    def test_accepted_whole_with_its_date_price_and_reference(self):
        order = self._order(ordered_at="2026-03-01T10:15:00Z", wished_date="2026-03-09", total=20)
        order["lines"].append({"product": "TG-2", "quantity": "3", "discount": 10, "note": "blue"})
        answer = self._submit(order)[0]
        self.assertTrue(answer["ok"], answer)
        made = self.env["sale.order"].browse(answer["order_id"])
        self.assertEqual(made.name, answer["order"])
        self.assertEqual(made.order_line.mapped("product_uom_qty"), [2, 3])
        self.assertEqual(made.order_line.mapped("price_unit"), [10, 25])
        self.assertEqual(made.order_line[1].discount, 10)
        self.assertIn("blue", made.order_line[1].name)
        self.assertEqual(made.client_order_ref, "R-1")
        self.assertEqual(str(made.date_order), "2026-03-01 10:15:00")
        self.assertEqual(made.create_uid, self.users["integration"])
        self.assertEqual(made.intake_id.state, "accepted")
        self.assertEqual(made.intake_id.payload["lines"][0]["product"], "TG-1")
        self.assertEqual(self._events(made, "received").amount, 20)

    def test_order_date_survives_confirmation(self):
        answer = self._submit(self._order(ordered_at="2026-03-01T10:15:00Z"), confirm=True)[0]
        made = self.env["sale.order"].browse(answer["order_id"])
        self.assertEqual((made.state, answer["state"]), ("sale", "sale"))
        self.assertEqual(str(made.date_order), "2026-03-01 10:15:00")

    def test_all_errors_at_once_and_nothing_entered(self):
        count = self.env["sale.order"].search_count([])
        answer = self._submit(
            {
                "reference": "R-2",
                "customer": "",
                "colour": "red",
                "lines": [
                    {"product": "TG-1", "quantity": 0},
                    {"product": "NOPE", "quantity": 1, "price": -1},
                    {"product": "TG-1", "quantity": "many", "unit": "Furlong", "discount": 120},
                ],
            }
        )[0]
        self.assertFalse(answer["ok"])
        self.assertEqual(answer["code"], "invalid")
        codes = {(error["path"], error["code"]) for error in answer["errors"]}
        self.assertEqual(
            codes,
            {
                ("customer", "no_customer"),
                ("colour", "unknown_key"),
                ("lines[0].quantity", "bad_quantity"),
                ("lines[1].product", "unknown_product"),
                ("lines[1].price", "bad_price"),
                ("lines[2].quantity", "bad_quantity"),
                ("lines[2].unit", "unknown_unit"),
                ("lines[2].discount", "bad_discount"),
            },
        )
        self.assertEqual(self.env["sale.order"].search_count([]), count)
        kept = self.env["order.intake"].browse(answer["intake_id"])
        self.assertEqual((kept.state, kept.first_error_code, len(kept.error_ids)), ("rejected", "no_customer", 8))
        self.assertEqual(self._intake_kinds(kept), ["received", "rejected"])

    def test_reference_once_same_content_repeats_other_conflicts(self):
        first = self._submit(self._order())[0]
        again = self._submit({**self._order(), "note": None})[0]
        self.assertEqual((again["code"], again["order_id"], again["ok"]), ("repeated", first["order_id"], True))
        other = self._submit(self._order(note="Ring twice"))[0]
        self.assertEqual((other["code"], other["ok"], other["errors"][0]["path"]), ("conflict", False, "note"))
        elsewhere = self._submit(self._order(), source="fax")[0]
        self.assertNotEqual(elsewhere["order_id"], first["order_id"])
        twice = self._submit(self._order("R-9"), self._order("R-9"), self._order("R-9", note="x"))
        self.assertEqual([answer["code"] for answer in twice], ["accepted", "repeated", "conflict"])

    def test_rejected_is_evaluated_anew_and_counts_once(self):
        bad = self._order(customer="nobody@test.example.com")
        rejected = self._submit(bad)[0]
        self.assertEqual(rejected["errors"][0]["code"], "unknown_customer")
        self._make_customer("Late", email="nobody@test.example.com")
        good = self._submit(bad)[0]
        self.assertEqual((good["code"], good["intake_id"]), ("accepted", rejected["intake_id"]))
        kept = self.env["order.intake"].browse(good["intake_id"])
        self.assertEqual((kept.attempts, kept.error_ids.ids, kept.first_error_code), (2, [], False))
        self.assertEqual(self._intake_kinds(kept), ["received", "rejected"])

    def test_mended_in_the_form_and_resubmitted(self):
        answer = self._submit(self._order(lines=[{"product": "TG-1", "quantity": -1}]))[0]
        kept = self._as("processor", self.env["order.intake"].browse(answer["intake_id"]))
        self.assertIn("table-danger", kept.payload_html)
        kept.payload_text = kept.payload_text.replace(": -1", ": 4")
        self.assertEqual(kept.action_resubmit()[0]["code"], "accepted")
        self.assertEqual(kept.order_id.order_line.product_uom_qty, 4)
        with self.assertRaisesRegex(UserError, "not rejected"):
            kept.payload_text = "{}"
        with self.assertRaises(UserError):
            kept.unlink()

    def test_dry_run_writes_nothing(self):
        counts = [self.env[model].search_count([]) for model in ("sale.order", "order.intake", "order.event")]
        answers = self._submit(self._order(), self._order("R-2", customer=None), dry_run=True)
        self.assertEqual([answer["code"] for answer in answers], ["accepted", "invalid"])
        self.assertEqual(
            [self.env[model].search_count([]) for model in ("sale.order", "order.intake", "order.event")], counts
        )

    def test_found_by_barcode_reference_vat_case_and_address(self):
        self.product.barcode = "5012345678900"
        self.customer.ref = "C-77"
        answers = self._submit(
            self._order("A", customer="C-77", lines=[{"product": "5012345678900", "quantity": 1}]),
            self._order("B", lines=[{"product": "tg-1", "quantity": 1}]),
            self._order(
                "C", customer={"name": "New Ltd", "street": "2 Road", "city": "Leeds", "zip": "LS1", "country": "GB"}
            ),
            self._order(
                "D", ship_to={"name": "Depot", "street": "9 Dock", "city": "Hull", "zip": "HU1", "country": "GB"}
            ),
        )
        self.assertEqual([answer["ok"] for answer in answers], [True] * 4, answers)
        orders = self.env["sale.order"].browse([answer["order_id"] for answer in answers])
        self.assertEqual(orders[0].partner_id, self.customer)
        self.assertEqual(orders[1].order_line.product_id, self.product)
        self.assertEqual(orders[2].partner_id.name, "New Ltd")
        self.assertEqual(orders[3].partner_shipping_id.parent_id, self.customer)

    def test_two_customers_with_one_address_are_ambiguous(self):
        self._make_customer("Twin", email=self.customer.email)
        self.assertEqual(self._submit(self._order())[0]["errors"][0]["code"], "ambiguous")

    def test_rights(self):
        for name in ("salesman", "accountant", "portal"):
            with self.assertRaises(AccessError):
                self._submit(self._order(), user=name)
        with self.assertRaises(AccessError):
            self._as("salesman", self.env["order.intake"]).submit([self._order()], "shop")
        with self.assertRaises(UserError):
            self._submit(self._order(), company=self.other_company.name)
        with self.assertRaisesRegex(UserError, "colour"):
            self._submit(self._order(), colour="red")
        answer = self._submit(self._order())[0]
        kept = self.env["order.intake"].browse(answer["intake_id"])
        for vals in ({"state": "received"}, {"order_id": False}, {"digest": "x"}):
            with self.assertRaises(UserError):
                self._as("processor", kept).write(vals)
        with self.assertRaises(AccessError):
            self._as("integration", kept).read(["payload"])
        self.assertFalse(self._as("stranger", self.env["order.intake"]).search([("id", "=", kept.id)]))

    def test_malformed_calls_are_refused_whole(self):
        for orders in ("x", [{}] * 1001):
            with self.assertRaises(UserError):
                self._as("integration", self.env["order.processing"]).submit_orders(orders=orders, source="shop")
        with self.assertRaises(UserError):
            self._submit(self._order(), source=" ")
        for order in ({}, "text", 7, {"reference": 5}, {"reference": "x", "customer": 4, "lines": {"a": 1}}):
            answer = self._submit(order)[0]
            self.assertFalse(answer["ok"], order)
            self.assertTrue(answer["intake_id"], "kept all the same")

    def test_arbitrary_json_is_never_lost_nor_half_entered(self):
        values = st.recursive(
            st.none() | st.booleans() | st.integers(-5, 5) | st.text("abT G-1", max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["reference", "customer", "lines", "product", "quantity", "x"]), inner, max_size=4
                )
            ),
            max_leaves=8,
        )

        @given(values)
        def check(value):
            with self.env.cr.savepoint() as savepoint:
                answer = self._submit(value, verify=False)[0]
                kept = self.env["order.intake"].browse(answer["intake_id"])
                self.assertEqual(bool(kept.order_id), answer["ok"])
                self.assertIn(kept.state, ("accepted", "rejected"))
                savepoint.rollback()

        check()

    def test_queries_do_not_grow_with_the_set(self):
        def ours(size, mark):
            orders = [self._order(f"{mark}-{number}") for number in range(size)]
            self.env.flush_all()
            start = self.cr.sql_log_count
            self._submit(*orders, verify=False)
            self.env.flush_all()
            self.env["order.event"].flush_model()
            spent = self.cr.sql_log_count - start
            lines = [{"product_id": self.product.id, "product_uom_qty": 2, "price_unit": 10}]
            start = self.cr.sql_log_count
            self.env["sale.order"].create(
                [{"partner_id": self.customer.id, "order_line": [(0, 0, line) for line in lines]} for _n in range(size)]
            )
            self.env.flush_all()
            self.env["order.event"].flush_model()
            return spent - (self.cr.sql_log_count - start)

        ours(1, "warm")
        self.assertEqual(ours(1, "one"), ours(40, "many"))

    def test_one_reference_from_two_transactions_makes_one_envelope(self):
        registry, results = Registry(self.env.cr.dbname), []
        company, user = self.env.ref("base.main_company").id, self.env.ref("base.user_admin").id
        reference = f"race-{self.env.cr.now():%H%M%S%f}"

        def claim():
            with registry.cursor() as cr:
                env = api.Environment(cr, user, {})
                order = {"reference": reference, "customer": "", "lines": []}

                def act():
                    return env["order.intake"].submit([order], "race", company)[0]

                from odoo.service.model import retrying

                results.append(retrying(act, env)["intake_id"])

        threads = [threading.Thread(target=claim) for _n in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(600)
        self.assertFalse(any(thread.is_alive() for thread in threads), "still at work")
        with registry.cursor() as cr:
            cr.execute("SELECT count(*) FROM order_intake WHERE reference = %s", [reference])
            self.assertEqual(cr.fetchone()[0], 1)
            cr.execute("DELETE FROM order_intake WHERE reference = %s", [reference])
        self.assertEqual(len(set(results)), 1)
        self.assertEqual(len(results), 2)

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form
from odoo.tools import SQL

from tests.discrepancy.sight import SightCase

SAID = ("order_discrepancy_count", "order_discrepancy_severity", "order_discrepancy_text")


class TestDocuments(SightCase):
    """Order, transfer, invoice and return say what differs of their own lines."""

    def _said(self, document, user="processor"):
        document = self._as(user, document)
        document.invalidate_recordset(SAID)
        return [document[name] for name in SAID]

    def test_each_document_tells_of_its_own_lines(self):
        order = self._make_order((self.product, 10, 10.0), (self.other_product, 5, 25.0))
        order.action_confirm()
        self._deliver(order, {self.product: 4, self.other_product: 5}, backorder=False)
        first, second = order.order_line
        invoice = self._invoice(order)
        self._sweep(order)
        count, severity, text = self._said(order)
        self.assertEqual((count, severity), (1, "high"))
        self.assertIn("Short shipped: [TG-1] Test Goods should be 10.00 Units and is 4.00 Units.", text)
        self.assertIn("less went out", text)
        for document in (order.picking_ids, invoice):
            self.assertEqual(self._said(document), [count, severity, text])
        # an invoice of the other line alone has nothing to tell
        other = self._shipped(3)
        alone = self._invoice(other)
        self.assertEqual(self._said(alone), [0, False, ""])
        self.assertEqual(self._said(other.picking_ids), [0, False, ""])
        first.product_uom_qty = 4
        self._sweep(order)
        self.assertEqual(self._said(order.picking_ids), [0, False, ""])
        self.assertEqual(second.order_id, order)

    def test_a_return_tells_of_what_comes_back(self):
        order = self._shipped(10)
        self._sweep(order)
        answer = self._as("processor", self.env["order.return"]).request(
            [{"key": "sight-1", "lines": [{"line_id": order.order_line.id, "quantity": 3}]}], "test"
        )
        case = self.env["order.return"].browse(answer[0]["return_id"])
        count, severity, text = self._said(case)
        self.assertEqual((count, severity), (1, "high"))
        self.assertIn("Shipped, not invoiced", text)
        action = self._as("processor", case).action_view_order_discrepancies()
        self.assertEqual(self.Discrepancy.search(action["domain"]), order.order_discrepancy_ids)

    def test_the_worst_is_told_first_and_the_others_are_counted(self):
        order = self._shipped(10, deliver=12)
        invoice = self._invoice(order, post=False)
        invoice.invoice_line_ids.quantity = 13
        invoice.action_post()
        self._sweep(order)
        self.assertEqual(self._kinds(order), ["over_invoiced", "over_shipped"])
        count, severity, text = self._said(invoice)
        self.assertEqual((count, severity), (2, "high"))
        self.assertTrue(text.startswith("Over invoiced: "))
        self.assertTrue(text.endswith("And 1 more: Over shipped."))

    def test_opening_compares_and_shows_these_alone(self):
        order = self._shipped(10)
        other = self._shipped(10)
        self._sweep(order | other)
        action = self._as("processor", order.picking_ids).action_view_order_discrepancies()
        self.assertEqual(self.Discrepancy.search(action["domain"]), order.order_discrepancy_ids)
        self.assertEqual(action["context"], {"search_default_to_do": 1})
        self._invoice(order)
        self._as("processor", order.picking_ids).action_view_order_discrepancies()
        self.assertEqual(self._said(order.picking_ids)[0], 0)

    def test_others_see_neither_button_nor_banner(self):
        order = self._shipped(10)
        self._sweep(order)
        for name in ("sale.order", "stock.picking", "account.move", "order.return"):
            for user in ("salesman", "accountant"):
                model = self._as(user, self.env[name])
                if not model.has_access("read"):
                    continue
                self.assertFalse(set(SAID) & set(model.fields_get()), name)
                arch = model.get_view(view_type="form")["arch"]
                self.assertNotIn("order_discrepancy_text", arch)
                self.assertNotIn("action_view_order_discrepancies", arch)
            arch = self._as("processor", self.env[name]).get_view(view_type="form")["arch"]
            self.assertIn("order_discrepancy_text", arch, name)
            self.assertIn("action_view_order_discrepancies", arch, name)
        with self.assertRaises(AccessError):
            self._as("salesman", order).read(["order_discrepancy_text"])

    def test_a_document_of_another_company_cannot_be_asked(self):
        order = self._shipped(10)
        self._sweep(order)
        with self.assertRaises(AccessError):
            self._as("stranger", order.picking_ids).action_view_order_discrepancies()

    def test_the_forms_open(self):
        order = self._shipped(10)
        invoice = self._invoice(order, post=False)
        for document in (order, order.picking_ids, invoice):
            self.assertTrue(Form(self._as("processor", document)).id)
        self.assertFalse(Form(self._as("processor", self.env["sale.order"])).order_discrepancy_count)

    def test_the_same_queries_for_one_and_for_a_hundred(self):
        orders = self._uninvoiced(100)
        self._sweep(orders)
        invoices = self._invoice(orders[:50], post=False)

        for documents in (orders, invoices):
            self._assert_flat(documents)

    def _assert_flat(self, documents):
        def read(some):
            self._as("processor", some).mapped("order_discrepancy_text")

        read(documents[:1])
        one = self._queries(lambda: read(documents[:1]))
        self.assertLessEqual(self._queries(lambda: read(documents)), one, documents._name)


class TestDeskList(SightCase):
    def _aged(self, days):
        record = self._found()
        moment = fields.Datetime.now() - timedelta(days=days)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE order_discrepancy SET found_at = %(at)s, opened_at = %(at)s WHERE id = %(id)s",
                at=moment,
                id=record.id,
            )
        )
        record.invalidate_recordset()
        return record

    def test_age_bands_group_and_filter_in_sql_as_they_show(self):
        records = self.Discrepancy.union(*(self._aged(days) for days in (0, 1, 3, 4, 7, 8, 40)))
        self.env.flush_all()
        desk = self._as("processor", self.Discrepancy)
        domain = [("id", "in", records.ids)]
        grouped = dict(desk._read_group(domain, ["age_band"], ["id:recordset"]))
        self.assertEqual(
            {band: sorted(found.mapped("age")) for band, found in grouped.items()},
            {"age_0": [0], "age_1": [1, 3], "age_4": [4, 7], "age_8": [8, 40]},
        )
        for band, found in grouped.items():
            self.assertEqual(set(found.mapped("age_band")), {band})
            self.assertEqual(desk.search([*domain, ("age_band", "=", band)]), found)
        self.assertEqual(list(grouped), ["age_0", "age_1", "age_4", "age_8"])
        self.assertTrue(desk.fields_get(["age_band"])["age_band"]["groupable"])
        records.action_resolve(reason="Seen")
        self.assertEqual(desk.search_count([*domain, ("age_band", "=", False)]), len(records))
        self.assertEqual(set(records.mapped("age_band")), {False})

    def test_the_day_is_the_companys(self):
        record = self._found()
        self.company.order_tz = "Pacific/Kiritimati"
        self.env.cr.execute(
            "UPDATE order_discrepancy SET opened_at = ((now() AT TIME ZONE 'Pacific/Kiritimati')::date::timestamp"
            " AT TIME ZONE 'Pacific/Kiritimati' AT TIME ZONE 'UTC') - interval '1 minute' WHERE id = %s",
            [record.id],
        )
        record.invalidate_recordset()
        self.assertEqual((record.age, record.age_band), (1, "age_1"))
        self.assertEqual(self.Discrepancy._read_group([("id", "=", record.id)], ["age_band"]), [("age_1",)])

    def test_kind_and_age_pivot_together(self):
        record = self._aged(5)
        rows = self._as("processor", self.Discrepancy).formatted_read_grouping_sets(
            [("id", "=", record.id)],
            [["kind"], ["kind", "age_band"]],
            ["value_company:sum", "solve_days:avg", "__count"],
        )
        self.assertEqual((rows[1][0]["kind"], rows[1][0]["age_band"]), ("shipped_not_invoiced", "age_4"))
        self.assertEqual(rows[1][0]["value_company:sum"], 10)

    def test_days_to_solve_count_from_the_last_opening(self):
        record = self._aged(6)
        self.assertFalse(record.solve_days)
        invoice = self._invoice(record.order_id)
        self._sweep(record.order_id)
        self.assertEqual(record.state, "auto_closed")
        self.assertAlmostEqual(record.solve_days, 6, 1)
        invoice.button_draft()
        invoice.button_cancel()
        self._overdue(record, 3)
        self._sweep(record.order_id)
        self.assertEqual((record.state, record.age, record.age_band), ("open", 0, "age_0"))
        self.assertGreaterEqual(record.due, self.today)
        self.assertFalse(record.solve_days)
        average = self.Discrepancy._read_group([("id", "=", record.id)], [], ["solve_days:avg"])[0][0]
        self.assertFalse(average)
        record.action_resolve(reason="Seen")
        self.assertLess(record.solve_days, 0.1)

    def test_the_carrier_is_the_transfers_else_the_orders(self):
        product = self.env["product.product"].create({"name": "Freight", "type": "service"})
        slow, fast = self.env["delivery.carrier"].create(
            [{"name": name, "product_id": product.id, "delivery_type": "fixed"} for name in ("Slow", "Fast")]
        )
        order = self._make_order((self.product, 10), carrier_id=slow.id)
        order.action_confirm()
        order.picking_ids.carrier_id = fast
        self._deliver(order)
        self._sweep(order)
        self.assertEqual(order.order_discrepancy_ids.carrier_id, fast)
        self.assertEqual(self._found(carrier_id=slow.id).carrier_id, slow)
        self.assertFalse(self._found().carrier_id)

    def test_all_that_people_look_by_can_be_grouped_by(self):
        self._found()
        for name in (
            "cause",
            "kind",
            "partner_id",
            "product_id",
            "carrier_id",
            "owner_id",
            "found_at:week",
            "age_band",
            "alert_id",
        ):
            self.assertTrue(self._as("processor", self.Discrepancy)._read_group([], [name], ["__count"]), name)


class TestSettings(SightCase):
    def test_a_setting_reads_as_a_sentence(self):
        Setting = self._as("manager", self.env["order.discrepancy.setting"])
        with Form(Setting) as form:
            form.kind = "late"
            self.assertEqual(form.due_mode, "kind")
        plain = form.record
        self.assertEqual(plain.due_days, -1)
        self.assertEqual(
            (plain.customer_text, plain.tolerance_text, plain.severity_text, plain.owner_text, plain.due_text),
            ("All customers", "Nothing", "High", "Salesperson", "the same day"),
        )
        with Form(plain) as form:
            form.due_mode = "own"
            self.assertEqual(form.due_days, 0)
            form.due_days = 5
            form.tolerance_percent = 2.5
            form.tolerance_days = 3
            form.severity = "low"
            form.owner_id = self.desk
        self.assertEqual(
            (plain.tolerance_text, plain.severity_text, plain.owner_text, plain.due_text),
            ("2.5 %, the first 3 days", "Low", self.desk.name, "after 5 days"),
        )
        with Form(plain) as form:
            form.due_mode = "kind"
        self.assertEqual(plain.due_days, -1)
        plain.ignored = True
        self.assertEqual(plain.tolerance_text, "Everything: not reported")

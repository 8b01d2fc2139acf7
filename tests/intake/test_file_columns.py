"""What the columns of a file mean, who may read one, and files of any size."""

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from odoo.addons.order_processing.models.intake import columns, schema, table_orders
from odoo.addons.order_processing.wizards import intake_file, intake_file_parts

from tests.common import OrderCase

from .test_file import FileMixin

STRANGE = "Beleg;Kunde;Ware;Menge;Preis;Lager\r\nA;ME;TG-1;2;9,50;7\r\n"
MEANT = {
    "Beleg": "reference",
    "Kunde": "customer",
    "Ware": "line.product",
    "Menge": "line.quantity",
    "Preis": "line.price",
}


class TestFileColumns(FileMixin, OrderCase):
    def _strange(self, reference="A"):
        return STRANGE.replace("ME", self.customer.email).replace("A;", f"{reference};", 1)

    def _named(self, file):
        for column in file.column_ids:
            column.path = MEANT.get(column.header)

    def test_without_the_required_columns_there_is_no_preview(self):
        file = self._file(self._strange())
        file.action_read()
        self.assertEqual(file.state, "columns")
        self.assertEqual(file.column_ids.mapped("header"), ["Beleg", "Kunde", "Ware", "Menge", "Preis", "Lager"])
        self.assertEqual(file.column_ids.mapped("sample"), ["A", self.customer.email, "TG-1", "2", "9,50", "7"])
        with self.assertRaisesRegex(UserError, "No column says: Customer.*Order reference.*Beleg, Kunde"):
            file.action_preview()
        self._named(file)
        file.column_ids[-1].path = "line.price"
        with self.assertRaisesRegex(UserError, "More than one column says: Line: price"):
            file.action_preview()
        self.assertFalse(self.env["order.intake.column"].search([("source", "=", "mail")]))

    def test_what_the_columns_mean_is_kept_per_source_and_company(self):
        file = self._file(self._strange())
        file.action_read()
        self._named(file)
        file.action_preview()
        self.assertEqual(file.unused_columns, "Lager")
        again = self._file(self._strange("B"))
        again.action_read()
        self.assertEqual((again.state, again.good_count), ("preview", 1))
        # a new column is shown before it is left out
        more = self._file(self._strange("C").replace("Lager", "Farbe"))
        more.action_read()
        self.assertEqual(more.state, "columns")
        self.assertEqual({column.header: column.path for column in more.column_ids}, {**MEANT, "Farbe": False})
        other = self._file(self._strange(), source="phone")
        other.action_read()
        self.assertEqual((other.state, other.column_ids.mapped("path")), ("columns", [False] * 6))
        foreign = self._file(self._strange(), user="stranger")
        foreign.action_read()
        self.assertEqual((foreign.state, foreign.company_id), ("columns", self.other_company))

    def test_a_corrected_meaning_is_the_next_files(self):
        file = self._previewed("Order,Customer,Product,Qty,Note\nA,ME,TG-1,1,x\n".replace("ME", self.customer.email))
        file.action_columns()
        file.column_ids[-1].path = "line.note"
        file.action_preview()
        next_file = self._file("Order,Customer,Product,Qty,note\nB,ME,TG-1,1,x\n")
        next_file.action_read()
        self.assertEqual(next_file.column_ids[-1].path, "line.note")
        self.assertEqual(len(self.env["order.intake.column"].search([("source", "=", "mail")])), 5)

    def test_headings_that_differ_in_signs_alone_are_told_apart(self):
        rows = "Order,Customer,Product,Qty,Qty.,#\nA,ME,TG-1,2,9,7\n".replace("ME", self.customer.email)
        file = self._file(rows)
        file.action_read()
        file.column_ids[-1].path = "line.line"
        file.action_preview()
        again = self._previewed(rows.replace("A,", "B,"))
        meant = [(column.header, column.path) for column in again.column_ids[-3:]]
        self.assertEqual(meant, [("Qty", "line.quantity"), ("Qty.", False), ("#", "line.line")])

    def test_every_column_is_understood_by_the_contract(self):
        values = {"number": 1.0, "percent": 1.0, "day": "2026-03-02", "moment": "2026-03-02", "flag": True}
        head = {path: values.get(kind, "x") for path, kind in columns.KINDS.items() if not path.startswith("line.")}
        line = {path[5:]: values.get(kind, "x") for path, kind in columns.KINDS.items() if path.startswith("line.")}
        order = table_orders._order(head, [line])
        self.assertEqual(schema.problems(order), [])
        # and the other way round: what the contract takes has a column
        known = schema.ORDER["properties"]
        self.assertEqual(set(order), set(known))
        self.assertEqual(set(line), set(known["lines"]["items"]["properties"]))
        self.assertEqual(set(order["payment"]), set(known["payment"]["properties"]))
        self.assertEqual(set(order["ship_to"]), set(known["ship_to"]["properties"]))

    def test_only_processors_read_files(self):
        for user in ("salesman", "accountant", "integration", "portal"):
            with self.assertRaises(AccessError, msg=user):
                self._file(self._strange(), user=user)
            with self.assertRaises(AccessError, msg=user):
                self._as(user, self.env["order.intake.column"]).search([])
        self._file(self._strange(), user="manager").action_read()

    def test_files_and_columns_of_others_are_out_of_reach(self):
        file = self._previewed("Order,Customer,Product,Qty\nA,ME,TG-1,1\n".replace("ME", self.customer.email))
        for user in ("stranger", "manager"):
            with self.assertRaises(AccessError, msg=user):
                self._as(user, file).action_submit()
            for field in ("part_ids", "column_ids", "line_ids"):
                with self.assertRaises(AccessError, msg=(user, field)):
                    self._as(user, file[field]).check_access("read")
        kept = self.env["order.intake.column"].search([("source", "=", "mail")])
        self.assertEqual(self._as("manager", self.env["order.intake.column"]).search([("source", "=", "mail")]), kept)
        self.assertFalse(self._as("stranger", self.env["order.intake.column"]).search([]))
        with self.assertRaises(AccessError):
            self._as("stranger", kept[0]).path = False
        with self.assertRaises(AccessError):
            self._file(self._strange(), company_id=self.other_company.id)
        file.sudo().company_id = self.other_company
        with self.assertRaises(AccessError):
            file.action_submit()

    def test_what_is_no_file_of_orders_is_refused_with_words(self):
        cases = {
            b"": "empty",
            b"Order;Customer;SKU;Qty\r\n": "no orders below",
            b"\xd0\xcf\x11\xe0" + bytes(100): "Save it as XLSX",
            b"PK\x03\x04" + bytes(100): "no readable XLSX",
            b"%PDF-1.7\x00": "neither a CSV nor an XLSX",
        }
        for data, words in cases.items():
            file = self._file(data or b"\n")
            with self.assertRaisesRegex(UserError, words):
                file.action_read()
                file.action_preview()
        with patch.object(intake_file, "MAX_BYTES", 1000), self.assertRaisesRegex(UserError, "larger than .* MB"):
            self._file(b"Order;Customer\r\n" * 100).action_read()

    def test_long_work_is_done_in_calls_of_bounded_time(self):
        rows = [f"O-{number},{self.customer.email},TG-1,1" for number in range(5)]
        file = self._file("\n".join(["Order,Customer,Product,Qty", *rows]))
        file.action_read()
        clock = iter(range(0, 10_000, 30))
        with (
            patch.object(intake_file, "PART", 2),
            patch.object(intake_file.time, "monotonic", lambda: next(clock)),
        ):
            for method, state, words in (
                ("action_preview", "preview", "are checked; nothing is entered"),
                ("action_submit", "done", "are done"),
            ):
                answer = getattr(file, method)()
                calls = 1
                while answer["type"] == "ir.actions.client":
                    self.assertEqual(answer["tag"], "order_processing.go_on")
                    self.assertIn(words, answer["params"]["message"])
                    self.assertNotEqual(file.state, state)
                    self.assertLess(calls, 9)
                    answer = getattr(file.browse(answer["params"]["id"]), answer["params"]["method"])()
                    calls += 1
                self.assertGreater(calls, 2)
                self.assertEqual((file.state, answer["res_id"]), (state, file.id))
                self.assertEqual(answer["views"], [(False, "form")])
        self.assertEqual((file.entered_count, file.order_count), (5, 5))
        self.assertEqual(self.env["order.intake"].search_count([("source", "=", "mail")]), 5)

    def test_of_many_errors_the_first_are_shown_and_all_are_given_back(self):
        rows = [f"O-{number},{self.customer.email},NONE,1" for number in range(7)]
        with patch.object(intake_file_parts, "SHOWN_FAULTS", 3), patch.object(intake_file_parts, "SHOWN_ORDERS", 4):
            file = self._previewed("\n".join(["Order,Customer,Product,Qty", *rows]))
        self.assertEqual((len(file.fault_ids), len(file.line_ids), file.fault_count), (3, 4, 7))
        self.assertEqual(file.shown_words, "4 of 7 orders, 3 of 7 errors")
        self.assertEqual(len(self._rejected(file).splitlines()), 8)

    def test_checking_costs_the_same_queries_for_one_order_and_for_many(self):
        def queries(count):
            rows = [f"O-{number},{self.customer.email},TG-1,1" for number in range(count)]
            file = self._file("\n".join(["Order,Customer,Product,Qty", *rows]))
            file.action_read()
            file.action_preview()
            part = file.part_ids
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            part._check(file)
            return self.env.cr.sql_log_count - before

        queries(1)
        self.assertEqual(queries(60), queries(1))

    def test_the_screen_opens_at_each_step(self):
        file = self._file(self._strange())
        for step in ("action_read", "", "action_preview", "action_submit"):
            if step:
                getattr(file, step)()
            else:
                with Form(file) as form:
                    for place, header in enumerate(file.column_ids.mapped("header")):
                        with form.column_ids.edit(place) as column:
                            column.path = MEANT.get(header, False)
                    self.assertFalse(form.problem)
            self.assertEqual(Form(file).state, file.state)
        self.assertEqual(file.entered_count, 1)

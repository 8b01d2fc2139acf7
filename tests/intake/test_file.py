"""Orders from a file: columns named and remembered, errors shown by row and column before anything is entered."""

import base64
import csv
import io

import openpyxl

from odoo.exceptions import UserError

from tests.common import OrderCase

from .files import rows_of, stored, workbook

LEDGERS = ("sale.order", "order.intake", "order.intake.attempt", "res.partner")


class FileMixin:
    """``_file(data)`` is the wizard with a file in it, as the processor opens it."""

    def _file(self, data, user="processor", source="mail", filename="orders.csv", **vals):
        data = data.encode() if isinstance(data, str) else data
        return self._as(user, self.env["order.intake.file"]).create(
            {"content": base64.b64encode(data), "filename": filename, "source": source, **vals}
        )

    def _previewed(self, data, **vals):
        file = self._file(data, **vals)
        file.action_read()
        if file.state == "columns":
            file.action_preview()
        self.assertEqual(file.state, "preview")
        return file

    def _entered(self, data, **vals):
        file = self._previewed(data, **vals)
        file.action_submit()
        self.assertEqual(file.state, "done")
        return file

    def _faults(self, file):
        return [(fault.row, fault.column, fault.found) for fault in file.fault_ids]

    def _rejected(self, file):
        """The file that is given back."""
        url = file.action_download()["url"]
        self.assertIn(f"/{file.id}/rejected_content/{file.rejected_filename}", url)
        return base64.b64decode(file.with_context(bin_size=False).rejected_content)

    def _orders_of(self, *references):
        intakes = self.env["order.intake"].search([("source", "=", "mail"), ("reference", "in", references)])
        return [intakes.filtered(lambda intake, name=name: intake.reference == name).order_id for name in references]


class TestFile(FileMixin, OrderCase):
    def _rows(self, *rows, heading="Order;Customer;SKU;Qty;Unit price"):
        return "\r\n".join([heading, *rows]).replace("ME", self.customer.email)

    def test_many_rows_are_one_order(self):
        file = self._entered(
            self._rows("A;ME;TG-1;2;9,50", "A;;TG-2;1;", "B;ME;TG-1;1.000;10,00", ";;TG-2;3;").encode("cp1252")
        )
        first, second = self._orders_of("A", "B")
        self.assertEqual(
            first.order_line.mapped(lambda line: (line.product_id, line.product_uom_qty, line.price_unit)),
            [(self.product, 2, 9.5), (self.other_product, 1, 25)],
        )
        self.assertEqual(second.order_line.mapped("product_uom_qty"), [1000, 3])
        self.assertEqual((file.order_count, file.entered_count, file.fault_count, file.row_count), (2, 2, 0, 4))
        self.assertEqual(first.partner_id, self.customer)
        self.assertNotEqual(first.verification_state, "to_verify")
        self.assertEqual(first.intake_id.received_by_id, self.users["processor"])

    def test_a_preview_enters_nothing(self):
        before = {name: self.env[name].search_count([]) for name in LEDGERS}
        last = self.env["order.event"].search([], order="id desc", limit=1)
        file = self._previewed(
            self._rows("A;ME;TG-1;2;9,50", "B;nobody@test.example.com;TG-1;1;") + "\r\nC;Brand New, Hull;TG-1;1;",
        )
        self.assertEqual({name: self.env[name].search_count([]) for name in LEDGERS}, before)
        self.assertEqual(self.env["order.event"].search([], order="id desc", limit=1), last)
        self.assertEqual((file.good_count, file.fault_count, file.entered_count), (1, 2, 0))

    def test_nothing_is_entered_unseen(self):
        file = self._file(self._rows("A;ME;TG-1;2;9,50"))
        with self.assertRaisesRegex(UserError, "preview first"):
            file.action_submit()
        file.action_read()
        with self.assertRaisesRegex(UserError, "preview first"):
            file.action_submit()

    def test_every_error_is_shown_by_its_row_and_column(self):
        file = self._previewed(
            "Orders of the week\r\n\r\n"
            + self._rows(
                "A;ME;TG-1;2;", "A;;NONE;0;", ";;TG-2;many;x", "", "B;ME;#N/A;1;", "C;ME;TG-1;1;", "C;a@b.c;TG-1;1;"
            )
        )
        self.assertEqual(
            self._faults(file),
            [
                (5, "SKU", "NONE"),
                (5, "Qty", "0"),
                (6, "Qty", "many"),
                (6, "Unit price", "x"),
                (8, "SKU", "#N/A"),
                (10, "Customer", "a@b.c"),
            ],
        )
        self.assertIn(f"Row 9 of the same order says “{self.customer.email}”", file.fault_ids[-1].message)
        self.assertEqual(file.line_ids.mapped("rows"), ["4–6", "8", "9–10"])
        self.assertEqual((file.order_count, file.fault_count), (3, 3))

    def test_rejected_rows_come_back_and_are_read_again_as_they_are(self):
        data = self._rows(
            "A;ME;TG-1;2;9,50;urgent",
            "B;ME;NONE;1;;x",
            "B;;TG-2;1;;“y”",
            "C;ME;#REF!;1;;",
            heading="Order;Customer;SKU;Qty;Unit price;Kram",
        ).encode("cp1252")
        file = self._entered(data)
        self.assertEqual((file.entered_count, file.fault_count), (1, 2))
        # what could be read is kept for mending, what could not is nobody's order
        states = dict(
            self.env["order.intake"].search([("source", "=", "mail")]).mapped(lambda one: (one.reference, one.state))
        )
        self.assertEqual(states, {"A": "accepted", "B": "rejected"})
        back = self._rejected(file)
        heading, *rows = back.decode("cp1252").splitlines()
        self.assertEqual(heading, "Order;Customer;SKU;Qty;Unit price;Kram;Reason of rejection")
        self.assertEqual(
            [row.split(";")[:6] for row in rows],
            [
                ["B", self.customer.email, "NONE", "1", "", "x"],
                ["B", "", "TG-2", "1", "", "“y”"],
                ["C", self.customer.email, "#REF!", "1", "", ""],
            ],
        )
        self.assertIn("SKU: No product has this code or barcode. (NONE)", rows[0])
        self.assertIn("Another row of this order", rows[1])
        self.assertEqual(file.rejected_filename, "orders-rejected.csv")
        again = self._entered(back)
        self.assertEqual((again.entered_count, again.fault_count), (0, 2))
        self.assertEqual(self._rejected(again), back)
        mended = self._entered(back.replace(b"NONE", b"TG-1").replace(b"#REF!", b"TG-2"))
        self.assertEqual((mended.entered_count, mended.fault_count), (2, 0))
        self.assertEqual(len(self._orders_of("B")[0].order_line), 2)
        with self.assertRaisesRegex(UserError, "No order"):
            mended.action_download()

    def test_what_comes_back_does_not_run_in_a_spreadsheet(self):
        evil = ["=HYPERLINK(1)", "+1-cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1"]
        rows = [f'A;ME;{code};"-1";"=1+1";"+44 20 7946"' for code in evil]
        data = self._rows(*rows, heading="Order;Customer;SKU;Qty;=Kram;Phone").encode()
        back = self._rejected(self._entered(data))
        heading, *told = list(csv.reader(io.StringIO(back.decode("utf-8-sig")), delimiter=";"))
        self.assertEqual(heading[4], "'=Kram")
        # a number is none, and stays as it was
        self.assertEqual([row[2:6] for row in told], [[f"'{code}", "-1", "'=1+1", "+44 20 7946"] for code in evil])
        self.assertFalse([cell for row in told for cell in row if cell[:1] in "=@\t"])
        # read again it says what the sender said
        again = self._previewed(back)
        self.assertEqual(
            again.fault_ids.mapped("found"),
            ["=HYPERLINK(1)", "-1", evil[1], "-1", "-2+3", "-1", "@SUM(1)", "-1", "=1", "-1"],
        )
        self.assertEqual(self._rejected(again), back)

    def test_a_text_of_a_workbook_comes_back_as_a_text(self):
        def as_text(book):
            book.active["C2"].data_type = "s"

        rows = (["Order", "Customer", "SKU", "Qty"], ["A", self.customer.email, "=1+1", 1])
        file = self._entered(workbook(*rows, prepare=as_text), filename="orders.xlsx")
        self.assertEqual(file.fault_ids.found, "=1+1")
        page = openpyxl.load_workbook(io.BytesIO(self._rejected(file))).active
        self.assertEqual((page["C2"].value, page["C2"].data_type), ("=1+1", "s"))

    def test_cells_too_many_come_back_and_are_too_many_again(self):
        fine = [f"F{number};ME;TG-1;1;" for number in range(35)]
        data = self._rows(*fine, "B;ME;TG-1;2;9;50;", "C;ME;TG-1;1;;;;x")
        file = self._entered(data)
        self.assertEqual((file.entered_count, file.fault_count), (35, 2))
        back = self._rejected(file)
        heading, first, second = list(csv.reader(io.StringIO(back.decode("utf-8-sig")), delimiter=";"))
        self.assertEqual(heading, ["Order", "Customer", "SKU", "Qty", "Unit price", "", "", "", "Reason of rejection"])
        self.assertEqual((first[4:8], second[4:8]), (["9", "50", "", ""], ["", "", "", "x"]))
        again = self._entered(back)
        self.assertEqual((again.entered_count, again.fault_count), (0, 2))
        self.assertEqual(self._rejected(again), back)
        mended = self._entered(back.replace(b";9;50;", b";9,50;;").replace(b";x;", b";;"))
        self.assertEqual((mended.entered_count, mended.fault_count), (2, 0), self._faults(mended))

    def test_the_same_file_again_enters_nothing(self):
        data = self._rows("A;ME;TG-1;2;9,50", "B;ME;TG-1;1;")
        self._entered(data)
        before = self.env["sale.order"].search_count([])
        file = self._entered(data)
        self.assertEqual((file.entered_count, file.repeated_count), (0, 2))
        self.assertEqual(self.env["sale.order"].search_count([]), before)
        changed = self._previewed(data.replace("A;", "A;").replace(";2;", ";3;"))
        self.assertEqual(changed.line_ids.mapped("code"), ["conflict", "repeated"])

    def test_an_amendment_is_tried_and_taken_back(self):
        heading = "Order;Customer;SKU;Qty;Replace"
        self._entered(self._rows("A;ME;TG-1;2;", "B;ME;TG-1;2;", heading=heading))
        first, second = self._orders_of("A", "B")
        self._stock(self.product, 10)
        second.action_confirm()
        self._deliver(second)
        changed = self._previewed(self._rows("A;ME;TG-1;3;yes", "B;ME;TG-1;3;yes", heading=heading))
        self.assertEqual((first.order_line.product_uom_qty, second.order_line.product_uom_qty), (2, 2))
        self.assertEqual(
            dict(changed.line_ids.mapped(lambda line: (line.reference, line.code))), {"A": "good", "B": "too_late"}
        )
        self.assertEqual(changed.fault_ids.row, 3)
        changed.action_submit()
        self.assertEqual((first.order_line.product_uom_qty, second.order_line.product_uom_qty), (3, 2))
        self.assertEqual((changed.entered_count, changed.fault_count), (1, 1))

    def test_addresses_charges_payment_and_total(self):
        file = self._entered(
            "Order,Name,E-mail,Street,City,Zip,Country,Ship to name,Ship to street,Ship to city,Ship to zip,Ship to country,"
            "Product,Qty,Delivery charge,Payment method,Payment amount,Total,Order note,Line note,Wished date\n"
            "A,Newcomer,new@test.example.com,9 Dock Road,Hull,HU1 1AA,United Kingdom,Depot,2 Quay,Hull,HU1 2AA,GB,"
            'TG-1,2,4.50,card,24.50,24.50,"Leave at\nthe gate",Blue,31/12/2099\n'
            "A,,,,,,,,,,,,TG-2,1,,,,,,,\n"
        )
        self.assertEqual(file.fault_count, 0, self._faults(file))
        (order,) = self._orders_of("A")
        self.assertEqual((order.partner_id.name, order.partner_id.country_id), ("Newcomer", self.uk))
        self.assertEqual((order.partner_shipping_id.name, order.partner_shipping_id.zip), ("Depot", "HU1 2AA"))
        self.assertEqual(order.order_line.filtered("order_sender_charge").price_unit, 4.5)
        self.assertEqual((order.order_payment_method, order.order_payment_amount), ("card", 24.5))
        self.assertEqual(order.order_stated_total, 24.5)
        self.assertEqual(order.intake_id.payload["wished_date"], "2099-12-31")
        self.assertEqual(order.intake_id.payload["note"], "Leave at\nthe gate")

    def test_a_workbook_with_all_that_people_do_to_workbooks(self):
        data = workbook(
            ["Our orders"],
            [],
            ["Order", "Customer", "SKU", "Qty", "Unit price"],
            [17850.0, self.customer.email, "TG-1", "=1+1", 9.5],
            [None, None, "TG-2", 1, "12,50"],
            [],
            ["B", self.customer.email, "TG-1", "=A9", None],
            ["C", self.customer.email, "#N/A", 1, None],
            merged=("A1:E1", "A4:A5", "B4:B5"),
        )
        file = self._entered(stored(data, {"D4": 2}), filename="orders.xlsx")
        (order,) = self._orders_of("17850")
        self.assertEqual(
            order.order_line.mapped(lambda line: (line.product_uom_qty, line.price_unit)), [(2, 9.5), (1, 12.5)]
        )
        self.assertEqual([(fault.row, fault.column) for fault in file.fault_ids], [(7, "Qty"), (8, "SKU")])
        self.assertIn("no stored value", file.fault_ids[0].message)
        heading, *rows = rows_of(self._rejected(file))
        self.assertEqual(heading, ["Order", "Customer", "SKU", "Qty", "Unit price", "Reason of rejection"])
        self.assertEqual(
            [row[:5] for row in rows],
            [
                ["B", self.customer.email, "TG-1", None, None],
                ["C", self.customer.email, "#N/A", 1, None],
            ],
        )
        self.assertEqual(file.rejected_filename, "orders-rejected.xlsx")

    def test_what_is_read_by_assumption_is_said(self):
        clear = self._previewed(self._rows("A;ME;TG-1;2;9,50", "B;ME;TG-1;1.000;"))
        self.assertFalse(clear.doubt)
        unclear = self._previewed(self._rows("A;ME;TG-1;1.000;"))
        self.assertIn("“1.000” is read as 1000", unclear.doubt)
        unclear.decimal = "."
        unclear.action_preview()
        self.assertFalse(unclear.doubt)
        unclear.action_submit()
        self.assertEqual(self._orders_of("A")[0].order_line.product_uom_qty, 1)

import base64
import binascii
import csv
import io
import re
from datetime import date, datetime, time

from odoo import api, fields, models
from odoo.exceptions import UserError

ORDER_COLUMNS = (
    "customer",
    "ship_to",
    "wished_date",
    "ordered_at",
    "currency",
    "pricelist",
    "carrier",
    "terms",
    "total",
)
LINE_COLUMNS = ("line", "product", "quantity", "unit", "price", "discount", "note")
COLUMNS = ("reference", *ORDER_COLUMNS, *LINE_COLUMNS)
REQUIRED = ("reference", "customer", "product", "quantity")
NUMBERS = ("quantity", "price", "discount", "total")
CHUNK = 500


class OrderIntakeFile(models.TransientModel):
    """Orders from a CSV or XLSX file: previewed, then submitted, the rejected rows given back."""

    _name = "order.intake.file"
    _description = "Orders from a File"

    content = fields.Binary("File", required=True, attachment=False)
    filename = fields.Char()
    source = fields.Char(
        default="file", required=True, help="The sender's name; a reference is entered once per sender."
    )
    previewed = fields.Boolean()
    submitted = fields.Boolean()
    line_ids = fields.One2many("order.intake.file.line", "file_id")
    order_count = fields.Integer("Orders", compute="_compute_counts")
    fault_count = fields.Integer("With errors", compute="_compute_counts")
    unused_columns = fields.Char("Columns not used", readonly=True)
    rejected_content = fields.Binary(attachment=False)
    rejected_filename = fields.Char()

    @api.depends("line_ids.ok")
    def _compute_counts(self):
        for file in self:
            file.order_count = len(file.line_ids)
            file.fault_count = len(file.line_ids.filtered(lambda line: not line.ok))

    @api.onchange("content")
    def _onchange_content(self):
        """Another file is another preview."""
        self.update({"previewed": False, "submitted": False, "line_ids": [(5, 0, 0)], "rejected_content": False})

    def action_preview(self):
        """Try the file and show each order's result; nothing is entered."""
        self.ensure_one()
        orders, _rows, unused = self._read()
        self._show(self._submit(orders, dry_run=True), orders)
        self.write({"previewed": True, "submitted": False, "unused_columns": ", ".join(unused)})
        return self._again()

    def action_submit(self):
        """Enter the orders; what is rejected is kept and given back as rows with their reason."""
        self.ensure_one()
        orders, rows, unused = self._read()
        answers = self._submit(orders, dry_run=False)
        self._show(answers, orders)
        self._give_back({answer["reference"]: answer for answer in answers if not answer["ok"]}, rows)
        self.write({"previewed": True, "submitted": True, "unused_columns": ", ".join(unused)})
        return self._again()

    # ------------------------------------------------------------------ inside

    def _submit(self, orders, dry_run):
        """Results in the order of the file; an order whose rows contradict each other is not sent at all."""
        good = [order for order in orders.values() if not order["clashes"]]
        sent = [{key: value for key, value in order.items() if key != "clashes"} for order in good]
        found = {}
        # as many at a time as the contract takes
        for start in range(0, len(sent), CHUNK):
            chunk = sent[start : start + CHUNK]
            for order, answer in zip(chunk, self.env["order.intake"].submit(chunk, self.source, dry_run=dry_run)):
                # what has no reference is answered under another name
                found[order["reference"]] = {**answer, "reference": order["reference"]}
        for order in orders.values():
            if order["clashes"]:
                message = self.env._("Its rows contradict each other: %s.", "; ".join(order["clashes"]))
                found[order["reference"]] = {
                    "reference": order["reference"],
                    "ok": False,
                    "code": "rejected",
                    "message": message,
                    "errors": [{"path": "", "message": message}],
                    "order": "",
                    "order_id": 0,
                }
        if not dry_run:
            entered = [answer["order_id"] for answer in found.values() if answer["code"] == "accepted"]
            self.env["sale.order"].browse(entered).action_verify()
        return [found[reference] for reference in orders]

    def _read(self):
        """The file as ``(orders by reference, rows, columns that mean nothing here)``."""
        rows, unused = self._rows()
        orders = {}
        for number, row in enumerate(rows, 2):
            reference = row["reference"]
            head = {key: row[key] for key in ORDER_COLUMNS if row.get(key)}
            order = orders.setdefault(reference, {"reference": reference, "lines": [], "clashes": [], **head})
            for key, value in head.items():
                # what only a later row says holds as well, unless rows disagree
                if order.setdefault(key, value) != value:
                    order["clashes"].append(
                        self.env._(
                            "%(column)s is “%(first)s” and in row %(row)s “%(other)s”",
                            column=key,
                            first=order[key],
                            row=number,
                            other=value,
                        )
                    )
            order["lines"].append({key: row[key] for key in LINE_COLUMNS if row.get(key)})
        return orders, rows, unused

    def _rows(self):
        """The file's rows as dicts of texts, empty rows left out, and the names of columns that are not used."""
        try:
            data = base64.b64decode(self.content or b"", validate=False)
        except binascii.Error as error:
            raise UserError(self.env._("The file did not arrive whole: %s", error)) from error
        table = self._read_xlsx(data) if data[:2] == b"PK" else self._read_csv(data)
        heading = [str(name or "").strip().lower().replace(" ", "_") for name in table[0]] if table else []
        if not any(heading):
            raise UserError(self.env._("The file has no heading row."))
        missing = [name for name in REQUIRED if name not in heading]
        twice = sorted({name for name in heading if name in COLUMNS and heading.count(name) > 1})
        if missing or twice:
            raise UserError(
                self.env._(
                    "The heading row lacks: %(missing)s. It has: %(found)s. Twice: %(twice)s.",
                    missing=", ".join(missing) or "-",
                    found=", ".join(filter(None, heading)),
                    twice=", ".join(twice) or "-",
                )
            )
        rows = []
        for values in table[1:]:
            values = [*values, *[""] * (len(heading) - len(values))]
            row = {name: self._text(value, name) for name, value in zip(heading, values) if name}
            if any(row.values()):
                rows.append(row)
        if not rows:
            raise UserError(self.env._("The file has a heading row and no orders."))
        return rows, [name for name in heading if name and name not in COLUMNS]

    @staticmethod
    def _text(value, name):
        text = str(value if value is not None else "").strip()
        if isinstance(value, float) and value.is_integer():
            text = str(int(value))
        if isinstance(value, datetime) and value.time() == time():
            text = str(value.date())
        elif isinstance(value, date):
            text = str(value)[:19]
        # a decimal comma, where there is no point beside it
        if name in NUMBERS and "," in text and "." not in text:
            text = text.replace(",", ".")
        return text

    def _read_csv(self, data):
        for encoding in ("utf-8-sig", "cp1252"):
            try:
                text = data.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
        else:
            raise UserError(self.env._("The file's encoding is neither UTF-8 nor Windows-1252."))
        first = text.split("\n", 1)[0]
        delimiter = max(",;\t", key=first.count)
        try:
            return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        except csv.Error as error:
            raise UserError(self.env._("The file is no CSV: %s", error)) from error

    def _read_xlsx(self, data):
        import openpyxl

        try:
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            return [list(row) for row in book.active.iter_rows(values_only=True)]
        except Exception as error:
            # whatever the library stumbles over, the file is what has to be looked at
            raise UserError(self.env._("The file is no readable XLSX workbook: %s", error)) from error

    def _show(self, answers, orders):
        self.line_ids.unlink()
        self.line_ids.create(
            [
                {
                    "file_id": self.id,
                    "reference": answer["reference"],
                    "rows": len(orders[answer["reference"]]["lines"]),
                    "ok": answer["ok"],
                    "code": answer["code"],
                    "message": _reasons(answer),
                    "order_name": answer["order"],
                }
                for answer in answers
            ]
        )

    def _give_back(self, rejected, rows):
        """Keep the rows of ``rejected`` (reference to result) as a CSV to download, each with the reasons."""
        if not rejected:
            self.write({"rejected_content": False, "rejected_filename": False})
            return
        text = io.StringIO()
        writer = csv.DictWriter(text, fieldnames=[*rows[0], "reason"])
        writer.writeheader()
        for row in rows:
            if row["reference"] in rejected:
                writer.writerow({**row, "reason": _reasons(rejected[row["reference"]])})
        self.write(
            {
                "rejected_content": base64.b64encode(text.getvalue().encode("utf-8-sig")),
                "rejected_filename": "rejected.csv",
            }
        )

    def _again(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Orders from a File"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


def _reasons(answer):
    """All errors of a result as one text; a line is named by its place in the order, from 1."""
    texts = []
    for error in answer["errors"]:
        found = re.fullmatch(r"lines\[(\d+)\]\.?(.*)", error["path"])
        where = f"{int(found[1]) + 1}. {found[2]}".strip() if found else error["path"]
        what = f" ({error['found']})" if error.get("found") else ""
        texts.append(f"{where}: {error['message']}{what}" if where else error["message"])
    return "; ".join(texts)


class OrderIntakeFileLine(models.TransientModel):
    """What became of one order of the file."""

    _name = "order.intake.file.line"
    _description = "Order of a File"

    file_id = fields.Many2one("order.intake.file", required=True, ondelete="cascade")
    reference = fields.Char()
    rows = fields.Integer()
    ok = fields.Boolean()
    code = fields.Char("Result")
    message = fields.Char("Errors")
    order_name = fields.Char("Order")

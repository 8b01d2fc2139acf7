import base64
import csv
import io

from odoo import api, fields, models
from odoo.exceptions import UserError

ORDER_COLUMNS = ("customer", "wished_date", "ordered_at", "currency", "carrier", "terms")
LINE_COLUMNS = ("line", "product", "quantity", "unit", "price", "discount", "note")
REQUIRED = ("reference", "customer", "product", "quantity")
NUMBERS = ("quantity", "price", "discount")


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
    rejected_content = fields.Binary(attachment=False)
    rejected_filename = fields.Char()

    @api.depends("line_ids.ok")
    def _compute_counts(self):
        for file in self:
            file.order_count = len(file.line_ids)
            file.fault_count = len(file.line_ids.filtered(lambda line: not line.ok))

    def action_preview(self):
        """Try the file and show each order's result; nothing is entered."""
        self.ensure_one()
        self._show(self._submit(dry_run=True))
        self.previewed = True
        return self._again()

    def action_submit(self):
        """Enter the orders; what is rejected is kept and given back as rows with their reason."""
        self.ensure_one()
        answers = self._submit(dry_run=False)
        self._show(answers)
        rejected = {answer["reference"]: answer["message"] for answer in answers if not answer["ok"]}
        if rejected:
            self._give_back(rejected)
        self.write({"previewed": True, "submitted": True})
        return self._again()

    # ------------------------------------------------------------------ inside

    def _submit(self, dry_run):
        orders = list(self._orders().values())
        answers = []
        # as many at a time as the contract takes
        for start in range(0, len(orders), 500):
            answers += self.env["order.intake"].submit(orders[start : start + 500], self.source, dry_run=dry_run)
        if not dry_run:
            entered = [answer["order_id"] for answer in answers if answer["code"] == "accepted"]
            self.env["sale.order"].browse(entered).action_verify()
        return answers

    def _orders(self):
        orders = {}
        for row in self._rows():
            reference = row.get("reference", "")
            order = orders.setdefault(
                reference,
                {"reference": reference, "lines": [], **{key: row[key] for key in ORDER_COLUMNS if row.get(key)}},
            )
            order["lines"].append({key: row[key] for key in LINE_COLUMNS if row.get(key)})
        return orders

    def _rows(self):
        """The file's rows as dicts of texts; empty rows are left out."""
        data = base64.b64decode(self.content)
        table = self._read_xlsx(data) if (self.filename or "").lower().endswith(".xlsx") else self._read_csv(data)
        if not table:
            raise UserError(self.env._("The file has no rows."))
        heading = [str(name or "").strip().lower().replace(" ", "_") for name in table[0]]
        missing = [name for name in REQUIRED if name not in heading]
        if missing:
            raise UserError(
                self.env._(
                    "The heading row lacks: %(missing)s. It has: %(found)s.",
                    missing=", ".join(missing),
                    found=", ".join(filter(None, heading)),
                )
            )
        rows = []
        for values in table[1:]:
            row = {name: self._text(value, name) for name, value in zip(heading, values) if name}
            if any(row.values()):
                rows.append(row)
        return rows

    @staticmethod
    def _text(value, name):
        text = str(value if value is not None else "").strip()
        if isinstance(value, float) and value.is_integer():
            text = str(int(value))
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
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))

    def _read_xlsx(self, data):
        import openpyxl

        try:
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        except Exception as error:
            raise UserError(self.env._("The file is no XLSX workbook: %s", error)) from error
        return [list(row) for row in book.active.iter_rows(values_only=True)]

    def _show(self, answers):
        counts = {reference: len(order["lines"]) for reference, order in self._orders().items()}
        self.line_ids.unlink()
        self.line_ids.create(
            [
                {
                    "file_id": self.id,
                    "reference": answer["reference"],
                    "rows": counts.get(answer["reference"], 0),
                    "ok": answer["ok"],
                    "code": answer["code"],
                    "message": "; ".join(f"{error['path']}: {error['message']}" for error in answer["errors"]),
                    "order_name": answer["order"],
                }
                for answer in answers
            ]
        )

    def _give_back(self, rejected):
        rows = [row for row in self._rows() if row.get("reference") in rejected]
        text = io.StringIO()
        writer = csv.DictWriter(text, fieldnames=[*rows[0], "reason"] if rows else ["reference", "reason"])
        writer.writeheader()
        writer.writerows({**row, "reason": rejected[row["reference"]]} for row in rows)
        self.rejected_content = base64.b64encode(text.getvalue().encode("utf-8-sig"))
        self.rejected_filename = "rejected.csv"

    def _again(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Orders from a File"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


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

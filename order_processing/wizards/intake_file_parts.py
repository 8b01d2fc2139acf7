"""What the wizard for files holds of a file: its sheets and columns, its orders in parts, and what is shown of them."""

import base64
import csv
import io
from datetime import date, datetime
from itertools import islice

from odoo import api, fields, models

from ..models.intake import cells, columns
from ..models.intake.table import UNCALCULATED, Broken, Percent
from ..models.intake.table_csv import guarded
from ..models.intake.table_orders import Entry, place_of

# what is shown of a large file; counts and the download have all
SHOWN_ORDERS = 200
SHOWN_FAULTS = 500
SHOWN_FAULTS_AN_ORDER = 10
OK_CODES = ("accepted", "repeated")
# the place of a fault that is no single column's
WHOLE_ROW = -1
# a cell of a workbook holds no more
REASON_LENGTH = 32_000
# what is read stays for a working day, then the vacuum of core takes it
KEPT_HOURS = 12


class OrderIntakeFilePiece(models.AbstractModel):
    """What belongs to one file under way, and goes with it."""

    _name = "order.intake.file.piece"
    _description = "Piece of a File of Orders"
    _transient_max_hours = KEPT_HOURS
    _order = "id"

    file_id = fields.Many2one("order.intake.file", required=True, ondelete="cascade", index=True)


class OrderIntakeFileSheet(models.TransientModel):
    """A sheet of the workbook that holds something."""

    _name = "order.intake.file.sheet"
    _inherit = ["order.intake.file.piece"]
    _description = "Sheet of a File of Orders"
    _order = "hidden, id"

    name = fields.Char(required=True)
    hidden = fields.Boolean()

    @api.depends("hidden")
    def _compute_display_name(self):
        for sheet in self:
            sheet.display_name = self.env._("%s (hidden)", sheet.name) if sheet.hidden else sheet.name


class OrderIntakeFileColumn(models.TransientModel):
    """What a column of the file means."""

    _name = "order.intake.file.column"
    _inherit = ["order.intake.file.piece"]
    _description = "Column of a File of Orders"
    _order = "place, id"
    _rec_name = "header"

    place = fields.Integer(required=True, readonly=True)
    header = fields.Char("Column of the file", readonly=True)
    sample = fields.Char("Values", readonly=True)
    path = fields.Selection(columns.TARGETS, "Means")


class OrderIntakeFilePart(models.TransientModel):
    """Some orders of the file as read, and what became of them: read once, entered from here.

    ``entries`` are dicts ``{reference, rows, lines, heads, order, faults, unread}``, once checked with ``code``, once entered
    with ``entered, order_id, name``; a fault is ``[row, place of the column or WHOLE_ROW, message, what was found]``.
    """

    _name = "order.intake.file.part"
    _inherit = ["order.intake.file.piece"]
    _description = "Part of a File of Orders"

    entries = fields.Json()
    checked = fields.Boolean()
    done = fields.Boolean()

    @api.model
    def _fill(self, file, orders, size):
        """Keep ``orders`` in parts of ``size``, as read."""
        entries, places = orders.entries(), file._places()
        while some := list(islice(entries, size)):
            part = self.create(
                {
                    "file_id": file.id,
                    "entries": [
                        {
                            "reference": entry.reference,
                            "rows": entry.rows,
                            "lines": entry.lines,
                            "heads": entry.heads,
                            "order": entry.order,
                            "unread": bool(entry.faults),
                            "faults": [
                                [row, places.get(path, WHOLE_ROW), self.env._(words), text]
                                for row, path, words, text in entry.faults
                            ],
                        }
                        for entry in some
                    ],
                }
            )
            part._let_go()

    def _check(self, file):
        """Note what the contract would say of the part; nothing of it is entered."""
        self.ensure_one()
        entries, places = self.entries, file._places()
        Intake, sender, company = self.env["order.intake"], file._sender(), file.company_id
        answers = Intake._check([entry["order"] for entry in entries], sender, company)
        # what of an order can still change is known when it is changed: amendments are made, and taken back
        amending = [
            place
            for place, (entry, answer) in enumerate(zip(entries, answers))
            if entry["order"].get("replace") is True and answer["ok"] and not entry["unread"]
        ]
        tried = Intake.submit([entries[place]["order"] for place in amending], sender, company.id, dry_run=True)
        for place, answer in zip(amending, tried):
            answers[place] = answer
        for entry, answer in zip(entries, answers):
            entry["faults"] = self._with_errors(entry, entry["faults"], answer["errors"], places)
            entry["code"] = "rejected" if entry["unread"] else answer["code"]
        self.write({"entries": entries, "checked": True})
        self._let_go()

    def _let_go(self):
        """Parts are together as large as the file: written, then not kept in the cache."""
        self.flush_recordset()
        self.invalidate_recordset(["entries"])

    def _enter(self, file):
        """Submit what could be read of the part, verify what was accepted, and note what became of it."""
        self.ensure_one()
        entries, places = self.entries, file._places()
        sent = [entry for entry in entries if not entry["unread"]]
        answers = self.env["order.intake"].submit(
            [entry["order"] for entry in sent], file._sender(), file.company_id.id
        )
        for entry, answer in zip(sent, answers):
            entry["faults"] = self._with_errors(entry, [], answer["errors"], places)
            entry.update(code=answer["code"], order_id=answer["order_id"], name=answer["order"], entered=True)
        fresh = [answer["order_id"] for answer in answers if answer["code"] == "accepted"]
        self.env["sale.order"].browse(fresh).action_verify()
        self.write({"entries": entries, "done": True})
        self._let_go()

    @api.model
    def _with_errors(self, kept, faults, errors, places):
        """``faults`` of the cells and, where they say nothing yet, errors of the contract."""
        entry = Entry(kept["reference"], kept["rows"], kept["lines"], kept["heads"], [], kept["order"])
        said = {(row, place) for row, place, _words, _found in faults}
        for error in errors:
            row, path = place_of(entry, error["path"])
            place = places.get(path, WHOLE_ROW)
            if (row, place) not in said:
                faults.append([row, place, error["message"], error["found"] if place != WHOLE_ROW else ""])
        return sorted(faults, key=lambda fault: fault[:2])

    # ------------------------------------------------------------------ what is shown

    def _each(self):
        """Every entry, one part in memory at a time."""
        for part in self:
            part = part.with_prefetch(part.ids)
            yield from part.entries
            part.invalidate_recordset(["entries"])

    def _summary(self, headers):
        """Values of ``order.intake.file``: counts over all, and the first orders and errors to look at.

        :param headers: dict of place to the column's heading
        """
        counts = dict.fromkeys(("order_count", "fault_count", "repeated_count", "entered_count", "good_count"), 0)
        faulty, fine, faults, fault_count = [], [], [], 0
        for entry in self._each():
            good = entry["code"] in OK_CODES
            counts["order_count"] += 1
            counts["fault_count"] += not good
            counts["repeated_count"] += entry["code"] == "repeated"
            counts["entered_count"] += entry["code"] == "accepted" and bool(entry.get("entered"))
            counts["good_count"] += entry["code"] == "accepted"
            kind = fine if good else faulty
            if len(kind) < SHOWN_ORDERS:
                kind.append(self._line(entry, headers))
            fault_count += len(entry["faults"])
            for row, place, words, found in entry["faults"][: SHOWN_FAULTS - len(faults)]:
                faults.append(
                    {
                        "row": row,
                        "column": headers.get(place, ""),
                        "found": found,
                        "message": words,
                        "reference": entry["reference"],
                    }
                )
        lines = [*faulty, *fine][:SHOWN_ORDERS]
        words = []
        if len(lines) < counts["order_count"]:
            words.append(self.env._("%(some)s of %(all)s orders", some=len(lines), all=f"{counts['order_count']:,}"))
        if len(faults) < fault_count:
            words.append(self.env._("%(some)s of %(all)s errors", some=len(faults), all=f"{fault_count:,}"))
        return {
            **counts,
            "shown_words": ", ".join(words),
            "line_ids": [(5, 0, 0), *((0, 0, line) for line in lines)],
            "fault_ids": [(5, 0, 0), *((0, 0, fault) for fault in faults)],
        }

    def _line(self, entry, headers):
        rows = entry["rows"]
        together = rows[-1] - rows[0] == len(rows) - 1
        span = f"{rows[0]}–{rows[-1]}" if together else ", ".join(map(str, rows[:6])) + (" …" if len(rows) > 6 else "")
        told = [self._told(fault, headers) for fault in entry["faults"][:SHOWN_FAULTS_AN_ORDER]]
        if len(told) < len(entry["faults"]):
            told.append(self.env._("and %s more", len(entry["faults"]) - len(told)))
        order = entry["order"]
        customer = order.get("customer", "")
        if isinstance(customer, dict):
            customer = ", ".join(str(value) for value in customer.values())
        return {
            "reference": entry["reference"],
            "rows": str(rows[0]) if len(rows) == 1 else span,
            "customer": customer,
            "positions": len(order["lines"]),
            "wished_date": str(order.get("wished_date", "")),
            "ok": entry["code"] in OK_CODES,
            "code": self._code(entry),
            "message": "\n".join(told),
            "order_id": entry.get("order_id") or False,
        }

    def _code(self, entry):
        if entry["code"] == "accepted":
            return "entered" if entry.get("entered") else "good"
        return "unread" if entry["unread"] else entry["code"]

    @api.model
    def _told(self, fault, headers):
        """A fault as one text; with its row where it is given."""
        *row, place, words, found = fault
        where = [self.env._("row %s", number) for number in row]
        if place in headers:
            where.append(headers[place])
        what = f"{words} ({found})" if found else words
        return f"{', '.join(where)}: {what}" if where else what

    # ------------------------------------------------------------------ what is given back

    def _reasons(self, headers):
        """Row number to the reasons for which its order is not entered, for each row of such an order."""
        reasons = {}
        for entry in self._each():
            if entry["code"] in OK_CODES:
                continue
            for row in entry["rows"]:
                own = [self._told(fault[1:], headers) for fault in entry["faults"] if fault[0] == row]
                reasons[row] = "; ".join(own) or self.env._("Another row of this order has an error.")
        return reasons

    @api.model
    def _give_back(self, file, table, reasons):
        """Write the rows of ``reasons`` as a file of the kind that came into ``file.rejected_content``."""
        heading = table.heading(file._known())
        # a column without a heading has none when it comes back either, so that its cells are still too many
        names = ["" if place in heading.blank else name for place, name in enumerate(heading.names)]
        names += [""] * (file.widest - len(names))
        own = [place for place, name in enumerate(names) if name != columns.REASON]
        rows = (
            [*(row[place] if place < len(row) else None for place in own), reasons[number][:REASON_LENGTH]]
            for number, row in table.body(heading)
            if number in reasons
        )
        names = [*(names[place] for place in own), columns.REASON]
        data = _workbook(names, rows) if table.kind == "xlsx" else _text(names, rows, table)
        stem = (file.filename or "orders").rsplit(".", 1)[0].replace("/", "-")
        file.write(
            {
                "rejected_content": base64.b64encode(data),
                "rejected_filename": f"{stem}-rejected.{table.kind}",
            }
        )


def _text(names, rows, table):
    """A CSV with the separator and the encoding of the one that came."""
    encoding = "utf-8-sig" if table.encoding == "utf-8" else table.encoding
    raw = io.BytesIO()
    with io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline="") as text:
        writer = csv.writer(text, delimiter=table.delimiter)
        writer.writerow(map(guarded, names))
        writer.writerows(map(guarded, row) for row in rows)
        text.flush()
        return raw.getvalue()


def _workbook(names, rows):
    """A workbook whose cells are what they were: text stays text, numbers numbers, days days."""
    import xlsxwriter

    raw = io.BytesIO()
    with xlsxwriter.Workbook(raw, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        percent, moment = book.add_format({"num_format": "0.##%"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        page = book.add_worksheet()
        for place, name in enumerate(names):
            page.write_string(0, place, name)
        for number, row in enumerate(rows, 1):
            for place, cell in enumerate(row):
                if cell is None or (isinstance(cell, Broken) and cell == UNCALCULATED):
                    continue
                if isinstance(cell, Percent):
                    page.write_number(number, place, cell, percent)
                elif isinstance(cell, bool):
                    page.write_boolean(number, place, cell)
                elif isinstance(cell, int | float):
                    page.write_number(number, place, cell)
                elif isinstance(cell, datetime):
                    page.write_datetime(number, place, cell, moment if cell.time() else None)
                elif isinstance(cell, date):
                    page.write_datetime(number, place, cell)
                else:
                    page.write_string(number, place, cells.shown(cell))
    return raw.getvalue()


class OrderIntakeFileLine(models.TransientModel):
    """One order of the file, as shown."""

    _name = "order.intake.file.line"
    _inherit = ["order.intake.file.piece"]
    _description = "Order of a File"

    reference = fields.Char()
    rows = fields.Char()
    customer = fields.Char()
    positions = fields.Integer("Lines")
    wished_date = fields.Char("Wished day")
    ok = fields.Boolean()
    code = fields.Selection(
        [
            ("good", "Can be entered"),
            ("entered", "Entered"),
            ("repeated", "Entered before"),
            ("unread", "Not readable"),
            ("rejected", "Rejected"),
            ("conflict", "Conflict"),
            ("too_late", "Too late"),
        ],
        "Result",
    )
    message = fields.Text("Errors")
    order_id = fields.Many2one(
        "sale.order",
    )


class OrderIntakeFileFault(models.TransientModel):
    """One thing that is wrong in the file, by the sender's row and column."""

    _name = "order.intake.file.fault"
    _inherit = ["order.intake.file.piece"]
    _description = "Error in a File of Orders"

    row = fields.Integer()
    column = fields.Char()
    found = fields.Char()
    message = fields.Text("Error")
    reference = fields.Char()

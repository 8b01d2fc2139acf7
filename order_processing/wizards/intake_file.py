import base64
import binascii
import time
from urllib.parse import quote

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.common.business_day import company_tz
from ..models.intake import cells, columns
from ..models.intake.table import MAX_BYTES, TableError, filled
from ..models.intake.table_csv import CsvTable
from ..models.intake.table_orders import Orders
from ..models.intake.table_xlsx import XlsxTable
from .intake_file_parts import KEPT_HOURS

# orders a part, which is checked and entered at once
PART = 100
# seconds after which a call answers and the client asks for the rest
BUDGET = 20
SAMPLES = 3
OLD_EXCEL = b"\xd0\xcf\x11\xe0"


class OrderIntakeFile(models.TransientModel):
    """Orders from a CSV or XLSX file: its columns named, previewed, then entered, the rejected rows given back."""

    _name = "order.intake.file"
    _description = "Orders from a File"
    _transient_max_hours = KEPT_HOURS

    company_id = fields.Many2one("res.company", required=True, readonly=True, default=lambda self: self.env.company)
    content = fields.Binary("File", required=True, attachment=False)
    filename = fields.Char()
    source = fields.Char(
        "Sender",
        default="file",
        required=True,
        help="A reference is entered once per sender, and what the columns mean is remembered per sender.",
    )
    state = fields.Selection(
        [("file", "File"), ("columns", "Columns"), ("preview", "Preview"), ("done", "Entered")],
        default="file",
        required=True,
        readonly=True,
    )
    sheet_ids = fields.One2many("order.intake.file.sheet", "file_id", "All sheets", readonly=True)
    sheet_count = fields.Integer(compute="_compute_sheet_count")
    sheet_id = fields.Many2one("order.intake.file.sheet", domain="[('file_id', '=', id)]")
    decimal = fields.Selection(
        [("auto", "As the file shows"), (",", "Comma: 1.234,50"), (".", "Point: 1,234.50")],
        "Decimal mark",
        default="auto",
        required=True,
    )
    date_order = fields.Selection(
        [("auto", "As the file shows"), ("day", "Day first: 31/12/2026"), ("month", "Month first: 12/31/2026")],
        "Dates",
        default="auto",
        required=True,
    )
    read_as = fields.Char("Read as", readonly=True)
    doubt = fields.Char("Read by assumption", readonly=True)
    column_ids = fields.One2many("order.intake.file.column", "file_id")
    problem = fields.Char(compute="_compute_problem")
    unused_columns = fields.Char("Columns not used", compute="_compute_problem")
    part_ids = fields.One2many("order.intake.file.part", "file_id")
    line_ids = fields.One2many("order.intake.file.line", "file_id", readonly=True)
    fault_ids = fields.One2many("order.intake.file.fault", "file_id", readonly=True)
    row_count = fields.Integer("Rows", readonly=True)
    widest = fields.Integer(readonly=True)
    order_count = fields.Integer("Orders", readonly=True)
    fault_count = fields.Integer("Orders with errors", readonly=True)
    repeated_count = fields.Integer("Entered before", readonly=True)
    entered_count = fields.Integer("Entered now", readonly=True)
    good_count = fields.Integer("Can be entered", readonly=True)
    shown_words = fields.Char("What is shown", readonly=True)
    rejected_content = fields.Binary(attachment=False, readonly=True)
    rejected_filename = fields.Char(readonly=True)

    @api.depends("sheet_ids")
    def _compute_sheet_count(self):
        for file in self:
            file.sheet_count = len(file.sheet_ids)

    @api.depends("column_ids.path")
    def _compute_problem(self):
        """What keeps the columns from being read, and which are left out."""
        for file in self:
            paths = [column.path for column in file.column_ids if column.path]
            means = dict(self.env["order.intake.column"]._fields["path"]._description_selection(self.env))
            twice = sorted({means[path] for path in paths if paths.count(path) > 1})
            words = []
            missing = [means[path] for path in columns.missing(paths)]
            if missing:
                words.append(self.env._("No column says: %s.", ", ".join(missing)))
            if twice:
                words.append(self.env._("More than one column says: %s.", ", ".join(twice)))
            file.problem = " ".join(words) if file.column_ids else False
            file.unused_columns = ", ".join(
                column.header for column in file.column_ids if not column.path and column.header != columns.REASON
            )

    @api.onchange("content")
    def _onchange_content(self):
        """Another file is read from the start."""
        self.state = "file"

    # ------------------------------------------------------------------ steps

    def action_read(self):
        """Find out what the columns mean; where this sender's files were read before, go on to the preview.

        :return: the next screen
        :raises UserError: the file cannot be read; the message says why
        """
        self.ensure_one()
        self._check_right()
        self._read_columns()
        before = self.env["order.intake.column"]._of_source(self._sender(), self.company_id)
        headings = {columns.plain_name(header) for header in self.column_ids.mapped("header")}
        headings -= {"", columns.plain_name(columns.REASON)}
        if headings <= set(before) and not self.problem:
            return self.action_preview()
        self.state = "columns"
        return self._again()

    def action_back(self):
        """Choose another file or another sender."""
        self.ensure_one()
        self.state = "file"
        return self._again()

    def action_columns(self):
        """Correct what the columns mean."""
        self.ensure_one()
        self.state = "columns"
        return self._again()

    def action_preview(self):
        """Read all rows and check every order; nothing of them is entered. What the columns mean is remembered.

        :return: the preview
        :raises UserError: a required column is missing, or the file cannot be read
        """
        self.ensure_one()
        self._check_right()
        if not self.column_ids:
            self._read_columns()
        if self.problem:
            raise UserError(
                self.env._(
                    "%(problem)s The file has the columns: %(found)s.",
                    problem=self.problem,
                    found=", ".join(self.column_ids.mapped("header")),
                )
            )
        started = time.monotonic()
        mapping = {column.place: column.path for column in self.column_ids if column.path}
        self._remember()
        self.part_ids.unlink()
        try:
            table = self._read_table()
            reading = self._reading(table)
            heading = table.heading(self._known())
            # beside a sheet people write remarks; in a CSV a cell too many has moved the others
            width, aside = columns.named(heading) if table.kind == "csv" else (None, ())
            orders = Orders(table.body(heading), mapping, reading, width, aside)
            if not len(orders):
                raise UserError(self.env._("The file has a heading row and no orders below it."))
            self.env["order.intake.file.part"]._fill(self, orders, PART)
        except TableError as error:
            raise UserError(self.env._(error.words)) from error
        self.write(
            {
                "state": "columns",
                "row_count": orders.row_count,
                "widest": orders.widest,
                "order_count": len(orders),
                "rejected_content": False,
                "doubt": " ".join(self.env._(words) for words in reading.doubts()),
            }
        )
        if time.monotonic() - started > BUDGET / 2:
            # reading took its time already
            return self._go_on("action_check", "checked")
        return self.action_check()

    def action_check(self):
        """Go on with checking the orders as read, a part at a time; nothing is entered.

        :return: the preview, or the client's order to ask for the rest when the time of one call is over
        :raises UserError: nothing was read
        """
        self.ensure_one()
        self._check_right()
        if not self._work_on(self.part_ids.filtered(lambda part: not part.checked), "_check"):
            return self._go_on("action_check", "checked")
        self.state = "preview"
        self._show()
        return self._again()

    def action_submit(self):
        """Enter the orders, a part at a time; what the contract rejects is kept and given back as rows.

        :return: the result, or the client's order to ask for the rest when the time of one call is over
        :raises UserError: there is no preview
        """
        self.ensure_one()
        self._check_right()
        if self.state not in ("preview", "done"):
            raise UserError(self.env._("Look at the preview first: nothing is entered unseen."))
        if not self._work_on(self.part_ids.filtered(lambda part: not part.done), "_enter"):
            return self._go_on("action_submit", "done")
        self.state = "done"
        self._show()
        return self._again()

    def action_download(self):
        """The rows of the orders with errors as a file like the one that came, with a column of reasons.

        :return: an action that downloads it
        :raises UserError: no order has an error
        """
        self.ensure_one()
        self._check_right()
        reasons = self.part_ids._reasons({column.place: column.header for column in self.column_ids})
        if not reasons:
            raise UserError(self.env._("No order of the file has an error."))
        self.env["order.intake.file.part"]._give_back(self, self._read_table(), reasons)
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/rejected_content/{quote(self.rejected_filename)}?download=true",
            "target": "download",
        }

    # ------------------------------------------------------------------ inside

    def _check_right(self):
        """Raise ``AccessError`` unless the user is a processor and the file, by the record rule, the user's own."""
        self.env["order.intake"]._check_order_group("order_processing.group_processor")
        self.check_access("write")

    def _work_on(self, parts, method):
        """Run ``method`` on one part after the other; whether all were done when the time of one call was over."""
        if not self.part_ids:
            raise UserError(self.env._("What was read of the file is no longer kept. Read it again."))
        until = time.monotonic() + BUDGET
        for part in parts:
            getattr(part.with_prefetch(part.ids), method)(self)
            if time.monotonic() > until:
                return part == parts[-1]
        return True

    def _go_on(self, method, flag):
        """The client's order to call ``method`` again, with how many orders are done."""
        done = PART * len(self.part_ids.filtered(flag))
        counts = {"done": f"{done:,}", "all": f"{self.order_count:,}"}
        words = {
            "action_check": self.env._("%(done)s of %(all)s orders are checked; nothing is entered.", **counts),
            "action_submit": self.env._("%(done)s of %(all)s orders are done.", **counts),
        }
        return {
            "type": "ir.actions.client",
            "tag": "order_processing.go_on",
            "params": {"model": self._name, "method": method, "id": self.id, "message": words[method]},
        }

    def _sender(self):
        return self.source.strip()

    def _read_table(self):
        """The file as a ``Table``."""
        # what is read here is as large as the file: not kept in the cache
        content = self.with_context(bin_size=False).content or b""
        if len(content) * 3 // 4 > MAX_BYTES:
            raise UserError(
                self.env._(
                    "The file is larger than %s MB. Split it, the rows of one order together.",
                    MAX_BYTES // 1024 // 1024,
                )
            )
        try:
            data = base64.b64decode(content, validate=False)
        except binascii.Error as error:
            raise UserError(self.env._("The file did not arrive whole: %s", error)) from error
        if data.startswith(OLD_EXCEL):
            raise UserError(self.env._("This is a workbook of the old form XLS, or a protected one. Save it as XLSX."))
        try:
            if data.startswith(b"PK"):
                return XlsxTable(data, self._known(), self.sheet_id.name or "")
            return CsvTable(data, self._known())
        except TableError as error:
            raise UserError(self.env._(error.words)) from error

    def _places(self):
        """Path to the place of the column that brings it."""
        return {column.path: column.place for column in self.column_ids if column.path}

    def _known(self):
        """Tells whether a text is the name of a column, to this sender or to everybody."""
        before = self.env["order.intake.column"]._of_source(self._sender(), self.company_id)

        def known(text):
            return columns.known(text) or (isinstance(text, str) and bool(before.get(columns.plain_name(text))))

        return known

    def _reading(self, table):
        """How the cells of ``table`` are read."""
        countries = {"uk": "GB"}
        for lang in {"en_US", self.env.lang or "en_US"}:
            for country in self.env["res.country"].with_context(lang=lang).search([("code", "!=", False)]):
                countries[country.name.casefold()] = country.code
        return cells.Reading(
            decimal="" if self.decimal == "auto" else self.decimal,
            day_first=None if self.date_order == "auto" else self.date_order == "day",
            zone=company_tz(self.company_id),
            countries=countries,
            # where fields are separated by semicolons, commas stand in the numbers
            fallback="," if table.delimiter == ";" else ".",
        )

    def _read_columns(self):
        """Fill ``column_ids`` from the heading and the first rows."""
        table = self._read_table()
        try:
            heading = table.heading(self._known())
            samples = {}
            for _number, row in table.body(heading):
                for place, cell in enumerate(row):
                    known = samples.setdefault(place, [])
                    if filled(cell) and len(known) < SAMPLES and cells.shown(cell) not in known:
                        known.append(cells.shown(cell))
                if _number > heading.row + 200:
                    break
        except TableError as error:
            raise UserError(self.env._(error.words)) from error
        before = self.env["order.intake.column"]._of_source(self._sender(), self.company_id)
        found = columns.guess(heading.names, before)
        self.sheet_ids.unlink()
        self.column_ids.unlink()
        self.part_ids.unlink()
        sheets = self.env["order.intake.file.sheet"].create(
            [{"file_id": self.id, "name": name, "hidden": name in table.hidden} for name in table.sheets]
        )
        self.write(
            {
                "sheet_id": sheets.filtered(lambda sheet: sheet.name == table.sheet).id,
                "read_as": self._told(table, heading),
                "column_ids": [
                    (
                        0,
                        0,
                        {
                            "place": place,
                            "header": name,
                            "sample": " · ".join(samples.get(place, []))[:200],
                            "path": found.get(place, False),
                        },
                    )
                    for place, name in enumerate(heading.names)
                    # a column without a name and without a value is none
                    if samples.get(place) or not name.startswith("Column ")
                ],
            }
        )

    def _told(self, table, heading):
        if table.kind == "xlsx":
            return self.env._("XLSX, heading in row %s", heading.row)
        encodings = {"cp1252": "Windows-1252", "utf-16": "UTF-16"}
        return self.env._(
            "CSV, %(encoding)s, separated by %(mark)s, heading in row %(row)s",
            encoding=encodings.get(table.encoding, "UTF-8"),
            mark=self.env._("tabulator") if table.delimiter == "\t" else f"“{table.delimiter}”",
            row=heading.row,
        )

    def _remember(self):
        meanings = {column.header: column.path or "" for column in self.column_ids if column.header != columns.REASON}
        self.env["order.intake.column"]._keep(self._sender(), self.company_id, meanings)

    def _show(self):
        """The counts and the first orders and errors, out of the parts."""
        self.write(self.part_ids._summary({column.place: column.header for column in self.column_ids}))

    def _again(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Orders from a File"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            # answered to the client's own call as well, where nothing completes it
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

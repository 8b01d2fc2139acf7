import io

import xlsxwriter

from odoo import models
from odoo.tools import format_date

MONEY, COUNT = "#,##0.00", "0"
HEAD = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
TITLE_ROWS = 4


class OrderReconciliationXlsx(models.Model):
    """A statement as a workbook whose balances and buckets are computed by the workbook, from the figures beside them."""

    _inherit = "order.reconciliation"

    def _export_xlsx(self):
        """One statement as a workbook: balances, buckets, differing documents, entries; totals are live formulas.

        :return: bytes of an .xlsx file
        :raises AccessError: the statement of another company
        """
        self.ensure_one()
        self.check_access("read")
        content = io.BytesIO()
        # texts stay texts: a customer's name is neither a formula nor a link
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(content, options) as book:
            style = {
                "title": book.add_format({"bold": True, "font_size": 14}),
                "head": book.add_format(HEAD),
                "head_right": book.add_format({**HEAD, "align": "right"}),
                "bold": book.add_format({"bold": True}),
                "sum": book.add_format({"bold": True, "top": 1, "num_format": "#,##0.00####"}),
                "figure": book.add_format({"num_format": "#,##0.00####"}),
                "money": book.add_format({"num_format": MONEY}),
                "money_sum": book.add_format({"num_format": MONEY, "bold": True, "top": 1}),
                "count": book.add_format({"num_format": COUNT}),
                "count_sum": book.add_format({"num_format": COUNT, "bold": True, "top": 1}),
                "date": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
                "fault": book.add_format({"bold": True, "font_color": "#B00020"}),
            }
            balances, totals, buckets, documents, entries = (
                book.add_worksheet(name)
                for name in (
                    self.env._("Balances"),
                    self.env._("Running totals"),
                    self.env._("Buckets"),
                    self.env._("Differences"),
                    self.env._("Entries"),
                )
            )
            last = self._write_entries(entries, style)
            self._write_balances(balances, style)
            self._write_totals(totals, style)
            self._write_buckets(buckets, style, entries.get_name(), last)
            self._write_documents(documents, style)
        return content.getvalue()

    def _write_title(self, sheet, style, name):
        states = dict(self._fields["state"]._description_selection(self.env))
        sheet.write(0, 0, f"{self.company_id.name}, {format_date(self.env, self.date)}: {name}", style["title"])
        words = [states[self.state]]
        if self.revision > 1:
            words.append(self.env._("revision %s", self.revision))
        if self.signed_by_id:
            words.append(self.env._("closing number %(number)s, signed by %(user)s", number=self.number,
                                    user=self.signed_by_id.name))  # fmt: skip
        sheet.write(1, 0, ", ".join(words))
        if self.digest:
            sheet.write(2, 0, self.digest)

    def _write_balances(self, sheet, style):
        """Each balance: its terms, the two sums and the difference as formulas over them."""
        self._write_title(sheet, style, self.env._("Balances"))
        headings = (self.env._("Balance"), self.env._("Unit"), self.env._("Side"), self.env._("Term"))
        for column, heading in enumerate(headings):
            sheet.write(TITLE_ROWS, column, heading, style["head"])
        sheet.write(TITLE_ROWS, 4, self.env._("Figure"), style["head_right"])
        sheet.write(TITLE_ROWS, 5, self.env._("Result"), style["head"])
        sheet.freeze_panes(TITLE_ROWS + 1, 0)
        for column, width in enumerate((28, 10, 8, 32, 16, 22)):
            sheet.set_column(column, column, width)
        row = TITLE_ROWS + 1
        for equation in self.equation_ids:
            row = self._write_balance(sheet, style, equation, row) + 1

    def _write_balance(self, sheet, style, equation, row):
        sums = {}
        sheet.write(row, 0, equation.label, style["bold"])
        sheet.write(row, 1, equation.unit)
        for side, word in (("left", self.env._("Left")), ("right", self.env._("Right"))):
            first = row
            for label, value in equation.terms[side]:
                sheet.write_row(row, 2, (word, label))
                sheet.write_number(row, 4, float(value), style["figure"])
                row += 1
            sheet.write(row, 3, self.env._("Sum"), style["sum"])
            sheet.write_formula(row, 4, f"=SUM(E{first + 1}:E{row})", style["sum"], float(equation[side] or 0))
            sums[side] = f"E{row + 1}"
            row += 1
        sheet.write(row, 3, self.env._("Left less right"), style["sum"])
        # figures have six decimals at most
        difference = f"ROUND({sums['left']}-{sums['right']},6)"
        sheet.write_formula(row, 4, f"={difference}", style["sum"], float(equation.difference or 0))
        if equation.is_proven:
            sheet.write_formula(
                row, 5, f'=IF({difference}=0,"{self.env._("proven")}","{self.env._("differs")}")', None,
                self.env._("proven") if not equation.difference else self.env._("differs"),
            )  # fmt: skip
        else:
            sheet.write(row, 5, self.env._("%s documents differ", equation.document_count), style["fault"])
        return row + 1

    def _write_totals(self, sheet, style):
        """The running totals; what the next day goes on from is a formula."""
        self._write_title(sheet, style, self.env._("Running totals"))
        fields = self.total_ids.fields_get(
            ["name", "unit", "before", "opening", "day", "ever"], ["string", "selection"]
        )
        labels = dict(fields["name"]["selection"])
        for column, name in enumerate(fields):
            sheet.write(TITLE_ROWS, column, fields[name]["string"], style["head_right" if column > 1 else "head"])
            sheet.set_column(column, column, 22)
        for row, total in enumerate(self.total_ids, TITLE_ROWS + 1):
            sheet.write_row(row, 0, (labels[total.name], total.unit or ""))
            for column, name in enumerate(("before", "opening", "day"), 2):
                sheet.write_number(row, column, total[name], style["figure"])
            sheet.write_formula(row, 5, f"=SUM(C{row + 1}:E{row + 1})", style["figure"], total.ever)

    def _write_entries(self, sheet, style):
        """The entries as a table; the row number of the last one."""
        self._write_title(sheet, style, self.env._("Entries"))
        headings, rows = self._entry_table()
        row = TITLE_ROWS
        for column, heading in enumerate(headings):
            sheet.write(row, column, heading, style["head"])
            sheet.set_column(column, column, 14)
        sheet.freeze_panes(row + 1, 2)
        for values in rows:
            row += 1
            for column, value in enumerate(values):
                if hasattr(value, "isoformat"):
                    sheet.write_datetime(row, column, value, style["date"])
                elif isinstance(value, float):
                    sheet.write_number(row, column, value, style["figure"])
                else:
                    sheet.write(row, column, value)
        sheet.autofilter(TITLE_ROWS, 0, max(row, TITLE_ROWS + 1), len(headings) - 1)
        return row

    def _write_buckets(self, sheet, style, entries, last):
        """The buckets, counted and added up by the workbook over its entries."""
        self._write_title(sheet, style, self.env._("Buckets"))
        headings, _rows = self[:0]._entry_table()
        names = (self.env._("Bucket"), self.env._("Orders"), self.env._("Moved this day"), self.env._("Value ordered"))
        for column, name in enumerate(names):
            sheet.write(TITLE_ROWS, column, name, style["head_right" if column else "head"])
            sheet.set_column(column, column, 18)
        fields = self.env["order.reconciliation.line"].fields_get(
            ["bucket", "touched", "ordered_value_company"], ["string", "selection"]
        )

        def span(name):
            letter = xlsxwriter.utility.xl_col_to_name(headings.index(fields[name]["string"]))
            return f"'{entries}'!${letter}${TITLE_ROWS + 2}:${letter}${max(last, TITLE_ROWS + 1) + 1}"

        labels = dict(fields["bucket"]["selection"])
        row = TITLE_ROWS
        for found in self._bucket_rows():
            row += 1
            sheet.write(row, 0, labels[found["code"]])
            here = f"A{row + 1}"
            sheet.write_formula(row, 1, f"=COUNTIF({span('bucket')},{here})", style["count"], found["orders"])
            sheet.write_formula(
                row, 2, f"=SUMIF({span('bucket')},{here},{span('touched')})", style["count"], found["moved"]
            )
            sheet.write_formula(
                row, 3, f"=SUMIF({span('bucket')},{here},{span('ordered_value_company')})", style["money"], found["value"]
            )  # fmt: skip
        sheet.write(row + 1, 0, self.env._("All entries"), style["sum"])
        for column, (letter, form) in enumerate((("B", "count_sum"), ("C", "count_sum"), ("D", "money_sum")), 1):
            total = sum(found[("orders", "moved", "value")[column - 1]] for found in self._bucket_rows())
            sheet.write_formula(
                row + 1, column, f"=SUM({letter}{TITLE_ROWS + 2}:{letter}{row + 1})", style[form], total
            )

    def _write_documents(self, sheet, style):
        """The documents that make the differences, with the difference as a formula."""
        self._write_title(sheet, style, self.env._("Differences"))
        names = (
            self.env._("Balance"), self.env._("Unit"), self.env._("Document"), self.env._("Line"), self.env._("Left"),
            self.env._("Right"), self.env._("Left less right"),
        )  # fmt: skip
        for column, name in enumerate(names):
            sheet.write(TITLE_ROWS, column, name, style["head_right" if column > 3 else "head"])
            sheet.set_column(column, column, 22)
        row = TITLE_ROWS
        for equation in self.equation_ids:
            for document in equation._differing():
                row += 1
                sheet.write_row(row, 0, (equation.label, equation.unit, document["name"], document["line"]))
                sheet.write_number(row, 4, float(document["left"]), style["figure"])
                sheet.write_number(row, 5, float(document["right"]), style["figure"])
                sheet.write_formula(
                    row, 6, f"=ROUND(E{row + 1}-F{row + 1},6)", style["figure"], float(document["difference"])
                )
        if row == TITLE_ROWS:
            sheet.write(row + 1, 0, self.env._("No document differs."))

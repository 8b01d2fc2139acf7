import csv
import io

from odoo import models
from odoo.tools import SQL

from .digest import PREFIX, canonical
from .sections import BOOK, LINE, SECTIONS

# what a spreadsheet would take for a formula
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class OrderReconciliationExport(models.Model):
    """A statement as files: the canonical form that the digest is over, and its entries as a table."""

    _inherit = "order.reconciliation"

    def export_canonical(self):
        """The statements in the canonical form, for ``docs/check_statement.py``, in the order of their signatures.

        Each begins with a line that is not digested, ``["export", format, digest before, digest, company, date, revision,
        state]``; its digested lines follow (``digest.py``), then the day-book rows it owns, ``["event", ...]`` each.

        :return: text, one JSON array a line; a draft has no digests
        :raises AccessError: statements of another company
        """
        self.check_access("read")
        text = io.StringIO()
        for statement in self.sudo().sorted(lambda one: (one.company_id.id, one.number, one.date, one.revision)):
            for piece in statement._export_pieces():
                text.write(piece)
        return text.getvalue()

    def _export_pieces(self):
        """The lines of ``export_canonical`` of one statement, in pieces of whole lines."""
        self.ensure_one()
        head = ("export", PREFIX, self.previous_digest or "", self.digest or "", self.company_id.name, str(self.date))
        yield canonical((*head, str(self.revision), self.state)) + "\n"
        yield from self._canonical_blocks()
        yield from self._book_pieces_text()

    def _book_pieces_text(self):
        """The rows of the day book that the statement owns, by id, each a line ``["event", ...]`` of the columns of ``BOOK``."""
        yield from self._streamed(
            SQL(
                "SELECT %s FROM order_event event WHERE event.company_id = %s AND %s ORDER BY event.id",
                self._json_line("event", "event", BOOK, self._column_types("order_event")),
                self.company_id.id,
                self._owned("event"),
            )
        )

    def export_columns(self):
        """What the values of the canonical form are.

        :return: ``{"statement": [...], "line": [...], ..., "event": [...]}``, the tags and their columns in their order
        """
        return {section.tag: list(section.columns) for section in SECTIONS} | {"event": list(BOOK)}

    def export_csv(self):
        """The entries of the statements as one table, comma-separated, numbers with a point.

        :return: text, CSV with a line of headings; a text that a spreadsheet would take for a formula is quoted by ``'``
        :raises AccessError: statements of another company
        """
        self.check_access("read")
        text = io.StringIO()
        writer = csv.writer(text)
        headings, rows = self._entry_table()
        writer.writerow(headings)
        for row in rows:
            writer.writerow([_plain(value) for value in row])
        return text.getvalue()

    def _entry_table(self):
        """``(headings, rows)`` of the entries: one row an entry, the day first, values as Python has them."""
        lines = self.env["order.reconciliation.line"]
        names = [
            *("date", "order_name", "partner_name", "order_date", "bucket", "touched", "reason", "unit"),
            *(name for name in LINE if name.endswith(("_qty", "_value"))),
            "currency_id",
            *(name for name in LINE if name.endswith("_value_company")),
            "company_currency_id",
        ]
        fields = lines.fields_get(names, attributes=["string", "selection", "type"])
        buckets = dict(fields["bucket"]["selection"])
        domain = [("reconciliation_id", "in", self.ids)]
        records = lines.search_fetch(domain, [*names, "sequence", "units"])
        records = records.sorted(lambda line: (line.date, line.reconciliation_id.id, line.sequence))

        def value(record, name):
            if name == "bucket":
                return buckets[record.bucket]
            if name == "touched":
                return int(record.touched)
            if record.units and name == "unit":
                return " + ".join(row["unit"] for row in record.units)
            if record.units and name.endswith("_qty"):
                # no number is what several units have together
                return " + ".join(f"{row[name.removesuffix('_qty')]} {row['unit']}" for row in record.units)
            if fields[name]["type"] == "many2one":
                return record[name].name or ""
            return record[name] if fields[name]["type"] in ("float", "monetary") else record[name] or ""

        return [fields[name]["string"] for name in names], ([value(one, name) for name in names] for one in records)


def _plain(value):
    """A value of a cell that no spreadsheet runs as a formula."""
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value

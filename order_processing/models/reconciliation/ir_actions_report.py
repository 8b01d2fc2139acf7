import io

from odoo import models
from odoo.tools.pdf import merge_pdf

STATEMENT = "order_processing.report_reconciliation"
# entries of the appendix that are printed in one go: the printer's time grows faster than the page count
PART = 1500


class IrActionsReport(models.Model):
    """The daily statement on the company's paper, a long appendix printed in parts and put together."""

    _inherit = "ir.actions.report"

    def get_paperformat(self):
        """Letter where the company's own papers are Letter."""
        if self.report_name == STATEMENT and self.env.company.paperformat_id.format == "Letter":
            return self.env.ref("order_processing.paperformat_reconciliation_letter")
        return super().get_paperformat()

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """A statement with a long appendix by itself and in parts; all others as core prints them."""
        report = self._get_report(report_ref)
        numbers = [res_ids] if isinstance(res_ids, int) else list(res_ids or ())
        if report.report_name != STATEMENT or "order_statement_part" in self.env.context:
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=res_ids)
        statements = self.env["order.reconciliation"].browse(numbers)
        long = statements.filtered(lambda statement: statement.entry_count > PART)
        streams = {}
        if others := (statements - long).ids:
            streams = super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=others)
        for statement in long:
            pieces = []
            for part in range(-(-statement.entry_count // PART)):
                printed = self.with_context(order_statement_part=part)
                found = printed._render_qweb_pdf_prepare_streams(report_ref, dict(data or {}), res_ids=statement.ids)
                pieces.append(found[statement.id]["stream"].getvalue())
                # the entries of a part are not kept for the next
                self.env["order.reconciliation.line"].invalidate_model()
            streams[statement.id] = {"stream": io.BytesIO(merge_pdf(pieces)), "attachment": None}
        return {number: streams[number] for number in sorted(streams, key=lambda one: numbers.index(one) if one else 0)}


class OrderReconciliation(models.Model):
    """What a part of the appendix shows."""

    _inherit = "order.reconciliation"

    def _appendix(self):
        """The entries of the part that is printed, and what stands above and below them.

        :return: ``{lines, part, parts, totals}``: parts are counted from 1; ``totals`` of all entries, by the name of a
            figure, with the last part and where there is but one
        """
        self.ensure_one()
        part = self.env.context.get("order_statement_part")
        parts = max(-(-self.entry_count // PART), 1) if part is not None else 1
        lines = self.env["order.reconciliation.line"].search(
            [("reconciliation_id", "=", self.id)],
            order="sequence, id",
            offset=(part or 0) * PART,
            limit=PART if part is not None else None,
        )
        names = [f"{name}_value_company" for name in ("ordered", "shipped", "invoiced", "credited", "paid", "open")]
        [sums] = self.env["order.reconciliation.line"]._read_group(
            [("reconciliation_id", "=", self.id)], [], [f"{name}:sum" for name in names]
        )
        last = part is None or part == parts - 1
        return {
            "lines": lines,
            "part": (part or 0) + 1,
            "parts": parts,
            "totals": dict(zip(names, [total or 0.0 for total in sums])) if last else {},
        }

from odoo import models


class SaleOrder(models.Model):
    """Core's invoicing narrowed to some lines: context ``order_mend_quantities`` (line id to quantity) leaves everything else
    out. It never adds anything, so it needs no guard."""

    _inherit = "sale.order"

    def _get_invoiceable_lines(self, final=False):
        lines = super()._get_invoiceable_lines(final=final)
        wanted = self.env.context.get("order_mend_quantities")
        return lines if wanted is None else lines.filtered(lambda line: line.id in wanted)

    def _discrepancy_questions(self):
        """What the customer is asked about this order, in the language of the environment; the mail template calls this.

        The discrepancies named in the context (``order_question_discrepancy_ids``), else all open ones that may be asked about.

        :return: list of texts, no question twice
        """
        self.ensure_one()
        chosen = self.env.context.get("order_question_discrepancy_ids")
        records = self.sudo().order_discrepancy_ids.filtered(
            lambda record: record.id in chosen if chosen else record.state in ("open", "in_progress")
        )
        texts = records._mend_questions()
        asked = records.filtered(lambda record: record.kind in texts).sorted(
            lambda record: (record.line_id.id, record.id)
        )
        return list(dict.fromkeys(record._mend_question(texts) for record in asked))


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _prepare_invoice_line(self, **optional_values):
        vals = super()._prepare_invoice_line(**optional_values)
        wanted = (self.env.context.get("order_mend_quantities") or {}).get(self.id)
        if wanted is not None and not self.display_type:
            vals["quantity"] = min(vals["quantity"], wanted)
        return vals

from odoo import fields, models
from odoo.tools import SQL

ADJUSTMENTS_KEPT = 200


class OrderReconciliationAdjust(models.Model):
    """What this day owns and is dated into a day that was closed before: adjustments to prior days."""

    _inherit = "order.reconciliation"

    adjustment_count = fields.Integer("Adjustments to prior days", compute="_compute_adjustment_count")

    def _compute_adjustment_count(self):
        """One statement for the set."""
        self.env["order.event"].flush_model()
        closing = self.filtered(lambda statement: statement.previous_id and statement.cut_snapshot)
        counts = [
            SQL("SELECT %s, count(*) FROM (%s) late", statement.id, statement._adjustments_query())
            for statement in closing
        ]
        found = dict(self.env.execute_query(SQL(" UNION ALL ").join(counts))) if counts else {}
        for statement in self:
            statement.adjustment_count = found.get(statement.id, 0)

    def _adjustments_query(self):
        """``SQL`` of the rows, in order of the day that they are dated into."""
        return SQL(
            """
            SELECT event.business_date, event.order_id, event.order_name, event.kind, event.document_name, event.line_name,
                   event.quantity_ref, event.amount, currency.name AS currency, unit.name ->> 'en_US' AS unit, event.id
              FROM order_event event
         LEFT JOIN res_currency currency ON currency.id = event.currency_id
         LEFT JOIN product_product product ON product.id = event.product_id
         LEFT JOIN product_template template ON template.id = product.product_tmpl_id
         LEFT JOIN uom_uom unit ON unit.id = template.uom_id
             WHERE event.company_id = %(company)s AND event.order_id IS NOT NULL AND event.business_date <= %(closed)s
               AND NOT coalesce(event.opening, FALSE) AND %(owned)s
            """,
            company=self.company_id.id,
            closed=self.previous_id.date,
            owned=self._owned("event"),
        )

    def _adjustments(self):
        """For the report and programs, the oldest day first, at most 200.

        :return: list of ``{date, order, order_id, kind, document, line, quantity, unit, amount, currency}``; quantity in the
            product's unit, amount untaxed
        """
        self.ensure_one()
        if not self.previous_id or not self.cut_snapshot:
            return []
        kinds = dict(self.env["order.event"]._fields["kind"]._description_selection(self.env))
        self.env.cr.execute(
            SQL("%s ORDER BY event.business_date, event.id LIMIT %s", self._adjustments_query(), ADJUSTMENTS_KEPT)
        )
        return [
            {
                "date": date,
                "order": order or "",
                "order_id": number,
                "kind": kinds.get(kind, kind),
                "document": document or "",
                "line": line or "",
                "quantity": float(quantity or 0),
                "unit": (unit or "") if quantity else "",
                "amount": float(amount or 0),
                "currency": currency or "",
            }
            for date, number, order, kind, document, line, quantity, amount, currency, unit, _row in self.env.cr.fetchall()
        ]

    def action_open_adjustments(self):
        """Open the rows of the day book that are adjustments to prior days; each leads to its document.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        kinds = [kind for kind, _label in self.env["order.event"]._fields["kind"].selection]
        late = [("order_id", "!=", False), ("business_date", "<=", self.previous_id.date)]
        return self._rows_action(self.env._("Adjustments to prior days"), kinds, late)

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
                   event.quantity_ref, event.amount, currency.name AS currency, event.id
              FROM order_event event
         LEFT JOIN res_currency currency ON currency.id = event.currency_id
             WHERE event.company_id = %(company)s AND event.order_id IS NOT NULL AND event.business_date <= %(closed)s
               AND NOT coalesce(event.opening, FALSE) AND %(owned)s
            """,
            company=self.company_id.id,
            closed=self.previous_id.date,
            owned=self._owned("event"),
        )

    def _adjustments(self):
        """For the report and programs, the oldest day first, at most 200.

        :return: list of ``{date, order, order_id, kind, document, line, quantity, amount, currency}``; quantity in the
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
                "amount": float(amount or 0),
                "currency": currency or "",
            }
            for date, number, order, kind, document, line, quantity, amount, currency, _row in self.env.cr.fetchall()
        ]

    def action_open_adjustments(self):
        """Open the orders with adjustments to prior days.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        self.env.cr.execute(SQL("SELECT DISTINCT late.order_id FROM (%s) late", self.sudo()._adjustments_query()))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Adjustments to prior days"),
            "res_model": "sale.order",
            "view_mode": "list,form",
            "domain": [("id", "in", [row[0] for row in self.env.cr.fetchall()])],
        }

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class OrderEvent(models.Model):
    """Which day's statement a row of the day book stands in, and the way to its document."""

    _inherit = "order.event"

    order_statement_id = fields.Many2one(
        "order.reconciliation",
        "Stands in",
        compute="_compute_order_statement_id",
        search="_search_order_statement_id",
        help="The statement of the day that owns this row: the first whose cut saw it.",
    )

    @api.depends("company_id")
    def _compute_order_statement_id(self):
        """One statement for the set."""
        self.flush_model()
        self.env["order.reconciliation"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT event.id, (
                       SELECT statement.id FROM order_reconciliation statement
                        WHERE statement.company_id = event.company_id AND statement.state <> 'superseded'
                          AND statement.cut_snapshot IS NOT NULL
                          AND (event.era_id < statement.cut_era
                               OR (event.era_id = statement.cut_era
                                   AND (pg_visible_in_snapshot(event.xact, statement.cut_snapshot::pg_snapshot)
                                        OR (event.xact = nullif(statement.cut_xact, '')::xid8
                                            AND event.id <= statement.cut_event))))
                     ORDER BY statement.date LIMIT 1)
                  FROM order_event event WHERE event.id = ANY(%s)
                """,
                list(self.ids),
            )
        )
        owners = dict(rows)
        for event in self:
            event.order_statement_id = owners.get(event.id)

    @api.model
    def _search_order_statement_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        self.flush_model()
        statements = self.env["order.reconciliation"]
        # the statements that the user may see; their rows are read by the rules of the day book
        chosen = statements.search([("id", "in", [number for number in value if number])]).sudo()
        found = [
            SQL(
                "SELECT event.id FROM order_event event WHERE event.company_id = %s AND %s",
                statement.company_id.id,
                statement._owned("event"),
            )
            for statement in chosen
            if statement.cut_snapshot
        ]
        if not all(value):
            found.append(statements.sudo()._unowned())
        return [("id", "in", SQL("(%s)", SQL(" UNION ALL ").join(found)) if found else [])]

    def action_open_document(self):
        """Open the document that made this row.

        :return: a window action
        :raises UserError: it names none, or the document does not exist any more
        """
        self.ensure_one()
        self.check_access("read")
        model, number = self.document_model, self.document_id
        if not model or model not in self.env or not number or not self.env[model].sudo().browse(number).exists():
            raise UserError(
                self.env._(
                    "%s is not there any more; the day book keeps what it did.",
                    self.document_name or self.order_name or "?",
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.document_name or "",
            "res_model": model,
            "res_id": number,
            "view_mode": "form",
            "views": [(False, "form")],
        }

from odoo import api, fields, models
from odoo.tools import SQL

from ..common.business_day import desk_bounds
from .order_reconciliation import OPEN


class OrderReconciliationSince(models.Model):
    """What would come into a day if it were drawn now: said before anybody draws it, or draws it again."""

    _inherit = "order.reconciliation"

    since_cut_count = fields.Integer("Since the cut", compute="_compute_since_cut_count")
    since_end_count = fields.Integer("Since the day's end", compute="_compute_since_cut_count")

    def _compute_since_cut_count(self):
        """Rows of the day book that the cut did not see, and those of them past the end of the day, while it is not signed."""
        for statement in self:
            statement.since_cut_count = statement.since_end_count = 0
            if statement.state in OPEN and statement.cut_snapshot:
                statement.since_cut_count, statement.since_end_count = self._would_come_in(statement)

    def action_open_since(self):
        """Open the rows of the day book that the cut did not see; each leads to its document.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        later = self.sudo()._later().filtered("cut_snapshot")
        days = [False, *later.ids]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Since the cut"),
            "res_model": "order.event",
            "view_mode": "list",
            "views": [(False, "list")],
            "domain": [("company_id", "=", self.company_id.id), ("order_statement_id", "in", days)],
        }

    @api.model
    def _unowned(self):
        """``SQL`` of the numbers of day-book rows that no statement owns: those that the last cut of their company did not see."""
        last = self.search(
            [("state", "!=", "superseded"), ("cut_snapshot", "!=", False)], order="company_id, date desc"
        )
        first_of = {}
        for statement in last:
            first_of.setdefault(statement.company_id.id, statement)
        unseen = [
            SQL(
                "(event.company_id = %s AND %s AND NOT %s)",
                company,
                statement._recent("event", statement._cut()),
                statement._seen("event"),
            )
            for company, statement in first_of.items()
        ]
        never = SQL("event.company_id <> ALL(%s)", list(first_of))
        return SQL("SELECT event.id FROM order_event event WHERE %s", SQL(" OR ").join([never, *unseen]))

    @api.model
    def _would_come_in(self, drawn, company=None, day=None):
        """How many rows of the day book the cut of ``drawn`` did not see, and how many of them are past the day's end.

        :param drawn: the statement that is drawn again, or the one before the ``day`` of ``company`` that is drawn first
        :return: two numbers; without a statement before, nothing is past a day's end that none was drawn of
        """
        if not drawn.cut_snapshot:
            return 0, 0
        self.env["order.event"].flush_model()
        ends = desk_bounds(company or drawn.company_id, day or drawn.date)[1]
        [numbers] = self.env.execute_query(
            SQL(
                """
                SELECT count(*), count(*) FILTER (WHERE event.at >= %s) FROM order_event event
                 WHERE event.company_id = %s AND %s AND NOT %s
                """,
                ends,
                drawn.company_id.id,
                drawn._recent("event", drawn._cut()),
                drawn._seen("event"),
            )
        )
        return numbers

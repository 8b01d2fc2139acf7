from odoo import fields, models
from odoo.tools import SQL

SIGNED = {
    "order.reconciliation": ["company_id", "date", "state", "revision"],
    "order.reconciliation.line": ["reconciliation_id", "touched", "order_number"],
    "order.reconciliation.total": ["reconciliation_id", "name", "measure", "unit", "unit_number", "day", "ever"],
}


class OrderReconciliationTrend(models.Model):
    """What the signed days ordered, shipped, took back, invoiced and credited: a row per day, total and unit or currency."""

    _name = "order.reconciliation.trend"
    _inherit = ["order.reconciliation.figures"]
    _description = "Signed Days"
    _figures_within = ("unit", "name")
    _auto = False
    _order = "date desc, id"
    _rec_name = "date"
    _depends = SIGNED

    company_id = fields.Many2one("res.company", readonly=True)
    reconciliation_id = fields.Many2one("order.reconciliation", "Statement", readonly=True)
    date = fields.Date("Business day", readonly=True)
    name = fields.Selection(
        lambda self: self.env["order.reconciliation.total"]._fields["name"].selection, "Total", readonly=True
    )
    measure = fields.Selection(
        lambda self: self.env["order.reconciliation.total"]._fields["measure"].selection, readonly=True
    )
    unit = fields.Char(readonly=True, help="Unit of measure, or currency.")
    is_company_currency = fields.Boolean("In the company's currency", readonly=True)
    amount = fields.Float("This day", readonly=True)
    ever = fields.Float("Since ever", readonly=True, aggregator="max")

    @property
    def _table_query(self):
        """A row of a running total, with its signed statement."""
        return SQL(
            """
            SELECT total.id, statement.company_id, statement.id AS reconciliation_id, statement.date, total.name, total.measure,
                   total.unit, total.measure = 'value' AND total.unit_number = company.currency_id AS is_company_currency,
                   total.day AS amount, total.ever
              FROM order_reconciliation_total total
              JOIN order_reconciliation statement ON statement.id = total.reconciliation_id AND statement.state = 'signed'
              JOIN res_company company ON company.id = statement.company_id
            """
        )


class OrderReconciliationMonth(models.Model):
    """A month of a company in one unit or currency: its figures are the sums of its signed days, no more and no less."""

    _name = "order.reconciliation.month"
    _inherit = ["order.reconciliation.figures"]
    _description = "Months of Signed Days"
    _auto = False
    _order = "month desc, company_id, measure desc, unit, id"
    _rec_name = "month"
    _depends = SIGNED

    company_id = fields.Many2one("res.company", readonly=True)
    month = fields.Date(readonly=True, help="Its first day.")
    month_name = fields.Char("Month", compute="_compute_month_name")
    measure = fields.Selection(
        lambda self: self.env["order.reconciliation.total"]._fields["measure"].selection, readonly=True
    )
    unit = fields.Char(readonly=True, help="Unit of measure, or currency.")
    is_company_currency = fields.Boolean("In the company's currency", readonly=True)
    days = fields.Integer("Signed days", readonly=True, aggregator="max", help="Whose figures are summed here.")
    without_totals = fields.Integer(
        "Signed without totals",
        readonly=True,
        aggregator="max",
        help="Signed when no running totals were kept: what these days did is in none of the figures.",
    )
    unsigned = fields.Integer("Days not signed", readonly=True, aggregator="max", help="Drawn, and not signed.")
    ordered = fields.Float(readonly=True)
    shipped = fields.Float(readonly=True)
    returned = fields.Float("Received back", readonly=True)
    invoiced = fields.Float(readonly=True)
    credited = fields.Float(readonly=True)

    @property
    def _table_query(self):
        """Sums over the running totals of signed statements; how many days of the month are summed, and how many are not.

        A day that moved orders has totals; one that has none was signed when none were kept.
        """
        return SQL(
            """
            SELECT min(total.id) AS id, day.company_id, day.month, total.measure, total.unit,
                   total.measure = 'value' AND total.unit_number = company.currency_id AS is_company_currency,
                   counted.days, counted.without_totals, counted.unsigned,
                   coalesce(sum(total.day) FILTER (WHERE total.name = 'ordered'), 0) AS ordered,
                   coalesce(sum(total.day) FILTER (WHERE total.name = 'shipped'), 0) AS shipped,
                   coalesce(sum(total.day) FILTER (WHERE total.name = 'returned'), 0) AS returned,
                   coalesce(sum(total.day) FILTER (WHERE total.name = 'invoiced'), 0) AS invoiced,
                   coalesce(sum(total.day) FILTER (WHERE total.name = 'credited'), 0) AS credited
              FROM (SELECT id, company_id, date_trunc('month', date)::date AS month
                      FROM order_reconciliation WHERE state = 'signed') day
              JOIN order_reconciliation_total total ON total.reconciliation_id = day.id
              JOIN res_company company ON company.id = day.company_id
              JOIN (SELECT drawn.company_id, date_trunc('month', drawn.date)::date AS month,
                           count(*) FILTER (WHERE drawn.state = 'signed' AND NOT kept.missing) AS days,
                           count(*) FILTER (WHERE drawn.state = 'signed' AND kept.missing) AS without_totals,
                           count(*) FILTER (WHERE drawn.state IN ('draft', 'review')) AS unsigned
                      FROM order_reconciliation drawn
                CROSS JOIN LATERAL (
                           SELECT NOT EXISTS (SELECT 1 FROM order_reconciliation_total total
                                               WHERE total.reconciliation_id = drawn.id)
                              AND EXISTS (SELECT 1 FROM order_reconciliation_line line
                                           WHERE line.reconciliation_id = drawn.id AND line.touched
                                             AND line.order_number > 0) AS missing) kept
                  GROUP BY 1, 2) counted
                ON counted.company_id = day.company_id AND counted.month = day.month
          GROUP BY day.company_id, day.month, total.measure, total.unit, total.unit_number, company.currency_id, counted.days,
                   counted.without_totals, counted.unsigned
            """
        )

    def _compute_month_name(self):
        for row in self:
            row.month_name = fields.Date.to_string(row.month)[:7] if row.month else ""

    def action_open_days(self):
        """Open the statements of these months.

        :return: a window action
        """
        self.check_access("read")
        first = self.sorted("month")[:1]
        last = self.sorted("month")[-1:]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Days of %s", ", ".join(dict.fromkeys(self.mapped("month_name")))),
            "res_model": "order.reconciliation",
            "view_mode": "list,calendar,form",
            "domain": [
                ("company_id", "in", self.company_id.ids),
                ("date", ">=", first.month),
                ("date", "<=", fields.Date.end_of(last.month, "month")),
                ("state", "!=", "superseded"),
            ],
        }

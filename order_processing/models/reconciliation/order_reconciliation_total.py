from odoo import api, fields, models
from odoo.tools import SQL, format_amount, formatLang

# what is added up, and of which kinds of day-book rows; their signs are the book's
TOTALS = {
    "ordered": ("entered", "raised", "lowered", "removed"),
    "shipped": ("shipped", "corrected"),
    "returned": ("received_back", "corrected_back"),
    "invoiced": ("invoiced", "uninvoiced"),
    "credited": ("credited", "uncredited"),
}
LABELS = [
    ("ordered", "Ordered"),
    ("shipped", "Shipped"),
    ("returned", "Received back"),
    ("invoiced", "Invoiced"),
    ("credited", "Credited"),
]


class OrderReconciliationTotal(models.Model):
    """A running total of the chain: of the day and since ever, in one unit (goods) or one currency (all lines, untaxed).

    ``ever`` = ``before`` (the ``ever`` of the statement before) + ``opening`` (what the installation wrote) + ``day``.
    """

    _name = "order.reconciliation.total"
    _inherit = ["order.reconciliation.part", "order.reconciliation.figures"]
    _description = "Running Totals"
    _figures_within = ("unit", "name")
    _rec_name = "name"

    name = fields.Selection(LABELS, "Total", required=True, readonly=True)
    measure = fields.Selection([("quantity", "Quantity"), ("value", "Value")], required=True, readonly=True)
    unit_number = fields.Integer("Unit id", readonly=True, aggregator=None)
    unit = fields.Char(readonly=True, help="Unit of measure, or currency.")
    before = fields.Float("Until the day before", digits=(20, 6), readonly=True, aggregator=None)
    opening = fields.Float("From before the day book", digits=(20, 6), readonly=True, aggregator=None)
    day = fields.Float("This day", digits=(20, 6), readonly=True)
    ever = fields.Float("Since ever", digits=(20, 6), readonly=True, aggregator=None)
    before_text = fields.Char("Until the day before", compute="_compute_texts")
    day_text = fields.Char("This day", compute="_compute_texts")
    ever_text = fields.Char("Since ever", compute="_compute_texts")

    @api.depends("measure", "unit_number", "before", "opening", "day", "ever")
    @api.depends_context("lang")
    def _compute_texts(self):
        """The figures as the user writes numbers; what the installation wrote counts to what was before."""
        for total in self:
            total.before_text = total._text(total.before + total.opening)
            total.day_text = total._text(total.day)
            total.ever_text = total._text(total.ever)

    def _text(self, value):
        if self.measure == "value":
            return format_amount(self.env, value, self.env["res.currency"].browse(self.unit_number).exists())
        if float(value).is_integer():
            return formatLang(self.env, value, digits=0)
        return formatLang(self.env, value, dp="Product Unit")

    def _plain(self):
        """For programs: list of ``{name, measure, unit, before, day, ever}``, what the installation wrote counts as before."""
        return [
            {
                "name": total.name,
                "measure": total.measure,
                "unit": total.unit or "",
                "before": round(total.before + total.opening, 6),
                "day": total.day,
                "ever": total.ever,
            }
            for total in self
        ]


class OrderReconciliation(models.Model):
    """Draws the running totals and follows them from statement to statement."""

    _inherit = "order.reconciliation"

    total_ids = fields.One2many("order.reconciliation.total", "reconciliation_id", "Running totals", readonly=True)

    def _insert_totals(self):
        """One row per total and unit or currency; the rows of the day alone are read where the statement before has totals."""
        before = self.previous_id
        carried = before.total_ids[:1]
        # a statement before that has none was drawn when none were kept: what it saw is added up once
        from_scratch = bool(before) and not carried
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO order_reconciliation_total (
                    reconciliation_id, company_id, sequence, name, measure, unit_number, unit, before, opening, day, ever)
                SELECT %(statement)s, %(company)s,
                       row_number() OVER (ORDER BY array_position(%(names)s::varchar[], sums.name), sums.measure, named.unit,
                                          sums.unit_number),
                       sums.name, sums.measure, sums.unit_number, named.unit, sums.before, sums.opening, sums.day,
                       sums.before + sums.opening + sums.day
                  FROM (
                    SELECT piece.name, piece.measure, piece.unit_number, sum(piece.before) AS before,
                           sum(piece.opening) AS opening, sum(piece.day) AS day
                      FROM (
                        SELECT total.name, total.measure, total.unit_number, total.ever, 0, 0
                          FROM order_reconciliation_total total WHERE total.reconciliation_id = %(before)s
                     UNION ALL
                        SELECT kinds.name, figure.measure, figure.unit_number,
                               CASE WHEN event.early THEN figure.amount ELSE 0 END,
                               CASE WHEN NOT event.early AND event.opening THEN figure.amount ELSE 0 END,
                               CASE WHEN NOT event.early AND NOT event.opening THEN figure.amount ELSE 0 END
                          FROM (SELECT event.kind, event.quantity_ref, event.amount, event.product_id, event.currency_id,
                                       coalesce(event.opening, FALSE) AS opening, %(early)s AS early
                                  FROM order_event event
                                 WHERE event.company_id = %(company)s AND event.kind = ANY(%(kinds)s)
                                   AND event.line_id IS NOT NULL AND %(rows)s) event
                          JOIN unnest(%(kinds)s::varchar[], %(kind_names)s::varchar[]) AS kinds (kind, name)
                            ON kinds.kind = event.kind
                     LEFT JOIN product_product product ON product.id = event.product_id
                     LEFT JOIN product_template template ON template.id = product.product_tmpl_id
                     LEFT JOIN order_reconciliation_product known
                            ON known.company_id = %(company)s AND known.number = event.product_id
                    CROSS JOIN LATERAL (VALUES
                               ('quantity', CASE WHEN coalesce(template.type = 'consu', known.goods) THEN coalesce(template.uom_id, known.unit_number) END,
                                event.quantity_ref),
                               ('value', event.currency_id, event.amount)) AS figure (measure, unit_number, amount)
                         WHERE figure.unit_number IS NOT NULL AND figure.amount <> 0
                           ) AS piece (name, measure, unit_number, before, opening, day)
                  GROUP BY piece.name, piece.measure, piece.unit_number) sums
             LEFT JOIN uom_uom uom ON sums.measure = 'quantity' AND uom.id = sums.unit_number
             LEFT JOIN res_currency currency ON sums.measure = 'value' AND currency.id = sums.unit_number
            CROSS JOIN LATERAL (SELECT coalesce(uom.name ->> 'en_US', currency.name) AS unit) named
                """,
                statement=self.id,
                company=self.company_id.id,
                before=before.id or 0,
                names=list(TOTALS),
                kinds=[kind for kinds in TOTALS.values() for kind in kinds],
                kind_names=[name for name, kinds in TOTALS.items() for _kind in kinds],
                early=self._early("event") if from_scratch else SQL("FALSE"),
                rows=self._seen("event") if from_scratch else self._owned("event"),
            )
        )

    def _totals_fault(self):
        """Whether the totals do not go on where those of the statement before ended, or do not add up."""
        self.env.cr.execute(
            SQL(
                """
                SELECT 1
                  FROM (SELECT * FROM order_reconciliation_total WHERE reconciliation_id = %(statement)s) total
             FULL JOIN (SELECT * FROM order_reconciliation_total WHERE reconciliation_id = %(before)s) earlier
                 USING (name, measure, unit_number)
                 WHERE EXISTS (SELECT 1 FROM order_reconciliation_total WHERE reconciliation_id = %(statement)s)
                   AND (coalesce(total.ever, 0) <> coalesce(total.before + total.opening + total.day, 0)
                        OR (coalesce(total.before, 0) <> coalesce(earlier.ever, 0)
                            AND EXISTS (SELECT 1 FROM order_reconciliation_total WHERE reconciliation_id = %(before)s)))
                 LIMIT 1
                """,
                statement=self.id,
                before=self.previous_id.id or 0,
            )
        )
        return bool(self.env.cr.rowcount)

from time import monotonic

from odoo import api, fields, models
from odoo.tools import SQL

from . import buckets
from .order_reconciliation_facts import BILLED, FACT, SCOPE
from .order_reconciliation_line import QUANTITIES, VALUES

# what is drawn anew each time
DRAWN = (
    "order_reconciliation_line",
    "order_reconciliation_equation",
    "order_reconciliation_check",
    "order_reconciliation_stock",
    "order_reconciliation_total",
    "order_reconciliation_count",
)
# the columns of the facts that the entries show
SHOWN = {
    "ordered": "gross",
    "shipped": "shipped",
    "returned": "returned",
    "invoiced": "invoiced",
    "credited": "credited",
}
# the parts of the flow of open goods: the terms of the equation of open goods, added up
FLOW = {
    "start": "fact.v_open_start",
    "came": "fact.v_entered + fact.v_raised + fact.v_reopened + fact.v_l_over - fact.v_over_start",
    "went": "fact.v_shipped_day + fact.v_corrected_day - fact.v_lowered - fact.v_removed - fact.v_cancelled"
    " - fact.v_closed_short",
    "end": "fact.v_l_open",
}


class OrderReconciliationDraw(models.Model):
    """Draws entries and equations: INSERT … SELECT, the same number of statements whatever the number of orders."""

    _inherit = "order.reconciliation"

    def _draw(self):
        """Take the cut of this transaction and draw the statement from it, in place of what was drawn before."""
        self.ensure_one()
        started = monotonic()
        self._transition_lock()
        self.env.flush_all()
        self.env["order.matching"]._flush_ledgers()
        before = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("date", "<", self.date),
                ("state", "!=", "superseded"),
                ("cut_snapshot", "!=", False),
            ],
            order="date desc",
            limit=1,
        )
        kept_of = self if self.cut_snapshot else self._revision_before()
        cut = self.env["order.event"]._cut_snapshot()
        self._transition_write(
            {
                "previous_id": before.id,
                "prepared_by_id": self.env.uid,
                "prepared_at": fields.Datetime.now(),
                "cut_snapshot": cut["snapshot"],
                "cut_xact": cut["xact"],
                "cut_event": cut["event_id"],
                "cut_era": cut["era_id"],
                **self._cutoff_values(),
                **({"note": kept_of.note} if kept_of != self and not self.note else {}),
            }
        )
        self.flush_recordset()
        said = {
            check.code: (check.explanation, check.explained_by_id.id, check.fingerprint)
            for check in kept_of.check_ids
            if check.explanation
        }
        counted = kept_of._kept_counts()
        for table in DRAWN:
            self.env.cr.execute(SQL("DELETE FROM %s WHERE reconciliation_id = %s", SQL.identifier(table), self.id))
        self._make_scope()
        steps = [
            (self.env._("what the ledgers say"), self._make_facts),
            (self.env._("where the orders stand"), self._insert_lines),
            (self.env._("stock on hand"), self._insert_stock),
            (self.env._("running totals"), self._insert_totals),
            (self.env._("what there is to count"), lambda: self._insert_counts(counted)),
            (self.env._("balances"), self._insert_equations),
            (self.env._("checks"), lambda: self._insert_checks(FACT, said)),
        ]
        for number, (what, step) in enumerate(steps, 1):
            self._tell_progress(started, number, len(steps), what)
            step()
        for table in (FACT, BILLED, SCOPE):
            self.env.cr.execute(SQL("DROP TABLE %s", table))
        self.env.invalidate_all(flush=False)

    def _revision_before(self):
        """The revision of the same day that this one takes the place of: what was counted and said to it goes on."""
        return self.search(
            [("company_id", "=", self.company_id.id), ("date", "=", self.date), ("revision", "<", self.revision)],
            order="revision desc",
            limit=1,
        )

    # ------------------------------------------------------------------ entries

    def _insert_lines(self):
        figures = [
            *[
                (f"{name}_qty", SQL("CASE WHEN entry.units IS NULL THEN coalesce(entry.%s, 0) END", SQL.identifier(f"{name}_qty")))
                for name in QUANTITIES
            ],
            *[
                (f"{name}_value", SQL("round(coalesce(entry.%s, 0) / unit.rounding) * unit.rounding",
                                      SQL.identifier(f"{name}_value")))
                for name in VALUES
            ],
            *[
                (f"{name}_value_company",
                 SQL("round(coalesce(entry.%s, 0) / entry.rate / company_unit.rounding) * company_unit.rounding",
                     SQL.identifier(f"{name}_value")))
                for name in VALUES
            ],
            *[
                (f"{part}_value", SQL("round(coalesce(entry.%s, 0) / unit.rounding) * unit.rounding", SQL.identifier(f"{part}_value")))
                for part in FLOW
            ],
        ]  # fmt: skip
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO order_reconciliation_line (
                    reconciliation_id, company_id, sequence, order_id, order_number, intake_id, intake_number, order_name,
                    partner_name, order_date, bucket, bucket_sequence, touched, moved, reason, currency_id,
                    company_currency_id, open_units, unit, units, %(names)s)
                SELECT %(statement)s, %(company)s,
                       row_number() OVER (ORDER BY place.bucket_sequence, entry.order_name, entry.order_number, entry.intake_number),
                       entry.order_id, coalesce(entry.order_number, 0), nullif(entry.intake_number, 0),
                       coalesce(entry.intake_number, 0), entry.order_name, entry.partner_name, entry.order_date, place.bucket,
                       place.bucket_sequence, entry.touched, entry.touched::int, entry.reason, entry.currency_id,
                       company_unit.id, coalesce(entry.open_units, '{}'::jsonb), entry.unit, entry.units, %(figures)s
                  FROM (%(entries)s) entry
                  JOIN res_currency unit ON unit.id = entry.currency_id
                  JOIN res_currency company_unit ON company_unit.id = %(currency)s
            CROSS JOIN LATERAL (SELECT %(bucket)s AS code) stands
            CROSS JOIN LATERAL (
                       SELECT stands.code AS bucket, array_position(%(codes)s::varchar[], stands.code::varchar) AS bucket_sequence) place
                 WHERE entry.touched OR entry.carried OR place.bucket <> ALL(%(final)s) OR coalesce(entry.open_value, 0) <> 0
                    OR coalesce(entry.open_qty, 0) <> 0
                """,
                names=SQL(", ").join(SQL.identifier(name) for name, _expression in figures),
                figures=SQL(", ").join(expression for _name, expression in figures),
                statement=self.id,
                company=self.company_id.id,
                currency=self.company_id.currency_id.id,
                entries=SQL("%s UNION ALL %s", self._order_entries(), self._envelope_entries()),
                bucket=buckets.bucket_case(),
                codes=[bucket.code for bucket in buckets.BUCKETS],
                final=list(buckets.FINAL),
            )
        )

    def _order_entries(self):
        """One row per order of the scope: its state, what its documents say, its sums."""
        goods = [
            SQL("sum(fact.%s) FILTER (WHERE fact.goods) AS %s", SQL.identifier(f"q_{source}"), SQL.identifier(f"{name}_qty"))
            for name, source in SHOWN.items()
        ]  # fmt: skip
        worth = [
            SQL("sum(fact.%s) AS %s", SQL.identifier(f"vo_{source}"), SQL.identifier(f"{name}_value"))
            for name, source in SHOWN.items()
        ]
        flow = [
            SQL("sum(%s) FILTER (WHERE fact.goods) AS %s", SQL(expression), SQL.identifier(f"{part}_value"))
            for part, expression in FLOW.items()
        ]
        return SQL(
            """
            SELECT FALSE AS is_envelope, scope.touched, scope.carried, sale.id AS order_id, scope.order_id AS order_number,
                   0 AS intake_number, scope.order_name, partner.name AS partner_name, sale.state, sale.verification_state,
                   NULL AS reason, %(ordered_on)s AS order_date, coalesce(sale.currency_id, %(currency)s) AS currency_id,
                   coalesce(nullif(sale.currency_rate, 0), 1) AS rate,
                   %(on_hold)s AS on_hold, coalesce(moves.coming_back, FALSE) OR %(in_return)s AS coming_back,
                   checked.order_id IS NOT NULL AS to_check, coalesce(moves.picked, FALSE) AS picked,
                   coalesce(moves.assigned, FALSE) AS assigned, coalesce(moves.moving, FALSE) AS moving,
                   coalesce(sums.unshipped_qty, 0) > 0 AS outstanding, coalesce(sums.due, FALSE) AS to_invoice,
                   coalesce(unpaid.found, FALSE) AS to_pay, opened.open_units, opened.unit, opened.units,
                   sums.ordered_qty, sums.shipped_qty, sums.returned_qty, sums.invoiced_qty, sums.credited_qty, sums.open_qty,
                   sums.ordered_value, sums.shipped_value, sums.returned_value, sums.invoiced_value, sums.credited_value,
                   sums.open_value, paid.paid_value, %(parts)s
              FROM %(scope)s scope
         LEFT JOIN sale_order sale ON sale.id = scope.order_id
         LEFT JOIN res_partner partner ON partner.id = sale.partner_id
         LEFT JOIN (
                   SELECT fact.order_id, %(goods)s, %(worth)s, %(flow)s, sum(fact.q_open) FILTER (WHERE fact.goods) AS open_qty,
                          sum(fact.q_open) FILTER (WHERE fact.goods AND NOT fact.kit) AS unshipped_qty,
                          sum(fact.v_open) FILTER (WHERE fact.goods) AS open_value, bool_or(fact.q_l_due <> 0) AS due
                     FROM %(fact)s fact GROUP BY fact.order_id) sums ON sums.order_id = scope.order_id
         LEFT JOIN (%(opened)s) opened ON opened.order_id = scope.order_id
         LEFT JOIN (%(moves)s) moves ON moves.order_id = scope.order_id
         LEFT JOIN (%(paid)s) paid ON paid.order_id = scope.order_id
         LEFT JOIN (%(unpaid)s) unpaid ON unpaid.order_id = scope.order_id
         LEFT JOIN (%(checked)s) checked ON checked.order_id = scope.order_id
            """,
            ordered_on=SQL("(sale.date_order AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", self._zone()),
            currency=self.company_id.currency_id.id,
            on_hold=SQL(
                "EXISTS (SELECT 1 FROM order_hold hold WHERE hold.order_id = scope.order_id AND hold.state = 'open')"
            ),
            in_return=self._in_return(),
            goods=SQL(", ").join(goods),
            worth=SQL(", ").join(worth),
            flow=SQL(", ").join(flow),
            parts=SQL(", ").join(SQL.identifier("sums", f"{part}_value") for part in FLOW),
            moves=self._open_moves(),
            paid=self._paid_in_order_currency(),
            unpaid=self._unpaid(),
            checked=self._to_check(),
            opened=self._unit_sums(),
            fact=FACT,
            scope=SCOPE,
        )

    @api.model
    def _unit_sums(self):
        """Per order: what is open by unit; the unit of its goods, or of goods in several units the quantities in each."""
        names = {**SHOWN, "open": "open"}
        return SQL(
            """
            SELECT per.order_id, jsonb_object_agg(per.unit_id, trim_scale(per.open)) FILTER (WHERE per.open <> 0) AS open_units,
                   CASE WHEN count(*) = 1 THEN min(unit.name ->> 'en_US') END AS unit,
                   CASE WHEN count(*) > 1 THEN jsonb_agg(jsonb_build_object('unit', unit.name ->> 'en_US', %(pairs)s)
                                                         ORDER BY unit.name ->> 'en_US', per.unit_id) END AS units
              FROM (SELECT order_id, unit_id, %(sums)s FROM %(fact)s WHERE goods GROUP BY order_id, unit_id) per
              JOIN uom_uom unit ON unit.id = per.unit_id
          GROUP BY per.order_id
            """,
            pairs=SQL(", ").join(SQL("%s::text, trim_scale(%s)", name, SQL.identifier("per", name)) for name in names),
            sums=SQL(", ").join(
                SQL("sum(%s) AS %s", SQL.identifier(f"q_{source}"), SQL.identifier(name))
                for name, source in names.items()
            ),
            fact=FACT,
        )

    def _envelope_entries(self):
        """One row per submitted order that made none, in the columns of ``_order_entries``."""
        return SQL(
            """
            SELECT TRUE, TRUE, FALSE, NULL::int4, NULL::int4, envelope.id, envelope.reference, NULL, NULL, NULL,
                   envelope.first_error_code, envelope.business_date, %(currency)s, 1, FALSE, FALSE, FALSE, FALSE, FALSE, FALSE,
                   FALSE, FALSE, FALSE, NULL::jsonb, NULL, NULL::jsonb, 0, 0, 0, 0, 0, 0, coalesce(envelope.value, 0)::numeric, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
              FROM (%(rejected)s) envelope
            """,
            currency=self.company_id.currency_id.id,
            rejected=self._rejected_query(),
        )

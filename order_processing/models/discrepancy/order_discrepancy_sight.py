from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..common.business_day import business_day, day_bounds
from .order_discrepancy import OPEN

# a sweep moves whole sets and tells what follows itself, once
SWEEPING = "order_discrepancy_sweeping"
# models of documents that tell what differs, and the fields that they tell it with
DOCUMENTS = ("sale.order", "stock.picking", "account.move", "order.return")
SAID = ["order_discrepancy_count", "order_discrepancy_severity", "order_discrepancy_text"]
# band, and how many business days before today it begins; sorted by name they stand in order
AGES = [("age_0", "Today"), ("age_1", "1-3 days"), ("age_4", "Up to a week"), ("age_8", "Older")]
BEGINS = (("age_0", 0), ("age_1", 3), ("age_4", 7))


class OrderDiscrepancy(models.Model):
    """What the lists count by: since when it is open, how long it took, who carried the goods.

    ``_moved`` is what follows from a state, for a set: the other files of this room that have something to add extend it.
    """

    _inherit = "order.discrepancy"

    opened_at = fields.Datetime("Open since", readonly=True, index=True, help="When it was found, or came back last.")
    carrier_id = fields.Many2one(
        "delivery.carrier",
        readonly=True,
        index="btree_not_null",
        help="Of the line's last transfer, else of the order, when it was found.",
    )
    solve_days = fields.Float(
        "Days to solve", digits=(16, 1), readonly=True, aggregator="avg", help="From the last opening to the closing."
    )
    age_band = fields.Selection(
        AGES,
        "Open for",
        compute="_compute_age_band",
        search="_search_age_band",
        help="Business days of the company since it was found; closed ones wait no more.",
    )

    def init(self):
        """What was found before these columns were there."""
        super().init()
        self._fill_sight(SQL("record.opened_at IS NULL"))

    # ------------------------------------------------------------------ what follows from a state

    def _transition_write(self, vals):
        answer = super()._transition_write(vals)
        if "state" in vals and not (self.env.su and self.env.context.get(SWEEPING)):
            self.browse(self.ids).sudo()._moved()
        return answer

    def _sweep_open(self, rows):
        opened = super()._sweep_open(rows)
        opened._moved()
        return opened

    def _sweep_refresh(self, refreshed, again):
        sweeping = self.with_context(**{SWEEPING: True})
        records = self.browse(super(OrderDiscrepancy, sweeping)._sweep_refresh(refreshed, again).ids)
        if records:
            self._due_again(again)
            records._moved()
        return records

    def _sweep_close(self, rows):
        sweeping = self.with_context(**{SWEEPING: True})
        closed = self.browse(super(OrderDiscrepancy, sweeping)._sweep_close(rows).ids)
        closed._moved()
        return closed

    def _moved(self):
        """Bring up to date what follows from the states of these records, for ``sudo``; the same queries for 1 and 1,000.

        Called with records that were just opened, taken, closed or opened again; calling it twice changes nothing.
        """
        if self:
            self.flush_model(["state", "found_at", "closed_at"])
            self._fill_sight(SQL("record.id = ANY(%s)", list(self.ids)))
            self.invalidate_recordset(["opened_at", "carrier_id", "solve_days"], flush=False)
            for name in DOCUMENTS:
                self.env[name].invalidate_model(SAID, flush=False)

    @api.model
    def _fill_sight(self, condition):
        """Fill the columns of this file by the state; who was closed before and is open now has come back."""
        self.env["sale.order"].flush_model(["carrier_id"])
        self.env["stock.picking"].flush_model(["carrier_id"])
        self.env["stock.move"].flush_model(["sale_line_id", "picking_id", "state", "date"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE order_discrepancy record
                   SET opened_at = CASE WHEN record.opened_at IS NULL THEN record.found_at
                                        WHEN record.state = ANY(%(open)s) AND record.solve_days IS NOT NULL
                                             THEN clock_timestamp() AT TIME ZONE 'UTC'
                                        ELSE record.opened_at END,
                       solve_days = CASE WHEN record.state <> ALL(%(open)s) THEN coalesce(record.solve_days,
                           extract(epoch FROM record.closed_at - coalesce(record.opened_at, record.found_at)) / 86400) END,
                       carrier_id = CASE WHEN record.opened_at IS NOT NULL AND record.solve_days IS NULL THEN record.carrier_id
                           ELSE coalesce((
                                SELECT transfer.carrier_id
                                  FROM stock_move move
                                  JOIN stock_picking transfer ON transfer.id = move.picking_id
                                 WHERE move.sale_line_id = record.line_id AND move.state <> 'cancel'
                                   AND transfer.carrier_id IS NOT NULL
                              ORDER BY move.date DESC, move.id DESC
                                 LIMIT 1), sale.carrier_id) END
                  FROM sale_order sale
                 WHERE sale.id = record.order_id AND %(condition)s
                """,
                open=list(OPEN),
                condition=condition,
            )
        )

    def _due_again(self, rows):
        """What came back is due anew, counted from this finding."""
        self.flush_model(["due"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE order_discrepancy record SET due = given.due
                  FROM unnest(%s::int[], %s::date[]) AS given (id, due)
                 WHERE record.id = given.id AND given.due IS NOT NULL
                """,
                [row["id"] for row in rows],
                [row.get("due") for row in rows],
            )
        )
        self.browse([row["id"] for row in rows]).invalidate_recordset(["due"], flush=False)

    # ------------------------------------------------------------------ age

    @api.depends("opened_at", "found_at", "closed_at", "state", "company_id")
    def _compute_age(self):
        """Business days of the company from the last opening to the closing, or to today."""
        today = {company: business_day(company) for company in self.company_id}
        for record in self:
            since = record.opened_at or record.found_at
            company = record.company_id
            end = today.get(company) if record.state in OPEN else business_day(company, record.closed_at)
            record.age = max((end - business_day(company, since)).days, 0) if since and end else 0

    @api.depends("age", "state")
    def _compute_age_band(self):
        for record in self:
            band = next((name for name, begin in BEGINS if record.age <= begin), "age_8")
            record.age_band = band if record.state in OPEN else False

    @api.model
    def _age_band_sql(self, alias):
        """The age band of a record as SQL, by the business days of its company."""
        since = SQL("coalesce(%s, %s)", SQL.identifier(alias, "opened_at"), SQL.identifier(alias, "found_at"))
        branches = [SQL("WHEN %s NOT IN %s THEN NULL", SQL.identifier(alias, "state"), OPEN)]
        for company in self.env.companies | self.env.company:
            today = business_day(company)
            for band, begin in BEGINS:
                start, _end = day_bounds(company, today - timedelta(days=begin))
                mine = SQL.identifier(alias, "company_id")
                branches.append(SQL("WHEN %s = %s AND %s >= %s THEN %s", mine, company.id, since, start, band))
        return SQL("CASE %s ELSE 'age_8' END", SQL(" ").join(branches))

    def _search_age_band(self, operator, value):
        if operator != "in":
            return NotImplemented
        bands = [band for band in value if band]
        unset = any(not band for band in value)

        def to_sql(model, alias, query):
            band = model._age_band_sql(alias)
            found = SQL("%s = ANY(%s)", band, bands)
            return SQL("(%s OR %s IS NULL)", found, band) if unset else found

        return Domain.custom(to_sql=to_sql, predicate=lambda record: record.age_band in value)

    def _field_to_sql(self, alias, field_expr, query=None):
        """The age band can be grouped and sorted by though no column holds it."""
        if field_expr == "age_band":
            self._check_field_access(self._fields[field_expr], "read")
            self.flush_model(["company_id", "state", "opened_at", "found_at"])
            return self._age_band_sql(alias)
        return super()._field_to_sql(alias, field_expr, query)

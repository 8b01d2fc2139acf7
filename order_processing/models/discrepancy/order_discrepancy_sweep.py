import json
import re
from contextlib import nullcontext

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..common.sql_arrays import id_array
from ..common.sql_plans import in_one_process
from .kinds import BY_CODE, KINDS
from .measures import MEASURES, SETTLED
from .order_discrepancy import CLOSED, MANAGER, OPEN

# columns of a new record that the ledgers fill, with their types
COLUMNS = {
    "kind": "varchar",
    "severity": "varchar",
    "order_id": "int4",
    "line_id": "int4",
    "company_id": "int4",
    "partner_id": "int4",
    "product_id": "int4",
    "uom_id": "int4",
    "currency_id": "int4",
    "owner_id": "int4",
    "measure": "varchar",
    "expected": "numeric",
    "found": "numeric",
    "difference": "numeric",
    "detail": "varchar",
    "value": "numeric",
    "value_company": "numeric",
    "due": "date",
}
# columns of `f` that the statement adds to the figures; those that it takes of them: no sum that nobody reads
ADDED = {
    "partner_id",
    "user_id",
    "commercial_partner_id",
    "currency_rate",
    "digits",
    "invoice_days",
    "today",
    "served",
    "promised",
}
ASKED = {
    "line_id",
    "order_id",
    "company_id",
    "currency_id",
    "product_id",
    "uom_id",
    "state",
    "currency_unit",
    "last_shipped",
}
FORMULAS = [SETTLED, *(text for layer in MEASURES for text in layer.values())]
FORMULAS += [
    text for kind in KINDS for text in (kind.when, kind.expected, kind.found, kind.value, kind.detail, kind.since)
]
ASKED = sorted((ASKED | {name for text in FORMULAS for name in re.findall(r"\bf\.(\w+)", text)}) - ADDED)
# lines that one statement compares: few enough to be found by indexes, however large the database is
AT_ONCE = 1000
# share of all lines from which on it is quicker to compare all than to look each up
CROWD = 0.3
FIGURES = ("expected", "found", "difference", "detail", "value", "value_company")


class OrderDiscrepancySweep(models.Model):
    _inherit = "order.discrepancy"

    @api.model
    def sweep(self, domain=None):
        """Compare the ledgers of the order lines of ``domain`` (on ``sale.order.line``), or of all, now.

        It opens what differs, refreshes what still does, closes what vanished and re-opens what came back, in the
        caller's transaction and the caller's companies.

        :param list domain: a domain on ``sale.order.line``, ``None`` or empty for all lines
        :return: ``{lines, opened, closed, reopened}``, numbers: lines compared and records moved
        :raises AccessError: no manager
        """
        self._check_order_group(MANAGER)
        if domain:
            lines = self.env["sale.order.line"].search(
                Domain(domain) & Domain("company_id", "in", self.env.companies.ids)
            )
            return self.sudo()._sweep_lines(line_ids=lines.ids)
        return self.sudo()._sweep_lines(company_ids=self.env.companies.ids)

    def _sweep_lines(self, line_ids=None, company_ids=None):
        """The comparison itself, for ``sudo``; the same few statements whatever the number of lines."""
        companies = self.env["res.company"].sudo().search([("order_control", "!=", "off")])
        if company_ids is not None:
            companies = companies.filtered(lambda company: company.id in company_ids)
        matching = self.env["order.matching"]
        matching._flush_ledgers()
        if "order_promise_date" in self.env["sale.order.line"]._fields:
            self.env["sale.order.line"].flush_model(["order_promise_date"])
        self.env["res.company"].flush_model(["order_invoice_days", "order_tz", "partner_id", "currency_id"])
        self.env["order.discrepancy.setting"].flush_model()
        self.flush_model()
        if line_ids is None:
            lines, (screened, beside) = (
                self._count_lines(companies.ids),
                self._screened_lines(companies.ids, self._moment()),
            )
            if len(screened) > lines * CROWD:
                return self._sweep_part(None, companies.ids)
            # together, so that most parts have none of them: planning their ledgers is half of the work on few lines
            asked = sorted(screened, key=lambda line_id: (line_id not in beside, line_id))
        else:
            lines, asked, beside = 0, list(line_ids), set(line_ids)
        answer = {"lines": 0, "opened": 0, "closed": 0, "reopened": 0}
        # a part at a time: neither a statement nor its answer grows with the database
        for place in range(0, len(asked), AT_ONCE):
            part = asked[place : place + AT_ONCE]
            for name, number in self._sweep_part(part, companies.ids, not beside.isdisjoint(part)).items():
                answer[name] += number
        return {**answer, "lines": lines} if line_ids is None else answer

    @api.model
    def _moment(self):
        """The moment of the comparison, UTC."""
        return fields.Datetime.to_datetime(self.env.context.get("order_business_moment")) or fields.Datetime.now()

    @api.model
    def _count_lines(self, company_ids):
        """How many lines a comparison of companies compares."""
        self.env.cr.execute(
            SQL(
                """
                SELECT count(*) FROM sale_order_line line JOIN sale_order sale ON sale.id = line.order_id
                 WHERE line.display_type IS NULL AND line.is_downpayment IS NOT TRUE AND sale.state IN ('sale', 'cancel')
                   AND line.company_id = ANY(%s)
                """,
                list(company_ids),
            )
        )
        return self.env.cr.fetchone()[0]

    def _sweep_part(self, line_ids, company_ids, beside=True):
        """The comparison of some lines (``None``: of all of the companies); returns what ``sweep`` does.

        :param bool beside: whether the ledgers beside are read; if not, they say nothing of these lines
        """
        figures = self.env["order.matching"]._figures_query(
            line_ids=line_ids, company_ids=company_ids, more=self._sweep_columns(), beside=beside
        )
        with in_one_process(self.env.cr) if line_ids is not None else nullcontext():
            self.env.cr.execute(self._differences_query(figures, line_ids, company_ids))
            found = self.env.cr.fetchall()
        lines, actions = 0, {"open": [], "reopen": [], "refresh": [], "close": []}
        for action, row in found:
            if action == "lines":
                lines = row["lines"]
            else:
                actions[action].append(row)
        opened = self._sweep_open(actions["open"])
        reopened = self._sweep_refresh(actions["refresh"], actions["reopen"])
        closed = self._sweep_close(actions["close"])
        return {"lines": lines, "opened": len(opened), "closed": len(closed), "reopened": len(reopened)}

    # ------------------------------------------------------------------ the statement

    @api.model
    def _sweep_columns(self):
        """``SQL`` of what the sweep wants of each line beside the figures."""
        field = self.env["sale.order.line"]._fields.get("order_promise_date")
        return SQL(
            "sale.partner_id, sale.user_id, sale.currency_rate, sale.date_order, sale.commitment_date, %s AS promise_day",
            SQL("line.order_promise_date") if field and field.store else SQL("NULL::date"),
        )

    @api.model
    def _differences_query(self, figures, line_ids, company_ids):
        """``SQL`` with one row ``(action, json)`` per record to open, re-open, refresh or close, and one with the lines.

        The figures and measures are computed once; the few lines that any kind concerns meet the kinds as rows.
        """
        counted = SQL("TRUE") if line_ids is None else SQL("line.id = ANY(%s)", id_array(line_ids))
        known = SQL("TRUE") if line_ids is None else SQL("record.line_id = ANY(%s)", id_array(line_ids))
        kinds = SQL(", ").join(
            SQL(
                "(%s, %s, %s, %s, (%s)::numeric, (%s)::numeric, (%s)::numeric, %s::varchar, %s, (%s)::date, %s::numeric)",
                kind.code,
                kind.severity,
                kind.measure,
                SQL(kind.when),
                SQL(kind.expected),
                SQL(kind.found),
                SQL(kind.value_sql()),
                SQL(kind.detail),
                kind.due_days,
                SQL(kind.since),
                kind.percent,
            )
            for kind in KINDS
        )
        return SQL(
            """
            WITH f AS NOT MATERIALIZED (
                SELECT %(asked)s, figures.partner_id, customer.commercial_partner_id, figures.user_id, figures.currency_rate,
                       %(digits)s AS digits, company.order_invoice_days AS invoice_days, clock.today,
                       coalesce(figures.last_shipped, clock.ordered) AS served,
                       coalesce(figures.promise_day, clock.committed) AS promised
                  FROM (%(figures)s) figures
                  JOIN res_partner customer ON customer.id = figures.partner_id
                  JOIN res_company company ON company.id = figures.company_id
                  JOIN res_partner owner ON owner.id = company.partner_id
            CROSS JOIN LATERAL (
                       SELECT (%(moment)s::timestamp AT TIME ZONE 'UTC' AT TIME ZONE zone)::date AS today,
                              (figures.date_order AT TIME ZONE 'UTC' AT TIME ZONE zone)::date AS ordered,
                              (figures.commitment_date AT TIME ZONE 'UTC' AT TIME ZONE zone)::date AS committed
                         FROM (SELECT coalesce(company.order_tz, owner.tz, 'UTC') AS zone) place) clock
                 WHERE figures.state IN ('sale', 'cancel')
                -- each figure is computed once, not wherever a formula names it
                OFFSET 0),
            suspect AS MATERIALIZED (
                SELECT f.*, %(names)s
                  FROM f
            %(measures)s
                 WHERE NOT (%(settled)s) AND (%(any)s)),
            found AS MATERIALIZED (
                SELECT checked.kind, coalesce(setting.severity, checked.severity) AS severity, checked.measure, f.order_id, f.line_id, f.company_id, f.partner_id,
                       f.product_id, f.uom_id, f.currency_id, coalesce(setting.owner_id, nullif(f.user_id, %(nobody)s)) AS owner_id, checked.expected, checked.found,
                       checked.found - checked.expected AS difference, nullif(checked.detail, '') AS detail,
                       round(checked.value / f.currency_unit) * f.currency_unit AS value,
                       stake.value_company, f.today + coalesce(setting.due_days, checked.due_days) AS due
                  FROM suspect f
                  JOIN res_company company ON company.id = f.company_id
                  JOIN res_currency home ON home.id = company.currency_id
            CROSS JOIN LATERAL (VALUES %(kinds)s)
                       AS checked (kind, severity, measure, differs, expected, found, value, detail, due_days, since, percent)
            CROSS JOIN LATERAL (
                       SELECT round(checked.value / coalesce(nullif(f.currency_rate, 0), 1) / home.rounding) * home.rounding
                              AS value_company) stake
             LEFT JOIN LATERAL (%(setting)s) setting ON TRUE
                 WHERE checked.differs AND NOT (%(tolerated)s)),
            known AS (
                SELECT DISTINCT ON (record.kind, record.line_id) record.*
                  FROM order_discrepancy record
                 WHERE record.company_id = ANY(%(companies)s) AND %(known)s
              ORDER BY record.kind, record.line_id, record.state = ANY(%(open)s) DESC, record.id DESC)
            SELECT 'lines', jsonb_build_object('lines', (
                   SELECT count(*) FROM sale_order_line line JOIN sale_order sale ON sale.id = line.order_id
                    WHERE line.display_type IS NULL AND line.is_downpayment IS NOT TRUE AND sale.state IN ('sale', 'cancel')
                      AND line.company_id = ANY(%(companies)s) AND %(counted)s))
            UNION ALL
            SELECT CASE WHEN known.id IS NULL THEN 'open'
                        WHEN known.state = ANY(%(open)s) THEN 'refresh'
                        ELSE 'reopen' END,
                   to_jsonb(found.*) || jsonb_build_object('id', known.id)
              FROM found
         LEFT JOIN known ON known.kind = found.kind AND known.line_id = found.line_id
             WHERE known.id IS NULL
                OR (known.state = 'accepted' AND found.value > coalesce(known.accepted_value, 0))
                OR (known.state = ANY(%(closed)s) AND known.state <> 'accepted')
                OR (known.state = ANY(%(open)s)
                    AND (known.expected, known.found, known.value, coalesce(known.detail, ''))
                        IS DISTINCT FROM (found.expected, found.found, found.value, coalesce(found.detail, '')))
            UNION ALL
            SELECT 'close', jsonb_build_object('id', known.id, 'kind', known.kind)
              FROM known
         LEFT JOIN found ON found.kind = known.kind AND found.line_id = known.line_id
             WHERE known.state = ANY(%(open)s) AND found.line_id IS NULL
            """,
            digits=self.env["decimal.precision"].precision_get("Product Unit"),
            asked=SQL(", ").join(SQL("figures.%s", SQL.identifier(name)) for name in ASKED),
            figures=figures,
            moment=self._moment(),
            # orders of programs and of the database's own user have no owner yet
            nobody=SUPERUSER_ID,
            names=SQL(", ").join(SQL.identifier(name) for layer in MEASURES for name in layer),
            measures=self._measures(),
            settled=SQL(SETTLED),
            any=SQL(" OR ").join(SQL("(%s)", SQL(kind.when)) for kind in KINDS),
            kinds=kinds,
            setting=self.env["order.discrepancy.setting"]._setting_query(),
            tolerated=self.env["order.discrepancy.setting"]._tolerated_condition(),
            companies=list(company_ids),
            known=known,
            counted=counted,
            open=list(OPEN),
            closed=list(CLOSED),
        )

    @api.model
    def _measures(self):
        """``SQL`` of the layers of measures beside the figures ``f``; OFFSET 0 keeps each from being computed again."""
        return SQL(" ").join(
            SQL(
                "CROSS JOIN LATERAL (SELECT %s OFFSET 0) AS %s",
                SQL(", ").join(SQL("%s AS %s", SQL(text), SQL.identifier(name)) for name, text in layer.items()),
                SQL.identifier(f"measures_{place}"),
            )
            for place, layer in enumerate(MEASURES)
        )

    # ------------------------------------------------------------------ what follows from it

    def _sweep_open(self, rows):
        """Enter new records with one statement; another sweep that was quicker keeps its own."""
        if not rows:
            return self.browse()
        names = SQL(", ").join(SQL.identifier(name) for name in COLUMNS)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO order_discrepancy (%(names)s, state, found_at, last_found_at, times_opened,
                                               create_uid, create_date, write_uid, write_date)
                SELECT %(names)s, 'open', now.utc, now.utc, 1, %(uid)s, now.utc, %(uid)s, now.utc
                  FROM jsonb_to_recordset(%(rows)s::jsonb) AS given (%(typed)s),
                       (SELECT clock_timestamp() AT TIME ZONE 'UTC' AS utc) now
           ON CONFLICT (kind, line_id) WHERE state IN ('open', 'in_progress') DO NOTHING
             RETURNING id
                """,
                names=names,
                typed=self._typed(COLUMNS),
                uid=self.env.uid,
                rows=json.dumps(rows),
            )
        )
        opened = self.browse([row[0] for row in self.env.cr.fetchall()])
        # written beside the ORM: what it remembers of orders' discrepancies is stale
        self.env["sale.order"].invalidate_model(["order_discrepancy_ids", "order_discrepancy_count"], flush=False)
        opened._message_log_batch(
            bodies={
                record.id: self.env._(
                    "Found: %s", self.env._(BY_CODE[record.kind].why) if record.kind in BY_CODE else record.detail
                )
                for record in opened
            }
        )
        opened._book("discrepancy_opened", "")
        return opened

    def _sweep_refresh(self, refreshed, again):
        """Bring the figures of what still differs up to date, and open again what came back."""
        rows = [*refreshed, *again]
        if not rows:
            return self.browse()
        columns = {"id": "int4", **{name: COLUMNS[name] for name in FIGURES}}
        self.env.cr.execute(
            SQL(
                """
                UPDATE order_discrepancy record
                   SET %(values)s, last_found_at = clock_timestamp() AT TIME ZONE 'UTC'
                  FROM jsonb_to_recordset(%(rows)s::jsonb) AS given (%(typed)s)
                 WHERE record.id = given.id
                """,
                values=SQL(", ").join(
                    SQL("%s = given.%s", SQL.identifier(name), SQL.identifier(name)) for name in FIGURES
                ),
                typed=self._typed(columns),
                rows=json.dumps(rows),
            )
        )
        self.browse([row["id"] for row in rows]).invalidate_recordset([*FIGURES, "last_found_at"], flush=False)
        records = self.browse([row["id"] for row in again])
        if records:
            moved = records._transition("reopen", self.env._("The ledgers differ again"))
            for times, group in moved.grouped("times_opened").items():
                group._transition_write({"times_opened": times + 1})
            moved._book("discrepancy_opened", self.env._("again"))
        return records

    def _sweep_close(self, rows):
        """Close by itself what is no longer there, with the reason."""
        records = self.browse([row["id"] for row in rows])
        if records:
            reason = self.env._("The ledgers agree again, or open work will settle it")
            records._transition("auto_close", reason)
            records._book("discrepancy_closed", reason)
        return records

    @api.model
    def _typed(self, columns):
        return SQL(", ").join(SQL("%s %s", SQL.identifier(name), SQL(kind)) for name, kind in columns.items())

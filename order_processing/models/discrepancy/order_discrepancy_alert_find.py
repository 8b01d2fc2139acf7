from odoo import api, fields, models
from odoo.tools import SQL

from ..common.business_day import business_day, day_bounds
from .alert_cause import TRAITS, common_causes, shares
from .order_discrepancy import OPEN

# so many of the company's last order lines tell what is usual
USUAL_LINES = 2000


class OrderDiscrepancy(models.Model):
    """How discrepancies come together under an alert, and leave it."""

    _inherit = "order.discrepancy"

    alert_id = fields.Many2one("order.discrepancy.alert", readonly=True, index="btree_not_null", ondelete="set null")

    def _moved(self):
        super()._moved()
        if not self:
            return
        self.flush_model(["state", "alert_id"])
        alerts = self.alert_id
        self._alert_leave()
        standing = self.filtered(lambda record: record.state in OPEN and not record.alert_id)
        (alerts | standing._alert_gather()).exists()._count()

    def _sweep_refresh(self, refreshed, again):
        records = super()._sweep_refresh(refreshed, again)
        if refreshed:
            self.browse([row["id"] for row in refreshed]).alert_id._count()
        return records

    def _alert_leave(self):
        """What came back after its alert was closed is counted anew."""
        gone = self.filtered(lambda record: record.state in OPEN and record.alert_id.state == "closed")
        if gone:
            gone._transition_write({"alert_id": False})
            gone.flush_recordset(["alert_id"])

    def _alert_gather(self):
        """Put records that are open and under no alert under one, where there is one or they have become many.

        :return: the alerts that got some
        """
        alerts = self.env["order.discrepancy.alert"]
        if not self:
            return alerts
        joined = self._alert_join()
        alerts |= alerts.browse(joined.values())
        left = self.filtered(lambda record: record.id not in joined)
        rows = []
        for company, records in left.grouped("company_id").items():
            if company.order_alert_count:
                rows += records._alert_causes(company)
        return alerts | self._alert_make(rows)

    def _alert_join(self):
        """Join the open alerts of the same kind and trait; the kind alone takes no single ones in.

        :return: dict of record id to alert id
        """
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        self.env["order.discrepancy.alert"].flush_model(["state"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE order_discrepancy record SET alert_id = found.alert_id
                  FROM (SELECT DISTINCT ON (fresh.id) fresh.id, alert.id AS alert_id
                          FROM order_discrepancy fresh
                     LEFT JOIN res_partner customer ON customer.id = fresh.partner_id
                          JOIN order_discrepancy_alert alert
                            ON alert.state = 'open' AND alert.company_id = fresh.company_id AND alert.kind = fresh.kind
                           AND CASE alert.trait WHEN 'order' THEN alert.order_id = fresh.order_id
                                                WHEN 'product' THEN alert.product_id = fresh.product_id
                                                WHEN 'partner' THEN alert.partner_id = customer.commercial_partner_id
                                                WHEN 'carrier' THEN alert.carrier_id = fresh.carrier_id
                                                ELSE FALSE END
                         WHERE fresh.id = ANY(%(ids)s)
                      ORDER BY fresh.id, array_position(%(traits)s::varchar[], alert.trait), alert.id) found
                 WHERE record.id = found.id
             RETURNING record.id, record.alert_id
                """,
                ids=list(self.ids),
                traits=list(TRAITS),
            )
        )
        joined = dict(self.env.cr.fetchall())
        if joined:
            self.browse(joined).invalidate_recordset(["alert_id"], flush=False)
        return joined

    def _alert_causes(self, company):
        """What the records of one company that opened today have in common, kind by kind.

        :return: list of ``(company id, kind, trait, value, [record ids])``
        """
        start, _end = day_bounds(company, business_day(company))
        self.env.cr.execute(
            SQL(
                """
                SELECT record.kind, record.id, record.line_id, record.order_id AS "order", record.product_id AS product,
                       customer.commercial_partner_id AS partner, record.carrier_id AS carrier
                  FROM order_discrepancy record
             LEFT JOIN res_partner customer ON customer.id = record.partner_id
                 WHERE record.company_id = %(company)s AND record.kind = ANY(%(kinds)s) AND record.alert_id IS NULL
                   AND record.state = ANY(%(open)s) AND record.opened_at >= %(start)s
              ORDER BY record.id
                """,
                company=company.id,
                kinds=list(set(self.mapped("kind"))),
                open=list(OPEN),
                start=start,
            )
        )
        kinds = {}
        for row in self.env.cr.dictfetchall():
            kinds.setdefault(row["kind"], []).append(row)
        many = {kind: rows for kind, rows in kinds.items() if len(rows) > company.order_alert_count}
        if not many:
            return []
        usual = self._alert_usual(company, [row["line_id"] for rows in many.values() for row in rows])
        return [
            (company.id, kind, *cause)
            for kind, rows in many.items()
            for cause in common_causes(rows, usual, company.order_alert_count)
        ]

    @api.model
    def _alert_usual(self, company, without):
        """How common each order, product, customer and carrier is among the last order lines of a company."""
        self.env["sale.order.line"].flush_model(["order_id", "product_id", "company_id", "display_type"])
        self.env["sale.order"].flush_model(["partner_id", "carrier_id"])
        self.env.cr.execute(
            SQL(
                """
                SELECT line.order_id AS "order", line.product_id AS product, customer.commercial_partner_id AS partner,
                       sale.carrier_id AS carrier
                  FROM (SELECT order_id, product_id FROM sale_order_line
                         WHERE company_id = %(company)s AND display_type IS NULL AND id NOT IN (SELECT unnest(%(without)s::int[]))
                      ORDER BY id DESC LIMIT %(lines)s) line
                  JOIN sale_order sale ON sale.id = line.order_id
                  JOIN res_partner customer ON customer.id = sale.partner_id
                """,
                company=company.id,
                without=list(without),
                lines=USUAL_LINES,
            )
        )
        lines = self.env.cr.dictfetchall()
        return shares(lines) if lines else {}

    @api.model
    def _alert_make(self, causes):
        """Make the alerts of ``causes`` (rows of ``_alert_causes``), or find those open already, and put the records under them.

        :return: the alerts
        """
        Alert = self.env["order.discrepancy.alert"]
        if not causes:
            return Alert
        columns = [[], [], [], []]
        for cause in causes:
            for column, value in zip(columns, cause):
                column.append(value)
        keys = SQL(
            """
            SELECT given.*, CASE given.trait WHEN 'order' THEN value END AS order_id,
                   CASE given.trait WHEN 'product' THEN value END AS product_id,
                   CASE given.trait WHEN 'partner' THEN value END AS partner_id,
                   CASE given.trait WHEN 'carrier' THEN value END AS carrier_id
              FROM unnest(%s::int[], %s::varchar[], %s::varchar[], %s::int[])
                   WITH ORDINALITY AS given (company_id, kind, trait, value, place)
            """,
            *columns,
        )
        # another comparison may be making the same: its row wins, and ours is tried again
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO order_discrepancy_alert
                       (company_id, currency_id, kind, trait, order_id, product_id, partner_id, carrier_id, state,
                        create_uid, create_date, write_uid, write_date)
                SELECT company.id, company.currency_id, kind, trait, order_id, product_id, wanted.partner_id, carrier_id, 'open',
                       %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
                  FROM (%(keys)s) wanted
                  JOIN res_company company ON company.id = wanted.company_id
           ON CONFLICT DO NOTHING
             RETURNING id
                """,
                uid=self.env.uid,
                keys=keys,
            )
        )
        made = Alert.browse([row[0] for row in self.env.cr.fetchall()])
        self.env.cr.execute(
            SQL(
                """
                SELECT alert.id, wanted.place
                  FROM (%s) wanted
                  JOIN order_discrepancy_alert alert
                    ON alert.state = 'open' AND alert.company_id = wanted.company_id AND alert.kind = wanted.kind
                   AND alert.trait = wanted.trait
                   AND (alert.order_id, alert.product_id, alert.partner_id, alert.carrier_id)
                       IS NOT DISTINCT FROM (wanted.order_id, wanted.product_id, wanted.partner_id, wanted.carrier_id)
                """,
                keys,
            )
        )
        places = [(alert, record) for alert, place in self.env.cr.fetchall() for record in causes[place - 1][4]]
        alerts = Alert.browse({alert for alert, _record in places})
        self._alert_put(places)
        made._begin()
        return alerts

    @api.model
    def _alert_put(self, places):
        """Put records under alerts: ``(alert id, record id)`` each, one statement."""
        self.env.cr.execute(
            SQL(
                "UPDATE order_discrepancy record SET alert_id = given.alert FROM unnest(%s::int[], %s::int[])"
                " AS given (alert, id) WHERE record.id = given.id",
                [alert for alert, _record in places],
                [record for _alert, record in places],
            )
        )
        self.browse([record for _alert, record in places]).invalidate_recordset(["alert_id"], flush=False)


class OrderDiscrepancyAlert(models.Model):
    _inherit = "order.discrepancy.alert"

    def _begin(self):
        """Give new alerts the owner whom most of their records have, else whom the company names, and say what they are."""
        if not self:
            return
        self._count()
        self.env["order.discrepancy"].flush_model(["owner_id", "alert_id"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE order_discrepancy_alert alert SET owner_id = coalesce(owner.user_id, company.order_escalate_to_id)
                  FROM (SELECT alert_id, mode() WITHIN GROUP (ORDER BY owner_id) AS user_id
                          FROM order_discrepancy WHERE alert_id = ANY(%(ids)s) GROUP BY alert_id) owner,
                       res_company company
                 WHERE alert.id = owner.alert_id AND company.id = alert.company_id
                """,
                ids=list(self.ids),
            )
        )
        self.invalidate_recordset(["owner_id"], flush=False)
        self._message_log_batch(
            bodies={
                alert.id: self.env._(
                    "%(count)s discrepancies were found within a day. In common: %(subject)s.",
                    count=alert.count,
                    subject=alert.subject,
                )
                for alert in self
            }
        )

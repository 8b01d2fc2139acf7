from odoo import api, fields, models
from odoo.tools import SQL

from ..common.business_day import business_day
from .order_discrepancy import OPEN

CHUNK = 200
LEVELS = 2


class OrderDiscrepancySetting(models.Model):
    _inherit = "order.discrepancy.setting"

    escalate_to_id = fields.Many2one(
        "res.users", "Escalate to", domain=[("share", "=", False)], help="Empty: as the company has it."
    )
    escalate_days = fields.Integer("Escalate after (days)", help="Days after the due day; 0: on the day after it.")

    escalation_text = fields.Char("When overdue", compute="_compute_escalation_text")

    _escalation_positive = models.Constraint("CHECK (escalate_days >= 0)", "Days until an escalation are 0 or more.")

    @api.constrains("escalate_to_id", "company_id")
    def _check_escalate_to(self):
        for setting in self.filtered("escalate_to_id"):
            setting.company_id._order_discrepancy_check_person(setting.escalate_to_id.id)

    @api.depends("escalate_to_id", "escalate_days")
    @api.depends_context("lang", "company")
    def _compute_escalation_text(self):
        for setting in self:
            user = setting.escalate_to_id or (setting.company_id or self.env.company).order_escalate_to_id
            if setting.escalate_to_id and setting.escalate_days:
                text = self.env._("To %(user)s after %(days)s days", user=user.name, days=setting.escalate_days)
            else:
                text = self.env._("To %s", user.name) if user else self.env._("Stays where it is")
            setting.escalation_text = text


class OrderDiscrepancy(models.Model):
    """What is overdue goes to somebody who can do something about it: whom the kind's setting names, then whom the company does."""

    _inherit = "order.discrepancy"

    escalation_level = fields.Integer(
        readonly=True, aggregator=None, help="1: it was handed to whom the kind names, 2: to whom the company names."
    )
    escalated_at = fields.Datetime("Escalated at", readonly=True)

    def _moved(self):
        # what came back begins anew; before anybody gets an activity
        again = self.filtered(lambda record: record.escalation_level and record.state in OPEN and record.solve_days)
        if again:
            again._transition_write({"escalation_level": 0, "escalated_at": False})
        super()._moved()

    def _cron_escalate(self):
        """Hourly: hand over what is overdue on the business day of its company, each level once."""
        progress = self.env["ir.cron"]._commit_progress
        due = self.sudo()._escalations_due()
        progress(remaining=sum(len(ids) for ids in due.values()))
        for (level, user_id), ids in due.items():
            for start in range(0, len(ids), CHUNK):
                chunk = self.sudo().browse(ids[start : start + CHUNK])
                chunk._escalate(level, self.env["res.users"].browse(user_id))
                if not progress(processed=len(chunk)):
                    return

    def _escalations_due(self):
        """What is to be handed over now: dict of ``(level, user id)`` to record ids; one statement a company."""
        self.flush_model(["state", "due", "escalation_level", "kind", "company_id", "partner_id"])
        self.env["order.discrepancy.setting"].flush_model()
        self.env["res.company"].flush_model(["order_escalate_to_id", "order_escalate_days"])
        self.env["res.users"].flush_model(["active", "company_ids"])
        found = {}
        for company in self.env["res.company"].search([("order_control", "!=", "off")]):
            self.env.cr.execute(self._escalation_query(company))
            for record_id, level, user_id in self.env.cr.fetchall():
                found.setdefault((level, user_id), []).append(record_id)
        return found

    def _escalation_query(self, company):
        """``SQL`` of ``(record, level, user)``: the highest level whose day has come, above what the record has had.

        Level 1 is whom the most special setting of the kind names, level 2 whom the company names; where the setting
        names nobody, or both are one, the company's is the only one. Who has left the company is nobody.
        """
        return SQL(
            """
            WITH steps AS (
                SELECT record.id, record.escalation_level, record.due, first.user_id AS first_id,
                       record.due + coalesce(first.days, 0) AS first_day, last.user_id AS last_id,
                       CASE WHEN first.user_id IS NULL THEN record.due + company.order_escalate_days
                            ELSE record.due + first.days + greatest(company.order_escalate_days, 1) END AS last_day
                  FROM order_discrepancy record
                  JOIN res_company company ON company.id = record.company_id
             LEFT JOIN res_partner customer ON customer.id = record.partner_id
             LEFT JOIN LATERAL (
                       SELECT item.escalate_to_id, item.escalate_days
                         FROM order_discrepancy_setting item
                        WHERE item.kind = record.kind AND item.active
                          AND (item.company_id IS NULL OR item.company_id = record.company_id)
                          AND (item.partner_id IS NULL OR item.partner_id = customer.commercial_partner_id)
                     ORDER BY item.partner_id IS NULL, item.company_id IS NULL
                        LIMIT 1) setting ON TRUE
             LEFT JOIN LATERAL (
                       SELECT person.id AS user_id, coalesce(setting.escalate_days, 0) AS days
                         FROM res_users person JOIN res_company_users_rel access ON access.user_id = person.id
                        WHERE person.id = setting.escalate_to_id AND person.active AND access.cid = company.id) first ON TRUE
             LEFT JOIN LATERAL (
                       SELECT person.id AS user_id
                         FROM res_users person JOIN res_company_users_rel access ON access.user_id = person.id
                        WHERE person.id = company.order_escalate_to_id AND person.active AND access.cid = company.id
                          AND person.id IS DISTINCT FROM first.user_id) last ON TRUE
                 WHERE record.company_id = %(company)s AND record.state = ANY(%(open)s) AND record.due < %(today)s
                   AND coalesce(record.escalation_level, 0) < %(levels)s)
            SELECT id, level, user_id
              FROM (SELECT DISTINCT ON (step.id) step.id, step.level, step.user_id, step.had
                      FROM (SELECT id, 2 AS level, last_id AS user_id, last_day AS day, coalesce(escalation_level, 0) AS had
                              FROM steps
                         UNION ALL
                            SELECT id, 1, first_id, first_day, coalesce(escalation_level, 0) FROM steps) step
                     WHERE step.user_id IS NOT NULL AND step.day < %(today)s
                  ORDER BY step.id, step.level DESC) reached
             WHERE level > had
          ORDER BY id
            """,
            company=company.id,
            open=list(OPEN),
            today=business_day(company),
            levels=LEVELS,
        )

    def _escalate(self, level, user):
        """Hand these records, and the open alerts that they stand under, to ``user``: chatter, day book and activity."""
        self._transition_lock()
        records = self.filtered(lambda record: record.state in OPEN and record.escalation_level < level)
        if not records:
            return
        before = {record.id: record.owner_id.name or self.env._("nobody") for record in records}
        quiet = records.with_context(tracking_disable=True)
        quiet._transition_write({"owner_id": user.id, "escalation_level": level, "escalated_at": fields.Datetime.now()})
        records._message_log_batch(
            bodies={
                record.id: self.env._(
                    "Overdue since %(due)s: escalated from %(before)s to %(user)s.",
                    due=record.due,
                    before=before[record.id],
                    user=user.name,
                )
                for record in records
            }
        )
        records._book("escalated", self.env._("Overdue: to %s", user.name))
        alerts = records.alert_id.filtered(lambda alert: alert.state == "open" and alert.owner_id != user)
        alerts.with_context(tracking_disable=True).write({"owner_id": user.id})
        alerts._message_log_batch(
            bodies={alert.id: self.env._("Overdue: escalated to %s.", user.name) for alert in alerts}
        )
        records._activity_sync()

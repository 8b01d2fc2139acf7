from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.business_day import business_day


class OrderVerificationRule(models.Model):
    """How a rule's findings may be waived, how far a waiver reaches, and whether a hold of the rule lifts itself."""

    _inherit = "order.verification.rule"

    second_person = fields.Boolean(
        tracking=True,
        help="A waiver takes two: one asks for it, another grants it, and neither is who made the order.",
    )
    waive_days = fields.Integer(
        "Waiver lasts (days)", tracking=True, help="0: as long as what was waived stays as it is."
    )
    waive_percent = fields.Float(
        "Waiver covers (%)",
        tracking=True,
        help="A changed order stays covered while its total is at most this much above the total that was waived. "
        "0: a waiver covers the content it was given for, and no other.",
    )
    lifts_itself = fields.Boolean(
        default=True,
        tracking=True,
        help="A hold of this rule goes when its cause is gone. Otherwise it stays until a person releases it.",
    )

    @api.constrains("waive_days", "waive_percent")
    def _check_waiver(self):
        for rule in self:
            if min(rule.waive_days, rule.waive_percent) < 0:
                raise UserError(self.env._("%s: the days and the percent of a waiver cannot be negative.", rule.name))

    @api.model
    def _apply_waivers(self, assessments):
        """Mark the findings that a waiver covers; one query if there are findings.

        A waiver covers the very content it was given for, and a later one within its percent of value; both until
        its last day.
        """
        ids = [order_id for order_id, assessment in assessments.items() if assessment.findings]
        if not ids:
            return
        waivers = {}
        checks = self.env["order.verification.check"].sudo()
        names = ["order_id", "rule_code", "line_number", "fingerprint", "waived_until", "waived_limit"]
        for check in checks.search_read([("order_id", "in", ids), ("state", "=", "waived")], names):
            key = (check["order_id"][0], check["rule_code"], check["line_number"])
            waivers.setdefault(key, []).append(check)
        if not waivers:
            return
        days = {}
        for assessment in assessments.values():
            facts = assessment.facts
            if facts.company_id not in days:
                days[facts.company_id] = business_day(self.env["res.company"].sudo().browse(facts.company_id))
            for finding in assessment.findings:
                granted = waivers.get((finding.order_id, finding.rule.code, finding.line_id or 0), ())
                finding.waived = any(
                    self._waiver_covers(waiver, finding, facts, days[facts.company_id]) for waiver in granted
                )

    @staticmethod
    def _waiver_covers(waiver, finding, facts, day):
        if waiver["waived_until"] and waiver["waived_until"] < day:
            return False
        if waiver["fingerprint"] == finding.fingerprint:
            return True
        return bool(waiver["waived_limit"]) and facts.company_total() <= waiver["waived_limit"]

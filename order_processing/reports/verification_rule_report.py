from odoo import fields, models
from odoo.tools import SQL


class OrderVerificationRuleReport(models.Model):
    """How often each rule fired, was waived, and led to a change: one row per finding that was ever recorded."""

    _name = "order.verification.rule.report"
    _description = "Verification Rules at Work"
    _auto = False
    _order = "found_at desc, id desc"
    _rec_name = "rule_name"
    _depends = {
        "order.verification.check": [
            "rule_id",
            "rule_code",
            "rule_name",
            "rule_kind",
            "stage",
            "severity",
            "state",
            "changed",
            "company_id",
            "order_id",
            "found_at",
        ]
    }

    rule_id = fields.Many2one("order.verification.rule", "Rule today", readonly=True)
    rule_code = fields.Char("Code", readonly=True)
    rule_name = fields.Char("Rule", readonly=True)
    rule_kind = fields.Selection(
        lambda self: self.env["order.verification.rule"]._fields["kind"].selection, "Kind", readonly=True
    )
    stage = fields.Selection(lambda self: self.env["order.verification.rule"]._fields["stage"].selection, readonly=True)
    severity = fields.Selection(
        lambda self: self.env["order.verification.rule"]._fields["severity"].selection, readonly=True
    )
    company_id = fields.Many2one("res.company", readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True, aggregator="count_distinct")
    found_at = fields.Datetime("Found at", readonly=True)
    fired = fields.Integer(readonly=True)
    waived = fields.Integer(readonly=True)
    changed = fields.Integer(
        "Led to a change", readonly=True, help="The order, or the line, was changed and it was gone."
    )
    gone = fields.Integer(
        "Cause gone", readonly=True, help="It was gone without a change of the order: stock came, a rule was altered."
    )
    ticked = fields.Integer(readonly=True)
    still_open = fields.Integer("Open", readonly=True)
    was_right = fields.Float(
        "Was right",
        readonly=True,
        aggregator="avg",
        help="Of the findings that were decided by people, the share that led to a change rather than to a waiver; "
        "0 also where none is decided yet.",
    )

    @property
    def _table_query(self):
        """One row per check; what became of it as figures that add up to ``fired``."""
        return SQL(
            """
            SELECT c.id, c.rule_id, c.rule_code, c.rule_name, coalesce(c.rule_kind, 'built_in') AS rule_kind, c.stage,
                   c.severity, c.company_id, c.order_id, c.found_at,
                   1 AS fired,
                   (c.state = 'waived')::int AS waived,
                   (c.state = 'mended' AND coalesce(c.changed, FALSE))::int AS changed,
                   (c.state = 'mended' AND NOT coalesce(c.changed, FALSE))::int AS gone,
                   (c.state = 'passed')::int AS ticked,
                   (c.state = 'failed')::int AS still_open,
                   CASE WHEN c.state = 'waived' THEN 0.0
                        WHEN c.state = 'mended' AND coalesce(c.changed, FALSE) THEN 1.0 END AS was_right
              FROM order_verification_check c
            """
        )

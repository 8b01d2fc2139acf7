from odoo import api, fields, models

from . import checks


class OrderReconciliationRule(models.Model):
    """What a company asks for when a check before the signature finds something, where it asks for another than usual."""

    _name = "order.reconciliation.rule"
    _description = "Check Before the Signature"
    _inherit = ["order.general.mixin", "mail.thread"]
    _order = "code, company_id NULLS FIRST, id"

    code = fields.Selection(checks.LABELS, "Check", required=True, tracking=True)
    weight = fields.Selection(checks.WEIGHTS, "What it asks for", required=True, tracking=True)
    company_id = fields.Many2one(tracking=True)

    _once = models.UniqueIndex(
        "(code, coalesce(company_id, 0))", "This check is set for this company already: change that one."
    )

    @api.depends("code", "weight")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["code"]._description_selection(self.env))
        weights = dict(self._fields["weight"]._description_selection(self.env))
        for rule in self:
            rule.display_name = f"{labels.get(rule.code, '')}: {weights.get(rule.weight, '')}"

    @api.model
    def _weights(self, company):
        """What each check asks for in ``company``: its own setting, else the one for all, else the usual.

        :return: dict of code to weight
        """
        found = self.sudo().search([("company_id", "in", [False, company.id])], order="company_id NULLS FIRST")
        return {check.code: check.weight for check in checks.CHECKS} | {rule.code: rule.weight for rule in found}

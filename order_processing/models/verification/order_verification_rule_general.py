from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError

SETTINGS = "base.group_system"


class OrderVerificationRule(models.Model):
    """Who changes a general rule: it holds for every company, so one company's manager does not loosen another's."""

    _inherit = "order.verification.rule"

    company_id = fields.Many2one(default=lambda self: self._default_company())

    @api.model
    def _default_company(self):
        """A new rule is general where its maker may make general ones, else of the maker's company."""
        return False if self._may_change_general() else self.env.company

    @api.model
    def _may_change_general(self):
        """Whether the real user answers for all companies: has access to each, or administers the settings."""
        if self.env.uid == SUPERUSER_ID:
            return True
        user = self.env["res.users"].sudo().browse(self.env.uid)
        return user.has_group(SETTINGS) or not self.env["res.company"].sudo().search([]) - user.company_ids

    def _check_general(self):
        """:raises AccessError: some of ``self`` are general, and the user does not answer for all companies"""
        general = self.sudo().filtered(lambda rule: not rule.company_id)
        if general and not self._may_change_general():
            raise AccessError(
                self.env._(
                    "%s: a general rule holds for all companies. Copy it for your company and change the copy; the rule itself"
                    " is changed by who has access to every company, or administers the settings.",
                    ", ".join(general.mapped("name")),
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        """A general rule is made by who may change one."""
        rules = super().create(vals_list)
        rules._check_general()
        return rules

    def write(self, vals):
        """A general rule is changed, and a company's made general, by who answers for all companies."""
        self._check_general()
        answer = super().write(vals)
        if "company_id" in vals:
            self._check_general()
        return answer

    def unlink(self):
        """So is it deleted."""
        self._check_general()
        return super().unlink()

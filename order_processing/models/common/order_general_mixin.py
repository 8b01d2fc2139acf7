from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError

SETTINGS = "base.group_system"


class OrderGeneralMixin(models.AbstractModel):
    """What holds for all companies where it names none: one company's manager does not loosen another's control."""

    _name = "order.general.mixin"
    _inherit = ["order.company.mixin"]
    _description = "Setting That Holds for All Companies or for One"

    company_id = fields.Many2one(
        "res.company", index=True, default=lambda self: self._default_company(), help="Empty: for all companies."
    )

    @api.model
    def _default_company(self):
        """A new record is general where its maker may make general ones, else of the maker's company."""
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
        general = self.sudo().filtered(lambda record: not record.company_id)
        if general and not self._may_change_general():
            self._refuse_general(", ".join(general.mapped("display_name")))

    @api.model
    def _refuse_general(self, name):
        raise AccessError(
            self.env._(
                "%s: this holds for all companies. Copy it for your company and change the copy; what holds for all is"
                " changed by who has access to every company, or administers the settings.",
                name,
            )
        )

    @api.model_create_multi
    def create(self, vals_list):
        """A general record is made by who may change one."""
        # asked before as well: one more of the same kind would be told as a duplicate
        if (
            any("company_id" in vals and not vals["company_id"] for vals in vals_list)
            and not self._may_change_general()
        ):
            self._refuse_general(self._description)
        records = super().create(vals_list)
        records._check_general()
        return records

    def write(self, vals):
        """A general record is changed, and a company's made general, by who answers for all companies."""
        self._check_general()
        answer = super().write(vals)
        if "company_id" in vals:
            self._check_general()
        return answer

    def unlink(self):
        """So is it deleted."""
        self._check_general()
        return super().unlink()

    def copy_data(self, default=None):
        """A copy is for the user's own company, where what it was made of goes on holding for all."""
        default = {"company_id": self.env.company.id, **(default or {})}
        return super().copy_data(default)

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .order_reconciliation import MANAGER, PROCESSOR


class ResCompany(models.Model):
    _inherit = "res.company"

    order_statement_partner_ids = fields.Many2many(
        "res.partner",
        "res_company_order_statement_partner_rel",
        string="Daily statement goes to",
        help="Each signed statement of the day is mailed to them as a PDF.",
    )
    order_sign_second_person = fields.Boolean(
        "The signer is another than who drew the day",
        readonly=True,
        help="A day that was drawn by itself is signed by any manager. Set under Configuration, Who Signs a Day.",
    )
    # customers on the portal may read their company
    order_sign_by_id = fields.Many2one("res.users", "Signing set by", readonly=True, groups=PROCESSOR)
    order_sign_at = fields.Datetime("Signing set at", readonly=True, groups=PROCESSOR)
    order_sign_reason = fields.Char("Why signing is set so", readonly=True, groups=PROCESSOR)

    def _transition_guarded_fields(self):
        return (
            *super()._transition_guarded_fields(),
            "order_sign_second_person",
            "order_sign_by_id",
            "order_sign_at",
            "order_sign_reason",
        )

    def action_order_sign_second_person(self, required, reason=""):
        """Set whether who drew a day may sign it (managers, of their own companies, with a reason).

        Who set it, when and why stands on the company, and in the day book, which is signed with the next day.

        :param bool required: ``True``: another manager signs what a manager drew
        :return: ``True``; a company where it is set so already is left as it is
        :raises AccessError: no manager, or a company that the user does not work in
        :raises UserError: no reason, or neither true nor false
        """
        self.env["res.company"]._check_order_group(MANAGER)
        foreign = self.sudo() - self.env.user.sudo().company_ids
        if foreign and not self.env.su:
            raise AccessError(
                self.env._("You do not work in %s: ask a manager of that company.", ", ".join(foreign.mapped("name")))
            )
        if not isinstance(required, bool):
            raise UserError(self.env._("Say whether a second person signs: true or false."))
        reason = reason.strip() if isinstance(reason, str) else ""
        if not reason:
            raise UserError(self.env._("Say why: a reason is required for %s.", ", ".join(self.sudo().mapped("name"))))
        self._transition_lock()
        changed = self.sudo().filtered(lambda company: company.order_sign_second_person != required)
        changed._transition_write(
            {
                "order_sign_second_person": required,
                "order_sign_by_id": self.env.uid,
                "order_sign_at": fields.Datetime.now(),
                "order_sign_reason": reason,
            }
        )
        changed._order_book_signing(required, reason)
        return True

    def _order_book_signing(self, required, reason):
        """Enter into the day book who signs from now on, and why."""
        label = self.env._("A second person signs") if required else self.env._("Who drew the day may sign it")
        self.env["order.event"]._record(
            [
                {
                    "kind": "signing_set",
                    "company_id": company.id,
                    "document_model": self._name,
                    "document_id": company.id,
                    "document_name": company.name,
                    "note": f"{label}: {reason}",
                }
                for company in self
            ]
        )

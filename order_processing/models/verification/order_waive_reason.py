from odoo import api, fields, models
from odoo.exceptions import UserError

OTHER = "other"
# of the cursor, so of one transaction: the code of the release that waives the findings behind it
RELEASE_CODE = "order_verification_release_code"


class OrderWaiveReason(models.Model):
    """Why a finding was waived, a change accepted or a hold released, as a code that can be counted."""

    _name = "order.waive.reason"
    _description = "Reason of a Waiver or Release"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_unique = models.UniqueIndex("(code)", "A reason of this code exists already.")

    @api.model
    def _by_code(self, code):
        """The reason called ``code``.

        :raises UserError: there is none; the message names those that there are
        """
        reason = self.sudo().search([("code", "=", code or OTHER)], limit=1)
        if not reason:
            raise UserError(
                self.env._(
                    "No reason of a waiver is called “%(code)s”. Known: %(codes)s.",
                    code=code,
                    codes=", ".join(self.sudo().search([]).mapped("code")),
                )
            )
        return reason

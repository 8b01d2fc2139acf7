from odoo import api, fields, models
from odoo.exceptions import UserError


class OrderCloseReason(models.Model):
    """Why the rest of an order line is not delivered any more, and what follows from it."""

    _name = "order.close.reason"
    _description = "Reason to Close a Line Short"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    printed = fields.Boolean(
        default=True, help="The customer's order says what was closed and why; otherwise it says nothing."
    )
    discount_kept = fields.Boolean(
        "Price and discount kept",
        default=True,
        help="The rest keeps the price and discount of the whole quantity. Otherwise the price follows the pricelist for "
        "the quantity that is left.",
    )

    _code_unique = models.UniqueIndex("(code)", "A reason of this code exists already.")

    @api.model
    def _by_code(self, code):
        """The reason called ``code``.

        :raises UserError: there is none; the message names those that there are
        """
        reason = self.sudo().search([("code", "=", code or "")], limit=1)
        if not reason:
            raise UserError(
                self.env._(
                    "No reason to close a line is called “%(code)s”. Known: %(codes)s.",
                    code=code or "-",
                    codes=", ".join(self.sudo().search([]).mapped("code")),
                )
            )
        return reason

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class OrderCustomerCode(models.Model):
    """What a customer calls a product: its orders may name the product so."""

    _name = "order.customer.code"
    _inherit = ["order.company.mixin"]
    _description = "Customer's Own Item Code"
    _order = "partner_id, code"
    _rec_name = "code"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        ondelete="cascade",
        index=True,
        check_company=True,
        help="A company's codes hold for all of its contacts, unless one has an entry of its own.",
    )
    code = fields.Char("Customer's code", required=True)
    product_id = fields.Many2one("product.product", required=True, ondelete="cascade", index=True, check_company=True)
    uom_id = fields.Many2one(
        "uom.uom",
        "Unit",
        help="What the customer means when an order names no unit, as with a code for the whole case."
        " Empty: as the sender's profile says.",
    )

    _once = models.UniqueIndex(
        "(company_id, partner_id, lower(code))", "This customer has an entry for this code already: change that one."
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Codes are kept without the blanks around them, as orders are read."""
        return super().create([self._stripped(vals) for vals in vals_list])

    def write(self, vals):
        """As ``create``."""
        return super().write(self._stripped(vals))

    @api.model
    def _stripped(self, vals):
        return {**vals, "code": vals["code"].strip()} if vals.get("code") else vals

    @api.constrains("uom_id", "product_id")
    def _check_unit(self):
        for own in self:
            if own.uom_id and not own.uom_id._has_common_reference(own.product_id.uom_id):
                raise ValidationError(
                    self.env._(
                        "%(product)s is not sold by %(unit)s: choose a unit that converts to %(own)s, or leave it empty.",
                        product=own.product_id.display_name,
                        unit=own.uom_id.name,
                        own=own.product_id.uom_id.name,
                    )
                )

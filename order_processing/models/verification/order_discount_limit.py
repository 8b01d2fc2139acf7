from odoo import api, fields, models

from ..common.number_words import share_words


class OrderDiscountLimit(models.Model):
    """How much discount a person, or everybody of a group, may give. Read by the rule ``discount_limit``."""

    _name = "order.discount.limit"
    _description = "Discount Limit"
    _inherit = ["order.limit.mixin"]
    _order = "percent, id"
    _limit = "percent"

    percent = fields.Float("Discount up to (%)", required=True, digits="Discount", tracking=True)

    _is_a_share = models.Constraint("CHECK (percent >= 0 AND percent <= 100)", "A discount is from 0 to 100 percent.")

    @api.depends("group_id", "user_id", "percent")
    def _compute_display_name(self):
        return super()._compute_display_name()

    @api.model
    def _shown(self, limit):
        return share_words(self.env, limit)

from odoo import fields, models

from .priority import PRIORITIES


class SaleOrder(models.Model):
    _inherit = "sale.order"

    order_priority = fields.Selection(
        PRIORITIES,
        "Priority",
        copy=False,
        tracking=True,
        groups="order_processing.group_processor",
        help="Whose turn it is where goods are scarce and the company, or the warehouse, promises by priority. Empty: as the"
        " customer's.",
    )

    def write(self, vals):
        """Whoever comes sooner or later now, what is short is promised anew."""
        answer = super().write(vals)
        if "order_priority" in vals:
            self._promise_anew()
        return answer

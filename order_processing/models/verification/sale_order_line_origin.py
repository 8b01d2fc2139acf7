from odoo import api, fields, models

# of the cursor, so of one transaction; no remote call can reach it
REINVOICING = "order_verification_reinvoicing"


class SaleOrderLine(models.Model):
    """Core adds lines for expenses to a confirmed order. They break no seal, one that a user calls an expense does."""

    _inherit = "sale.order.line"

    order_added_by_core = fields.Boolean("Added for an expense", readonly=True, copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        """The mark is core's: whatever the caller says, it follows from who creates the line."""
        core = bool(self.env.cr.cache.get(REINVOICING))
        return super().create(
            [{**vals, "order_added_by_core": core and bool(vals.get("is_expense"))} for vals in vals_list]
        )

    def write(self, vals):
        """The mark never changes."""
        return super().write({name: value for name, value in vals.items() if name != "order_added_by_core"})


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _sale_create_reinvoice_sale_line(self):
        """The lines made here are core's."""
        cache = self.env.cr.cache
        cache[REINVOICING] = cache.get(REINVOICING, 0) + 1
        try:
            return super()._sale_create_reinvoice_sale_line()
        finally:
            cache[REINVOICING] -= 1

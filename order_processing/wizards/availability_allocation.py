from odoo import fields, models


class OrderAllocationApply(models.TransientModel):
    """Say why stock is dealt out so."""

    _name = "order.allocation.apply"
    _description = "Apply an Allocation"

    allocation_id = fields.Many2one(
        "order.allocation", required=True, default=lambda self: self.env.context.get("active_id")
    )
    reason = fields.Char("Why")

    def action_apply(self):
        """Reserve as shown."""
        self.ensure_one()
        self.allocation_id.action_apply(self.reason or "")
        return {"type": "ir.actions.act_window_close"}

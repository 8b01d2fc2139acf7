from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_assign(self, force_qty=False):
        """A transfer whose goods are reserved is ready to be checked: its check appears on the list."""
        answer = super()._action_assign(force_qty=force_qty)
        reserved = self.filtered(lambda move: move.state in ("assigned", "partially_available") and move.sale_line_id)
        reserved.picking_id.filtered(lambda picking: picking.company_id._order_control_records())._quality_checks()
        return answer

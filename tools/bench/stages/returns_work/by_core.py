"""``returns.vs_core``."""

from . import common


class Ours(common.Ours):
    """With the add-on."""


class Theirs(common.Single):
    """Core's own way."""

    def give_back(self, order):
        """Core's wizard, its transfer validated, its credit note posted."""
        env = order.env
        lines = self.back(order)
        transfer = order.picking_ids.filtered(lambda picking: picking.picking_type_code == "outgoing")
        context = {"active_id": transfer.id, "active_ids": transfer.ids, "active_model": "stock.picking"}
        wizard = env["stock.return.picking"].with_context(**context).create({"picking_id": transfer.id})
        for row in wizard.product_return_moves:
            row.quantity = 1 if row.move_id.sale_line_id in lines else 0
        back = env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.picked = True
        back.with_context(skip_backorder=True, skip_sms=True).button_validate()
        order._create_invoices(final=True).action_post()

"""``returns.vs_rma``."""

from odoo.fields import Command

from . import common


class Ours(common.Ours):
    """With the add-on."""


class Theirs(common.Single):
    """The peer's way: one of its cases for each product of an order."""

    def prepare(self):
        """Masters and orders, and the peer's rights for the desk."""
        answer = super().prepare()
        env = self.session.root
        user = env["res.users"].search([("login", "=", "processor")])
        user.group_ids = [Command.link(env.ref("rma.rma_group_user_all").id)]
        self.session.commit()
        return answer

    def give_back(self, order):
        """The wizard on the order, its cases confirmed, their receipt validated, their refund posted."""
        env = order.env
        lines = self.back(order)
        wizard = env["sale.order.rma.wizard"].browse(order.action_create_rma()["res_id"])
        wizard.operation_id = env.ref("rma.rma_operation_refund")
        for row in wizard.line_ids:
            row.quantity = 1 if row.sale_line_id in lines else 0
        cases = wizard.with_context(active_id=order.id).create_rma()
        cases.action_confirm()
        for case in cases:
            case.reception_move_id.quantity = case.product_uom_qty
        cases.reception_move_id.picked = True
        cases.reception_move_id.picking_id.with_context(skip_backorder=True, skip_sms=True).button_validate()
        cases.action_refund()
        cases.refund_id.action_post()

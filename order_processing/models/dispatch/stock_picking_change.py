from odoo import api, fields, models
from odoo.exceptions import UserError


class StockPicking(models.Model):
    """A transfer says what is asked of who has it in hand, and takes the answer."""

    _inherit = "stock.picking"

    order_change_text = fields.Char("What is asked", compute="_compute_order_change_text", compute_sudo=True)

    @api.depends("state", "sale_id")
    def _compute_order_change_text(self):
        asked = self._change_asked()
        for picking in self:
            request = asked.get(picking, self.env["order.change.request"])
            picking.order_change_text = request._asked_words() if request else False

    def _change_asked(self):
        """The request that waits for an answer about the order of each of these transfers that is open; one query.

        :return: ``{transfer: order.change.request}``, for ``sudo``
        """
        opened = self.filtered(lambda picking: picking.state not in ("done", "cancel") and picking.sudo().sale_id)
        if not opened:
            return {}
        requests = self.env["order.change.request"].sudo()
        domain = [("order_id", "in", opened.sudo().sale_id.ids), ("state", "=", "requested")]
        waiting = {request.order_id.id: request for request in requests.search(domain)}
        orders = {picking: picking.sudo().sale_id.id for picking in opened}
        return {picking: waiting[order] for picking, order in orders.items() if order in waiting}

    def _change_waiting(self):
        """The requests that wait for who has these transfers in hand.

        :raises UserError: nothing is asked about one of them
        """
        self.check_access("read")
        asked = self._change_asked()
        silent = self.filtered(lambda picking: picking not in asked)
        if silent:
            raise UserError(
                self.env._("%s: nothing is asked about it, or it was answered.", ", ".join(silent.mapped("name")))
            )
        return self.env["order.change.request"].union(*asked.values()).sudo(False)

    def action_change_accept(self, reason=""):
        """Accept what is asked about the orders of these transfers; as ``order.change.request.action_accept``."""
        return self._change_waiting().action_accept(reason=reason)

    def action_open_change_decline(self):
        """Open the screen that asks why."""
        return self._change_waiting()._decline_screen()

    def _action_done(self):
        """What the floor was asked and let leave all the same is declined by itself, and the customer is told."""
        answer = super()._action_done()
        left = self.sudo().filtered(
            lambda picking: picking.state == "done" and picking.picking_type_code == "outgoing" and picking.sale_id
        )
        self.env["order.change.request"].sudo()._miss(left.move_ids.sale_line_id.order_id)
        return answer


class OrderChangeRequest(models.Model):
    _inherit = "order.change.request"

    def action_open_decline(self):
        """Open the screen that asks why these requests are declined."""
        self.check_access("read")
        return self._decline_screen()

    def _decline_screen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decline"),
            "res_model": "order.change.decline",
            "view_mode": "form",
            "target": "new",
            "context": {"default_request_ids": self.ids},
        }

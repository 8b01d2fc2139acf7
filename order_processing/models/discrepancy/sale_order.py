from odoo import fields, models

from .order_discrepancy import OPEN


class SaleOrder(models.Model):
    _inherit = "sale.order"

    order_discrepancy_ids = fields.One2many(
        "order.discrepancy",
        "order_id",
        "Discrepancies",
        readonly=True,
        copy=False,
        groups="order_processing.group_processor",
    )
    order_discrepancy_count = fields.Integer(
        "Open discrepancies",
        compute="_compute_order_discrepancy_count",
        groups="order_processing.group_processor",
    )

    def _compute_order_discrepancy_count(self):
        counts = dict(
            self.env["order.discrepancy"]._read_group(
                [("order_id", "in", self.ids), ("state", "in", OPEN)], ["order_id"], ["__count"]
            )
        )
        for order in self:
            order.order_discrepancy_count = counts.get(order._origin, 0)

    def action_view_order_discrepancies(self):
        """Open the discrepancies of these orders, open and closed ones, as they stand at this moment.

        :return: an action of the web client
        """
        if self.env.user.has_group("order_processing.group_processor"):
            self.action_check_discrepancies()
        action = self.env["ir.actions.act_window"]._for_xml_id("order_processing.order_discrepancy_action")
        return {**action, "domain": [("order_id", "in", self.ids)], "context": {}}

    def action_compare_ledgers(self):
        """Compare the ledgers of these orders now and tell what came of it (processors).

        :return: an action of the web client that shows a message and refreshes the screen
        """
        answer = self.action_check_discrepancies()
        text = self.env._(
            "%(lines)s lines compared: %(opened)s opened, %(reopened)s opened again, %(closed)s closed.", **answer
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": text,
                "type": "warning" if answer["opened"] + answer["reopened"] else "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_check_discrepancies(self):
        """Compare the ledgers of these orders now (processors).

        :return: ``{lines, opened, closed, reopened}`` as ``order.discrepancy.sweep`` does
        """
        Discrepancy = self.env["order.discrepancy"]
        Discrepancy._check_order_group("order_processing.group_processor")
        self.check_access("read")
        return Discrepancy.sudo()._sweep_lines(line_ids=self.sudo().order_line.ids)

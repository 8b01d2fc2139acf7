from odoo import fields, models


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

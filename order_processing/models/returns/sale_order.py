from odoo import fields, models

GROUP = "order_processing.group_processor"


class SaleOrder(models.Model):
    _inherit = "sale.order"

    order_return_line_ids = fields.One2many(
        "order.return.line", "order_id", "Return lines", readonly=True, copy=False, groups=GROUP
    )
    order_return_count = fields.Integer(
        "Return cases", compute="_compute_order_return_count", groups="order_processing.group_processor"
    )
    order_has_returnable = fields.Boolean(
        compute="_compute_order_has_returnable", groups="order_processing.group_processor"
    )

    def _compute_order_return_count(self):
        counts = dict(
            self.env["order.return.line"]._read_group(
                [("order_id", "in", self.ids)], ["order_id"], ["return_id:count_distinct"]
            )
        )
        for order in self:
            order.order_return_count = counts.get(order._origin, 0)

    def _compute_order_has_returnable(self):
        for order in self:
            order.order_has_returnable = any(line.qty_delivered > 0 for line in order.order_line)

    def action_view_order_returns(self):
        """Open the return cases of these orders.

        :return: an action of the web client
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("order_processing.order_return_action")
        return {**action, "domain": [("line_ids.order_id", "in", self.ids)], "context": {}}

    def action_order_return(self):
        """Open the return wizard on what these orders delivered.

        :return: an action of the web client
        """
        return self._order_return_wizard()

    def _order_return_wizard(self, transfers=None, lines=None, only_left=False):
        """The wizard's action on the delivered lines of these orders.

        :param transfers: only what these delivered
        :param lines: only these of their lines
        :param bool only_left: only what may still come back
        """
        self.env["order.return"]._check_order_group(GROUP)
        wizard = self.env["order.return.create"].create(
            {"order_ids": [(6, 0, self.ids)], "picking_ids": [(6, 0, transfers.ids if transfers else [])]}
        )
        wizard._fill(lines, only_left)
        return wizard._reopen()

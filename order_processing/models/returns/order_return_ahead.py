from collections import defaultdict

from odoo import models
from odoo.exceptions import UserError

from .return_process import EXPECTED, OPEN
from .settlements import MONEY


class OrderReturn(models.Model):
    """Money that moves before a case is settled, where the policy in force says so."""

    _inherit = "order.return"

    def _reach(self, act):
        """What follows as cases reach ``act`` (``MOMENTS``): goods in advance leave at the approval, and money moves of the
        lines whose policy says so. What is given once is not given again, at the settlement neither."""
        if act == "approve":
            self._send_ahead()
        due = self.line_ids.filtered(
            lambda line: (
                line.settlement in MONEY
                and not line.uom_id.is_zero(line.quantity)
                and line.policy_id.sudo().money_when == act
            )
        )
        if due and act == "request":
            # nobody has approved it: what the policy grants by itself and no more
            cases = due.return_id.filtered("eligible")
            within = cases - cases.browse(c.id for c in cases._over_worth())
            # that the customer may keep the goods is nobody's word but the desk's
            due = due.filtered(lambda line: line.return_id in within and line.disposition != "customer_keeps")
        if due:
            due._close_short()
            due.return_id._credit(due)

    def _reach_request(self):
        """Money that moves at once; what keeps it from moving is said on the case, and it moves at the settlement."""
        if not self.line_ids.policy_id.sudo().filtered(lambda policy: policy.money_when == "request"):
            return
        for case in self:
            try:
                with self.env.cr.savepoint():
                    case._reach("request")
            except UserError as refused:
                case._message_log(body=self.env._("Not given at once: %s", refused))


class OrderReturnLine(models.Model):
    _inherit = "order.return.line"

    def _is_ahead(self):
        """Whether the goods of this line are still with the customer and will come."""
        self.ensure_one()
        return self.return_id.state in OPEN and self.disposition != "customer_keeps"

    def _ahead(self):
        """Per order line, what comes back of ``self`` and of other open cases that was given for already: ``{line: quantity}``
        in the line's unit; the goods are not in yet, so what is delivered does not say so."""
        found = defaultdict(float)
        for line in self:
            if line._is_ahead():
                found[line.order_line_id] += line.quantity
        for line in self.order_line_id.sudo().order_return_line_ids - self:
            if line._is_ahead():
                found[line.order_line_id] += line.credited_qty
        return found


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _get_invoiceable_lines(self, final=False):
        """What was given for goods that an open return case still brings is not invoiced again meanwhile."""
        lines = super()._get_invoiceable_lines(final=final)
        ahead = self._order_return_ahead()
        return lines.filtered(
            lambda line: line not in ahead or line.product_uom_id.compare(line.qty_to_invoice, ahead[line]) > 0
        )

    def _order_return_ahead(self):
        """Order lines to what was given for before it came, in their unit."""
        items = self.env["order.return.line"].sudo()
        found = defaultdict(float)
        for line in items.search(
            [
                ("order_id", "in", self.ids),
                ("return_id.state", "in", ("requested", *EXPECTED)),
                ("disposition", "!=", "customer_keeps"),
                ("credited_qty", ">", 0),
            ]
        ):
            found[line.order_line_id.with_env(self.env)] += line.credited_qty
        return found


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _prepare_invoice_line(self, **optional_values):
        vals = super()._prepare_invoice_line(**optional_values)
        if not self.display_type and vals.get("quantity", 0.0) > 0:
            ahead = self.order_id._order_return_ahead().get(self)
            if ahead:
                vals["quantity"] = max(vals["quantity"] - ahead, 0.0)
        return vals

from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from .return_process import OPEN
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
            due = due.filtered(lambda line: line.return_id in within)
            # that the customer may keep the goods is the policy's word or the desk's, not the asker's
            kept = due.filtered(lambda line: line.disposition == "customer_keeps")
            due -= kept - kept._may_stay()
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

    def _may_stay(self):
        """Those of these lines whose goods the policy by itself leaves with the customer: what it leaves of an order line in
        all is small enough, however it was asked for."""
        terms = self.env["order.return.policy"]._terms(self.order_line_id)
        kept = self.order_line_id.sudo().order_return_line_ids.filtered(
            lambda line: line.disposition == "customer_keeps" and line.return_id.state not in ("rejected", "cancelled")
        )
        whole = defaultdict(float)
        for line in kept | self:
            whole[line.order_line_id] += line.quantity
        return self.filtered(
            lambda line: terms[line.order_line_id.id].disposition(whole[line.order_line_id]) == "customer_keeps"
        )

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
        # read for all orders that are invoiced together: core looks at each by itself
        self.order_line.mapped("order_return_ahead_qty")
        return super()._get_invoiceable_lines(final=final)


class SaleOrderLine(models.Model):
    """What was given for goods that an open return case still brings is not invoiced again meanwhile."""

    _inherit = "sale.order.line"

    order_return_ahead_qty = fields.Float(
        "Given for before it came",
        digits="Product Unit",
        compute="_compute_order_return_ahead_qty",
        compute_sudo=True,
        help="In the unit of the line; what open return cases gave money for and still bring.",
    )

    @api.depends(
        "order_return_line_ids.credited_qty",
        "order_return_line_ids.disposition",
        "order_return_line_ids.return_id.state",
    )
    def _compute_order_return_ahead_qty(self):
        """One search for the set."""
        sums = self.env["order.return.line"]._read_group(
            [
                ("order_line_id", "in", self.ids),
                ("return_id.state", "in", OPEN),
                ("disposition", "!=", "customer_keeps"),
                ("credited_qty", ">", 0),
            ],
            ["order_line_id"],
            ["credited_qty:sum"],
        )
        found = {line.id: quantity for line, quantity in sums}
        for line in self:
            line.order_return_ahead_qty = found.get(line._origin.id, 0.0)

    def _order_invoice_limit(self):
        """See the model: taken off before whoever invoices a part names it."""
        limit, ahead = super()._order_invoice_limit(), self.order_return_ahead_qty
        if not ahead or self.is_downpayment or self.qty_to_invoice <= 0:
            return limit
        left = (self.qty_to_invoice if limit is None else limit) - ahead
        return max(self.product_uom_id.round(left), 0.0)

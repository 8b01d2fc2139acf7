from odoo import api, fields, models


class SaleOrder(models.Model):
    """A hold may stop billing what has not left. It never stops billing what has, nor a prepayment."""

    _inherit = "sale.order"

    order_invoice_held = fields.Boolean(
        "Only what has left is invoiced", compute="_compute_order_invoice_held", compute_sudo=True
    )

    @api.depends("order_hold_ids.state", "order_hold_ids.reason_id.stops_invoice", "company_id.order_control")
    def _compute_order_invoice_held(self):
        for order in self:
            holds = order.order_hold_ids.filtered(lambda hold: hold.state == "open" and hold.reason_id.stops_invoice)
            order.order_invoice_held = bool(holds) and order.company_id._order_control_enforced()

    def _get_invoiceable_lines(self, final=False):
        """Leave out the goods of which the limit leaves nothing: those of held orders of which nothing more has left."""
        lines = super()._get_invoiceable_lines(final=final)
        return lines.filtered(lambda line: line._order_invoice_limit() is None or line._order_invoice_limit() > 0)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _order_invoice_limit(self):
        """What may be invoiced of a line in its unit, ``None`` where nothing limits it."""
        self.ensure_one()
        if self.product_type != "consu" or self.is_downpayment or self.qty_to_invoice <= 0:
            return None
        if not self._order_invoice_held():
            return None
        return min(self.qty_to_invoice, max(self.qty_delivered - self.qty_invoiced, 0))

    def _order_invoice_held(self):
        """Whether a hold of the order, or of this line, stops invoicing what has not left."""
        order = self.order_id.sudo()
        return order.order_invoice_held and any(
            hold.state == "open" and hold.reason_id.stops_invoice and hold.line_number in (0, self.id)
            for hold in order.order_hold_ids
        )

    def _prepare_invoice_line(self, **optional_values):
        """Bill a line that is limited, by a hold for what has left, so far and no further."""
        limit = self._order_invoice_limit()
        if limit is not None:
            optional_values = {"quantity": limit, **optional_values}
        return super()._prepare_invoice_line(**optional_values)

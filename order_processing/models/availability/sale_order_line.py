from odoo import api, fields, models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    order_promise_date = fields.Date(
        "Promised", readonly=True, copy=False, help="When these goods can leave, as told to the customer."
    )
    order_first_promise_date = fields.Date("First promised", readonly=True, copy=False)
    order_short_qty = fields.Float(
        "Short", readonly=True, copy=False, digits="Product Unit", help="Not covered by free stock, in the line's unit."
    )
    order_is_short = fields.Boolean("Is short", compute="_compute_order_is_short", store=True)

    @api.depends("order_short_qty")
    def _compute_order_is_short(self):
        for line in self:
            line.order_is_short = line.order_short_qty > 0

    def _keep_promise(self, promised, short):
        """Write what changed of one line's promise and return the row for the day book.

        :param promised: ``date``
        :param float short: in the line's unit
        """
        self.ensure_one()
        before = self.order_promise_date
        if not self.product_uom_id or self.product_uom_id.compare(short, self.order_short_qty):
            self.order_short_qty = short
        if promised == before:
            return []
        self.order_promise_date = promised
        if not self.order_first_promise_date:
            self.order_first_promise_date = promised
        return [
            {
                **self._book_head(),
                "kind": "promised",
                "quantity": self.product_uom_qty,
                "note": fields.Date.to_string(promised) or "",
                "reason": f"{fields.Date.to_string(before)} → {fields.Date.to_string(promised)}" if before else None,
            }
        ]

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
        :param float short: in the product's reference unit
        """
        self.ensure_one()
        quantity = short
        if self.product_uom_id and short:
            quantity = self.product_id.uom_id._compute_quantity(short, self.product_uom_id, rounding_method="HALF-UP")
        values = {}
        if promised != self.order_promise_date:
            values["order_promise_date"] = promised
            if not self.order_first_promise_date:
                values["order_first_promise_date"] = promised
        if not self.product_uom_id or self.product_uom_id.compare(quantity, self.order_short_qty):
            values["order_short_qty"] = quantity
        if not values:
            return []
        before = self.order_promise_date
        for name, value in values.items():
            self[name] = value
        if "order_promise_date" not in values:
            return []
        return [
            {
                **self._book_head(),
                "kind": "promised",
                "quantity": self.product_uom_qty,
                "note": fields.Date.to_string(promised) or "",
                "reason": f"{fields.Date.to_string(before)} → {fields.Date.to_string(promised)}" if before else None,
            }
        ]

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

    @api.model
    def _keep_promises(self, answers):
        """Write what changed of promises, lines of the same answer together, and return the rows for the day book.

        :param dict answers: line to ``(date promised, quantity short in the line's unit)``
        """
        dates, first, shorts, rows = {}, {}, {}, []
        for line, (promised, short) in answers.items():
            if not line.product_uom_id or line.product_uom_id.compare(short, line.order_short_qty):
                shorts.setdefault(short, []).append(line.id)
            before = line.order_promise_date
            if promised == before:
                continue
            dates.setdefault(promised, []).append(line.id)
            if not line.order_first_promise_date:
                first.setdefault(promised, []).append(line.id)
            told = fields.Date.to_string(promised) or ""
            rows.append(
                {
                    **line._book_head(),
                    "kind": "promised",
                    "quantity": line.product_uom_qty,
                    "note": told,
                    "reason": f"{fields.Date.to_string(before)} → {told}" if before else None,
                }
            )
        for name, groups in (
            ("order_promise_date", dates),
            ("order_first_promise_date", first),
            ("order_short_qty", shorts),
        ):
            for value, ids in groups.items():
                self.browse(ids).write({name: value})
        return rows

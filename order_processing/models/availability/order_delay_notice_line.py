from odoo import api, fields, models

from ..common.number_words import number_words

ANSWERS = [
    ("wait", "Waits"),
    ("part", "Wants what is there now"),
    ("cancel", "Does not want what is late"),
]


class OrderDelayNoticeLine(models.Model):
    """One order line of a delay notice: what was promised, what is promised now, and what the customer wants."""

    _name = "order.delay.notice.line"
    _description = "Line of a Delay Notice"
    _order = "notice_id, id"
    _rec_name = "order_line_id"

    notice_id = fields.Many2one("order.delay.notice", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="notice_id.company_id", store=True)
    order_line_id = fields.Many2one(
        "sale.order.line", "Order line", required=True, readonly=True, ondelete="cascade", index=True
    )
    order_id = fields.Many2one(related="order_line_id.order_id", store=True, index=True)
    product_id = fields.Many2one(related="order_line_id.product_id")
    uom_id = fields.Many2one(related="order_line_id.product_uom_id", string="Unit")
    quantity = fields.Float("Late", readonly=True, digits="Product Unit", help="What was still to leave.")
    told_before = fields.Date("Told before", required=True, readonly=True)
    promised = fields.Date("New date", required=True, readonly=True)
    source = fields.Char("Waits for", readonly=True)
    answer = fields.Selection(ANSWERS, readonly=True)
    answered_at = fields.Datetime(readonly=True)
    to_settle = fields.Char("Left to do", readonly=True, help="Why the customer's wish could not be done at once.")

    def _open_quantity(self):
        """What of this line is still to leave, in the line's unit."""
        self.ensure_one()
        line = self.order_line_id
        return max(line.product_uom_qty - line.qty_delivered, 0.0) if line.state == "sale" else 0.0

    def _late_quantity(self):
        """What of this line is still to leave and was late when the notice was made: what was ordered since is not."""
        self.ensure_one()
        return min(self.quantity, self._open_quantity())

    @api.depends("order_id", "order_line_id")
    def _compute_display_name(self):
        for line in self:
            name = (line.order_line_id.name or "").split("\n")[0]
            line.display_name = " / ".join(filter(None, (line.order_id.name, name)))

    def _words(self):
        """Each line in words: what, from when to when."""
        return [
            self.env._(
                "%(quantity)s %(unit)s %(product)s: %(day)s, before %(before)s",
                quantity=number_words(self.env, line.quantity),
                unit=line.uom_id.name,
                product=(line.order_line_id.name or "").split("\n")[0],
                day=line.promised,
                before=line.told_before,
            )
            for line in self
        ]

    def _book(self, kind):
        """Enter what these lines say in the day book."""
        self.env["order.event"]._record(
            [
                {
                    **line.order_line_id._book_head(),
                    "kind": kind,
                    "quantity": line.quantity,
                    "document_model": "order.delay.notice",
                    "document_id": line.notice_id.id,
                    "document_name": line.notice_id.name,
                    "reason": line.answer if kind == "delay_answered" else f"{line.told_before} → {line.promised}",
                    "note": line.to_settle or None if kind == "delay_answered" else None,
                }
                for line in self
            ]
        )

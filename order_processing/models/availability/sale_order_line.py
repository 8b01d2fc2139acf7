from odoo import api, fields, models

BASES = [
    ("stock", "In stock"),
    ("receipt", "Planned receipt"),
    ("lead", "Time to replenish"),
    ("quoted", "Time to replenish, once ordered"),
]


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    order_promise_date = fields.Date(
        "Promised", readonly=True, copy=False, help="When these goods can leave, as told to the customer."
    )
    order_first_promise_date = fields.Date("First promised", readonly=True, copy=False)
    order_promise_basis = fields.Selection(BASES, "Promised by", readonly=True, copy=False)
    order_promise_source = fields.Char(
        "Waits for",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The receipt that the promise waits for, its vendor and who is responsible.",
    )
    order_short_qty = fields.Float(
        "Short", readonly=True, copy=False, digits="Product Unit", help="Not covered by free stock, in the line's unit."
    )
    order_is_short = fields.Boolean("Is short", compute="_compute_order_is_short", store=True)

    @api.depends("order_short_qty")
    def _compute_order_is_short(self):
        for line in self:
            line.order_is_short = line.order_short_qty > 0

    @api.model
    def _keep_promises(self, promises):
        """Write what changed of promises, lines of the same answer together, and return the rows for the day book.

        :param dict promises: line to ``Promise``
        """
        dates, first, shorts, rows = {}, {}, {}, []
        for line, promise in promises.items():
            if not line.product_uom_id or line.product_uom_id.compare(promise.short, line.order_short_qty):
                shorts.setdefault(promise.short, []).append(line.id)
            before = line.order_promise_date
            said = (promise.day, promise.basis, promise.source)
            if said != (before, line.order_promise_basis, line.order_promise_source):
                dates.setdefault(said, []).append(line.id)
            if promise.day == before:
                continue
            if not line.order_first_promise_date:
                first.setdefault(promise.day, []).append(line.id)
            told = fields.Date.to_string(promise.day) or ""
            change = f"{fields.Date.to_string(before)} → {told}" if before else ""
            rows.append(
                {
                    **line._book_head(),
                    "kind": "promised",
                    "quantity": line.product_uom_qty,
                    "note": told,
                    "reason": ": ".join(filter(None, (change, promise.source))) or None,
                }
            )
        for said, ids in dates.items():
            names = ("order_promise_date", "order_promise_basis", "order_promise_source")
            self.browse(ids).write(dict(zip(names, said)))
        for day, ids in first.items():
            self.browse(ids).write({"order_first_promise_date": day})
        for short, ids in shorts.items():
            # what is short no more was decided once; if it is again, somebody looks at it anew
            self.browse(ids).write({"order_short_qty": short, **({} if short else {"order_look_again": False})})
        return rows

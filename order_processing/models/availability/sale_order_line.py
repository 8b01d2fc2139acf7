from odoo import api, fields, models
from odoo.tools import float_compare

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
    order_arrival_date = fields.Date(
        "Arrives", readonly=True, copy=False, help="When these goods are promised to be with the customer."
    )
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
    def _keep_promises(self, facts, promises):
        """Write what changed of promises, lines of the same answer together, and return the rows for the day book.

        :param facts: list of ``Facts``
        :param dict promises: line id to ``Promise``
        """
        said, first, shorts, moved = {}, {}, {}, []
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        for fact in facts:
            promise = promises.get(fact.line_id)
            if promise is None:
                continue
            if promise.short != fact.short and float_compare(promise.short, fact.short, precision_digits=digits):
                shorts.setdefault(promise.short, []).append(fact.line_id)
            answer = promise[:2] + promise[3:5]
            if answer != (fact.before, fact.arrival, fact.basis, fact.source):
                said.setdefault(answer, []).append(fact.line_id)
            if promise.day == fact.before:
                continue
            if not fact.first:
                first.setdefault(promise.day, []).append(fact.line_id)
            moved.append((fact, promise))
        names = ("order_promise_date", "order_arrival_date", "order_promise_basis", "order_promise_source")
        for answer, ids in said.items():
            self.browse(ids).write(dict(zip(names, answer)))
        for day, ids in first.items():
            self.browse(ids).write({"order_first_promise_date": day})
        for short, ids in shorts.items():
            # what is short no more was decided once; if it is again, somebody looks at it anew
            self.browse(ids).write({"order_short_qty": short, **({} if short else {"order_look_again": False})})
        lines = self.browse(fact.line_id for fact, _promise in moved)
        return [line._promise_row(*pair) for line, pair in zip(lines, moved)]

    def _promise_row(self, fact, promise):
        """The row of the day book for a promise whose day changed: from when to when, by what, and what moved it."""
        told = fields.Date.to_string(promise.day) or ""
        reason = promise.source
        if fact.before:
            bases = dict(self._fields["order_promise_basis"]._description_selection(self.env))
            causes = {
                "cutoff": self.env._("after the carrier's cut-off"),
                "window": self.env._("not before the first day of its window"),
                "notice": self.env._("the customer wants notice before it arrives"),
            }
            why = ", ".join(filter(None, (promise.source or bases.get(promise.basis), causes.get(promise.cause))))
            reason = ": ".join(filter(None, (f"{fields.Date.to_string(fact.before)} → {told}", why)))
        return {
            **self._book_head(),
            "kind": "promised",
            "quantity": self.product_uom_qty,
            "note": told,
            "reason": reason or None,
        }

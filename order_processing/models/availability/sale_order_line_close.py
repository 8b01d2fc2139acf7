from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ..common.number_words import number_words
from ..common.sale_order_line import CLOSING

PROCESSOR = "order_processing.group_processor"
RETURNED, CASE_ENDED = "returned", "case_ended"


class SaleOrderLine(models.Model):
    """The rest of a line is closed short: no longer delivered, for a coded reason that stays in the day book."""

    _inherit = "sale.order.line"

    order_closed_qty = fields.Float(
        "Closed short", digits="Product Unit", compute="_compute_order_closed", compute_sudo=True
    )
    order_closed_text = fields.Char("Closed short, as printed", compute="_compute_order_closed", compute_sudo=True)

    def _compute_order_closed(self):
        """From the day book, one statement; what a reason does not print is not in the text."""
        self.env["order.event"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT line_id, reason, business_date, -sum(quantity)::float
                  FROM order_event
                 WHERE kind = 'closed_short' AND line_id = ANY(%s)
              GROUP BY line_id, reason, business_date
              ORDER BY line_id, business_date, reason
                """,
                self._origin.ids,
            )
        )
        closed = {}
        for line_id, code, day, quantity in self.env.cr.fetchall():
            closed.setdefault(line_id, []).append((code, day, quantity))
        reasons = self.env["order.close.reason"].with_context(active_test=False).search([]) if closed else ()
        printed = {reason.code: reason.name for reason in reasons if reason.printed}
        for line in self:
            rows = closed.get(line._origin.id, ())
            line.order_closed_qty = sum(quantity for _code, _day, quantity in rows)
            line.order_closed_text = "; ".join(
                self.env._(
                    "%(quantity)s %(unit)s not delivered (%(reason)s, %(date)s)",
                    quantity=number_words(self.env, quantity),
                    unit=line.product_uom_id.name or "",
                    reason=printed[code],
                    date=format_date(self.env, day),
                )
                for code, day, quantity in rows
                if code in printed
            )

    def _close_case_ended(self, quantities, note):
        """Close of lines what has not left and is not to, because the return case that it was to leave for has ended; hook of the
        returns room, as ``_close_returned``.

        :param str note: what is to be known, as the name of the case
        """
        self._close_returned(quantities, CASE_ENDED, note)

    def _close_returned(self, quantities, code=RETURNED, note=""):
        """Close of lines what came back for money and is not sent again; hook of the returns room.

        Open transfers are left as they are: what never left is still to leave. A locked order is closed as well, as the goods
        have left it already. Price and discount stay.

        :param dict quantities: line to the quantity in its unit
        """
        todo = self.filtered(lambda line: quantities.get(line))
        # what a manager hides from the desk's choice is still why
        reasons = self.env["order.close.reason"].with_context(active_test=False)
        reason = reasons._by_code(code) if todo else None
        locked = todo.order_id.filtered("locked")
        locked.locked = False
        # a kept quantity would be procured anew
        todo.with_context(skip_procurement=True)._close_lower(
            reason, note, {line: max(line.product_uom_qty - quantities[line], 0.0) for line in todo}
        )
        locked.locked = True

    def _update_line_quantity(self, values):
        """Core's message on a changed quantity; not for what a return case changes, of which the case and the book tell."""
        closing = self.env.cr.cache.get(CLOSING, {})
        told = self.filtered(lambda line: closing.get(line.id, ("",))[0] in (RETURNED, CASE_ENDED))
        if self - told:
            super(SaleOrderLine, self - told)._update_line_quantity(values)

    def action_close_short(self, reason_code, note=""):
        """Close what is not delivered of these lines: core lowers them, and their open transfers with them.

        A line of which nothing is open is left alone. To deliver the rest after all, raise the quantity again.

        :param str reason_code: code of an ``order.close.reason``
        :param str note: what is to be known
        :return: one dict per line ``{order, order_id, line_id, closed, quantity}``: what was closed, and what is left
        :raises AccessError: the user is not of the order desk, or may not write a line
        :raises UserError: no such reason; names every line whose order is no sale or is locked, that is no product, or
            that is being packed
        """
        self.env["sale.order"]._check_order_group(PROCESSOR)
        self.check_access("write")
        reason = self.env["order.close.reason"]._by_code(reason_code)
        self._close_lock()
        problems = self._close_problems()
        if problems:
            raise UserError("\n".join(problems))
        rests = {line: line.product_uom_qty - line.qty_delivered for line in self}
        todo = self.filtered(lambda line: line.product_uom_id.compare(rests[line], 0) > 0)
        todo._close(reason, (note or "").strip())
        return [
            {
                "order": line.order_id.name,
                "order_id": line.order_id.id,
                "line_id": line.id,
                "closed": rests[line] if line in todo else 0.0,
                "quantity": line.product_uom_qty,
            }
            for line in self
        ]

    def _close_lock(self):
        """Two users close a line one after the other: the second finds nothing open."""
        self.flush_recordset()
        self.env.cr.execute(
            SQL("SELECT id FROM sale_order_line WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", list(self.ids))
        )
        self.invalidate_recordset(["product_uom_qty", "qty_delivered"], flush=False)

    def _close_problems(self):
        """Why lines cannot be closed, in words."""
        rows = []
        for line in self:
            name, order = (line.name or "").split("\n")[0], line.order_id
            told = {"order": order.name, "line": name}
            packed = line.sudo().move_ids.filtered(
                lambda move: move.state not in ("done", "cancel") and move.picked and move.quantity
            )
            if line.display_type or line.is_downpayment:
                rows.append(self.env._("%(order)s, %(line)s: nothing is ordered with this line.", **told))
            elif order.state != "sale":
                rows.append(
                    self.env._("%(order)s, %(line)s: only a line of a confirmed order is closed short.", **told)
                )
            elif order.locked:
                rows.append(self.env._("%(order)s, %(line)s: the order is locked; unlock it first.", **told))
            elif packed:
                rows.append(
                    self.env._(
                        "%(order)s, %(line)s is being packed in %(transfers)s: validate that, or take the goods out.",
                        transfers=", ".join(packed.picking_id.mapped("name")),
                        **told,
                    )
                )
        return rows

    def _close(self, reason, note, wanted=None):
        """Lower the lines to what was delivered (``wanted``: line to another quantity), and their open transfers with them."""
        if not self:
            return
        self._close_lower(reason, note, wanted or {line: line.qty_delivered for line in self})
        self._close_open_moves()
        self._close_log(reason, note)

    def _close_lower(self, reason, note, wanted):
        """Lower the lines to ``wanted`` (line to quantity); the day book says closed short where it would say lowered."""
        if not self:
            return
        # what was changed until now is entered as what it was
        self.env["order.event"].flush_model()
        cache = self.env.cr.cache
        cache[CLOSING] = {line.id: (reason.code, note) for line in self}
        try:
            for line in self:
                vals = {"product_uom_qty": line.product_uom_id.round(wanted[line])}
                if reason.discount_kept:
                    # written with the quantity, so that core does not look for another price
                    vals.update((name, line[name]) for name in ("price_unit", "technical_price_unit", "discount"))
                line.write(vals)
            self.env["order.event"].flush_model()
        finally:
            cache.pop(CLOSING, None)

    def _close_open_moves(self):
        """Core takes what is lowered out of open transfers; a move that it leaves without demand goes too."""
        moves = self.sudo().move_ids.filtered(
            lambda move: move.state not in ("done", "cancel") and move.product_uom.is_zero(move.product_uom_qty)
        )
        moves._action_cancel()

    def _close_log(self, reason, note):
        bodies = {}
        for line in self:
            name = (line.name or "").split("\n")[0]
            told = self.env._(
                "Closed short: %(line)s. %(reason)s", line=name, reason=": ".join(filter(None, (reason.name, note)))
            )
            bodies.setdefault(line.order_id.id, []).append(told)
        self.order_id.sudo()._message_log_batch(
            bodies={order_id: "\n".join(rows) for order_id, rows in bodies.items()},
            author_id=self.env.user.partner_id.id,
        )


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def action_open_close_short(self):
        """Open the screen that asks which lines of the order are closed short, and why: those with a rest at first."""
        self.ensure_one()
        lines = self.order_line.filtered(
            lambda line: (
                not line.display_type
                and not line.is_downpayment
                and line.product_uom_id.compare(line.product_uom_qty, line.qty_delivered) > 0
            )
        )
        action = self.env["ir.actions.act_window"]._for_xml_id("order_processing.action_order_close_short")
        return {**action, "context": {"default_line_ids": lines.ids, "order_id": self.id}}

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from ..common import scalars
from .order_change_request import KINDS

SALES = "sales_team.group_sale_salesman"


class SaleOrder(models.Model):
    """Asking the floor to cancel or change what it has in hand."""

    _inherit = "sale.order"

    order_change_request_ids = fields.One2many(
        "order.change.request", "order_id", "Requests to the floor", readonly=True, copy=False, groups=SALES
    )
    order_change_count = fields.Integer("Requests", compute="_compute_order_change", compute_sudo=True, groups=SALES)
    order_change_text = fields.Char(
        "Asked of the floor", compute="_compute_order_change", compute_sudo=True, groups=SALES
    )
    order_in_picking = fields.Boolean(
        "Picking has begun", compute="_compute_order_in_picking", compute_sudo=True, groups=SALES
    )

    @api.depends("order_change_request_ids.state")
    def _compute_order_change(self):
        for order in self:
            requests = order.order_change_request_ids
            waiting = requests.filtered(lambda request: request.state == "requested")
            order.order_change_count = len(requests)
            order.order_change_text = waiting._asked_words() if waiting else False

    def _compute_order_in_picking(self):
        begun = self._origin.filtered(lambda order: order.state == "sale")._picking_begun()
        for order in self:
            order.order_in_picking = order._origin.id in begun

    # ------------------------------------------------------------------ asking

    def action_request_change(self, kind, reason, quantities=None):
        """Ask the floor to cancel these orders, or to send other quantities of them; who picks accepts or declines.

        The same request again answers the one that waits.

        :param str kind: ``cancel`` or ``change``
        :param str reason: why, required
        :param list quantities: of a change: ``[{line, quantity}]``, ids of order lines and the wished quantity in the line's unit
        :return: ``[{order, order_id, request, request_id, state}]``, in order
        :raises AccessError: the user does not sell, or may not write an order
        :raises UserError: names every order of which picking has not begun, of which goods have left, that is invoiced, of which
            something else is asked already; or what is wrong with the quantities. Nothing is asked then
        """
        self.env["order.transition.mixin"]._check_order_group(SALES)
        self.check_access("write")
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why: a reason is required for %s.", ", ".join(self.mapped("name"))))
        if kind not in dict(KINDS):
            raise UserError(
                self.env._("The floor is asked to “cancel” or to “change” an order, not to “%s” it.", kind or "-")
            )
        orders = self.sudo()
        wishes = orders._change_wishes(kind, quantities)
        self.env.cr.execute(
            SQL("SELECT id FROM sale_order WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", sorted(self.ids))
        )
        requests = self.env["order.change.request"].sudo()
        known = {
            request.order_id.id: request
            for request in requests.search([("order_id", "in", self.ids), ("state", "=", "requested")])
        }
        begun = orders._picking_begun()
        rows = orders._change_problems(kind, wishes, known, begun)
        if rows:
            raise UserError("\n".join(rows))
        fresh = orders.filtered(lambda order: order.id not in known)
        made = requests.create([order._change_values(kind, reason, wishes[order], begun) for order in fresh])
        made._book("change_requested")
        known |= {request.order_id.id: request for request in made}
        return [
            {
                "order": order.name,
                "order_id": order.id,
                "request": known[order.id].name,
                "request_id": known[order.id].id,
                "state": known[order.id].state,
            }
            for order in self
        ]

    def _change_wishes(self, kind, quantities):
        """``quantities`` as ``{order: {line: quantity}}``.

        :raises UserError: says what is wrong with them
        """
        wishes = {order: {} for order in self}
        if kind == "cancel":
            if quantities:
                raise UserError(self.env._("An order is cancelled whole: ask for a change to send some of it."))
            return wishes
        lines = {line.id: line for line in self.order_line}
        for row in quantities or ():
            number, wish = (row.get("line"), row.get("quantity")) if isinstance(row, dict) else (None, None)
            line = lines.get(number) if isinstance(number, int) and not isinstance(number, bool) else None
            if line is None or line.display_type or line.is_downpayment or not line.product_id:
                raise UserError(
                    self.env._(
                        "%(row)s is no goods of %(orders)s: name a line by its id, and the quantity that is wished.",
                        row=row,
                        orders=", ".join(self.mapped("name")),
                    )
                )
            wish = scalars.number(wish)
            name = f"{line.order_id.name}, {(line.name or '').split(chr(10))[0]}"
            if wish is None or wish < 0:
                raise UserError(self.env._("%s: a wished quantity is a number, and none below zero.", name))
            if line in wishes[line.order_id]:
                raise UserError(self.env._("%s is named twice.", name))
            wishes[line.order_id][line] = line.product_uom_id.round(wish)
        return {
            order: {
                line: wish
                for line, wish in own.items()
                if line.product_uom_id.compare(wish, line.product_uom_qty)
            }
            for order, own in wishes.items()
        }  # fmt: skip

    def _change_problems(self, kind, wishes, known, begun):
        """Why the floor is not asked about these orders (``sudo``), in words."""
        rows = []
        for order in self:
            request, wish = known.get(order.id), wishes[order]
            if request:
                if request.kind != kind or request._wishes() != wish:
                    rows.append(
                        self.env._(
                            "%(order)s: %(request)s waits for the floor's answer. Take it back first to ask for something else.",
                            order=order.name,
                            request=request.name,
                        )
                    )
                continue
            if kind == "change" and not wish:
                rows.append(self.env._("%s: no other quantity is wished.", order.name))
                continue
            why = order._change_gone(kind, wish) or order._change_barred(kind, wish)
            if not why and order.id not in begun:
                why = self.env._("Picking of %s has not begun: cancel or change it on the order itself.", order.name)
            if why:
                rows.append(why)
        return rows

    def _change_values(self, kind, reason, wishes, begun):
        """Values of a request about this order."""
        self.ensure_one()
        return {
            "order_id": self.id,
            "kind": kind,
            "reason": reason,
            "requested_by_id": self.env.uid,
            "requested_at": fields.Datetime.now(),
            "picking_ids": [Command.set(list(begun[self.id]))],
            "line_ids": [
                Command.create({"order_line_id": line.id, "ordered": line.product_uom_qty, "quantity": wish})
                for line, wish in wishes.items()
            ],
        }

    # ------------------------------------------------------------------ what cannot be any more

    def _change_gone(self, kind, wishes):
        """Why it is too late for ever to cancel this order (``sudo``), or to send ``wishes`` (line to quantity) of it; else ``""``."""
        self.ensure_one()
        if self.state != "sale":
            return self.env._("%s is no confirmed order any more.", self.name)
        left = self.order_line.move_ids.filtered(
            lambda move: (
                move.state == "done" and not move.origin_returned_move_id and move.location_dest_id._is_outgoing()
            )
        )
        if kind == "cancel" and left:
            return self.env._(
                "Goods of %(order)s have left with %(transfers)s: ask for a return; for what is still here ask to send less.",
                order=self.name,
                transfers=", ".join(left.picking_id.mapped("name")),
            )
        rows = [
            self.env._(
                "%(delivered)g of %(line)s have left with %(transfers)s: ask for a return.",
                delivered=line.qty_delivered,
                line=(line.name or "").split("\n")[0],
                transfers=", ".join((left & line.move_ids).picking_id.mapped("name")),
            )
            for line, wish in wishes.items()
            if line.product_uom_id.compare(line.qty_delivered, wish) > 0
        ]
        return " ".join(rows)

    def _change_barred(self, kind, wishes):
        """What has to be done before this order (``sudo``) can be cancelled or changed so, else ``""``."""
        self.ensure_one()
        if self.locked:
            return self.env._("%s is locked: unlock it first.", self.name)
        lines = self.order_line if kind == "cancel" else self.order_line.browse().union(*wishes)
        billed = lines.filtered(
            lambda line: (
                not line.display_type
                and line.product_uom_id.compare(line.qty_invoiced_posted, wishes.get(line, 0.0)) > 0
            )
        )
        if billed:
            invoices = billed.invoice_lines.move_id.filtered(lambda move: move.state == "posted")
            return self.env._(
                "%(order)s is invoiced with %(invoices)s: that is credited first.",
                order=self.name,
                invoices=", ".join(invoices.mapped("name")),
            )
        return ""

    # ------------------------------------------------------------------ buttons

    def action_open_ask_floor(self):
        """Open the screen that asks what is wished, and why."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask the floor"),
            "res_model": "order.change.ask",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_id": self.id},
        }

    def action_view_change_requests(self):
        """The requests about these orders."""
        action = self.env["ir.actions.act_window"]._for_xml_id("order_processing.order_change_request_action")
        return {**action, "domain": [("order_id", "in", self.ids)], "context": {}}


class OrderChangeRequest(models.Model):
    _inherit = "order.change.request"

    def _asked_words(self):
        """What is asked with this request, by whom and why, in one line."""
        self.ensure_one()
        request = self.sudo()
        words = [request._kind_words(), *request.line_ids._words()]
        return self.env._(
            "%(request)s, %(what)s, asked by %(user)s: %(reason)s",
            request=request.name,
            what="; ".join(words),
            user=request.requested_by_id.name,
            reason=request.reason,
        )

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..common import scalars
from ..common.number_words import number_words
from ..common.turn import take_turn
from .order_change_request import KINDS
from .sale_order_change_head import HEADS

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

    def action_request_change(self, kind, reason, quantities=None, address=None, dates=None):
        """Ask the floor to cancel these orders, or to send other quantities of them, to another address or on another day.

        Who picks accepts or declines. The same request again answers the one that waits.

        :param str kind: ``cancel``, ``change``, ``address`` or ``date``
        :param str reason: why, required
        :param list quantities: of a change: ``[{line, quantity}]``, ids of order lines and the wished quantity in the line's unit
        :param int address: of another address: id of the contact, which the user may read
        :param dict dates: of another day: values of ``commitment_date``, ``order_ship_from``, ``order_ship_until``; what is left
            out stays
        :return: ``[{order, order_id, request, request_id, state}]``, in order
        :raises AccessError: the user does not sell, or may not write an order
        :raises UserError: names every order of which picking has not begun, of which goods have left, that is invoiced, of which
            something else is asked already; or what is wrong with what is wished. Nothing is asked then
        """
        self.env["order.transition.mixin"]._check_order_group(SALES)
        self.check_access("write")
        if kind == "address" and address and isinstance(address, int) and not isinstance(address, bool):
            self.env["res.partner"].browse(address).check_access("read")
        return self._request_change(kind, reason, quantities, address, dates)

    def _request_change(self, kind, reason, quantities=None, address=None, dates=None):
        """As ``action_request_change``, for who was asked whether they may."""
        orders = self.sudo()
        wishes = orders._change_wished(kind, reason, quantities, address, dates)
        asked = {order: {"kind": kind, "reason": reason.strip(), "wishes": wishes[order]} for order in orders}
        waiting, problems = orders._change_ask(asked, whole=True)
        if problems:
            raise UserError("\n".join(words for _code, words in problems.values()))
        return [
            {
                "order": order.name,
                "order_id": order.id,
                "request": waiting[order].name,
                "request_id": waiting[order].id,
                "state": waiting[order].state,
            }
            for order in orders
        ]

    def _change_wished(self, kind, reason, quantities=None, address=None, dates=None):
        """What is wished of these orders (``sudo``): ``{order: wishes}``, as ``order.change.request._wishes`` has them.

        :raises UserError: says what is wrong with what is asked
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Say why: a reason is required for %s.", ", ".join(self.mapped("name"))))
        if kind not in dict(KINDS):
            raise UserError(
                self.env._(
                    "The floor is asked to “cancel” or “change” an order, for another “address” or “date”, not to “%s” it.",
                    kind or "-",
                )
            )
        if kind in HEADS:
            return self._change_head_wishes(kind, quantities, address, dates)
        return self._change_wishes(kind, quantities)

    def _change_ask(self, asked, whole=False):
        """Ask the floor about these orders (``sudo``) as far as there is a floor to ask; the same queries whatever their number.

        Who asks at the same moment waits and is tried again by core: an order is asked about once.

        :param dict asked: order to ``{kind, reason, wishes}`` and what else its request keeps
        :param bool whole: where one cannot be asked about, none is
        :return: ``({order: the request that waits}, {order: (code of the contract, words)})``
        """
        take_turn(self.env.cr, self._table, self.ids)
        waiting = self._change_waiting()
        begun = self._picking_begun()
        problems = {
            order: problem
            for order in self
            if (problem := order._change_problem(asked[order], waiting.get(order), begun))
        }
        if whole and problems:
            return {}, problems
        fresh = self.filtered(lambda order: order not in waiting and order not in problems)
        made = (
            self.env["order.change.request"]
            .sudo()
            .create([order._change_values(begun, **asked[order]) for order in fresh])
        )
        made._book("change_requested")
        return {**waiting, **dict(zip(fresh, made))}, problems

    def _change_waiting(self):
        """The request that waits for an answer about each of these orders (``sudo``): ``{order: order.change.request}``."""
        found = self.env["order.change.request"].search([("order_id", "in", self.ids), ("state", "=", "requested")])
        return {request.order_id: request for request in found}

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

    def _change_problem(self, asked, waiting, begun):
        """Why the floor is not asked ``asked`` about this order (``sudo``): ``(code of the contract, words)``, or ``None``."""
        self.ensure_one()
        kind, wishes = asked["kind"], asked["wishes"]
        if waiting:
            if waiting.kind == kind and waiting._wishes() == wishes:
                return None
            return "refused", self.env._(
                "%(order)s: %(request)s waits for the floor's answer. Take it back first to ask for something else.",
                order=self.name,
                request=waiting.name,
            )
        if kind != "cancel" and not wishes:
            return "invalid", self._change_nothing(kind)
        if gone := self._change_gone(kind, wishes):
            return "too_late", gone
        if barred := self._change_barred(kind, wishes):
            return "refused", barred
        if self.id not in begun:
            return "not_begun", self.env._(
                "Picking of %s has not begun: cancel or change it on the order itself.", self.name
            )
        return None

    def _change_values(self, begun, kind, reason, wishes, **more):
        """Values of a request about this order."""
        self.ensure_one()
        return {
            "order_id": self.id,
            "kind": kind,
            "reason": reason,
            "requested_by_id": self.env.uid,
            "requested_at": fields.Datetime.now(),
            "picking_ids": [Command.set(list(begun[self.id]))],
            **more,
            **(self._change_head_values(wishes) if kind in HEADS else self._change_line_values(wishes)),
        }

    @staticmethod
    def _change_line_values(wishes):
        return {
            "line_ids": [
                Command.create({"order_line_id": line.id, "ordered": line.product_uom_qty, "quantity": wish})
                for line, wish in wishes.items()
            ]
        }

    def _change_nothing(self, kind):
        """That nothing else is wished than what stands, in words."""
        self.ensure_one()
        words = {
            "change": self.env._("%s: no other quantity is wished.", self.name),
            "address": self.env._("%s: no other address is wished.", self.name),
            "date": self.env._("%s: no other day is wished.", self.name),
        }
        return words[kind]

    # ------------------------------------------------------------------ what cannot be any more

    def _change_gone(self, kind, wishes):
        """Why it is too late for ever to cancel this order (``sudo``), or to change it to ``wishes``; else ``""``.

        :param dict wishes: as ``order.change.request._wishes``
        """
        self.ensure_one()
        if self.state != "sale":
            return self.env._("%s is no confirmed order any more.", self.name)
        # a list, so that what is read of one is read for those of all orders
        left = [
            move
            for move in self.order_line.move_ids
            if move.state == "done" and not move.origin_returned_move_id and move.location_dest_id._is_outgoing()
        ]

        def transfers(line=None):
            names = dict.fromkeys(move.picking_id.name for move in left if not line or move.sale_line_id == line)
            return ", ".join(filter(None, names))

        if kind == "cancel" and left:
            return self.env._(
                "Goods of %(order)s have left with %(transfers)s: ask for a return; for what is still here ask to send less.",
                order=self.name,
                transfers=transfers(),
            )
        if kind in HEADS:
            return self._change_head_gone(transfers())
        rows = [
            self.env._(
                "%(delivered)s of %(line)s have left with %(transfers)s: ask for a return.",
                delivered=number_words(self.env, line.qty_delivered),
                line=(line.name or "").split("\n")[0],
                transfers=transfers(line),
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
        if kind in HEADS:
            return self._change_head_barred(wishes)
        # of all lines of all orders together: what is filtered first is read for itself
        billed = self.order_line.filtered(
            lambda line: (
                (kind == "cancel" or line in wishes)
                and not line.display_type
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
        words = [request._kind_words(), *request._wish_words()]
        return self.env._(
            "%(request)s, %(what)s, asked by %(user)s: %(reason)s",
            request=request.name,
            what="; ".join(words),
            user=request.requested_by_id.name,
            reason=request.reason,
        )

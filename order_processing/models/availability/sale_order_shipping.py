"""When and how an order may leave: its window, and what it takes over of its customer's shipping profile."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..common.business_day import business_day, day_bounds
from ..common.empty_columns import add_empty_columns

COLUMNS = {
    "order_complete_lines": "bool",
    "order_max_shipments": "int4",
    "order_min_shipment": "numeric",
    "order_misses_window": "bool",
}
POLICIES = {"complete": "one", "lines": "direct", "parts": "direct"}
OPEN = ("draft", "sent")
CLOSED = ("done", "cancel")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    order_ship_from = fields.Date(
        "Not before", copy=False, tracking=True, help="The goods do not leave before this day."
    )
    order_ship_until = fields.Date(
        "Cancel after",
        copy=False,
        tracking=True,
        help="The goods do not leave after this day: the order is cancelled then, or the customer agrees to a later one.",
    )
    order_complete_lines = fields.Boolean(
        "Whole lines only",
        compute="_compute_order_shipping",
        store=True,
        readonly=False,
        precompute=True,
        copy=True,
        help="A line leaves when all of it is there.",
    )
    order_max_shipments = fields.Integer(
        "Shipments at most",
        compute="_compute_order_shipping",
        store=True,
        readonly=False,
        precompute=True,
        copy=True,
        help="The last one takes all that is left. 0: as many as it takes.",
    )
    order_min_shipment = fields.Monetary(
        "Least value of a part",
        compute="_compute_order_min_shipment",
        store=True,
        readonly=False,
        precompute=True,
        copy=True,
        help="What leaves before the rest is worth at least this, untaxed. 0: whatever it is worth.",
    )
    # on the form only: what the customer chosen last wishes of ``picking_policy``, and the currency of the least value
    order_ship_wish = fields.Char(store=False)
    order_ship_currency_id = fields.Many2one("res.currency", compute="_compute_order_ship_currency")
    order_misses_window = fields.Boolean(
        "Promised too late", compute="_compute_order_misses_window", store=True, help="Promised after the last day."
    )

    _order_ship_window = models.Constraint(
        "CHECK (order_ship_until >= order_ship_from)", "An order cannot be cancelled before the first day it may leave."
    )
    _order_max_shipments_positive = models.Constraint(
        "CHECK (order_max_shipments >= 0)", "The number of shipments cannot be less than none."
    )

    def _auto_init(self):
        """Orders of an existing database ship as they did: the columns come empty, nothing is computed."""
        add_empty_columns(self, COLUMNS)
        return super()._auto_init()

    # ------------------------------------------------------------------ the customer's profile

    @api.depends("partner_id", "company_id")
    def _compute_order_shipping(self):
        """A quotation takes over how its customer's orders ship; what is confirmed keeps what it has."""
        for order in self:
            if order.ids and order.state not in OPEN:
                continue
            profile = order._ship_profile()
            order.order_complete_lines = profile.order_ship_mode == "lines"
            order.order_max_shipments = profile.order_max_shipments

    @api.depends("partner_id", "company_id")
    def _compute_order_min_shipment(self):
        """As the rest of the profile; in another currency it is worth the same: see ``write``, and the form."""
        for order in self:
            if order.ids and order.state not in OPEN:
                continue
            least, currency = order._ship_profile().order_min_shipment, order.company_id.currency_id
            order.order_min_shipment = order._ship_money(least, currency)

    @api.depends("partner_id", "company_id")
    def _compute_order_ship_currency(self):
        for order in self:
            saved = order._origin
            # of another customer the profile was taken over in the order's currency as it is now
            same = saved and saved._ship_whose() == order._ship_whose()
            order.order_ship_currency_id = (same and saved.currency_id) or order.currency_id

    @api.onchange("pricelist_id", "currency_id")
    def _onchange_order_ship_currency(self):
        """On the form the least value stays worth what it was, also where somebody has just typed it."""
        if self.order_ship_currency_id and self.order_ship_currency_id != self.currency_id:
            self.order_min_shipment = self._ship_money(self.order_min_shipment, self.order_ship_currency_id)
            self.order_ship_currency_id = self.currency_id

    def _ship_whose(self):
        return self.partner_id, self.company_id

    def _ship_money(self, amount, currency):
        """``amount`` of ``currency`` in this order's currency, on its day."""
        if not amount or currency == self.currency_id:
            return amount
        # rates are kept by the day: those of a moment would be read for each order
        day = business_day(self.company_id, self.date_order)
        return currency._convert(amount, self.currency_id, self.company_id, day)

    def _ship_profile(self):
        """The contact that says how this order ships."""
        company = self.company_id or self.env.company
        return self.partner_id.commercial_partner_id.sudo().with_company(company)

    @api.onchange("partner_id")
    def _onchange_order_ship_mode(self):
        """The shipping policy of core follows the customer's wish, where there is one, and one wished before goes with it."""
        wish = self._ship_wish() or "none"
        if policy := self._ship_policy(self.order_ship_wish or self._origin._ship_wish()):
            self.picking_policy = policy
        self.order_ship_wish = wish

    @api.model_create_multi
    def create(self, vals_list):
        """As the onchange, for orders that come by file, by program or by code."""
        orders = super().create(vals_list)
        orders.browse(
            order.id for order, vals in zip(orders, vals_list) if "picking_policy" not in vals
        )._ship_take_policy()
        return orders

    def write(self, vals):
        """Another customer ships otherwise, another currency says the same otherwise; transfers follow the first day.

        See ``_ship_take_policy``, ``_ship_keep_money`` and ``_ship_replan``.
        """
        wishes, money, days = {}, {}, {}
        if "partner_id" in vals and "picking_policy" not in vals:
            wishes = {order: order._ship_wish() for order in self}
        if {"pricelist_id", "currency_id"} & vals.keys() and "order_min_shipment" not in vals:
            money = {order: (order._ship_whose(), order.order_min_shipment, order.currency_id) for order in self}
        if "order_ship_from" in vals:
            days = {order: order.order_ship_from for order in self}
        answer = super().write(vals)
        if wishes:
            self.filtered(lambda order: order.state in OPEN)._ship_take_policy(wishes)
        if money:
            self.filtered(lambda order: order.state in OPEN)._ship_keep_money(money)
        if days:
            self.filtered(lambda order: order.state == "sale")._ship_replan(days)
        return answer

    def _ship_wish(self):
        """The shipping policy that this order's customer wishes, or ``None``."""
        return POLICIES.get(self._ship_profile().order_ship_mode)

    def _ship_policy(self, before):
        """The shipping policy that follows from the customer's wish, or ``None`` where the order keeps what it has.

        :param before: the policy that the customer before wished: it goes with that customer
        """
        if wish := self._ship_wish():
            return wish
        if not before or self.picking_policy != before:
            return None
        company = self.company_id or self.env.company
        return self.with_company(company).default_get(["picking_policy"]).get("picking_policy")

    def _ship_take_policy(self, before=None):
        """The orders take the shipping policy over that ``_ship_policy`` says.

        :param dict before: order to the policy that its customer before wished
        """
        policies = {order: order._ship_policy((before or {}).get(order)) for order in self}
        changed = self.filtered(lambda order: policies[order] and policies[order] != order.picking_policy)
        for policy, orders in changed.grouped(policies.get).items():
            orders.picking_policy = policy

    def _ship_keep_money(self, before):
        """The least value of a part stays worth what it was, also where somebody typed it.

        :param dict before: order to ``(whose it is, least value, currency)``
        """
        same = self.filtered(lambda order: order._ship_whose() == before[order][0])
        least = {order: order._ship_money(*before[order][1:]) for order in same}
        changed = same.filtered(lambda order: order.order_min_shipment != least[order])
        for amount, orders in changed.grouped(least.get).items():
            orders.order_min_shipment = amount

    # ------------------------------------------------------------------ the window

    @api.depends("order_promise_date", "order_ship_until")
    def _compute_order_misses_window(self):
        for order in self:
            last, promised = order.order_ship_until, order.order_promise_date
            order.order_misses_window = bool(last and promised and promised > last)

    def _ship_first_moment(self):
        """The first moment (naive UTC) at which this order may leave, or ``None``."""
        self.ensure_one()
        return day_bounds(self.company_id, self.order_ship_from)[0] if self.order_ship_from else None

    def _ship_replan(self, before):
        """Goods that are to leave are planned for the first day on which these orders may leave, at the earliest.

        What was planned for the first day of before is planned as core plans it; what somebody planned otherwise stays.

        :param dict before: order to the first day (``date``) on which it might leave until now, or nothing
        """
        firsts = {order: order._ship_first_moment() for order in self}
        formers = {order: day_bounds(order.company_id, day)[0] for order, day in before.items() if day}
        dates = {}
        # all of them together: what is read of each is read for all
        for move in self.sudo().picking_ids.move_ids.filtered(lambda move: move._ship_leaves()):
            order = move.picking_id.sale_id
            if firsts[order] and move.date < firsts[order]:
                dates[move] = firsts[order]
            elif move.date == formers.get(order) and move.sale_line_id:
                dates[move] = move.sale_line_id._prepare_procurement_values()["date_planned"]
        for date, own in self.env["stock.move"].sudo().union(*dates).grouped(dates.get).items():
            own.date = date

    def _ship_window_problems(self, day=None):
        """Which of these orders may not leave on ``day``, in words; hook, asked where goods leave or are put on a pickup.

        :param day: a ``date``, default the business day of each order's company
        :return: list of lines for people
        """
        rows = []
        for order in self.sudo():
            when = day or business_day(order.company_id)
            told = {"order": order.name}
            if order.order_ship_from and when < order.order_ship_from:
                first = format_date(self.env, order.order_ship_from)
                rows.append(self.env._("- %(order)s may not leave before %(day)s.", day=first, **told))
            elif order.order_ship_until and when > order.order_ship_until:
                last = format_date(self.env, order.order_ship_until)
                rows.append(
                    self.env._(
                        "- %(order)s may not leave after %(day)s: cancel it, or enter the day that the customer agrees to.",
                        day=last,
                        **told,
                    )
                )
        return rows

    def _ship_gate(self, moves, cancel_backorder, day):
        """Refuse that ``moves`` (``sudo``, of these orders, picked) leave where window or profile do not let them.

        :raises UserError: names every order and why
        """
        rows = self._ship_window_problems(day)
        for order, own in moves.grouped(lambda move: move.sale_line_id.order_id).items():
            rows += order._ship_problems(own, cancel_backorder)
        if rows:
            raise UserError("\n".join([self.env._("These goods cannot leave:"), *rows]))

    def _ship_problems(self, moves, cancel_backorder):
        """What in this order's shipping profile speaks against these moves leaving together."""
        self.ensure_one()
        if not (self.order_complete_lines or self.order_max_shipments or self.order_min_shipment):
            return []
        rows, rests = [], self._ship_rests(moves)
        told = {"order": self.name}
        if self.order_complete_lines:
            if parts := moves.sale_line_id & rests.sale_line_id:
                rows.append(
                    self.env._(
                        "- %(order)s leaves in whole lines only, and not all is there of %(lines)s: take it out of the transfer, or"
                        " change that on the order.",
                        lines=", ".join((line.name or "").split("\n")[0] for line in parts),
                        **told,
                    )
                )
        if cancel_backorder:
            # what a transfer leaves behind is given up with it
            rests = rests.filtered(lambda move: move.picking_id not in moves.picking_id)
        if self.order_max_shipments:
            number = self._ship_number(moves.picking_id)
            if number > self.order_max_shipments or (rests and number == self.order_max_shipments):
                rows.append(
                    self.env._(
                        "- %(order)s leaves in %(most)s shipments at most: this is number %(number)s and something stays behind."
                        " Wait until all is there, or change that on the order.",
                        most=self.order_max_shipments,
                        number=number,
                        **told,
                    )
                )
        if self.order_min_shipment and rests:
            worth = sum(move._ship_worth() for move in moves)
            if self.currency_id.compare_amounts(worth, self.order_min_shipment) < 0:
                rows.append(
                    self.env._(
                        "- %(order)s: a part is worth at least %(least)s, and this is worth %(worth)s. Wait for more, or change that"
                        " on the order.",
                        least=self.currency_id.format(self.order_min_shipment),
                        worth=self.currency_id.format(worth),
                        **told,
                    )
                )
        return rows

    def _ship_number(self, leaving=None):
        """The number of this order's shipment that leaves next, or of the last one of the transfers ``leaving``."""
        gone = self.sudo().picking_ids.filtered(
            lambda picking: (
                picking.state == "done"
                and picking.picking_type_code == "outgoing"
                # what is sent again in place of a return is no part of the order
                and any(not move.origin_returned_move_id for move in picking.move_ids)
            )
        )
        return len(gone | leaving) if leaving else len(gone) + 1

    def _ship_rests(self, moves):
        """Moves of this order by which something is still to leave when ``moves`` have left."""
        return self.order_line.move_ids.filtered(
            lambda move: (
                move.state not in CLOSED
                and not move.origin_returned_move_id
                and not move.scrap_id
                and move.product_uom.compare(move.product_uom_qty, move.quantity if move in moves else 0.0) > 0
            )
        )


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _prepare_procurement_values(self):
        """Transfers of an order are planned for the first day on which it may leave, at the earliest."""
        values = super()._prepare_procurement_values()
        first = self.order_id._ship_first_moment()
        if first:
            values["date_planned"] = max(values["date_planned"], first)
        return values

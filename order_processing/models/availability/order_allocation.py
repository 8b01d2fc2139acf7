from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..common.business_day import business_day
from ..common.transition import Transition, transition
from .dealing import RULES, Demand, deal

MANAGER = "order_processing.group_manager"
OPEN = ("waiting", "confirmed", "partially_available", "assigned")


class OrderAllocation(models.Model):
    """Scarce stock of one product dealt out among the orders that want it: shown first, then applied."""

    _name = "order.allocation"
    _inherit = ["order.transition.mixin", "order.company.mixin", "mail.thread"]
    _description = "Allocation of Stock"
    _order = "id desc"
    _rec_name = "product_id"
    _check_company_auto = True

    _transition_initial = "draft"
    _transitions = (
        Transition(
            "apply",
            ("draft",),
            "applied",
            group=MANAGER,
            reason=True,
            who="applied_by_id",
            when="applied_at",
            why="reason",
        ),
        Transition("drop", ("draft",), "dropped", group=MANAGER),
    )

    _transition_guarded = ("available",)

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        required=True,
        check_company=True,
        default=lambda self: self.env["stock.warehouse"].search([("company_id", "=", self.env.company.id)], limit=1),
    )
    product_id = fields.Many2one(
        "product.product", required=True, check_company=True, domain="[('is_storable', '=', True)]"
    )
    rule = fields.Selection(RULES, required=True, default="date")
    hold_back = fields.Float(digits="Product Unit", help="So much is given to nobody.")
    turn_days = fields.Integer(
        "Waits at most",
        default=30,
        help="An order that waits so many days comes first, whatever the rule says. 0: no limit.",
    )
    state = fields.Selection(
        [("draft", "Shown"), ("applied", "Applied"), ("dropped", "Dropped")],
        default="draft",
        required=True,
        readonly=True,
    )
    line_ids = fields.One2many("order.allocation.line", "allocation_id", "Orders", copy=False)
    available = fields.Float(readonly=True, digits="Product Unit", copy=False, help="What there is to deal out.")
    currency_id = fields.Many2one(related="company_id.currency_id")
    gained = fields.Monetary("Gets more", compute="_compute_money", help="Untaxed, of orders that get more than now.")
    lost = fields.Monetary("Gets less", compute="_compute_money", help="Untaxed, of orders that get less than now.")
    applied_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    applied_at = fields.Datetime(readonly=True, copy=False)
    reason = fields.Char("Why", readonly=True, copy=False)

    _positive = models.Constraint(
        "CHECK (hold_back >= 0 AND turn_days >= 0)", "What is held back, and the days of waiting, are 0 or more."
    )

    @api.depends("line_ids.given", "line_ids.before", "line_ids.price")
    def _compute_money(self):
        for allocation in self:
            changes = [(line.given - line.before) * line.price for line in allocation.line_ids]
            allocation.gained = sum(change for change in changes if change > 0)
            allocation.lost = -sum(change for change in changes if change < 0)

    @api.model_create_multi
    def create(self, vals_list):
        """An allocation shows at once who would get what."""
        allocations = super().create(vals_list)
        allocations.action_deal()
        return allocations

    def write(self, vals):
        """What was applied is evidence."""
        closed = self.filtered(lambda allocation: allocation.state != "draft")
        if closed and not {
            "product_id",
            "warehouse_id",
            "company_id",
            "rule",
            "hold_back",
            "turn_days",
            "line_ids",
        }.isdisjoint(vals):
            raise UserError(self.env._("%s: this was applied or dropped. Make another one.", closed[0].display_name))
        return super().write(vals)

    # ------------------------------------------------------------------ shown

    def action_deal(self):
        """Work out anew who gets what; nothing is reserved yet. What a manager has entered by hand is forgotten."""
        self._check_order_group(MANAGER)
        self.check_access("write")
        for allocation in self:
            if allocation.state != "draft":
                raise UserError(
                    self.env._("%s: this was applied or dropped. Make another one.", allocation.display_name)
                )
            allocation._deal()
        return True

    def _deal(self):
        moves = self._moves()
        available = self._available(moves)
        quotas = self._quotas()
        demands = self._demands(moves, quotas)
        turn = business_day(self.company_id) - timedelta(days=self.turn_days) if self.turn_days else None
        unit = self.product_id.uom_id.rounding
        given = deal(max(available - self.hold_back, 0), demands, self.rule, unit, turn, quotas)
        self.sudo().line_ids.unlink()
        self._transition_write({"available": available})
        self.env["order.allocation.line"].sudo().create(
            [
                {
                    "allocation_id": self.id,
                    "move_id": demand.id,
                    "wanted": demand.wanted,
                    "before": self._in_unit(moves.browse(demand.id), moves.browse(demand.id).quantity),
                    "given": given[demand.id],
                    "waiting_since": demand.day,
                }
                for demand in demands
            ]
        )

    def _moves(self):
        """Open moves of the product out of the stock of the warehouse, for orders, of which nobody has anything in hand."""
        self.ensure_one()
        moves = (
            self.env["stock.move"]
            .sudo()
            .search(
                [
                    ("product_id", "=", self.product_id.id),
                    ("company_id", "=", self.company_id.id),
                    ("location_id", "child_of", self.warehouse_id.lot_stock_id.id),
                    ("sale_line_id", "!=", False),
                    ("state", "in", OPEN),
                    ("picked", "=", False),
                    ("move_orig_ids", "=", False),
                ],
                order="id",
            )
        )
        return moves.filtered(lambda move: move.sale_line_id.order_id.state == "sale") - moves._horizon_far()

    def _in_unit(self, move, quantity):
        return move.product_uom._compute_quantity(quantity, self.product_id.uom_id, rounding_method="HALF-UP")

    def _available(self, moves):
        """What can be dealt out: free stock, and what these moves have reserved."""
        quants = (
            self.env["stock.quant"]
            .sudo()
            .search(
                [
                    ("product_id", "=", self.product_id.id),
                    ("location_id", "child_of", self.warehouse_id.lot_stock_id.id),
                    ("location_id.usage", "=", "internal"),
                    ("owner_id", "=", False),
                ]
            )
        )
        free = sum(quants.mapped("quantity")) - sum(quants.mapped("reserved_quantity"))
        return free + sum(self._in_unit(move, move.quantity) for move in moves)

    def _demands(self, moves, quotas):
        demands = []
        for move in moves:
            order = move.sale_line_id.order_id
            customer = order.partner_id.commercial_partner_id.with_company(self.company_id)
            reserved = self._in_unit(move, move.quantity)
            demands.append(
                Demand(
                    move.id,
                    order.id,
                    business_day(self.company_id, order.date_order),
                    self._in_unit(move, move.product_uom_qty),
                    int(order.order_priority or customer.order_priority or 0),
                    # picking has begun, or somebody shields it
                    reserved if order.order_stock_shielded or move.picking_id.printed else 0.0,
                    tuple(group for group in customer.category_id.ids if group in quotas),
                )
            )
        return demands

    # ------------------------------------------------------------------ applied

    @transition("apply")
    def action_apply(self, reason=""):
        """Reserve as shown, by hand or by the rule (managers, with a ``reason``).

        :raises UserError: stock or orders are not as they were shown, or more is given than there is
        """
        for allocation in self:
            allocation.sudo()._apply()

    def _apply(self):
        lines = self.line_ids
        moves = self._moves()
        self.env.cr.execute(SQL("SELECT id FROM stock_move WHERE id = ANY(%s) ORDER BY id FOR UPDATE", moves.ids))
        now = {move.id: self._in_unit(move, move.quantity) for move in moves}
        shown = {line.move_id.id: line.before for line in lines}
        equal = self.product_id.uom_id.compare
        changed = set(now) ^ set(shown) or [number for number in now if equal(now[number], shown[number])]
        if changed or equal(self._available(moves), self.available):
            raise UserError(
                self.env._(
                    "%s: stock or orders have changed since this was shown. Deal anew, and look at it again.",
                    self.display_name,
                )
            )
        total = sum(lines.mapped("given"))
        if equal(total, self.available) > 0:
            words = self.product_id.uom_id._quantity_words
            told = {"product": self.display_name, "given": words(total), "available": words(self.available)}
            raise UserError(
                self.env._("%(product)s: %(given)s are given, and there are %(available)s. Give less.", **told)
            )
        touched = lines.filtered(lambda line: equal(line.given, line.before))
        # first what is taken, then what is given
        touched.move_id._do_unreserve()
        for line in touched.sorted(lambda line: (line.waiting_since, line.id)):
            if equal(line.given, 0) > 0:
                unit = line.move_id.product_uom
                line.move_id._action_assign(force_qty=self.product_id.uom_id._compute_quantity(line.given, unit))
        # core counts what was given by force as all that is wanted
        touched.move_id._recompute_state()
        self._apply_log(touched)
        touched.move_id.sale_line_id.order_id.action_promise()

    def _apply_log(self, lines):
        """What was dealt stands with the orders, and what could not be reserved with the allocation: held goods, say."""
        equal, words = self.product_id.uom_id.compare, self.product_id.uom_id._quantity_words
        bodies, less = {}, []
        for line in lines:
            got = self._in_unit(line.move_id, line.move_id.quantity)
            if equal(got, line.given) < 0:
                less.append(
                    self.env._(
                        "%(order)s got %(got)s of %(given)s.",
                        order=line.order_id.name,
                        got=words(got),
                        given=words(line.given),
                    )
                )
            told = {
                "product": self.product_id.display_name,
                "before": words(line.before),
                "got": words(got),
                "reason": self.reason,
            }
            bodies.setdefault(line.order_id.id, []).append(
                self.env._("Stock dealt anew: %(product)s, %(got)s reserved (before: %(before)s). %(reason)s", **told)
            )
        author = self.env.user.partner_id.id
        self.env["sale.order"].sudo().browse(bodies)._message_log_batch(
            bodies={number: "\n".join(rows) for number, rows in bodies.items()}, author_id=author
        )
        if less:
            self._message_log(body="\n".join(less), author_id=author)

    @transition("drop")
    def action_drop(self, reason=""):
        """Nothing is dealt out."""


class OrderAllocationLine(models.Model):
    """What one transfer wants, has and would get."""

    _name = "order.allocation.line"
    _description = "Allocation to an Order"
    _order = "waiting_since, id"
    _rec_name = "move_id"

    allocation_id = fields.Many2one("order.allocation", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="allocation_id.company_id", store=True)
    move_id = fields.Many2one("stock.move", required=True, readonly=True, ondelete="cascade", index=True)
    order_id = fields.Many2one(related="move_id.sale_line_id.order_id")
    partner_id = fields.Many2one(related="move_id.sale_line_id.order_id.partner_id")
    picking_id = fields.Many2one(related="move_id.picking_id")
    waiting_since = fields.Date(readonly=True)
    wanted = fields.Float(readonly=True, digits="Product Unit")
    before = fields.Float("Has", readonly=True, digits="Product Unit")
    given = fields.Float("Gets", digits="Product Unit")
    effect = fields.Selection(
        [("wins", "Wins"), ("fills", "Filled"), ("keeps", "Keeps"), ("loses", "Loses"), ("none", "Nothing")],
        compute="_compute_effect",
    )
    price = fields.Float(compute="_compute_effect", help="Untaxed, of one unit, in the company's currency.")

    _given_positive = models.Constraint(
        "CHECK (given >= 0 AND given <= wanted)", "An order gets nothing, or up to what it wants."
    )

    @api.depends("wanted", "before", "given", "move_id")
    def _compute_effect(self):
        for line in self:
            equal = line.allocation_id.product_id.uom_id.compare
            if equal(line.given, line.before) < 0:
                line.effect = "loses"
            elif equal(line.given, line.before) == 0:
                line.effect = "keeps" if line.given else "none"
            else:
                line.effect = "fills" if equal(line.given, line.wanted) == 0 else "wins"
            order_line = line.move_id.sudo().sale_line_id
            quantity = (
                order_line.product_uom_id._compute_quantity(
                    order_line.product_uom_qty, line.allocation_id.product_id.uom_id
                )
                if order_line
                else 0
            )
            rate = order_line.order_id.currency_rate or 1
            line.price = order_line.price_subtotal / quantity / rate if quantity else 0.0

    def write(self, vals):
        """By hand, while nothing was applied."""
        closed = self.allocation_id.filtered(lambda allocation: allocation.state != "draft")
        if closed:
            raise UserError(self.env._("%s: this was applied or dropped. Make another one.", closed[0].display_name))
        return super().write(vals)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    order_stock_shielded = fields.Boolean(
        "Keeps its stock", copy=False, help="What is reserved for it is dealt to nobody else."
    )

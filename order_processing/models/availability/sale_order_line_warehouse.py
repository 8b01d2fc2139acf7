"""Taking goods of a line from another warehouse."""

from odoo import models
from odoo.exceptions import UserError

from ..common.number_words import number_words

CLOSED = ("draft", "done", "cancel")


class SaleOrderLine(models.Model):
    """A part of a line leaves another warehouse of the company, with a transfer of its own.

    A line of core has one warehouse, and a route on the line would take all of it from there; a second line would change what
    the customer ordered, and the order would have to be verified again although nothing of it changed. So line and order stay
    as they are: the open transfer is asked for less, and core's own rules of the other warehouse (its delivery route, however
    many steps that has) make the moves for what is taken there. They hang on the same line, so core counts them as it counts
    its own: delivered, to invoice, returned, and what is to be procured when the quantity changes
    (``_get_outgoing_incoming_moves`` counts the first moves of every warehouse).

    What core does not know is to take back from there when the line is lowered: it asks the order's warehouse alone, and what
    that has not open would become a return of goods that never left. ``_create_procurements`` asks each.
    """

    _inherit = "sale.order.line"

    def _shortage_fixed(self, fact):
        """Why this line cannot be taken from another warehouse, in words, else ``""``."""
        self.ensure_one()
        if self.order_id.locked:
            return self.env._("the order is locked; unlock it first")
        if not fact.plain:
            return self.env._("it ships as the parts of a kit")
        if self.route_ids:
            return self.env._("the line says by which route it comes: %s", ", ".join(self.route_ids.mapped("name")))
        if not self._shortage_movable():
            return self.env._("its goods are being packed, or made or bought for it")
        return ""

    def _shortage_movable(self):
        """Open moves of this line that take from stock: move to what is not reserved of it, in the product's unit."""
        self.ensure_one()
        found = {}
        for move in self.sudo().move_ids:
            if (
                move.state not in ("confirmed", "partially_available")
                or move.picked
                or move.product_id != self.product_id
                or move.procure_method != "make_to_stock"
                or move.move_orig_ids
                or move.location_id.usage != "internal"
                # what is sent again in place of a return is no part of what is short
                or not move._ship_leaves()
            ):
                continue
            missing = move.product_qty - move.product_uom._compute_quantity(
                move.quantity, move.product_id.uom_id, round=False
            )
            if move.product_id.uom_id.compare(missing, 0) > 0:
                found[move] = missing
        return found

    def _shortage_parts(self, quantity):
        """Of which open moves ``quantity`` (in the line's unit) is taken, and what none of them has left to give.

        :return: ``(move to quantity, what is left over)``, in the product's unit
        """
        unit = self.product_id.uom_id
        left = self.product_uom_id._compute_quantity(quantity, unit, round=False)
        parts = {}
        for move, missing in self._shortage_movable().items():
            if unit.compare(left, 0) <= 0:
                break
            parts[move] = min(left, missing)
            left -= parts[move]
        return parts, left

    def _shortage_divided(self, plans):
        """Plans to take goods from another warehouse that contradict how their order ships, with the reason.

        What comes from there leaves with a transfer of its own; what is cancelled beside it leaves with none.

        :param dict plans: line to ``Plan``, those of an order together
        """
        taken = {line: plan for line, plan in plans.items() if plan.choice == "warehouse" and not plan.problem}
        for order, lines in self.browse().union(*taken).grouped("order_id").items():
            open_ = {move: move.product_qty for move in order.sudo().order_line.move_ids if move._ship_leaves()}
            chosen = {line: plans[line] for line in order.order_line if line in plans and not plans[line].problem}
            for line, plan in chosen.items():
                if plan.choice in ("warehouse", "cancel"):
                    for move, quantity in line._shortage_parts(plan.quantity)[0].items():
                        open_[move] -= quantity
            rest = self.env["stock.move"].union(
                *(move for move, quantity in open_.items() if move.product_id.uom_id.compare(quantity, 0) > 0)
            )
            after = rest.location_id.warehouse_id.union(*(plans[line].warehouse for line in lines))
            # who sends what is there gives up that the order leaves at once
            whole = order.picking_policy == "one" and all(plan.choice != "part" for plan in chosen.values())
            poor = order.order_min_shipment and order._shortage_poor(
                {move: open_[move] for move in rest}, {line: plans[line] for line in lines}
            )
            for line in lines:
                # what was taken from there before leaves with it
                own = rest.filtered(lambda move, line=line: move.sale_line_id == line).location_id.warehouse_id
                divided = bool(own - plans[line].warehouse)
                if problem := order._shortage_contradicts(len(after), whole, divided, poor):
                    plans[line] = plans[line]._replace(problem=problem)
        return plans

    def _shortage_take(self, wanted):
        """Take quantities of these lines from other warehouses.

        :param dict wanted: line to ``(warehouse, quantity in the line's unit)``
        :raises UserError: names every order and line of which less is open than is to be taken; nothing is taken then
        """
        parts, problems = {}, []
        for line, (_house, quantity) in wanted.items():
            own, left = line._shortage_parts(quantity)
            parts.update(own)
            if line.product_id.uom_id.compare(left, 0) > 0:
                problems.append(
                    self.env._(
                        "- %(order)s, %(line)s: less of it is open than %(quantity)s %(unit)s; look at its shortage anew.",
                        order=line.order_id.name,
                        line=(line.name or "").split("\n")[0],
                        quantity=number_words(self.env, quantity),
                        unit=line.product_uom_id.name,
                    )
                )
        if problems:
            raise UserError("\n".join([self.env._("This cannot be taken from another warehouse:"), *problems]))
        self._shortage_lower(parts)
        procurements = []
        for line, (house, quantity) in wanted.items():
            line = line.with_company(line.company_id)
            # the route of the delivery comes first: the product's own may be to buy or to make it
            values = {
                **line._prepare_procurement_values(),
                "warehouse_id": house,
                "route_ids": house.sudo().delivery_route_id,
            }
            amount, unit = line.product_uom_id._adjust_uom_quantities(quantity, line.product_id.uom_id)
            procurements += line._create_procurements(amount, unit, values)
        self._close_open_moves()
        self.env["stock.rule"].run(procurements)
        pickings = self.order_id.sudo().picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel"))
        # as core does after its own procurements
        pickings.action_confirm()
        houses = self.env["stock.warehouse"].sudo().union(*(house for house, _quantity in wanted.values()))
        pickings.filtered(lambda picking: picking.picking_type_id.warehouse_id in houses).action_assign()

    def _shortage_lower(self, parts):
        """Ask less of open moves (move to what is taken of it, in the product's unit): those of one demand with one write."""
        demand = {}
        for move, quantity in parts.items():
            asked = move.product_id.uom_id._compute_quantity(quantity, move.product_uom, round=False)
            demand[move] = move.product_uom.round(move.product_uom_qty - asked)
        for quantity, moves in self.env["stock.move"].sudo().union(*demand).grouped(demand.get).items():
            moves.product_uom_qty = quantity

    def _create_procurements(self, product_qty, procurement_uom, values):
        """What is taken back of a line is taken back from each warehouse that it is to leave."""
        if procurement_uom.compare(product_qty, 0) >= 0:
            return super()._create_procurements(product_qty, procurement_uom, values)
        answer = []
        for house, quantity in self._shortage_shares(-product_qty, procurement_uom, values["warehouse_id"]).items():
            own = house == values["warehouse_id"]
            there = {} if own else {"warehouse_id": house, "route_ids": house.delivery_route_id}
            answer += super()._create_procurements(-quantity, procurement_uom, {**values, **there})
        return answer

    def _shortage_shares(self, quantity, unit, own):
        """From which warehouses ``quantity`` (in ``unit``) of this line is taken back: warehouse to quantity.

        What is not reserved comes first, in the warehouse ``own`` before others. What no open move covers is left to ``own``.
        """
        moves = self.sudo().move_ids.filtered(
            lambda move: (
                move.state not in CLOSED
                and move.product_id == self.product_id
                and not move.move_orig_ids
                and move.location_id.usage == "internal"
                and (move.location_final_id or move.location_dest_id)._is_outgoing()
            )
        )
        houses = moves.location_id.warehouse_id
        if not houses - own:
            return {own: quantity}
        open_, shares, left = {}, {}, quantity
        for move in moves:
            asked = move.product_uom._compute_quantity(move.product_uom_qty, unit, round=False)
            reserved = min(move.product_uom._compute_quantity(move.quantity, unit, round=False), asked)
            entry = open_.setdefault(move.location_id.warehouse_id, [0.0, 0.0])
            entry[0] += asked - reserved
            entry[1] += reserved
        for turn in (0, 1):
            for house in (own & houses) | (houses - own):
                take = min(left, open_[house][turn])
                if unit.compare(take, 0) > 0:
                    shares[house] = shares.get(house, 0.0) + take
                    left -= take
        if unit.compare(left, 0) > 0 or not shares:
            shares[own] = shares.get(own, 0.0) + left
        return {house: unit.round(taken) for house, taken in shares.items()}


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _shortage_poor(self, open_, taken):
        """The warehouses out of which less is to leave than a part of this order must be worth.

        :param dict open_: move to what is still to leave with it, in the product's unit
        :param dict taken: line to the ``Plan`` that takes it from elsewhere
        """
        worth = {}
        for move, quantity in open_.items():
            # of several steps the first one alone
            if not any(origin in open_ for origin in move.move_orig_ids):
                house = move.location_id.warehouse_id
                worth[house] = worth.get(house, 0.0) + move._ship_worth(quantity)
        for line, plan in taken.items():
            worth[plan.warehouse] = worth.get(plan.warehouse, 0.0) + line._shortage_share(plan.quantity)
        least, currency = self.order_min_shipment, self.currency_id
        return self.env["stock.warehouse"].union(
            *(house for house, value in worth.items() if currency.compare_amounts(value, least) < 0)
        )

    def _shortage_contradicts(self, number, whole, divided, poor):
        """What in how this order ships speaks against leaving from several warehouses, in words, else ``""``.

        :param int number: from how many warehouses something is still to leave
        :param bool whole: whether all of it leaves at once
        :param bool divided: whether a line would leave from several
        :param poor: the warehouses out of which less would leave than a part is worth at least
        """
        self.ensure_one()
        if whole and number > 1:
            return self.env._("the order leaves at once, and this would divide it; let it leave in parts first")
        if self.order_complete_lines and divided:
            return self.env._("the order leaves in whole lines, and not all of this one is there or can be taken")
        most = self.order_max_shipments
        if most and self._ship_number() - 1 + number > most:
            return self.env._(
                "the order leaves in %s shipments at most, and what comes from elsewhere is one more; change that on the order,"
                " or wait",
                most,
            )
        # one of them may leave last, whatever it is worth
        if poor and len(poor) > 1:
            return self.env._(
                "a part of the order is worth at least %(least)s, and what would leave %(houses)s is worth less each: none could"
                " leave before the other; change that on the order, or wait",
                least=self.currency_id.format(self.order_min_shipment),
                houses=", ".join(poor.sudo().mapped("name")),
            )
        return ""

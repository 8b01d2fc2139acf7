"""What can be done about lines that are short, and what it would do: read, never written."""

from odoo import fields, models
from odoo.tools.misc import format_amount, format_date

from ..common.business_day import business_day
from ..common.number_words import number_words
from .promise_query import free_query
from .shortage import CHOICES, STANDING, Plan, Shortage, Supply

# options that a list names of each kind
NAMED = 2


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    order_look_again = fields.Date(
        "Look again",
        readonly=True,
        copy=False,
        help="What is short was decided; until this day it is not on the list of what is to be decided.",
    )
    order_substitute_for_id = fields.Many2one(
        "sale.order.line",
        "Sent in place of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The line that was short.",
    )
    order_shortage_text = fields.Char(
        "What can be done", compute="_compute_order_shortage_text", groups="order_processing.group_processor"
    )

    def _compute_order_shortage_text(self):
        lines = self._origin.sudo()
        facts = lines._shortage_facts()
        supply = lines._shortage_supply()
        for line in self:
            fact = facts.get(line._origin.sudo())
            line.order_shortage_text = "; ".join(line._origin.sudo()._shortage_told(fact, supply)) if fact else False

    def _shortage_told(self, fact, supply):
        """The ways out of the shortage ``fact`` of this line beside waiting and cancelling, each with what it gives."""
        self.ensure_one()
        unit, order = self.product_uom_id, self.order_id
        told = []
        if fact.ready:
            told.append(self.env._("now: %s", number_words(self.env, fact.ready)))
        elif fact.others:
            told.append(self.env._("now: the rest of the order"))
        products = [
            (product, self._shortage_units(product, supply.of(product, order.warehouse_id)))
            for product in self._shortage_substitutes()
        ]
        told += [
            f"{product.display_name}: {number_words(self.env, left)}"
            for product, left in products
            if not unit.is_zero(left)
        ][:NAMED]
        houses = [
            (house, self._shortage_units(self.product_id, supply.of(self.product_id, house)))
            for house in (self._shortage_houses(supply) if fact.plain else ())
        ]
        told += [f"{house.name}: {number_words(self.env, left)}" for house, left in houses if not unit.is_zero(left)][
            :NAMED
        ]
        return told

    # ------------------------------------------------------------------ how the lines stand

    def _shortage_facts(self):
        """How those of these lines stand that are short now: line to ``Shortage``; the statements do not grow with the set."""
        lines = self.filtered(lambda line: line.state == "sale" and not line.display_type)
        if not lines:
            return {}
        goods = lines.order_id.order_line.filtered(
            lambda line: line.product_id.type == "consu" and not line.display_type and not line.is_delivery
        )
        found = self.env["sale.order"]._promise_cover(goods)
        stands = {}
        for line in goods:
            still = max(line.product_uom_qty - line.qty_delivered, 0.0)
            short = min(line._promise_short(found[line.id]), still) if line.id in found else 0.0
            # a line that leaves whole or not at all waits for all of it
            kept = line.order_id.order_complete_lines and line.product_uom_id.compare(short, 0) > 0
            ready = 0.0 if kept else line.product_uom_id.round(still - short)
            stands[line] = (short, line._shortage_soon(ready, still, found.get(line.id)))
        there = {}
        for line, (_short, ready) in stands.items():
            if ready > 0:
                there[line.order_id] = there.get(line.order_id, 0.0) + line._shortage_share(ready)
        return {
            line: Shortage(
                *stands[line], line.order_id in there, bool(found[line.id][4]), there.get(line.order_id, 0.0)
            )
            for line in lines
            if line in stands and line.product_uom_id.compare(stands[line][0], 0) > 0
        }

    def _shortage_soon(self, ready, still, facts):
        """What may leave now of ``ready`` there is: what is far off takes nothing but what it has reserved already."""
        if not ready or not self._horizon_day():
            return ready
        needed, _short, _part, _receipt, plain = facts or (0.0, 0.0, 0.0, None, False)
        if not plain:
            return 0.0
        needed = self.product_id.uom_id._compute_quantity(needed, self.product_uom_id, round=False)
        return self.product_uom_id.round(max(min(ready, still - needed), 0.0))

    def _shortage_supply(self):
        """What is free of these lines' products and their substitutes in all warehouses of their companies: ``Supply``."""
        products = self.sudo().product_id | self.sudo().product_id.product_tmpl_id.order_substitute_ids
        houses = self.env["stock.warehouse"].sudo().search([("company_id", "in", self.company_id.ids)])
        free = dict.fromkeys(((product.id, house.id) for product in products for house in houses), 0.0)
        if free:
            self.env.flush_all()
            rows = self.env.execute_query(free_query(products.ids, houses.ids))
            free.update(((product, house), max(quantity, 0.0)) for product, house, quantity in rows)
        return Supply(free, houses.grouped("company_id"))

    def _shortage_houses(self, supply):
        """The warehouses of the company that this line could be taken from beside its order's, in their order."""
        self.ensure_one()
        return supply.houses.get(self.company_id, self.env["stock.warehouse"]) - self.order_id.warehouse_id

    def _shortage_substitutes(self):
        """The products that may be sent in place of this line's, in their order: sold, kept in stock, counted in its unit."""
        self.ensure_one()
        kits = "is_kits" in self.env["product.product"]._fields
        return (self.sudo().product_id.product_tmpl_id.order_substitute_ids - self.product_id).filtered(
            lambda product: (
                product.active
                and product.sale_ok
                and product.is_storable
                and product.company_id.id in (False, self.company_id.id)
                and product.uom_id._has_common_reference(self.product_uom_id)
                and not (kits and product.is_kits)
            )
        )

    def _shortage_units(self, product, quantity):
        """``quantity`` in the reference unit of ``product`` as whole steps of this line's unit: what is not there is not
        promised.
        """
        return product.uom_id._compute_quantity(quantity, self.product_uom_id, rounding_method="DOWN")

    # ------------------------------------------------------------------ what a choice does

    def _shortage_plans(self, decisions):
        """What ``decisions`` (line to ``Decision``) would do; nothing is written.

        What one line takes is gone for those that follow. A line that is not short any more has a plan without a choice.

        :return: dict of line to ``Plan``; statements do not grow with the set, but core's pricelist is asked once for each
            quantity and pricelist where a substitute is to cost its own price
        """
        lines = self.browse().union(*decisions)
        facts, supply = lines._shortage_facts(), lines._shortage_supply()
        plans = {}
        for line in lines:
            decision = decisions[line]
            if line.state != "sale":
                words = self.env._("it is not confirmed; change its lines instead")
                plans[line] = Plan(decision.choice, problem=words)
            elif line not in facts:
                plans[line] = Plan("", words=self.env._("Not short any more."))
            else:
                plans[line] = line._shortage_plan(decision, facts[line], supply)
        plans = lines._shortage_divided(lines._shortage_whole(plans, facts))
        return lines._shortage_priced(plans, decisions)

    def _shortage_plan(self, decision, fact, supply):
        choice = decision.choice
        if choice == "standing":
            choice = self._shortage_wish()
            if not choice:
                customer = self.order_id.partner_id.commercial_partner_id.display_name
                words = self.env._("nothing is known of what %s wants; choose for this line", customer)
                return Plan("standing", problem=words)
            if choice == "part" and self._shortage_kept_back(fact):
                choice = "wait"
        if choice not in dict(CHOICES):
            return Plan(choice, problem=self.env._("no choice is called “%s”", choice))
        return getattr(self, f"_shortage_plan_{choice}")(decision, fact, supply)

    def _shortage_wish(self):
        """The choice that is the customer's standing wish, else ``None``."""
        customer = self.order_id.partner_id.commercial_partner_id.sudo().with_company(self.company_id)
        return STANDING.get(customer.order_ship_mode)

    def _shortage_again(self, decision):
        """The day to look again: that chosen, else the day promised, at the earliest tomorrow."""
        today = business_day(self.company_id)
        if decision.day:
            return decision.day
        return max(self.order_promise_date or today, fields.Date.add(today, days=1))

    def _shortage_promised(self):
        return format_date(self.env, self.order_promise_date) if self.order_promise_date else "-"

    def _shortage_late(self, decision):
        """Why the day to look again is none, in words, else ``""``."""
        if decision.day and decision.day <= business_day(self.company_id):
            return self.env._("%s is no day to come; choose a later one", format_date(self.env, decision.day))
        return ""

    def _shortage_plan_wait(self, decision, fact, _supply):
        if problem := self._shortage_late(decision):
            return Plan("wait", problem=problem)
        day = self._shortage_again(decision)
        words = self.env._(
            "%(short)s %(unit)s wait, promised for %(promised)s; looked at again on %(day)s.",
            short=number_words(self.env, fact.short),
            unit=self.product_uom_id.name,
            promised=self._shortage_promised(),
            day=format_date(self.env, day),
        )
        return Plan("wait", fact.short, words, day=day)

    def _shortage_kept_back(self, fact):
        """Why nothing of the order can leave before the rest, in words, else ``""``."""
        if fact.others:
            return self._shortage_unwanted(fact)
        if day := self._horizon_day():
            return self.env._("it is wanted later: its goods are reserved from %s on", format_date(self.env, day))
        return self.env._("nothing of the order is there that could leave now")

    def _shortage_unwanted(self, fact):
        """Why the order's shipping profile lets nothing leave before the rest, in words, else ``""``."""
        order = self.order_id
        if order.order_max_shipments and order._ship_number() >= order.order_max_shipments:
            return self.env._(
                "the order leaves in %s shipments at most, so the next one takes all that is left",
                order.order_max_shipments,
            )
        if order.order_min_shipment and order.currency_id.compare_amounts(fact.worth, order.order_min_shipment) < 0:
            return self.env._(
                "a part of the order is worth at least %(least)s, and what is there is worth %(worth)s",
                least=format_amount(self.env, order.order_min_shipment, order.currency_id),
                worth=format_amount(self.env, fact.worth, order.currency_id),
            )
        return ""

    def _shortage_plan_part(self, decision, fact, _supply):
        if problem := self._shortage_late(decision):
            return Plan("part", problem=problem)
        if problem := self._shortage_kept_back(fact):
            return Plan("part", problem=problem)
        words = self.env._(
            "%(ready)s %(unit)s are reserved and leave next, %(short)s follow with a backorder, promised for %(promised)s.",
            ready=number_words(self.env, fact.ready),
            unit=self.product_uom_id.name,
            short=number_words(self.env, fact.short),
            promised=self._shortage_promised(),
        )
        if not fact.ready:
            words = self.env._(
                "The rest of the order leaves next, this line with a backorder, promised for %s.",
                self._shortage_promised(),
            )
        if self.order_id.picking_policy == "one":
            words += " " + self.env._("The order is no longer kept back until it is complete.")
        return Plan("part", fact.ready, words, day=self._shortage_again(decision))

    def _shortage_plan_substitute(self, decision, fact, supply):
        known = self._shortage_substitutes()
        if decision.product and decision.product not in known:
            words = self.env._("%s is not among the substitutes of the product", decision.product.display_name)
            return Plan("substitute", problem=words)
        problems = self._close_problems()
        if problems:
            return Plan("substitute", problem="; ".join(problems))
        house = self.order_id.warehouse_id
        for product in (decision.product or known).sorted(lambda product: -supply.of(product, house)):
            left = self._shortage_units(product, supply.of(product, house))
            take = min(fact.short, left)
            if self.product_uom_id.compare(take, 0) > 0:
                used = self.product_uom_id._compute_quantity(take, product.uom_id, round=False)
                supply.take(product, house, used)
                words = self.env._(
                    "%(take)s %(unit)s of %(product)s in place of it; the order is verified again before they leave.",
                    take=number_words(self.env, take),
                    unit=self.product_uom_id.name,
                    product=product.display_name,
                )
                return Plan("substitute", take, words + self._shortage_rest(fact.short - take), product=product)
        words = (
            self.env._("of %s nothing is free", ", ".join((decision.product or known).mapped("display_name")))
            if known
            else self.env._("no substitutes are named on the product")
        )
        return Plan("substitute", problem=words)

    def _shortage_rest(self, rest):
        """Words for what a choice leaves short."""
        if self.product_uom_id.compare(rest, 0) <= 0:
            return ""
        return " " + self.env._("%(rest)s stay short.", rest=number_words(self.env, self.product_uom_id.round(rest)))

    def _shortage_plan_warehouse(self, decision, fact, supply):
        if problem := self._shortage_fixed(fact):
            return Plan("warehouse", problem=problem)
        houses = self._shortage_houses(supply)
        if decision.warehouse and decision.warehouse not in houses:
            words = self.env._("%s is no other warehouse of the company", decision.warehouse.display_name)
            return Plan("warehouse", problem=words)
        product = self.product_id
        left, house = max(
            (
                (self._shortage_units(product, supply.of(product, house)), house)
                for house in decision.warehouse or houses
            ),
            key=lambda found: found[0],
            default=(0.0, houses),
        )
        movable = self._shortage_units(product, sum(self._shortage_movable().values()))
        # a line that leaves whole is taken whole from there, with what is there here
        take = min(movable if self.order_id.order_complete_lines else fact.short, left, movable)
        if self.product_uom_id.compare(take, 0) <= 0:
            return Plan("warehouse", problem=self.env._("no other warehouse has any of it free"))
        supply.take(product, house, self.product_uom_id._compute_quantity(take, product.uom_id, round=False))
        words = self.env._(
            "%(take)s %(unit)s leave %(house)s with a transfer of their own.",
            take=number_words(self.env, take),
            unit=self.product_uom_id.name,
            house=house.name,
        )
        return Plan("warehouse", take, words + self._shortage_rest(fact.short - take), warehouse=house)

    def _shortage_plan_cancel(self, decision, fact, _supply):
        problems = self._close_problems()
        if problems:
            return Plan("cancel", problem="; ".join(problems))
        words = self.env._(
            "%(short)s %(unit)s are closed short and neither delivered nor invoiced; %(kept)s stay ordered.",
            short=number_words(self.env, fact.short),
            unit=self.product_uom_id.name,
            kept=number_words(self.env, self.product_uom_id.round(self.product_uom_qty - fact.short)),
        )
        return Plan("cancel", fact.short, words)

    # ------------------------------------------------------------------ the set as a whole

    def _shortage_whole(self, plans, facts):
        """Where nothing would be left of an order, no goods and no service, the order is cancelled instead."""
        cancelled = {
            line
            for line, plan in plans.items()
            if plan.choice == "cancel"
            and not plan.problem
            and line.product_uom_id.compare(facts[line].short, line.product_uom_qty) >= 0
        }
        for order in self.browse().union(*cancelled).order_id:
            left = order.order_line.filtered(
                lambda line: not line.display_type and line.product_uom_qty and not line.is_delivery
            )
            if set(left) <= cancelled and not order._order_cancel_late():
                for line in left:
                    words = self.env._("The order is cancelled: nothing else of it is left.")
                    plans[line] = plans[line]._replace(words=words, whole=True)
        return plans

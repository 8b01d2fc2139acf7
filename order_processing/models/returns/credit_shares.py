"""What a credit note of returned goods gives or takes beside the goods: shares of discounts, freight, what is clawed back.

An invoice line that stands for the order as a whole goes back as far as the goods do: in proportion of their totals, summed
over all credit notes so far and rounded once, so that the parts add up whatever the split.
"""

import math

# shares of a cent by which a line over cents is moved, one after the other
STEPS = (1.0, 0.5, 1.0, 0.3, 0.7, 0.5)
GOODS, DISCOUNT, FREIGHT, OTHER = "goods", "discount", "freight", "other"


def price(item):
    """A line's whole price as it was entered (tax inside where its tax is), discount taken off."""
    return item.price_unit * (1 - item.discount / 100) * item.quantity


def kind(item):
    """What an invoice line stands for: goods and services, a discount, freight, or (a down payment) none of these."""
    lines = item.sale_line_ids
    if item.is_downpayment or any(lines.mapped("is_downpayment")):
        return OTHER
    if any(lines.mapped("is_delivery")):
        return FREIGHT
    return DISCOUNT if item.amount_currency > 0 else GOODS


def product_items(invoice):
    """The lines of an invoice that say what was sold."""
    return invoice.invoice_line_ids.filtered(lambda item: item.display_type == "product")


def bearers(discount, items):
    """The lines over which a discount is shared: those of its own taxes, else all that were sold."""
    sold = [item for item in items if kind(item) in (GOODS, FREIGHT) and item.amount_currency < 0]
    return [item for item in sold if item.tax_ids == discount.tax_ids] or sold


def discounted(invoice):
    """The share (0..1) of each line's total that the discounts on lines of their own leave: invoice line to it."""
    items = product_items(invoice)
    rest = dict.fromkeys(items, 1.0)
    for discount in items:
        if kind(discount) == DISCOUNT:
            borne = bearers(discount, items)
            total = sum(other.amount_currency for other in borne)
            for item in borne if total else ():
                rest[item] += discount.amount_currency / total
    return {item: max(share, 0.0) for item, share in rest.items()}


def sold_net(order):
    """As ``discounted``, of the lines of an order: what its discounts on lines of their own leave of each, line to share."""
    lines = order.order_line.filtered(lambda line: not line.display_type and not line.is_downpayment)
    worth = {line: line.price_subtotal for line in lines}
    # what came back was sold too, though it is no longer ordered
    for line, back in order.order_return_line_ids.grouped("order_line_id").items():
        quantity = line.product_uom_qty + sum(back.mapped("closed_qty"))
        price = line.price_unit * (1 - line.discount / 100)
        worth[line] = line.tax_ids.compute_all(price, line.currency_id, quantity, line.product_id)["total_excluded"]
    given = lines.filtered(lambda line: line.price_unit < 0 < line.product_uom_qty)
    sold = (lines - given).filtered(lambda line: worth[line] > 0)
    rest = dict.fromkeys(lines, 1.0)
    for discount in given:
        borne = sold.filtered(lambda line, discount=discount: line.tax_ids == discount.tax_ids) or sold
        total = sum(worth[line] for line in borne)
        for line in borne if total else ():
            rest[line] += discount.price_subtotal / total
    return {line: max(share, 0.0) for line, share in rest.items()}


class CreditShares:
    """The state of one invoice after one more draft credit note.

    :param credit: the draft ``account.move``
    :param given: invoice line to the credit lines over it so far, those of the draft included
    :param lefts: order to its ``OrderLeft``
    """

    def __init__(self, credit, given, lefts):
        self.credit, self.given, self.lefts = credit, given, lefts
        self.invoice = credit.reversed_entry_id
        self.items = product_items(self.invoice)
        self.currency = credit.currency_id
        self.rate = self.invoice.invoice_currency_rate or 1.0
        self.kinds = {item: kind(item) for item in self.items}
        self.policies = self._own_policies()
        self.clawing = self.policies.filtered("clawback")
        self.broken = any(
            left.breaks(policy.threshold_amount * left.rate)
            for left in lefts.values()
            for policy in self.clawing
            if policy.threshold_amount
        )
        self.parts = {item: self._own_part(item) for item in self.items}
        for item in self.items:
            if self.kinds[item] == DISCOUNT:
                self.parts[item] = self._discount_part(item)
        # when the last goods come back the rest of the invoice bears all that is left; a fee may take more than that
        ended = all(part == 1.0 for item, part in self.parts.items() if self.kinds[item] == GOODS)
        fees = credit.invoice_line_ids.filtered(lambda line: line.order_return_part == "fee")
        self.limited = bool(not ended or fees)
        self.claws = {item: self._claw(item) if self.clawing else 0.0 for item in self.items}

    def _own_policies(self):
        """The policies of what the draft gives back."""
        return self.credit.invoice_line_ids.order_return_line_id.policy_id

    def lines_of(self, item, *parts):
        """Credit lines over an invoice line that are of these parts (``order_return_part``)."""
        return self.given[item].filtered(lambda line: (line.order_return_part or "share") in parts)

    def _own_part(self, item):
        """The share of a line that has gone back so far."""
        if self.kinds[item] == FREIGHT:
            return self._freight_part(item)
        back = sum(self.given[item].filtered("order_return_line_id").mapped("quantity"))
        if not item.quantity or self.kinds[item] != GOODS:
            return 0.0
        if not item.product_uom_id.compare(back, item.quantity):
            return 1.0
        return min(back / item.quantity, 1.0)

    def _discount_part(self, discount):
        borne = bearers(discount, self.items)
        total = sum(item.amount_currency for item in borne)
        if self.broken or all(self.parts[item] == 1.0 for item in borne):
            return 1.0
        return sum(item.amount_currency * self.parts[item] for item in borne) / total if total else 0.0

    def _freight_part(self, item):
        """All of it, or the standard rate, where the whole order is withdrawn from; what went back stays back."""
        whole = abs(price(item))
        before = abs(sum(price(line) for line in self.lines_of(item, "share"))) / whole if whole else 0.0
        order = item.sale_line_ids.order_id[:1]
        if not whole or order not in self.lefts or not self.lefts[order].is_withdrawn:
            return min(before, 1.0)
        standard = max(self.policies.filtered("withdrawal").mapped("standard_freight"), default=0.0) * self.rate
        return max(before, min(standard / whole, 1.0) if standard else 1.0)

    def _claw(self, item):
        """What is taken back for what stays, because the rest no longer reaches what it was granted for."""
        order_line = item.sale_line_ids[:1]
        left = self.lefts.get(order_line.order_id)
        if not left or left.rest <= 0:
            return 0.0
        if self.kinds[item] == FREIGHT:
            carrier = left.order.carrier_id
            lost = left.breaks(carrier.amount) if carrier.free_over else self.broken
            granted = self.currency.is_zero(item.price_unit * (1 - item.discount / 100))
            standard = max(self.clawing.mapped("standard_freight"), default=0.0)
            return self.currency.round(standard * self.rate) if lost and granted else 0.0
        if self.kinds[item] != GOODS:
            return 0.0
        stays = item.quantity * (1 - self.parts[item])
        if item.discount >= 100:
            return self.currency.round(stays * item.price_unit) if self.broken else 0.0
        return self.currency.round(stays * left.dearer(order_line, item))

    # ------------------------------------------------------------------ lines

    def side_lines(self):
        """Values of the lines that the draft gets beside its goods; never more taken than the draft gives."""
        wanted = []
        for item in self.items:
            if self.kinds[item] in (DISCOUNT, FREIGHT):
                target = self.currency.round(price(item) * self.parts[item])
                wanted.append((item, "share", target - sum(map(price, self.lines_of(item, "share")))))
            wanted.append((item, "clawback", -self.claws[item] - sum(map(price, self._clawed(item)))))
        goods = [item for item in self.items if self.kinds[item] == GOODS]
        cents = sum(rest * self._with_tax(item) for item, (rest, _own) in self._rests(goods).items() if rest < 0)
        budget, values = self.credit.amount_total + cents, []
        # what is given first, so that it can bear what is taken
        for item, part, amount in sorted(wanted, key=lambda found: found[2] < 0):
            if amount < 0 and self.limited:
                amount = max(amount, -self._down(max(budget, 0.0) / self._with_tax(item)))
            amount = self.currency.round(amount)
            if part == "share":
                self._really(item, amount)
            if not self.currency.is_zero(amount):
                budget += amount * self._with_tax(item)
                values.append(self._line(item, part, amount))
        return values

    def _down(self, amount):
        """An amount above zero in whole cents, never more than it was."""
        unit = self.currency.rounding
        return math.floor(amount / unit + 1e-6) * unit

    @staticmethod
    def _with_tax(item):
        """What a price of 1 on the line comes to with its taxes."""
        found = item.tax_ids.compute_all(1000.0, item.currency_id, 1.0) if item.tax_ids else {}
        return max(found.get("total_included", 1000.0) / 1000.0, 1e-6)

    def _clawed(self, item):
        """Lines that took back or gave again; those over cents that were left bear no tax."""
        return self.lines_of(item, "clawback").filtered(lambda line: line.tax_ids == item.tax_ids)

    def _really(self, item, amount):
        """What the draft could not bear has not gone back yet."""
        given, whole = sum(map(price, self.lines_of(item, "share"))) + amount, price(item)
        if self.currency.compare_amounts(given, self.currency.round(whole * self.parts[item])):
            self.parts[item] = given / whole if whole else 0.0

    def _line(self, item, part, amount):
        env = self.credit.env
        first = (item.name or item.product_id.display_name or "").split("\n")[0]
        if part == "rounding":
            name = env._("Rounding of partial credits")
        elif part == "share":
            name = env._("%s, shared out over what comes back", first)
        elif amount > 0:
            name = env._("%s: given back what was charged before", first)
        else:
            name = env._("%s: what stays no longer reaches the condition it was granted for", first)
        return {
            "name": name,
            "display_type": "product",
            "product_id": item.product_id.id if part == "share" else False,
            "quantity": 1,
            "price_unit": amount,
            "discount": 0,
            "tax_ids": [(6, 0, [] if part == "rounding" else item.tax_ids.ids)],
            "account_id": item.account_id.id,
            "analytic_distribution": item.analytic_distribution,
            "order_credited_line_id": item.id,
            "order_return_part": part,
        }

    def wanted(self):
        """What the draft's lines over each invoice line are to come to, cents put right: at the end, or where it is more than
        a cent; empty where nothing is off.

        What was entered in the books counts, which for prices with tax inside may be a cent beside a line's own figure. No
        draft falls below nothing by it.
        """
        rests = self._rests(self.items)
        if not any(rest for rest, _own in rests.values()):
            return {}
        return {item: sum(own.mapped("amount_currency")) + rest for item, (rest, own) in rests.items()}

    def off(self, wanted):
        """By how much the draft's lines over each invoice line still miss ``wanted``."""
        draft, found = set(self.credit.invoice_line_ids), {}
        for item, amount in wanted.items():
            own = self.lines_of(item, "share", "rounding").filtered(lambda line: line in draft)
            rest = self.currency.round(amount - sum(own.mapped("amount_currency")))
            if rest:
                found[item] = rest
        return found

    def rounding_line(self, item, amount):
        """Values of the line over cents of an invoice line."""
        return self._line(item, "rounding", amount)

    def clawed_cents(self):
        """Values of lines over the cents that tax inside the price left between what was taken and what was given again."""
        values = []
        for item in self.items:
            if self.currency.is_zero(self.claws[item]):
                left = self.currency.round(-sum(self.lines_of(item, "clawback").mapped("amount_currency")))
                if left:
                    values.append({**self._line(item, "rounding", left), "order_return_part": "clawback"})
        return values

    def _rests(self, items):
        """Per invoice line that was given back of: by how much that is off, and its lines in the draft."""
        found, draft = {}, set(self.credit.invoice_line_ids)
        budget = self.credit.amount_total
        for item in sorted(items, key=lambda item: self.kinds[item] != GOODS):
            base = self.lines_of(item, "share", "rounding")
            if not base:
                continue
            own = base.filtered(lambda line: line in draft)
            rest = self._off(-item.amount_currency, self.parts[item], sum(base.mapped("amount_currency")))
            floor = sum(own.mapped("amount_currency")) if self.kinds[item] == GOODS else budget
            if self.limited or self.kinds[item] == GOODS:
                rest = self.currency.round(max(rest, min(-floor, 0.0)))
            budget += rest
            found[item] = rest, own
        return found

    def _off(self, whole, part, given):
        """By how much ``given`` is to be corrected to be ``part`` of ``whole``: 0 while it is within a cent below it."""
        exact = whole * part
        over = self.currency.compare_amounts(abs(given), abs(whole)) > 0
        if part == 1.0 or over or abs(given - exact) > self.currency.rounding * 1.000001:
            return self.currency.round(exact - given)
        return 0.0

    def tax_corrections(self):
        """Per tax of the invoice, what the draft's tax is to be corrected by: ``{account.tax: amount}``."""
        if any(self.claws.values()):
            return {}
        charged, given, found = by_tax(self.invoice), self._given_taxes(), {}
        for tax, amount in charged.items():
            bases = [item for item in self.items if tax in item.tax_ids.flatten_taxes_hierarchy()]
            if any(self.kinds[item] == OTHER for item in bases):
                continue
            total = sum(item.amount_currency for item in bases)
            back = sum(item.amount_currency * self.parts[item] for item in bases)
            ended = all(self.parts[item] == 1.0 for item in bases)
            part = 1.0 if ended else back / total if total else 0.0
            own = self._own_tax(tax)
            rest = self._off(-amount, part, given.get(tax, 0.0))
            if self.limited:
                rest = max(rest, min(-own, 0.0))
            if rest:
                found[tax] = rest
        return found

    def _own_tax(self, tax):
        """What the draft gives of a tax."""
        return sum(line.amount_currency for line in self.credit.line_ids if line.tax_line_id == tax)

    def _given_taxes(self):
        """Per tax, what all notes so far give of it for goods: ``{account.tax: amount}``."""
        moves = self.credit.union(*(lines.move_id for lines in self.given.values()))
        given = by_tax(moves)
        for tax, amount in of_fees(moves.invoice_line_ids).items():
            given[tax] = given.get(tax, 0.0) - amount
        return given


def by_tax(moves):
    """The tax of posted or draft documents: ``{account.tax: amount}``."""
    sums = {}
    for item in moves.line_ids.filtered("tax_line_id"):
        sums[item.tax_line_id] = sums.get(item.tax_line_id, 0.0) + item.amount_currency
    return sums


def of_fees(lines):
    """The taxes of document lines that are no part of an invoice, fees and bonuses above all: ``{account.tax: amount}``."""
    sums = {}
    for line in lines:
        if line.display_type != "product" or line.order_credited_line_id or not line.tax_ids:
            continue
        taxes = line.tax_ids.compute_all(
            line.price_unit, line.currency_id, line.quantity, line.product_id, line.partner_id, is_refund=True
        )
        for found in taxes["taxes"]:
            tax = line.tax_ids.browse(found["id"])
            sums[tax] = sums.get(tax, 0.0) + found["amount"]
    return sums

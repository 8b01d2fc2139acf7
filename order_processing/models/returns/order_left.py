"""What stays of an order: whether the rest still reaches what was granted for the whole."""

from collections import defaultdict

from .return_process import ARRIVED, OPEN
from .settlements import MONEY


class OrderLeft:
    """What stays of one order after all that came back for money.

    ``original`` and ``rest`` are values at the order's own prices, in its currency; freight and discounts are no part of them.

    :param order: the ``sale.order``
    :param credited: ``order.return.line`` that drafts give money for; of goods that are not in yet those count as returned
        that money was or is given for
    :param coming: new ``order.return.line`` that are no case yet, as if they had come back for money
    """

    def __init__(self, order, credited, coming=()):
        self.order = order
        by_line = defaultdict(list)
        for line in coming:
            if line.order_line_id.order_id == order:
                by_line[line.order_line_id.id].append(line)
        credited = set(credited)
        self.rate = order.currency_rate or 1.0
        self.quantities, self.original, self.rest, self.is_withdrawn = {}, 0.0, 0.0, True
        returned = order.order_line.order_return_line_ids.filtered(
            lambda line: (
                line.settlement in MONEY
                and (
                    line.return_id.state in ARRIVED
                    or (line.return_id.state in OPEN and (line.credited_qty > 0 or line in credited))
                )
            )
        )
        by_order_line = returned.grouped("order_line_id")
        for line in order.order_line:
            if line.display_type or line.is_downpayment or line.is_delivery or line.price_unit < 0:
                continue
            own = by_order_line.get(line, returned.browse())
            back = sum(own.mapped("quantity")) + sum(one.quantity for one in by_line.get(line.id, ()))
            original = line.product_uom_qty + sum(own.mapped("closed_qty"))
            rest = max(line.product_uom_id.round(original - back), 0.0)
            net = line.price_unit * (1 - line.discount / 100)
            self.quantities[line] = original, rest
            self.original += original * net
            self.rest += rest * net
            if line.product_id.type != "service" and rest:
                self.is_withdrawn = False
        returned = [*returned, *(one for own in by_line.values() for one in own)]
        self.is_withdrawn = bool(
            self.is_withdrawn
            and any(line.withdrawal for line in returned)
            and all(line.withdrawal or line.reason_id.fault != "customer" for line in returned)
        )

    def breaks(self, threshold):
        """Whether the order reached ``threshold`` (its currency) and what stays of it does not."""
        compare = self.order.currency_id.compare_amounts
        return compare(self.original, threshold) >= 0 and compare(self.rest, threshold) < 0

    def dearer(self, line, item):
        """By how much a unit of the invoice line would have cost more, had only what stays been ordered; 0 where the price
        was not the pricelist's own."""
        original, rest = self.quantities.get(line, (0.0, 0.0))
        if rest <= 0 or rest >= original:
            return 0.0

        def at(quantity):
            return self.order.pricelist_id._get_product_price(
                line.product_id,
                quantity,
                currency=self.order.currency_id,
                uom=line.product_uom_id,
                date=self.order.date_order,
            )

        paid, agreed = line.price_unit * (1 - line.discount / 100), at(original)
        if self.order.currency_id.compare_amounts(paid, agreed):
            return 0.0
        return max(at(rest) - agreed, 0.0) * item.product_uom_id.factor / line.product_uom_id.factor

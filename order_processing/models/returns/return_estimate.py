"""What a return is expected to give back, from the order alone: said before anything is asked for.

Price, line discount and tax of the order line, the share of discounts on lines of their own, less the restocking fee with its
tax. Freight and what is clawed back are found by the credit note itself.
"""


class ReturnEstimate:
    """The expected amounts of one order's lines, tax included, in the order's currency.

    :param order: the ``sale.order``
    """

    def __init__(self, order):
        self.order = order
        self.lines = order.order_line.filtered(
            lambda line: not line.display_type and not line.is_downpayment and not line.is_delivery
        )

    def amount(self, line, quantity, judged):
        """What ``quantity`` (the line's unit) of a line gives back by ``judged``, of ``ReturnTerms.judge``; rounded."""
        if not line.product_uom_qty:
            return 0.0
        share = quantity / line.product_uom_qty
        left = self._discounted(line)
        gross = line.price_total * share * left
        return self.order.currency_id.round(gross - self._fee(line, quantity, judged, left))

    def _discounted(self, line):
        """The share (0..1) of a line's total that discounts on lines of their own leave."""
        rest = 1.0
        for discount in self.lines:
            if discount.price_total >= 0:
                continue
            goods = self.lines.filtered(lambda other: other.price_total > 0)
            borne = goods.filtered(lambda other, taxes=discount.tax_ids: other.tax_ids == taxes) or goods
            total = sum(borne.mapped("price_subtotal"))
            if line in borne and total:
                rest += discount.price_subtotal / total
        return max(rest, 0.0)

    def _fee(self, line, quantity, judged, left):
        """The fee with its tax."""
        if not judged["fee_percent"] and not judged["fee_amount"]:
            return 0.0
        policy = line.env["order.return.policy"].browse(judged["policy_id"]).sudo()
        worth = line.price_subtotal * quantity / line.product_uom_qty * left
        rate = self.order.currency_rate or 1.0
        taxes = self._fee_taxes(policy, line)
        if taxes == line.tax_ids:
            # said in the price as it was entered: with the tax where the price has it inside
            tax = line.price_total / line.price_subtotal if line.price_subtotal else 1.0
            inside = bool(taxes) and all(taxes.mapped("price_include"))
            fee = worth * judged["fee_percent"] / 100 + judged["fee_amount"] * quantity * rate / (tax if inside else 1)
            return min(fee, worth) * tax
        fee = min(worth * judged["fee_percent"] / 100 + judged["fee_amount"] * quantity * rate, worth)
        return taxes.compute_all(fee, line.currency_id, handle_price_include=False)["total_included"]

    def _fee_taxes(self, policy, line):
        product = policy.fee_product_id.with_company(self.order.company_id)
        if not product:
            return line.tax_ids
        return self.order.fiscal_position_id.map_tax(product.taxes_id._filter_taxes_by_company(self.order.company_id))

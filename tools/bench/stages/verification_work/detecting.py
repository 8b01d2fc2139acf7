"""``verification.vs_sale_exception``."""

from .common import AllRules, Work

# each says what is wrong, as the peer's users write them; none of it is so in the sample
ORDER_DOMAINS = (
    "[('partner_shipping_id.street', '=', False)]",
    "[('partner_shipping_id.city', '=', False)]",
    "[('partner_shipping_id.zip', '=', False)]",
    "[('partner_shipping_id.country_id', '=', False)]",
    "[('partner_id.email', '=', False), ('partner_id.phone', '=', False)]",
    "[('partner_id.active', '=', False)]",
    "[('carrier_id', '=', False)]",
    "[('commitment_date', '<', '2020-01-01')]",
    "[('amount_total', '>', 1000000)]",
    "[('amount_total', '<=', 0)]",
)
LINE_DOMAINS = (
    "[('product_uom_qty', '<=', 0)]",
    "[('price_unit', '<=', 0)]",
    "[('discount', '>', 20)]",
    "[('product_id.active', '=', False)]",
    "[('product_id.sale_ok', '=', False)]",
    "[('tax_ids', '=', False)]",
    "[('product_uom_qty', '>', 10000)]",
    "[('product_id.weight', '<=', 0)]",
    "[('product_uom_id', '=', False)]",
    "[('product_id.list_price', '<=', 0)]",
)


class Ours(AllRules):
    """Judge and write nothing."""

    def act(self, orders):
        """The call."""
        orders._verification_evaluate()


class Theirs(Work):
    """The peer with 20 rules of its own kind that is fastest, those by domain."""

    def prepare(self):
        """Masters, orders and rules in place of those that the peer brings."""
        super().prepare()
        rules = self.session.root["exception.rule"]
        rules.search([]).write({"active": False})
        rules.create(
            [
                {
                    "name": f"Test rule {place}",
                    "model": model,
                    "exception_type": "by_domain",
                    "domain": domain,
                }
                for model, domains in (("sale.order", ORDER_DOMAINS), ("sale.order.line", LINE_DOMAINS))
                for place, domain in enumerate(domains)
            ]
        )
        self.session.commit()
        return {}

    def act(self, orders):
        """The call."""
        if orders.detect_exceptions():
            raise AssertionError("the peer's rules find something in the sample: both sides must judge clean orders")

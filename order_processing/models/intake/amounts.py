"""Charges of submitted orders, and prices that contain the tax: what is sent becomes lines whose total is what was sent."""

from odoo.fields import Command

from . import reading

COMPANY_PRODUCTS = {"delivery": "order_delivery_product_id", "fee": "order_fee_product_id"}


class Amounts:
    """Works on parcels whose customers stand, just before their orders are created, and once after."""

    def __init__(self, env, company):
        self.env = env
        self.company = company
        self.positions = {}
        self.newcomers = {}

    def fill(self, parcels):
        """Add the charges that are lines of their own, and turn prices into what Odoo's taxes mean by a price."""
        for parcel in parcels:
            lines = [dict(values) for _place, values in parcel.line_values]
            lines += [
                self._charge(parcel, place, charge)
                for place, charge in charges(parcel.payload)
                if charge["type"] in COMPANY_PRODUCTS
            ]
            for values in lines:
                if "price_unit" in values:
                    product = self.env["product.product"].browse(values["product_id"])
                    values["price_unit"] = self.native_price(parcel, values["price_unit"], product)
            parcel.values["order_line"] = [Command.create(values) for values in lines]

    def discount(self, parcels):
        """Take discounts on the whole order off, in proportion to what its lines of each tax are worth."""
        rows = []
        for parcel in parcels:
            for place, charge in charges(parcel.payload):
                if charge["type"] == "discount":
                    rows += self._discount(parcel, place, charge)
        if rows:
            self.env["sale.order.line"].create(rows)

    # ------------------------------------------------------------------ prices

    def native_price(self, parcel, price, product):
        """A price that was sent for ``product``, as Odoo means the price of its line."""
        return self._native(parcel, price, self._taxes(parcel, product), product) if self._stated(parcel) else price

    def pricelist_price(self, parcel, price, product):
        """A price of the pricelist, as core puts it on a line of this customer: moved to the taxes of its fiscal position."""
        taxes = product.taxes_id._filter_taxes_by_company(self.company)
        position = self.position(parcel)
        return product._get_tax_included_unit_price_from_price(price, product_taxes=taxes, fiscal_position=position)

    # ------------------------------------------------------------------ charges

    def _charge(self, parcel, place, charge):
        carrier = self.env["delivery.carrier"].browse(parcel.values.get("carrier_id") or [])
        delivery = charge["type"] == "delivery"
        product = carrier.product_id if delivery and carrier else self.company._order_charge_product(charge["type"])
        return {
            "product_id": product.id,
            "product_uom_qty": 1.0,
            "price_unit": reading.number(charge["amount"]),
            "order_sender_charge": place + 1,
            "is_delivery": delivery,
            **({"name": charge["label"].strip()} if reading.present(charge.get("label")) else {}),
        }

    def _discount(self, parcel, place, charge):
        order = parcel.order
        included = parcel.payload.get("prices_include_tax") is True
        worth = {}
        for line in order.order_line.filtered(lambda line: not line.display_type and not line.order_sender_charge):
            worth[line.tax_ids] = worth.get(line.tax_ids, 0.0) + (line.price_total if included else line.price_subtotal)
        worth = {taxes: value for taxes, value in worth.items() if value > 0} or {self.env["account.tax"]: 1.0}
        amount, whole = reading.number(charge["amount"]), sum(worth.values())
        left = amount
        product = self.company._order_charge_product("discount")
        for position, (taxes, value) in enumerate(worth.items(), 1):
            # the last takes what rounding left, so that the shares sum to the discount
            share = left if position == len(worth) else order.currency_id.round(amount * value / whole)
            left -= share
            price = self._native(parcel, -share, taxes, product) if self._stated(parcel) else -share
            yield {
                "order_id": order.id,
                "product_id": product.id,
                "product_uom_qty": 1.0,
                "price_unit": price,
                "tax_ids": [Command.set(taxes.ids)],
                "order_sender_charge": place + 1,
                "sequence": 999,
                **({"name": charge["label"].strip()} if reading.present(charge.get("label")) else {}),
            }

    # ------------------------------------------------------------------ tax

    @staticmethod
    def _stated(parcel):
        return isinstance(parcel.payload.get("prices_include_tax"), bool)

    def _taxes(self, parcel, product):
        """The taxes that core will put on a line of ``product``."""
        taxes = product.taxes_id._filter_taxes_by_company(self.company)
        return self.position(parcel).map_tax(taxes)

    def position(self, parcel):
        """The fiscal position that core will put on the order."""
        partner = self._party(parcel, "partner_id")
        ship_to = self._party(parcel, "partner_shipping_id") or (
            partner.browse(partner.address_get(["delivery"])["delivery"]) if partner.id else partner
        )
        if (partner, ship_to) not in self.positions:
            positions = self.env["account.fiscal.position"].with_company(self.company)
            self.positions[partner, ship_to] = positions._get_fiscal_position(partner, ship_to)
        return self.positions[partner, ship_to]

    def _party(self, parcel, field):
        """The partner in ``field`` of the order; one that is yet to be made stands in memory."""
        partners = self.env["res.partner"].with_company(self.company)
        if parcel.values.get(field):
            return partners.browse(parcel.values[field])
        new = next((new for new in parcel.new_partners if new.field == field), None)
        if new and new not in self.newcomers:
            self.newcomers[new] = partners.new({key: value for key, value in new.values.items() if key != "parent_id"})
        return self.newcomers[new] if new else partners

    def _native(self, parcel, price, taxes, product):
        """``price`` as these taxes understand it: with those of them that are included in prices, without the others."""
        details = taxes._get_tax_details(
            price,
            1.0,
            rounding_method="round_globally",
            product=product,
            special_mode="total_included" if parcel.payload["prices_include_tax"] else "total_excluded",
        )
        inside = sum(data["tax_amount"] for data in details["taxes_data"] if data["tax"].price_include)
        # noise of binary fractions is no price
        return round(details["total_excluded"] + inside, 8)


def charges(payload):
    """``(place, charge)`` of the charges that are well formed."""
    found = payload.get("charges") if isinstance(payload, dict) else None
    return [
        (place, charge)
        for place, charge in enumerate(found if isinstance(found, list) else [])
        if isinstance(charge, dict) and reading.number(charge.get("amount")) is not None
    ]

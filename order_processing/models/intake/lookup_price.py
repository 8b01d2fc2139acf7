"""Prices that are sent beside those of the pricelist, for senders whose profile refuses what is too far off."""

from ..common.number_words import share_words
from . import reading
from .amounts import Amounts


class PriceLookup:
    """Asks core once for each distinct pricelist, day, quantity and unit; nothing where the profile refuses no price."""

    def __init__(self, env, company, settings):
        self.env = env
        self.company = company
        self.settings = settings
        self.prices = {}
        self.by_country = {}
        self.amounts = Amounts(env, company)

    def check(self, parcels, customers):
        """Add an error for each price beyond the tolerance.

        :param parcels: with their values for ``sale.order.create``
        :param customers: dict of parcel to its customer
        """
        if self.settings.price_beyond != "refuse":
            return
        asked = [row for parcel in parcels if customers.get(parcel) for row in self._rows(parcel, customers[parcel])]
        self._ask([key for _parcel, _place, _values, key in asked])
        for parcel, place, values, key in asked:
            self._judge(parcel, place, values, key)

    def _rows(self, parcel, customer):
        """``(parcel, place, values of the line, what determines its price)`` for lines with a price."""
        pricelist_id = parcel.values.get("pricelist_id") or self._pricelist(customer).id
        when = parcel.values.get("date_order") or self.env.cr.now()
        for place, values in parcel.line_values:
            if "price_unit" in values:
                product = self.env["product.product"].browse(values["product_id"])
                unit_id = values.get("product_uom_id") or product.uom_id.id
                yield parcel, place, values, (pricelist_id, when, values["product_uom_qty"], unit_id, product.id)

    def _pricelist(self, customer):
        """The customer's, or for one that is yet to be made its country's."""
        if customer.id:
            return customer.with_company(self.company).property_product_pricelist
        country_id = customer.values.get("country_id", False)
        if country_id not in self.by_country:
            newcomer = self.env["res.partner"].with_company(self.company).new({"country_id": country_id})
            self.by_country[country_id] = newcomer.property_product_pricelist
        return self.by_country[country_id]

    def _ask(self, keys):
        groups = {}
        for *rest, product_id in set(keys):
            groups.setdefault(tuple(rest), set()).add(product_id)
        for (pricelist_id, when, quantity, unit_id), product_ids in groups.items():
            pricelist = self.env["product.pricelist"].browse(pricelist_id or [])
            found = pricelist._get_products_price(
                self.env["product.product"].browse(sorted(product_ids)),
                quantity,
                currency=pricelist.currency_id or self.company.currency_id,
                uom=self.env["uom.uom"].browse(unit_id),
                date=when,
            )
            for product_id, price in found.items():
                self.prices[pricelist_id, when, quantity, unit_id, product_id] = price

    def _judge(self, parcel, place, values, key):
        expected, sent = self.prices[key], values["price_unit"]
        stated = isinstance(parcel.payload.get("prices_include_tax"), bool)
        meant, factor = sent, 1.0
        if stated:
            # compared as Odoo means a price; told as the sender means it
            product = self.env["product.product"].browse(values["product_id"])
            expected = self.amounts.pricelist_price(parcel, expected, product)
            meant = self.amounts.native_price(parcel, sent, product)
            factor = sent / meant if meant else 1.0
        less = 1 - values.get("discount", 0.0) / 100
        digits = self.env["decimal.precision"].precision_get("Product Price")
        if round(abs(meant * less - expected) - abs(expected) * self.settings.price_tolerance / 100, digits) <= 0:
            return
        words = self.env._(
            "The pricelist says %(expected)s, and this sender may differ by %(tolerance)s.",
            expected=f"{expected * factor:.{digits}f}",
            tolerance=share_words(self.env, self.settings.price_tolerance),
        )
        parcel.errors.append(reading.error(f"lines[{place}].price", "price_off", f"{sent * less:.{digits}f}", words))

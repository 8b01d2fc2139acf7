"""Finding what a submitted order names: one query per kind of thing for the whole set, nothing written."""

from odoo.tools import plaintext2html

from . import reading
from .lookup_partner import PartnerLookup
from .lookup_price import PriceLookup
from .lookup_product import Found, ProductLookup
from .sale_order import PAYMENT
from .sale_order_line import sent_price_of


class Lookup:
    """Resolves parcels of one company; ``env`` is privileged, the company's own records are what counts."""

    def __init__(self, env, company, settings):
        self.env = env
        self.company = company
        self.settings = settings
        self.partners = PartnerLookup(env, company, settings)
        self.products = ProductLookup(env, company, settings.item_code)

    def resolve(self, parcels):
        """Fill ``values`` of each parcel for ``sale.order.create``, or add to its ``errors``."""
        good = [parcel for parcel in parcels if isinstance(parcel.payload, dict)]
        if not good:
            return
        self.partners.find(good)
        self._find_named(good)
        customers = {parcel: self._fill_head(parcel) for parcel in good}
        # what a customer calls a product is asked once the customer is known
        self.products.find(
            {(code, customers[parcel]) for parcel in good for _place, line in parcel.lines if (code := _code(line))}
        )
        for parcel in good:
            lines = [(place, self._line(parcel, place, line, customers[parcel])) for place, line in parcel.lines]
            parcel.line_values = [(place, values) for place, values in lines if values]
        PriceLookup(self.env, self.company, self.settings).check(good, customers)
        for parcel in good:
            parcel.errors = reading.sort_errors(parcel.errors)

    # ------------------------------------------------------------------ queries

    def _find_named(self, parcels):
        self.named = {}
        for key, _field, _code_of_error, model in NAMED:
            names = {str(parcel.payload[key]) for parcel in parcels if reading.present(parcel.payload.get(key))}
            self.named[key] = {}
            if not names:
                continue
            domain = [("name", "in", list(names)), ("company_id", "in", [False, self.company.id])]
            for record in self.env[model].search(domain):
                self.named[key].setdefault(record.name, []).append(record)
        self.units = {}
        if any(reading.present(line.get("unit")) for parcel in parcels for _place, line in parcel.lines):
            for unit in self.env["uom.uom"].search([]):
                self.units.setdefault(unit.name.casefold(), []).append(unit)

    # ------------------------------------------------------------------ one parcel

    def _fill_head(self, parcel):
        """Values of the order without its lines; answers its customer, as ``PartnerLookup.fill``."""
        payload = parcel.payload
        values = {
            "company_id": self.company.id,
            "client_order_ref": parcel.customer_reference,
            "origin": parcel.reference,
            "intake_id": parcel.envelope.id,
        }
        customer = self.partners.fill(parcel, values)
        pricelist = None
        for key, field, code, _model in NAMED:
            if not reading.present(payload.get(key)):
                continue
            found = self.named[key].get(str(payload[key]), [])
            if len(found) == 1:
                values[field] = found[0].id
                pricelist = found[0] if key == "pricelist" else pricelist
            else:
                parcel.errors.append(reading.error(key, "ambiguous" if found else code, payload[key]))
        if parcel.ordered_at:
            values.update(date_order=reading.utc(self.company, parcel.ordered_at), order_dated=True)
        wished = reading.day(payload.get("wished_date"))
        if wished:
            values["commitment_date"] = reading.utc(self.company, wished)
        if reading.present(payload.get("note")):
            values["note"] = plaintext2html(str(payload["note"]))
        if reading.number(payload.get("total")) is not None:
            values["order_stated_total"] = reading.number(payload["total"])
        payment = payload.get("payment")
        for key, field in PAYMENT.items() if isinstance(payment, dict) else ():
            if reading.present(payment.get(key)):
                values[field] = reading.number(payment[key]) if key == "amount" else str(payment[key]).strip()
        self._check_currency(parcel, customer, pricelist)
        parcel.values = values
        return customer

    def _check_currency(self, parcel, customer, pricelist):
        currency = parcel.payload.get("currency")
        # without a customer nobody knows the pricelist
        if not reading.present(currency) or not (customer or pricelist):
            return
        if not pricelist and customer.id:
            pricelist = customer.with_company(self.company).property_product_pricelist
        expected = (pricelist.currency_id if pricelist else self.company.currency_id).name
        if currency != expected:
            words = self.env._("The order would be in %s.", expected)
            parcel.errors.append(reading.error("currency", "bad_currency", currency, words))

    def _line(self, parcel, place, line, customer):
        """Values of one order line, ``None`` where its product is not found."""
        path = f"lines[{place}]"
        picked = parcel.chosen.products.get(place)
        found = [Found(picked, None, "")] if picked else self.products.candidates(_code(line), customer)
        if len(found) != 1:
            # an empty code is an error of form, said already
            if _code(line):
                code = "ambiguous" if found else "unknown_product"
                words = self.products.explain(_code(line), found)
                parcel.errors.append(reading.error(f"{path}.product", code, line["product"], words))
            return None
        product = found[0].product
        quantity = reading.number(line.get("quantity")) or 0.0
        if quantity > 0 and product.uom_id.is_zero(quantity):
            words = self.env._("The quantity is rounded to zero.")
            parcel.errors.append(reading.error(f"{path}.quantity", "bad_quantity", line["quantity"], words))
        values = {
            "product_id": product.id,
            "product_uom_qty": quantity,
            "order_sender_line": reading.mark(place, line),
        }
        unit = self._unit(parcel, path, line, found[0])
        if unit:
            values["product_uom_id"] = unit.id
        if reading.present(line.get("price")):
            # net of what the sender takes off, not of what our pricelist would
            values |= {
                "price_unit": reading.number(line["price"]) or 0.0,
                "discount": 0.0,
                "technical_price_unit": sent_price_of(product.id),
            }
        if reading.present(line.get("discount")):
            values["discount"] = reading.number(line["discount"]) or 0.0
        if reading.present(line.get("note")):
            values["name"] = f"{product.display_name}\n{line['note']}"
        return values

    def _unit(self, parcel, path, line, found):
        """The unit that is sent, else that of the code, else the profile's; ``None`` for the product's own or an error."""
        own = found.product.uom_id
        if reading.present(line.get("unit")):
            named = self.units.get(str(line["unit"]).casefold(), [])
            units = [unit for unit in named if unit._has_common_reference(own)]
            if len(units) == 1:
                return units[0]
            code = "ambiguous" if units else "unknown_unit"
            parcel.errors.append(reading.error(f"{path}.unit", code, line["unit"]))
            return None
        if found.unit:
            return found.unit
        if self.settings.blank_unit == "refuse":
            words = self.env._("The unit is missing: this sender must name one on every line.")
            parcel.errors.append(reading.error(f"{path}.unit", "unknown_unit", line.get("unit"), words))
        elif self.settings.blank_unit == "fixed":
            unit = self.settings.unit
            if unit._has_common_reference(own):
                return unit
            words = self.env._(
                "The unit is missing: this sender means %(unit)s then, and the product is sold by %(own)s.",
                unit=unit.name,
                own=own.name,
            )
            parcel.errors.append(reading.error(f"{path}.unit", "unknown_unit", line.get("unit"), words))
        return None


# key of the contract, field of the order, code when there is none, model
NAMED = (
    ("carrier", "carrier_id", "unknown_carrier", "delivery.carrier"),
    ("terms", "payment_term_id", "unknown_terms", "account.payment.term"),
    ("pricelist", "pricelist_id", "unknown_pricelist", "product.pricelist"),
)


def _code(line):
    return str(line["product"]).strip() if reading.present(line.get("product")) else ""

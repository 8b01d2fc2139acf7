"""Finding what a submitted order names: one query per kind of thing for the whole set, nothing written."""

from odoo.fields import Command
from odoo.tools import SQL, plaintext2html

from . import reading
from .lookup_partner import PartnerLookup
from .sale_order_line import SENT_PRICE


class Lookup:
    """Resolves parcels of one company; ``env`` is privileged, the company's own records are what counts."""

    def __init__(self, env, company):
        self.env = env
        self.company = company
        self.partners = PartnerLookup(env, company)

    def resolve(self, parcels):
        """Fill ``values`` of each parcel for ``sale.order.create``, or add to its ``errors``."""
        good = [parcel for parcel in parcels if isinstance(parcel.payload, dict)]
        if not good:
            return
        self._find_products(good)
        self.partners.find(good)
        self._find_named(good)
        for parcel in good:
            self._fill(parcel)
            parcel.errors = reading.sort_errors(parcel.errors)

    # ------------------------------------------------------------------ queries

    def _find_products(self, parcels):
        """Fill ``products``: code as sent to the products that have it, by internal reference, barcode, then any case."""
        codes = {_code(line) for parcel in parcels for _place, line in parcel.lines} - {""}
        self.products = {}
        if not codes:
            return
        by_reference, by_barcode, by_case = {}, {}, {}
        wanted = list(codes)
        for product in self._own_products(["|", ("default_code", "in", wanted), ("barcode", "in", wanted)]):
            by_reference.setdefault(product.default_code, []).append(product)
            by_barcode.setdefault(product.barcode, []).append(product)
        left = [code.lower() for code in codes if code not in by_reference and code not in by_barcode]
        if left:
            # its index is that of product_product.py
            self.env.cr.execute(SQL("SELECT id FROM product_product WHERE lower(default_code) = ANY(%s)", left))
            ids = [row[0] for row in self.env.cr.fetchall()]
            for product in self._own_products([("id", "in", ids)]) if ids else ():
                by_case.setdefault(product.default_code.lower(), []).append(product)
        for code in codes:
            found = by_reference.get(code) or by_barcode.get(code) or by_case.get(code.lower()) or []
            # an archived product is found too, if no other is: that it may not be sold is verification's to say
            self.products[code] = [product for product in found if product.active] or found

    def _own_products(self, domain):
        domain = [*domain, ("company_id", "in", [False, self.company.id])]
        return self.env["product.product"].with_context(active_test=False).search(domain)

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

    def _fill(self, parcel):
        payload = parcel.payload
        values = {
            "company_id": self.company.id,
            "client_order_ref": parcel.reference,
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
        self._check_currency(parcel, customer, pricelist)
        lines = [self._line(parcel, place, line) for place, line in parcel.lines]
        values["order_line"] = [Command.create(line) for line in lines if line]
        parcel.values = values

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

    def _line(self, parcel, place, line):
        """Values of one order line, ``None`` where its product is not found."""
        path = f"lines[{place}]"
        found = self.products.get(_code(line), [])
        if len(found) != 1:
            # an empty code is an error of form, said already
            if _code(line):
                code = "ambiguous" if found else "unknown_product"
                parcel.errors.append(reading.error(f"{path}.product", code, line["product"]))
            return None
        product = found[0]
        quantity = reading.number(line.get("quantity")) or 0.0
        if quantity > 0 and product.uom_id.is_zero(quantity):
            words = self.env._("The quantity is rounded to zero.")
            parcel.errors.append(reading.error(f"{path}.quantity", "bad_quantity", line["quantity"], words))
        values = {
            "product_id": product.id,
            "product_uom_qty": quantity,
            "order_sender_line": reading.mark(place, line),
        }
        if reading.present(line.get("unit")):
            units = [
                unit
                for unit in self.units.get(str(line["unit"]).casefold(), [])
                if unit._has_common_reference(product.uom_id)
            ]
            if len(units) == 1:
                values["product_uom_id"] = units[0].id
            else:
                code = "ambiguous" if units else "unknown_unit"
                parcel.errors.append(reading.error(f"{path}.unit", code, line["unit"]))
        if reading.present(line.get("price")):
            # net of what the sender takes off, not of what our pricelist would
            values |= {
                "price_unit": reading.number(line["price"]) or 0.0,
                "discount": 0.0,
                "technical_price_unit": SENT_PRICE,
            }
        if reading.present(line.get("discount")):
            values["discount"] = reading.number(line["discount"]) or 0.0
        if reading.present(line.get("note")):
            values["name"] = f"{product.display_name}\n{line['note']}"
        return values


# key of the contract, field of the order, code when there is none, model
NAMED = (
    ("carrier", "carrier_id", "unknown_carrier", "delivery.carrier"),
    ("terms", "payment_term_id", "unknown_terms", "account.payment.term"),
    ("pricelist", "pricelist_id", "unknown_pricelist", "product.pricelist"),
)


def _code(line):
    return str(line["product"]).strip() if reading.present(line.get("product")) else ""

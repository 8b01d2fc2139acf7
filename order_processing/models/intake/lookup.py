"""Finding what a submitted order names: one query per kind of thing for the whole set."""

from odoo.fields import Command

from . import reading


class Lookup:
    """Resolves parcels of one company; ``env`` is privileged, the company's own records are what counts."""

    def __init__(self, env, company):
        self.env = env
        self.company = company

    def resolve(self, parcels):
        """Fill ``values`` of each parcel for ``sale.order.create``, or add to its ``errors``."""
        good = [parcel for parcel in parcels if isinstance(parcel.payload, dict)]
        self._find_products(good)
        self._find_partners(good)
        self._find_named(good)
        for parcel in good:
            self._fill(parcel)
            parcel.errors = reading.sort_errors(parcel.errors)

    # ------------------------------------------------------------------ queries

    def _own(self, model, domain, **options):
        domain = [*domain, ("company_id", "in", [False, self.company.id])]
        return self.env[model].with_context(active_test=options.pop("active", True)).search(domain, **options)

    def _find_products(self, parcels):
        codes = {str(line["product"]).strip() for parcel in parcels for line in parcel.lines if line.get("product")}
        self.products = {}
        if not codes:
            return
        # an archived product is found too: that it may not be sold is verification's to say
        found = self._own(
            "product.product",
            ["|", ("default_code", "in", list(codes)), ("barcode", "in", list(codes))],
            active=False,
        )
        left = {code for code in codes if not any(code in (p.default_code, p.barcode) for p in found)}
        if left:
            found |= self._own(
                "product.product",
                [("default_code", "in", [*map(str.upper, left), *map(str.lower, left)])],
                active=False,
            )
        for product in found.sorted("active"):
            for code in filter(None, (product.default_code, product.barcode)):
                self.products.setdefault(code, product)
                if product.active:
                    self.products[code] = product
        for code in left:
            for variant in (code.upper(), code.lower()):
                if variant in self.products:
                    self.products[code] = self.products[variant]

    def _find_partners(self, parcels):
        keys = {
            key
            for parcel in parcels
            for role in ("customer", "ship_to", "invoice_to")
            for key in self._partner_keys(parcel.payload.get(role))
        }
        self.partners = {}
        if not keys:
            return
        wanted = list(keys)
        lower = [key.lower() for key in wanted]
        partners = self._own(
            "res.partner",
            ["|", "|", ("ref", "in", wanted), ("email_normalized", "in", lower), ("vat", "in", wanted)],
        )
        for partner in partners:
            for key in filter(None, (partner.ref, partner.email_normalized, partner.vat)):
                self.partners.setdefault(key, set()).add(partner.id)

    @staticmethod
    def _partner_keys(value):
        if isinstance(value, str):
            return [value.strip()] if value.strip() else []
        if isinstance(value, dict):
            return [str(value[name]).strip() for name in ("reference", "email", "vat") if value.get(name)]
        return []

    def _find_named(self, parcels):
        self.named = {}
        for key, model in (("carrier", "delivery.carrier"), ("terms", "account.payment.term")):
            names = {str(parcel.payload[key]) for parcel in parcels if reading.present(parcel.payload.get(key))}
            self.named[key] = (
                {record.name: record for record in self._own(model, [("name", "in", list(names))])} if names else {}
            )
        units = {str(line["unit"]) for parcel in parcels for line in parcel.lines if reading.present(line.get("unit"))}
        self.units = (
            {unit.name: unit for unit in self.env["uom.uom"].search([("name", "in", list(units))])} if units else {}
        )
        countries = {
            str(value.get("country", "")).upper()
            for parcel in parcels
            for role in ("customer", "ship_to", "invoice_to")
            if isinstance(value := parcel.payload.get(role), dict)
        } - {""}
        found = (
            self.env["res.country"].search([("code", "in", list(countries))]) if countries else self.env["res.country"]
        )
        self.countries = {country.code: country for country in found}

    # ------------------------------------------------------------------ one parcel

    def _fill(self, parcel):
        payload = parcel.payload
        partner = self._partner(parcel, "customer")
        values = {
            "company_id": self.company.id,
            "partner_id": partner.id if partner else False,
            "client_order_ref": parcel.reference,
            "origin": parcel.reference,
        }
        for role, name in (("ship_to", "partner_shipping_id"), ("invoice_to", "partner_invoice_id")):
            if reading.present(payload.get(role)):
                other = self._partner(parcel, role, parent=partner)
                values[name] = other.id if other else False
        for key, name, code in (
            ("carrier", "carrier_id", "unknown_carrier"),
            ("terms", "payment_term_id", "unknown_terms"),
        ):
            if reading.present(payload.get(key)):
                record = self.named[key].get(str(payload[key]))
                if record:
                    values[name] = record.id
                else:
                    parcel.errors.append(reading.error(key, code, payload[key]))
        if parcel.ordered_at:
            values.update(date_order=parcel.ordered_at, order_dated=True)
        if reading.present(payload.get("wished_date")) and reading.day(payload["wished_date"]):
            values["commitment_date"] = reading.day(payload["wished_date"])
        if reading.present(payload.get("note")):
            values["note"] = str(payload["note"])
        if reading.present(payload.get("total")):
            values["order_stated_total"] = reading.number(payload["total"])
        self._check_currency(parcel, partner)
        values["order_line"] = [
            Command.create(line)
            for line in (self._line(parcel, position, line) for position, line in enumerate(parcel.lines))
            if line
        ]
        parcel.values = values

    def _check_currency(self, parcel, partner):
        currency = parcel.payload.get("currency")
        if not reading.present(currency):
            return
        pricelist = partner.with_company(self.company).property_product_pricelist if partner else None
        expected = (pricelist.currency_id if pricelist else self.company.currency_id).name
        if currency != expected:
            words = self.env._("The order would be in %s.", expected)
            parcel.errors.append(reading.error("currency", "bad_currency", currency, words))

    def _line(self, parcel, position, line):
        path = f"lines[{position}]"
        product = self.products.get(str(line.get("product", "")).strip())
        if not product:
            if line.get("product"):
                parcel.errors.append(reading.error(f"{path}.product", "unknown_product", line["product"]))
            return None
        values = {"product_id": product.id, "product_uom_qty": reading.number(line.get("quantity")) or 0.0}
        if reading.present(line.get("unit")):
            unit = self.units.get(str(line["unit"]))
            if not unit or not unit._has_common_reference(product.uom_id):
                parcel.errors.append(reading.error(f"{path}.unit", "unknown_unit", line["unit"]))
            else:
                values["product_uom_id"] = unit.id
        if reading.present(line.get("price")):
            values["price_unit"] = reading.number(line["price"]) or 0.0
        if reading.present(line.get("discount")):
            values["discount"] = reading.number(line["discount"]) or 0.0
        if reading.present(line.get("note")):
            values["name"] = f"{product.display_name}\n{line['note']}"
        return values

    def _partner(self, parcel, role, parent=None):
        """The partner that ``role`` names, made from an address given in full if need be; ``None`` with an error."""
        value = parcel.payload.get(role)
        if not reading.present(value):
            return None
        found = set()
        for key in self._partner_keys(value):
            found = self.partners.get(key) or self.partners.get(key.lower()) or set()
            if found:
                break
        if parent and len(found) > 1:
            own = (
                self.env["res.partner"]
                .browse(found)
                .filtered(lambda partner: partner.commercial_partner_id == parent.commercial_partner_id)
            )
            found = set(own.ids) or found
        if len(found) > 1:
            parcel.errors.append(reading.error(role, "ambiguous", value))
            return None
        if found:
            return self.env["res.partner"].browse(found)
        if isinstance(value, dict) and value.get("name"):
            return None if parcel.errors else self._new_partner(value, role, parent)
        parcel.errors.append(reading.error(role, "unknown_customer", value))
        return None

    def _new_partner(self, value, role, parent):
        """The customer made of an address given in full, once for each of its keys."""
        keys = [f"{parent.id if parent else 0}:{key.lower()}" for key in self._partner_keys(value)]
        # an address without reference, e-mail or VAT number is itself
        keys = keys or [f"{parent.id if parent else 0}:{reading.canonical(value)}"]
        party = self.env["order.intake.party"]
        known = party._claim(self.company, keys)
        if known:
            return known
        country = self.countries.get(str(value.get("country", "")).upper())
        values = {
            name: str(value[name])
            for name in ("name", "email", "phone", "street", "street2", "city", "zip", "vat")
            if value.get(name)
        }
        values.update(ref=value.get("reference") or False, country_id=country.id if country else False)
        if value.get("state") and country:
            state = country.state_ids.filtered(lambda found: value["state"] in (found.code, found.name))[:1]
            values["state_id"] = state.id
        if parent:
            values.update(parent_id=parent.id, type="delivery" if role == "ship_to" else "invoice")
        partner = self.env["res.partner"].create(values)
        party._fill(self.company, keys, partner)
        for key in self._partner_keys(value):
            self.partners.setdefault(key, set()).add(partner.id)
        return partner

"""Customers and addresses of submitted orders: found by reference, e-mail or VAT number, or by their address in full."""

from . import reading

ROLES = (("customer", "partner_id"), ("ship_to", "partner_shipping_id"), ("invoice_to", "partner_invoice_id"))
KEYS = ("reference", "email", "vat")
PLACE = ("name", "street", "street2", "city", "zip")


class NewPartner:
    """An address that is made when its order is entered, not before: a rejected order leaves nothing behind.

    Attributes: ``field`` of the order, ``values`` for ``res.partner.create``; ``id`` is False, as of any new record.
    """

    id = False

    def __init__(self, field, values, sent_keys):
        self.field = field
        self.values = values
        self.sent_keys = sent_keys

    def keys(self, values):
        """Under which it is made once: a customer under what identifies it, an address under all of its content."""
        if self.field == "partner_id" and self.sent_keys:
            return [f"0:{key.lower()}" for key in self.sent_keys]
        return [f"{values.get('parent_id', 0)}:{reading.canonical(values)}"]


class PartnerLookup:
    """One query for the keys of a set and one for the names of its addresses."""

    def __init__(self, env, company, settings):
        self.env = env
        self.company = company
        self.settings = settings
        self.by_key = {}
        self.by_name = {}
        self.countries = {}

    def find(self, parcels):
        """Read what the parcels name."""
        sent = [
            value
            for parcel in parcels
            for role, _field in ROLES
            if reading.present(value := parcel.payload.get(role)) and isinstance(value, str | dict)
            if role not in parcel.chosen.partners
        ]
        keys = {key for value in sent for key in _keys(value)}
        names = {_text(value, "name") for value in sent if isinstance(value, dict)} - {""}
        if keys or names:
            self._find_partners(keys, names)
        codes = {_text(value, "country").upper() for value in sent if isinstance(value, dict)} - {""}
        if codes:
            for country in self.env["res.country"].search([("code", "in", list(codes))]):
                self.countries[country.code] = country

    def _find_partners(self, keys, names):
        wanted, numbers = list(keys), list({*keys, *map(_compact, keys)})
        lower = [key.lower() for key in keys]
        domain = ["|", "|", ("ref", "in", wanted), ("email_normalized", "in", lower), ("vat", "in", numbers)]
        if names:
            domain = ["|", ("name", "in", list(names)), *domain]
        for partner in self.env["res.partner"].search([*domain, ("company_id", "in", [False, self.company.id])]):
            self.by_name.setdefault(partner.name, []).append(partner)
            for key in {partner.ref, partner.email_normalized, partner.vat} - {False}:
                self.by_key.setdefault(key, []).append(partner)

    def fill(self, parcel, values):
        """Put the order's three addresses into ``values``, or errors on the parcel.

        :return: the customer: a partner, a ``NewPartner``, or ``None`` with an error
        """
        customer = self._partner(parcel, "customer", "partner_id")
        values["partner_id"] = customer.id if customer else False
        for role, field in ROLES[1:]:
            if role in parcel.chosen.partners or reading.present(parcel.payload.get(role)):
                other = self._partner(parcel, role, field, customer)
                if other:
                    values[field] = other.id
        return customer

    def fill_address(self, parcel, customer):
        """Put where the goods go into the parcel's values, or errors on it; ``customer`` is known."""
        found = self._partner(parcel, *ROLES[1], customer)
        parcel.values["partner_shipping_id"] = found.id if found else False

    def _partner(self, parcel, role, field, customer=None):
        """The partner that ``role`` names, a ``NewPartner`` kept on the parcel, or ``None`` with an error."""
        if role in parcel.chosen.partners:
            return parcel.chosen.partners[role]
        value = parcel.payload.get(role)
        if not reading.present(value) or not isinstance(value, str | dict):
            return None
        found = self._candidates(value)
        full = isinstance(value, dict) and bool(_text(value, "name"))
        if full and role != "customer":
            # goods go where the sender says: an address that has the key but another street is another address
            found = [partner for partner in found if _same_place(partner, value)]
        if full and not found:
            found = [
                partner
                for partner in self.by_name.get(_text(value, "name"), [])
                if _same_place(partner, value) and _belongs(partner, customer)
            ]
        found = _of_one_house(found, role)
        if len(found) == 1:
            return found[0]
        if found:
            parcel.errors.append(reading.error(role, "ambiguous", value))
            return None
        if not full:
            parcel.errors.append(reading.error(role, "unknown_customer", value))
            return None
        if role == "customer" and self.settings.new_customer == "refuse":
            words = self.env._("This customer is not known, and this sender may not bring new ones.")
        elif role != "customer" and self.settings.new_address == "refuse":
            words = self.env._("This address is not known, and this sender may not bring new ones.")
        else:
            words = ""
        if words:
            parcel.errors.append(reading.error(role, "unknown_customer", value, words))
            return None
        return self._new(parcel, role, field, value)

    def _candidates(self, value):
        for key in _keys(value):
            for form in (key, key.lower(), _compact(key)):
                if form in self.by_key:
                    return self.by_key[form]
        return []

    def _new(self, parcel, role, field, value):
        values = {name: _text(value, name) for name in (*PLACE, "email", "phone", "vat") if _text(value, name)}
        if _text(value, "company"):
            values["company_name"] = _text(value, "company")
        if _text(value, "reference") and _text(value, "reference") not in self.by_key:
            values["ref"] = _text(value, "reference")
        if _text(value, "country"):
            country = self.countries.get(_text(value, "country").upper())
            if not country:
                parcel.errors.append(reading.error(f"{role}.country", "unknown_country", value["country"]))
                return None
            values["country_id"] = country.id
            if _text(value, "state"):
                wanted = _text(value, "state").casefold()
                state = country.state_ids.filtered(lambda s: wanted in (s.code.casefold(), s.name.casefold()))[:1]
                if not state:
                    parcel.errors.append(reading.error(f"{role}.state", "unknown_country", value["state"]))
                    return None
                values["state_id"] = state.id
        if role != "customer":
            # a VAT number is the customer's, its addresses have none of their own
            values.pop("vat", None)
            values["type"] = "delivery" if role == "ship_to" else "invoice"
        new = NewPartner(field, values, _keys(value))
        parcel.new_partners.append(new)
        return new


def make_partners(env, company, parcels):
    """Create the new addresses of ``parcels`` and put them into the orders' values.

    First the customers, then the addresses below them, each with one ``create``; what is sent twice is made once.
    """
    for customers in (True, False):
        groups = {}
        for parcel in parcels:
            for new in parcel.new_partners:
                if (new.field == "partner_id") == customers:
                    values = new.values if customers else {**new.values, "parent_id": parcel.values["partner_id"]}
                    keys = new.keys(values)
                    group = next((groups[key] for key in keys if key in groups), None) or (values, keys, [])
                    group[2].append((parcel, new.field))
                    groups.update(dict.fromkeys(keys, group))
        if groups:
            _make(env, company, groups)


def _make(env, company, groups):
    party = env["order.intake.party"]
    known = party._claim(company, groups)
    standing = {partner.id: partner for partner in env["res.partner"].browse(set(known.values())).exists()}
    fresh = []
    for values, keys, places in {id(group): group for group in groups.values()}.values():
        # who was changed or archived since is not who is meant
        before = [standing[known[key]] for key in keys if known.get(key) in standing]
        before = [partner for partner in before if partner.active and _unchanged(partner, values)]
        if before:
            for parcel, field in places:
                parcel.values[field] = before[0].id
        else:
            fresh.append((values, keys, places))
    partners = env["res.partner"].create([values for values, _keys, _places in fresh])
    for partner, (_values, _keys, places) in zip(partners, fresh):
        for parcel, field in places:
            parcel.values[field] = partner.id
    party._fill(
        company, {key: partner.id for partner, (_values, keys, _places) in zip(partners, fresh) for key in keys}
    )


def _unchanged(partner, values):
    """An address must still be the place that was sent; a customer is known by its keys wherever it is."""
    return "parent_id" not in values or all((partner[name] or "") == values.get(name, "") for name in PLACE)


def _keys(value):
    if isinstance(value, str):
        return [value.strip()] if value.strip() else []
    return [text for name in KEYS if (text := _text(value, name))]


def _text(value, name):
    return str(value[name]).strip() if reading.present(value.get(name)) else ""


def _compact(key):
    return "".join(key.split()).upper()


def _same_place(partner, value):
    """Whether what the sender says of the place is what the partner has; what is not said is no difference."""
    for name in PLACE:
        if _text(value, name) and _text(value, name).casefold() != (partner[name] or "").strip().casefold():
            return False
    country = _text(value, "country").upper()
    return not country or country == (partner.country_id.code or "")


def _belongs(partner, customer):
    """Addresses are looked for by name among the customer's own; a customer among those of nobody."""
    if customer is None:
        return not partner.parent_id
    return bool(customer.id) and partner.commercial_partner_id == customer.commercial_partner_id


def _of_one_house(found, role):
    """One partner of several where they are one customer and its addresses, which share e-mail and VAT number."""
    found = list(dict.fromkeys(found))
    if len(found) < 2 or len({partner.commercial_partner_id for partner in found}) > 1:
        return found
    kind = {"ship_to": "delivery", "invoice_to": "invoice"}.get(role)
    own = [partner for partner in found if partner.type == kind] if kind else []
    head = [partner for partner in found if partner == partner.commercial_partner_id]
    return own if len(own) == 1 else head or found

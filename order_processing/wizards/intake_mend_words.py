"""What is wrong with a part of a rejected order, in words: what was found, why it cannot be, what is allowed."""

import re

from ..models.intake.places import labels

TOP = re.compile(r"[A-Za-z_]\w*")
ITEM = re.compile(r"(lines|charges)\[\d+\]")
NAMED = {
    "unknown_carrier": "delivery.carrier",
    "unknown_terms": "account.payment.term",
    "unknown_pricelist": "product.pricelist",
}
# as many names as one reads
FEW = 8


class Words:
    """Words for the errors of one order."""

    def __init__(self, env, company, order):
        self.env = env
        self.company = company
        self.order = order
        self.labels = labels(env)
        self.products, self.units = {}, None

    def by_place(self, errors):
        """Where the form shows each error: ``{place: [words]}``.

        ``place`` is a key of the order, ``lines[2]``, ``charges[0]``, the path of a key that is not of the contract, or
        ``''`` for what belongs to no place.
        """
        told = {}
        for error in errors:
            told.setdefault(self._place(error), []).append(self._words(error))
            if error["path"] != self._place(error):
                # also under its own path, where what is not understood is listed
                told.setdefault(error["path"], []).append(error["message"])
        return told

    def _place(self, error):
        path = error["path"] or ""
        found = ITEM.match(path) or TOP.match(path)
        key = found[0] if found else ""
        known = ITEM.match(key) or key in self.labels
        return key if known or error["code"] == "unknown_key" else ""

    def _words(self, error):
        path = error["path"] or ""
        last = path.rpartition(".")[2] if "." in path else ""
        label = self.labels.get(last, last.replace("_", " ").capitalize())
        words = f"{label}: {error['message']}" if label else error["message"]
        parts = [words]
        if error["found"]:
            parts.append(self.env._("Sent: “%s”.", error["found"]))
        parts.append(self._allowed(error))
        return " ".join(part.strip() for part in parts if part)

    def _allowed(self, error):
        env, code = self.env, error["code"]
        if code in NAMED:
            return self._names(NAMED[code])
        if code == "unknown_unit":
            return self._units(error["path"] or "")
        return {
            "no_customer": env._("Allowed: a contact's reference, e-mail or VAT number, or a name with an address."),
            "unknown_customer": env._("Choose a contact, or give name, street, city, ZIP and country."),
            "unknown_product": env._("Choose the product, or take the line out."),
            "ambiguous": env._("Choose the one that is meant."),
            "bad_quantity": env._("Allowed: a number above zero, like 12 or 2.5."),
            "bad_price": env._("Allowed: a number, zero or more, like 12 or 9.95."),
            "bad_discount": env._("Allowed: a percentage from 0 to 100, like 10 or 2.5."),
            "bad_date": env._("Allowed: a day like 2026-03-31, or a time like 2026-03-31T14:30:00Z."),
            "no_lines": env._("Add at least one line."),
            "no_reference": env._("Give the reference by which the customer knows the order."),
            "duplicate_line": env._("Give each line a number of its own, or leave it empty."),
            "unknown_country": env._("Allowed: two letters, like GB or DE, and a state of that country."),
            "unknown_key": env._("Tick it under Not understood to leave it out."),
        }.get(code, "")

    def _names(self, model):
        domain = [("company_id", "in", [False, self.company.id])]
        names = self.env[model].search(domain, limit=FEW + 1).mapped("name")
        more = "…" if len(names) > FEW else ""
        return self.env._("Allowed: %s.", ", ".join(names[:FEW]) + more) if names else ""

    def _products(self):
        """The products of all lines by their codes, asked once for the order."""
        if not self.products:
            lines = self.order.get("lines")
            lines = [line for line in (lines if isinstance(lines, list) else []) if isinstance(line, dict)]
            codes = {str(line["product"]).strip() for line in lines if line.get("product")}
            domain = [("default_code", "in", list(codes)), ("company_id", "in", [False, self.company.id])]
            for product in self.env["product.product"].search(domain) if codes else ():
                self.products.setdefault(product.default_code, product)
        return self.products

    def _units(self, path):
        found = re.match(r"lines\[(\d+)\]", path)
        lines = self.order.get("lines")
        line = lines[int(found[1])] if found and isinstance(lines, list) and int(found[1]) < len(lines) else {}
        code = str(line.get("product") or "").strip() if isinstance(line, dict) else ""
        product = self._products().get(code)
        if not product:
            return ""
        if self.units is None:
            self.units = self.env["uom.uom"].search([])
        units = self.units.filtered(lambda unit: unit._has_common_reference(product.uom_id))
        return self.env._("Allowed: %s.", ", ".join(units[:FEW].mapped("name")))

"""Products of submitted lines: by internal reference, barcode, customer's own code, vendor's code or name."""

from collections import namedtuple

from odoo.tools import SQL

from . import gtin

# a product by one of its codes; `unit` is what that code says of it, or no record
Found = namedtuple("Found", ("product", "unit", "kind"))

# kind of item code of a profile: what is asked, all at once
ASKED = {
    "any": ("reference", "barcode", "customer"),
    "reference": ("reference",),
    "barcode": ("barcode",),
    "customer": ("customer",),
    "vendor": ("vendor",),
    "name": ("name",),
}


class ProductLookup:
    """One query a kind of code for the whole set, whatever the number of lines."""

    def __init__(self, env, company, item_code):
        self.env = env
        self.company = company
        self.kinds = ASKED[item_code]
        self.found = {}
        self.by_customer = {}
        self.by_case = {}

    def find(self, wanted):
        """Read the products that are named.

        :param wanted: set of ``(code, customer)``; ``customer`` is a partner or any object whose ``id`` is False
        """
        codes = sorted({code for code, _customer in wanted})
        if not codes:
            return
        for kind in self.kinds:
            if kind != "customer":
                getattr(self, f"_find_by_{kind}")(codes)
        if "customer" in self.kinds:
            self._find_by_customer(codes, {customer for _code, customer in wanted if customer and customer.id})
        if "reference" in self.kinds:
            self._find_in_any_case([code for code in codes if code not in self.found])

    def candidates(self, code, customer):
        """What ``code`` may mean to ``customer``: a list of ``Found``, one where it is clear.

        A code that is the reference of one product and the barcode or the customer's code of another is not guessed.
        """
        found = list(self.found.get(code, ()))
        if customer and customer.id:
            for house in dict.fromkeys((customer, customer.commercial_partner_id)):
                own = self.by_customer.get((code.casefold(), house.id))
                if own:
                    # a branch's own list goes before its company's
                    found.append(own)
                    break
        found = found or self.by_case.get(code.casefold(), [])
        # an archived product is found too, if no other is: that it may not be sold is verification's to say
        found = [one for one in found if one.product.active] or found
        unique = {}
        for one in found:
            before = unique.setdefault(one.product.id, one)
            if one.unit and not before.unit:
                unique[one.product.id] = one
        return list(unique.values())

    def explain(self, code, found):
        """Words for a code that means nothing or too much, ``""`` where the code of the error says it all."""
        if found:
            labels = {
                "reference": self.env._("internal reference"),
                "barcode": self.env._("barcode"),
                "customer": self.env._("customer's own code"),
                "vendor": self.env._("vendor's code"),
                "name": self.env._("name"),
            }
            # lines of a set share what they say; a handful is enough to see what is wrong
            meanings = ", ".join(f"{one.product.display_name} ({labels[one.kind]})" for one in found[:5])
            return self.env._("It means more than one product: %s.", meanings)
        bare = gtin.digits(code) if "barcode" in self.kinds else ""
        if bare and gtin.right_check_digit(bare) != bare[-1]:
            return self.env._(
                "No product has this code. Read as a barcode, its last digit should be %(right)s, not %(sent)s.",
                right=gtin.right_check_digit(bare),
                sent=bare[-1],
            )
        return ""

    # ------------------------------------------------------------------ queries

    def _products(self, domain):
        domain = [*domain, ("company_id", "in", [False, self.company.id])]
        return self.env["product.product"].with_context(active_test=False).search(domain)

    def _add(self, code, product, kind, unit=None):
        unit = unit or self.env["uom.uom"]
        self.found.setdefault(code, []).append(Found(product, unit, kind))

    def _find_by_reference(self, codes):
        for product in self._products([("default_code", "in", codes)]):
            self._add(product.default_code, product, "reference")

    def _find_by_barcode(self, codes):
        """Of products and of their packagings, which say the unit as well; a GTIN in any of its lengths."""
        as_sent = {}
        for code in codes:
            for form in {code, *gtin.forms(code)}:
                as_sent.setdefault(form, []).append(code)
        for product in self._products([("barcode", "in", list(as_sent))]):
            for code in as_sent[product.barcode]:
                self._add(code, product, "barcode")
        packagings = self.env["product.uom"].search(
            [("barcode", "in", list(as_sent)), ("company_id", "in", [False, self.company.id])]
        )
        for packaging in packagings:
            for code in as_sent[packaging.barcode]:
                self._add(code, packaging.product_id, "barcode", packaging.uom_id)

    def _find_by_customer(self, codes, customers):
        houses = {house.id for customer in customers for house in (customer, customer.commercial_partner_id)}
        if not houses:
            return
        self.env.cr.execute(
            SQL(
                "SELECT id FROM order_customer_code"
                " WHERE company_id = %s AND partner_id = ANY(%s) AND lower(code) = ANY(%s)",
                self.company.id,
                sorted(houses),
                [code.lower() for code in codes],
            )
        )
        for own in self.env["order.customer.code"].browse([row[0] for row in self.env.cr.fetchall()]):
            self.by_customer[own.code.casefold(), own.partner_id.id] = Found(own.product_id, own.uom_id, "customer")

    def _find_by_vendor(self, codes):
        for info in self.env["product.supplierinfo"].search(
            [("product_code", "in", codes), ("company_id", "in", [False, self.company.id])]
        ):
            for product in info.product_id or info.product_tmpl_id.product_variant_ids:
                self._add(info.product_code, product, "vendor")

    def _find_by_name(self, codes):
        for product in self._products([("name", "in", codes)]):
            self._add(product.name, product, "name")

    def _find_in_any_case(self, codes):
        if not codes:
            return
        # its index is that of product_product.py
        self.env.cr.execute(
            SQL("SELECT id FROM product_product WHERE lower(default_code) = ANY(%s)", [code.lower() for code in codes])
        )
        ids = [row[0] for row in self.env.cr.fetchall()]
        for product in self._products([("id", "in", ids)]) if ids else ():
            found = Found(product, self.env["uom.uom"], "reference")
            self.by_case.setdefault(product.default_code.casefold(), []).append(found)

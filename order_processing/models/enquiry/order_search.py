"""One statement that finds orders by whatever a customer or a label names: data and SQL, no behaviour.

Each name has its branch: the documents of that name, from them the newest orders, a few of each; so that a word that stands on
a million of them costs no more than one that stands on one.
"""

import re
from collections import namedtuple

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

# what is found by it, best first where several names of an order match alike
KINDS = [
    ("order", _lt("Order")),
    ("reference", _lt("Customer's reference")),
    ("tracking", _lt("Tracking number")),
    ("package", _lt("Package")),
    ("transfer", _lt("Transfer")),
    ("invoice", _lt("Invoice")),
    ("return", _lt("Return")),
    ("email", _lt("E-mail")),
    ("phone", _lt("Phone")),
    ("customer", _lt("Customer")),
    ("product", _lt("Product")),
]
# how many orders a branch gives
EACH = 20
# documents of a name that a branch looks at where each may have many orders
NAMED = 50
# what trigrams need; less is looked for as a whole name
TRIGRAM = 3
LONGEST = 100
# what a phone number is written with, and how much of one is enough
PHONE = re.compile(r"[\d\s+()/.\-]{6,}")
FEWEST = 6
# the end of a number stands in every writing of it, with a country's code or without
SUBSCRIBER = 9
NO_DIGIT = "[^0-9]"
# what scanners put before a code: the symbology's name, FNC1
SYMBOLOGY = re.compile(r"^(?:\][A-Za-z]\d|\x1d|\xf1)+")
SSCC = re.compile(r"(?:\(00\)|00)?(\d{18})")
# of a phone number in any writing
PHONE_DIGITS = "regexp_replace(%s, '[^0-9]', '', 'g')"
INVOICES = SQL(
    """
    account_move bill
    JOIN account_move_line item ON item.move_id = bill.id
    JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = item.id
    JOIN sale_order_line line ON line.id = rel.order_line_id
    JOIN sale_order sale ON sale.id = line.order_id
    """
)
PARCELS = SQL(
    """
    stock_package parcel
    JOIN stock_move_line packed ON packed.result_package_id = parcel.id
    JOIN stock_move move ON move.id = packed.move_id
    JOIN sale_order_line line ON line.id = move.sale_line_id
    JOIN sale_order sale ON sale.id = line.order_id
    """
)

Wanted = namedtuple("Wanted", "text code digits")


def read(text):
    """What was typed or scanned, as it is looked for.

    :return: ``Wanted(text, code, digits)``: the words, the same as a code (an SSCC without what stands before it) and the
        last digits of a phone number, or ``""``; ``None`` where there is nothing to look for
    """
    text = SYMBOLOGY.sub("", " ".join((text or "").replace("\x00", " ").split()))[:LONGEST].strip()
    if not text:
        return None
    sscc = SSCC.fullmatch(text)
    digits = re.sub(NO_DIGIT, "", text).lstrip("0") if PHONE.fullmatch(text) else ""
    return Wanted(text, sscc.group(1) if sscc else text, digits[-SUBSCRIBER:] if len(digits) >= FEWEST else "")


def pattern(text):
    """``text`` for ``ILIKE``, as it stands."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


class OrderSearch:
    """The branches of one search.

    :param Wanted wanted: what is looked for
    :param companies: ids of the companies whose orders count
    :param unaccent: makes ``SQL`` without accents of ``SQL``, as the indexes have it
    """

    def __init__(self, wanted, companies, unaccent):
        self.wanted = wanted
        self.companies = list(companies)
        self.unaccent = unaccent

    def query(self):
        """``SQL`` of ``(order_id, kind, place, rank, found)``, one row per order: its best name. Rank 0 is the very name."""
        text = self.wanted.text
        return SQL(
            """
            SELECT DISTINCT ON (hit.order_id) hit.order_id, hit.kind, hit.place, hit.rank, hit.found
              FROM (
                SELECT own.order_id, own.kind, array_position(%(kinds)s, own.kind) AS place, own.found,
                       CASE WHEN own.exact OR %(found)s ILIKE %(whole)s THEN 0
                            WHEN %(found)s ILIKE %(start)s THEN 1 ELSE 2 END AS rank
                  FROM (%(branches)s) own) hit
          ORDER BY hit.order_id, hit.rank, hit.place
            """,
            kinds=[kind for kind, _label in KINDS],
            found=self.unaccent(SQL("own.found")),
            whole=self.unaccent(SQL("%s", pattern(text))),
            start=self.unaccent(SQL("%s", pattern(text) + "%")),
            branches=SQL(" UNION ALL ").join(SQL("(%s)", branch) for branch in self.branches()),
        )

    def branches(self):
        """``SQL`` of ``(order_id, kind, found, exact)`` each."""
        yield from self.names("order", SQL("sale.name"), SQL("sale_order sale"))
        yield from self.names("reference", SQL("sale.client_order_ref"), SQL("sale_order sale"))
        yield from self.names(
            "reference", SQL("sent.reference"), SQL("order_intake sent JOIN sale_order sale ON sale.id = sent.order_id")
        )
        yield from self.names(
            "tracking",
            SQL("transfer.carrier_tracking_ref"),
            SQL("stock_picking transfer JOIN sale_order sale ON sale.id = transfer.sale_id"),
        )
        yield from self.names(
            "transfer",
            SQL("transfer.name"),
            SQL("stock_picking transfer JOIN sale_order sale ON sale.id = transfer.sale_id"),
        )
        yield from self.names(
            "return", SQL("back.name"), SQL("order_return back JOIN sale_order sale ON sale.id = back.order_id")
        )
        yield from self.names("invoice", SQL("bill.name"), INVOICES)
        yield from self.names("package", SQL("parcel.name"), PARCELS)
        yield self.one(
            "package", SQL("parcel.order_sscc"), PARCELS, SQL("parcel.order_sscc = %s", self.wanted.code), exact=True
        )
        yield from self.customers()
        yield from self.products()

    def names(self, kind, name, source):
        """The documents that are called so, and those whose name has it in it."""
        column = self.unaccent(name)
        code = self.unaccent(SQL("%s", pattern(self.wanted.code)))
        yield self.one(kind, name, source, SQL("%s ILIKE %s", column, code), exact=True)
        if len(self.wanted.text) >= TRIGRAM:
            part = self.unaccent(SQL("%s", f"%{pattern(self.wanted.text)}%"))
            yield self.one(kind, name, source, SQL("%s ILIKE %s", column, part))

    def one(self, kind, name, source, condition, exact=False):
        """The newest orders under ``condition``."""
        return SQL(
            """
            SELECT sale.id AS order_id, %(kind)s AS kind, %(name)s AS found, %(exact)s AS exact
              FROM %(source)s
             WHERE %(condition)s AND sale.company_id = ANY(%(companies)s)
          ORDER BY sale.id DESC LIMIT %(each)s
            """,
            kind=kind,
            name=name,
            exact=exact,
            source=source,
            condition=condition,
            companies=self.companies,
            each=EACH,
        )

    def customers(self):
        """By who ordered or gets the goods: name, address of mail, phone in any writing."""
        text, digits = self.wanted.text, self.wanted.digits
        if len(text) >= TRIGRAM:
            part = self.unaccent(SQL("%s", f"%{pattern(text)}%"))
            yield from self.of_partners(
                "customer", "complete_name", SQL("%s ILIKE %s", self.unaccent(SQL("partner.complete_name")), part)
            )
            if "@" in text:
                yield from self.of_partners(
                    "email", "email", SQL("%s ILIKE %s", self.unaccent(SQL("partner.email")), part)
                )
        if digits:
            yield from self.of_partners(
                "phone", "phone", SQL("%s LIKE %s", SQL(PHONE_DIGITS, SQL("partner.phone")), f"%{digits}%")
            )

    def of_partners(self, kind, name, condition):
        """The newest orders of each of the partners, by either end of the order."""
        for end in ("partner_id", "partner_shipping_id"):
            yield SQL(
                """
                SELECT sale.id AS order_id, %(kind)s AS kind, found.name AS found, FALSE AS exact
                  FROM (SELECT partner.id, partner.%(name)s AS name FROM res_partner partner
                         WHERE %(condition)s LIMIT %(named)s) found
            CROSS JOIN LATERAL (
                       SELECT sale.id FROM sale_order sale
                        WHERE sale.%(end)s = found.id AND sale.company_id = ANY(%(companies)s)
                     ORDER BY sale.id DESC LIMIT %(each)s) sale
              ORDER BY sale.id DESC LIMIT %(each)s
                """,
                kind=kind,
                name=SQL.identifier(name),
                condition=condition,
                named=NAMED,
                end=SQL.identifier(end),
                companies=self.companies,
                each=EACH,
            )

    def products(self):
        """By what was ordered: reference, barcode, name in any language."""
        text = self.wanted.text
        yield self.of_products(
            SQL(
                "SELECT product.id, coalesce(product.default_code, product.barcode) AS name FROM product_product product"
                " WHERE product.default_code = %(code)s OR product.barcode = %(code)s",
                code=self.wanted.code,
            ),
            exact=True,
        )
        if len(text) >= TRIGRAM:
            part = self.unaccent(SQL("%s", f"%{pattern(text)}%"))
            yield self.of_products(
                SQL(
                    "SELECT product.id, product.default_code AS name FROM product_product product WHERE %s ILIKE %s",
                    self.unaccent(SQL("product.default_code")),
                    part,
                )
            )
            yield self.of_products(
                SQL(
                    """
                    SELECT product.id, coalesce(template.name ->> 'en_US', product.default_code) AS name
                      FROM product_template template
                      JOIN product_product product ON product.product_tmpl_id = template.id
                     WHERE %s ILIKE %s
                    """,
                    self.unaccent(SQL("(jsonb_path_query_array(template.name, '$.*')::text)")),
                    # the name stands there as JSON writes it
                    self.unaccent(SQL("%s", f"%{pattern(text.replace(chr(92), chr(92) * 2).replace(chr(34), ''))}%")),
                )
            )

    def of_products(self, products, exact=False):
        """The newest orders of each of the products."""
        return SQL(
            """
            SELECT sale.id AS order_id, 'product' AS kind, found.name AS found, %(exact)s AS exact
              FROM (%(products)s LIMIT %(named)s) found
        CROSS JOIN LATERAL (
                   SELECT DISTINCT line.order_id AS id FROM sale_order_line line
                    WHERE line.product_id = found.id AND line.company_id = ANY(%(companies)s)
                 ORDER BY line.order_id DESC LIMIT %(each)s) sale
          ORDER BY sale.id DESC LIMIT %(each)s
            """,
            exact=exact,
            products=products,
            named=NAMED,
            companies=self.companies,
            each=EACH,
        )

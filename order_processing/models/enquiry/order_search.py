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
# how the documents of a name lead to orders; ``doc`` are the documents
BY_SALE = SQL("doc JOIN sale_order sale ON sale.id = doc.id")
BY_ORDER = SQL("doc JOIN sale_order sale ON sale.id = doc.order_id")
BY_INVOICE = SQL(
    """
    doc
    JOIN account_move_line item ON item.move_id = doc.id
    JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = item.id
    JOIN sale_order_line line ON line.id = rel.order_line_id
    JOIN sale_order sale ON sale.id = line.order_id
    """
)
BY_PACKAGE = SQL(
    """
    doc
    JOIN stock_move_line packed ON packed.result_package_id = doc.id
    JOIN stock_move move ON move.id = packed.move_id
    JOIN sale_order_line line ON line.id = move.sale_line_id
    JOIN sale_order sale ON sale.id = line.order_id
    """
)
# by kind: the table, the column of the name, the column that leads to the order, the way there
NAMES = (
    ("order", "sale_order", "name", "id", BY_SALE),
    ("reference", "sale_order", "client_order_ref", "id", BY_SALE),
    ("reference", "order_intake", "reference", "order_id", BY_ORDER),
    ("tracking", "stock_picking", "carrier_tracking_ref", "sale_id", BY_ORDER),
    ("transfer", "stock_picking", "name", "sale_id", BY_ORDER),
    ("return", "order_return", "name", "order_id", BY_ORDER),
    ("invoice", "account_move", "name", "id", BY_INVOICE),
    ("package", "stock_package", "name", "id", BY_PACKAGE),
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
        for kind, table, column, leads, way in NAMES:
            documents = self.documents(kind, SQL.identifier(table), SQL.identifier(column), SQL.identifier(leads))
            if kind == "package":
                documents = SQL(
                    "%s UNION ALL (SELECT id, id AS order_id, order_sscc, TRUE FROM stock_package WHERE order_sscc = %s)",
                    documents,
                    self.wanted.code,
                )
            yield SQL(
                """
                SELECT sale.id AS order_id, %(kind)s AS kind, doc.name AS found, doc.exact
                  FROM (%(documents)s) %(way)s
                 WHERE sale.company_id = ANY(%(companies)s)
              ORDER BY doc.exact DESC, sale.id DESC LIMIT %(each)s
                """,
                kind=kind,
                documents=documents,
                way=way,
                companies=self.companies,
                each=EACH * 2,
            )
        yield from self.customers()
        yield self.products()

    def documents(self, kind, table, column, leads):
        """The documents that are called so, and the newest whose name has it in it: ``(id, order_id, name, exact)``."""
        name = self.unaccent(column)
        # a package may be of no company: its orders say whose it is
        own = SQL("TRUE") if kind == "package" else SQL("company_id = ANY(%s)", self.companies)
        whole = self.unaccent(SQL("%s", pattern(self.wanted.code)))
        exact = SQL(
            "(SELECT id, %s AS order_id, %s AS name, TRUE AS exact FROM %s WHERE %s ILIKE %s AND %s LIMIT %s)",
            leads,
            column,
            table,
            name,
            whole,
            own,
            EACH,
        )
        if len(self.wanted.text) < TRIGRAM:
            return exact
        part = self.unaccent(SQL("%s", f"%{pattern(self.wanted.text)}%"))
        return SQL(
            "%s UNION ALL (SELECT id, %s AS order_id, %s AS name, FALSE AS exact FROM %s WHERE %s ILIKE %s AND %s"
            " ORDER BY id DESC LIMIT %s)",
            exact,
            leads,
            column,
            table,
            name,
            part,
            own,
            EACH,
        )

    def customers(self):
        """By who ordered or gets the goods: name, address of mail, phone in any writing."""
        text, digits = self.wanted.text, self.wanted.digits
        if len(text) >= TRIGRAM:
            part = self.unaccent(SQL("%s", f"%{pattern(text)}%"))
            if "@" in text:
                yield self.of_partners("email", SQL("email"), SQL("%s ILIKE %s", self.unaccent(SQL("email")), part))
            yield self.of_partners(
                "customer", SQL("complete_name"), SQL("%s ILIKE %s", self.unaccent(SQL("complete_name")), part)
            )
        if digits:
            yield self.of_partners(
                "phone", SQL("phone"), SQL("%s LIKE %s", SQL(PHONE_DIGITS, SQL("phone")), f"%{digits}%")
            )

    def of_partners(self, kind, name, condition):
        """The newest orders of each of the partners, by either end of the order."""
        ends = [
            SQL(
                "(SELECT id FROM sale_order WHERE %s = found.id AND company_id = ANY(%s) ORDER BY id DESC LIMIT %s)",
                SQL.identifier(end),
                self.companies,
                EACH,
            )
            for end in ("partner_id", "partner_shipping_id")
        ]
        return SQL(
            """
            SELECT sale.id AS order_id, %(kind)s AS kind, found.name AS found, FALSE AS exact
              FROM (SELECT id, %(name)s AS name FROM res_partner WHERE %(condition)s LIMIT %(named)s) found
        CROSS JOIN LATERAL (%(ends)s) sale
          ORDER BY sale.id DESC LIMIT %(each)s
            """,
            kind=kind,
            name=name,
            condition=condition,
            named=NAMED,
            ends=SQL(" UNION ALL ").join(ends),
            each=EACH * 2,
        )

    def products(self):
        """By what was ordered: reference, barcode, name in any language; the newest orders of each product."""
        text = self.wanted.text
        found = [
            SQL(
                "(SELECT id, coalesce(default_code, barcode) AS name, TRUE AS exact FROM product_product"
                " WHERE default_code = %(code)s OR barcode = %(code)s LIMIT %(named)s)",
                code=self.wanted.code,
                named=NAMED,
            )
        ]
        if len(text) >= TRIGRAM:
            part = self.unaccent(SQL("%s", f"%{pattern(text)}%"))
            found.append(
                SQL(
                    "(SELECT id, default_code AS name, FALSE AS exact FROM product_product WHERE %s ILIKE %s LIMIT %s)",
                    self.unaccent(SQL("default_code")),
                    part,
                    NAMED,
                )
            )
            # the name stands there as JSON writes it
            written = text.replace("\\", "\\\\").replace('"', "")
            found.append(
                SQL(
                    """
                    (SELECT product.id, coalesce(template.name ->> 'en_US', product.default_code) AS name, FALSE AS exact
                       FROM product_template template
                       JOIN product_product product ON product.product_tmpl_id = template.id
                      WHERE %s ILIKE %s LIMIT %s)
                    """,
                    self.unaccent(SQL("(jsonb_path_query_array(template.name, '$.*')::text)")),
                    self.unaccent(SQL("%s", f"%{pattern(written)}%")),
                    NAMED,
                )
            )
        return SQL(
            """
            SELECT sale.id AS order_id, 'product' AS kind, found.name AS found, found.exact
              FROM (%(found)s) found
        CROSS JOIN LATERAL (
                   SELECT DISTINCT line.order_id AS id FROM sale_order_line line
                    WHERE line.product_id = found.id AND line.company_id = ANY(%(companies)s)
                 ORDER BY line.order_id DESC LIMIT %(each)s) sale
          ORDER BY sale.id DESC LIMIT %(each)s
            """,
            found=SQL(" UNION ALL ").join(found),
            companies=self.companies,
            each=EACH,
        )

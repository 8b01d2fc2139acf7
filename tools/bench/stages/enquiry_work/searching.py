"""``enquiry.search``."""

from pathlib import Path

from odoo.tools import SQL

from odoo.addons.order_processing.models.enquiry import order_search

from tools.retail.load_company import prepare_company

from ...measure import measured, take_back
from ..matching_work import cloning
from ..matching_work.common import Work
from ..sample import make_masters

PEER = Path(__file__).with_name("peer.sql").read_text(encoding="utf-8")
# customers and packages over which the orders are spread
CUSTOMERS, PACKAGES = 100_000, 200_000


class Cloner(cloning.Cloner):
    """Copies with names of their own; the search reads no day book."""

    tables = {name: condition for name, condition in cloning.TABLES.items() if name != "order_event"}
    sets = {
        **cloning.SET,
        "sale_order": {
            **cloning.SET["sale_order"],
            "client_order_ref": "'PO-' || t.id || '-' || k",
            "partner_id": f"(SELECT max(id) - {CUSTOMERS - 1} FROM res_partner) + (k * 7 %% {CUSTOMERS})",
        },
        "stock_picking": {
            **cloning.SET["stock_picking"],
            "carrier_tracking_ref": "'1Z' || lpad((t.id::bigint * 1000003 + k)::text, 16, '0')",
        },
        "stock_move_line": {
            "result_package_id": f"(SELECT max(id) - {PACKAGES - 1} FROM stock_package) + (k * 3 %% {PACKAGES})",
        },
    }


class Search(Work):
    """A million orders of one line each, and one that is asked for by all its names."""

    lines = 1

    def __init__(self, session, given):
        super().__init__(session, given)
        self.wanted = None

    def prepare(self):
        """Masters, a few orders by core, customers and packages by SQL, the copies."""
        session = self.session
        products, _carrier, customers = make_masters(session, prepare_company)
        env = session.root
        made = env["sale.order"]
        for name, customer in zip(("shipped", "part", "waiting", "paid"), customers):
            made |= self._template(env, name, products, customer)
        env.flush_all()
        session.commit()
        session.cr.execute(
            SQL(
                """
                INSERT INTO res_partner (name, complete_name, email, phone, active, type, autopost_bills)
                SELECT word, word, 'buyer' || n || '@shop.example.com', '+44 20 ' || lpad((n * 7919 %% 100000000)::text, 8, '0'),
                       TRUE, 'contact', 'ask'
                  FROM generate_series(1, %s) n
            CROSS JOIN LATERAL (SELECT initcap(translate(md5(n::text), '0123456789', 'ghijklmnop')) AS word) named
                """,
                CUSTOMERS,
            )
        )
        session.cr.execute(
            SQL("INSERT INTO stock_package (name) SELECT 'PACK-Q' || n FROM generate_series(1, %s) n", PACKAGES)
        )
        session.commit()
        Cloner(session.cr, made.ids, max(self.given["size"] // len(made) - 1, 1), per_day=1000).run()
        session.commit()
        session.root.invalidate_all()
        session.cr.execute("SELECT count(*) FROM sale_order")
        return {"notes": f"{session.cr.fetchone()[0]:,} orders"}

    def terms(self):
        """What the customer may say of the order in the middle, by what it is."""
        self.session.cr.execute(
            """
            SELECT sale.id, sale.name, sale.client_order_ref, transfer.name, transfer.carrier_tracking_ref, bill.name, parcel.name,
                   partner.complete_name, partner.email, partner.phone, product.default_code
              FROM sale_order sale
              JOIN res_partner partner ON partner.id = sale.partner_id
              JOIN stock_picking transfer ON transfer.sale_id = sale.id
              JOIN sale_order_line line ON line.order_id = sale.id
              JOIN product_product product ON product.id = line.product_id
              JOIN stock_move_line packed ON packed.picking_id = transfer.id
              JOIN stock_package parcel ON parcel.id = packed.result_package_id
              JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
              JOIN account_move_line item ON item.id = rel.invoice_line_id
              JOIN account_move bill ON bill.id = item.move_id
             WHERE sale.id > (SELECT (min(id) + max(id)) / 2 FROM sale_order)
          ORDER BY sale.id LIMIT 1
            """
        )
        return self.session.cr.fetchone()

    def warm(self):
        """Which order it is is known to who asks for it."""
        self.wanted, *self.words = self.terms()
        return super().warm()

    def act(self):
        """The calls; how often the order was among the answers."""
        return {
            "found": sum(self.wanted in self.answer(word) for word in self.words[:-1])
            + bool(self.answer(self.words[-1]))
        }

    def run(self, number, size):
        """One measured round, taken back."""
        with measured(self.session) as found:
            proof = self.act()
        take_back(self.session)
        return {**found, "proof": proof}


class Ours(Search):
    """The desk's own."""

    def answer(self, word):
        """Ids of what is found."""
        orders = self.session.as_user("processor")["sale.order"]
        return [row["order_id"] for row in orders.order_search(word)]


class Theirs(Search):
    """By hand."""

    def answer(self, word):
        """Ids of what is found."""
        wanted = order_search.read(word)
        self.session.cr.execute(
            PEER,
            {
                "part": f"%{order_search.pattern(wanted.text)}%",
                "digits": wanted.digits,
                "digits_part": f"%{wanted.digits}%",
            },
        )
        return [order for (order,) in self.session.cr.fetchall()]

"""Both sides of ``load.vs_core``, run inside Odoo.

The day stands by itself: the shelves hold what they hold when the days before have taken their part, and these days are not
entered. Both sides take the orders that ours lets pass; what is held or rejected is in neither.
"""

from odoo.fields import Command

from tools.retail import demo_defaults, submission
from tools.retail.codes import ProductClass
from tools.retail.load_history import submit
from tools.retail.load_masters import load_masters
from tools.retail.plan import make_plan
from tools.retail.reader import read
from tools.retail.session import chunks

from ..measure import measured, take_back
from .sample import core_company

# enough to have met every path once
WARM = 10


def day_plan():
    """The default day without its history, and the stock that the history would have left."""
    orders = demo_defaults.ORDERS
    plan = make_plan(read(orders), demo_defaults.DATE, demo_defaults.HISTORY, orders)
    taken = {}
    for document in plan.history:
        for row in document.rows:
            taken[row.code] = taken.get(row.code, 0) + row.quantity
    products = [
        product._replace(stock=product.stock - taken.get(product.code, 0))
        if product.kind is ProductClass.GOODS
        else product
        for product in plan.products
    ]
    return plan._replace(products=products, history=[], history_days=[], matches=[], returns=[])


class Work:
    """What both sides share."""

    def __init__(self, session, given):
        self.session = session
        self.given = given
        self.plan = day_plan()
        wanted = set(given.get("references", ()))
        self.documents = [document for document in self.plan.orders if document.number in wanted]

    def warm(self):
        """A few orders all the way, taken back."""
        self.work(self.documents[:WARM], commit=lambda: None)
        take_back(self.session)
        self.ready()
        return True

    def run(self, number, size):
        """All orders, a commit after each step of a chunk."""
        with measured(self.session) as found:
            self.work(self.documents, commit=self.session.commit)
        return {**found, "proof": self.proof()}

    def ready(self):
        """Read what is no part of the call."""

    def proof(self):
        """What was done."""
        self.session.cr.execute(
            """
            SELECT (SELECT count(*) FROM sale_order WHERE state = 'sale'),
                   (SELECT count(*) FROM sale_order_line),
                   (SELECT count(*) FROM stock_picking WHERE state = 'done'),
                   (SELECT count(*) FROM stock_picking WHERE state <> 'done'),
                   (SELECT sum(qty_delivered)::float FROM sale_order_line),
                   (SELECT count(*) FROM account_move WHERE state = 'posted'),
                   (SELECT sum(amount_total)::float FROM account_move WHERE state = 'posted')
            """
        )
        names = ("sales", "lines", "shipped", "waiting", "delivered", "invoices", "total")
        return dict(zip(names, self.session.cr.fetchone()))


class Ours(Work):
    """Through the add-on's public methods, as the program and the desk use them."""

    def prepare(self):
        """Masters, controls enforced, and a trial that tells which orders pass."""
        session = self.session
        load_masters(session, self.plan)
        company = session.as_user("manager")["res.company"].browse(session.company.id)
        company.action_order_control_enforce(reason="The day begins.")
        session.commit()
        passing = self.work(self.plan.orders, commit=lambda: None)
        take_back(session)
        passing = passing[: self.given["size"]]
        return {"references": passing, "size": len(passing)}

    def work(self, documents, commit):
        """Submit, verify and confirm, dispatch; returns the references that came to the end."""
        desk = self.session.as_user("processor")["sale.order"]
        passed = []
        for chunk in chunks(documents):
            answers = [answer for answer in submit(self.session, chunk) if answer["ok"]]
            references = {answer["order_id"]: answer["reference"] for answer in answers}
            commit()
            orders = desk.browse(list(references))
            confirmed = [row["order_id"] for row in orders.action_verify_and_confirm() if row["confirmed"]]
            commit()
            dispatched = desk.browse(confirmed).action_dispatch(business_date=self.plan.date.isoformat())
            commit()
            passed += [references[row["order_id"]] for row in dispatched if row["ok"]]
        return passed


class Theirs(Work):
    """Core's own calls."""

    def __init__(self, session, given):
        super().__init__(session, given)
        self.ready()

    def prepare(self):
        """The same masters by core."""
        load_masters(self.session, self.plan, company=core_company)
        self.session.commit()
        return {}

    def ready(self):
        """Core has no way to find products and customers by code: it is given their ids, outside the measured time."""
        env = self.session.root
        self.products = {
            code.lower(): product.id
            for code, product in env["product.product"]._read_group(
                [("default_code", "!=", False)], ["default_code", "id"]
            )
        }
        self.customers = {
            ref: partner.id for ref, partner in env["res.partner"]._read_group([("ref", "!=", False)], ["ref", "id"])
        }

    def _values(self, document):
        order = submission.order(document)
        return {
            "partner_id": self.customers[order["customer"]],
            "client_order_ref": order["reference"],
            "origin": order["reference"],
            "date_order": document.moment,
            "order_line": [
                Command.create(
                    {
                        "product_id": self.products[line["product"].lower()],
                        "product_uom_qty": line["quantity"],
                        "price_unit": line["price"],
                    }
                )
                for line in order["lines"]
            ],
        }

    def work(self, documents, commit):
        """Create, confirm, reserve, validate with backorders, invoice, post."""
        desk = self.session.as_user("processor")["sale.order"]
        for chunk in chunks(documents):
            orders = desk.create([self._values(document) for document in chunk])
            commit()
            orders.action_confirm()
            commit()
            self._deliver(orders)
            due = orders.filtered(lambda order: order.invoice_status == "to invoice")
            if due:
                due._create_invoices(grouped=True, final=True).action_post()
            commit()

    @staticmethod
    def _deliver(orders):
        pickings = orders.picking_ids
        pickings.action_assign()
        filled = pickings.filtered(lambda picking: any(move.quantity for move in picking.move_ids))
        filled.move_ids.filtered("quantity").picked = True
        filled.with_context(
            skip_backorder=True, skip_sms=True, button_validate_picking_ids=filled.ids
        ).button_validate()

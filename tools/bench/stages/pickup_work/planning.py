"""``pickup.plan``: deliveries of which everything is reserved, and a carrier that comes daily."""

from pathlib import Path

from odoo.fields import Command
from odoo.tools import SQL

from tools.retail.load_company import prepare_company

from ...measure import measured, take_back
from ..matching_work.cloning import Cloner
from ..sample import PRODUCTS, make_masters

LINES = 5
TEMPLATES = 20
# a week of pickups takes all of them
DAYS = 7
PEER = [part for part in Path(__file__).with_name("peer.sql").read_text(encoding="utf-8").split(";\n") if part.strip()]
WRITTEN = """
    SELECT picking.id, picking.order_pickup_id, batch.order_pickup_id, batch.scheduled_date
      FROM stock_picking picking LEFT JOIN stock_picking_batch batch ON batch.id = picking.batch_id
     WHERE picking.id = ANY(%s) ORDER BY picking.id
"""


class Work:
    """A side on its sample of ``size`` transfers."""

    def __init__(self, session, given):
        self.session = session
        self.given = given
        self._found = ()

    def ids(self):
        """The transfers."""
        if not self._found:
            self.session.cr.execute(
                "SELECT id FROM stock_picking WHERE carrier_id IS NOT NULL AND state = 'assigned' ORDER BY id"
            )
            self._found = [row[0] for row in self.session.cr.fetchall()]
        return self._found

    def prepare(self):
        """Masters, some orders of core, their copies, and a window of every day of the week."""
        session = self.session
        products, carrier, customers = make_masters(session, prepare_company)
        env = session.root
        made = env["sale.order"].create(
            [self._template(products, place, customers[place], carrier) for place in range(TEMPLATES)]
        )
        made.action_confirm()
        made.picking_ids.action_assign()
        made.picking_ids.carrier_id = carrier
        env.flush_all()
        env["order.event"].flush_model()
        session.commit()
        copies = max(self.given["size"] // TEMPLATES - 1, 1)
        Cloner(session.cr, made.ids, copies, per_day=copies).run()
        session.commit()
        session.root.invalidate_all()
        warehouse = env["stock.warehouse"].search([("company_id", "=", session.company.id)], limit=1)
        session.as_user("manager")["order.pickup.window"].create(
            {
                "carrier_id": carrier.id,
                "warehouse_id": warehouse.id,
                "saturday": True,
                "sunday": True,
                "window_to": 24,
                "max_parcels": -(-self.given["size"] // DAYS),
            }
        )
        session.commit()
        return {"notes": f"{len(self.ids()):,} transfers"}

    def _template(self, products, place, customer, carrier):
        return {
            "partner_id": customer.id,
            "carrier_id": carrier.id,
            "order_line": [
                Command.create(
                    {"product_id": products[(place * LINES + line) % PRODUCTS].id, "product_uom_qty": 1 + line}
                )
                for line in range(LINES)
            ],
        }

    def warm(self):
        """The call once, taken back."""
        self.act()
        take_back(self.session)
        return True

    def run(self, number, size):
        """One measured call, taken back; ``proof`` is how many transfers it has put on how many pickups."""
        with measured(self.session) as found:
            rows = self.act()
        take_back(self.session)
        return {**found, "proof": {"transfers": len(rows), "pickups": len({row[1] for row in rows})}}

    def written(self):
        """What was written."""
        self.session.cr.flush()
        self.session.cr.execute(WRITTEN, [self.ids()])
        return self.session.cr.fetchall()


class Ours(Work):
    """The desk plans all of them."""

    def act(self):
        """The call."""
        answer = self.session.as_user("processor")["stock.picking"].browse(self.ids()).action_plan_pickup()
        wrong = [row["message"] for row in answer if row["code"] != "planned"]
        if wrong:
            raise AssertionError(f"{len(wrong)} transfers were not planned: {wrong[0]}")
        return [(row["transfer"], row["pickup"], row["date"]) for row in answer]


class Theirs(Work):
    """Bare SQL."""

    def warm(self):
        """Before anything is measured both must have written the same."""
        self.session.as_user("processor")["stock.picking"].browse(self.ids()).action_plan_pickup()
        ours = self.written()
        take_back(self.session)
        self.act()
        different = [pair for pair in zip(ours, self.written()) if pair[0] != pair[1]]
        if different:
            raise AssertionError(f"{len(different)} of {len(ours)} transfers are not as the peer's, as {different[:1]}")
        take_back(self.session)
        return True

    def act(self):
        """The statements one after the other, the answer fetched."""
        given = {"ids": self.ids(), "user": self.session.as_user("processor").user.id}
        for part in PEER:
            self.session.cr.execute(
                SQL(part, **{name: value for name, value in given.items() if f"%({name})s" in part})
            )
        return self.session.cr.fetchall()

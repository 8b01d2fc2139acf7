"""What both sides of the promise have: orders of which stock, receipts and lead times cover a part each."""

from datetime import datetime, time, timedelta

from odoo.fields import Command

from tools.retail.load_company import prepare_company

from ...measure import measured, take_back
from ..matching_work.cloning import Cloner
from ..sample import PRODUCTS, make_masters

LINES = 10
# orders that are made by core, and copied until there are enough: of most nothing is reserved yet
TEMPLATES = 10 * ("confirmed",) + 6 * ("reserved",) + 4 * ("quotation",)
RECEIPTS = 6
# what comes with each receipt of a product that is short
COMES = 60
CUT_OFF, ON_THE_WAY = 16.0, 2


class Work:
    """A side on its sample of ``size`` orders of ``LINES`` lines."""

    def __init__(self, session, given):
        self.session = session
        self.given = given
        self._found = ()

    def orders(self):
        """The orders as the desk sees them."""
        if not self._found:
            self.session.cr.execute("SELECT id FROM sale_order ORDER BY id")
            self._found = [row[0] for row in self.session.cr.fetchall()]
        return self.session.as_user("processor")["sale.order"].browse(self._found)

    def prepare(self):
        """Masters, the templates, their copies, what is there and what comes."""
        session = self.session
        products, carrier, customers = make_masters(session, prepare_company)
        env = session.root
        home = env.ref("base.uk")
        carrier.write(
            {
                "order_cutoff_hour": CUT_OFF,
                "order_transit_ids": [Command.create({"country_id": home.id, "days": ON_THE_WAY})],
            }
        )
        warehouse = env["stock.warehouse"].search([("company_id", "=", session.company.id)], limit=1)
        warehouse.out_type_id.reservation_method = "manual"
        short = products.filtered(lambda product: products.ids.index(product.id) % 4 > 1)
        for product in short:
            env["stock.quant"]._update_available_quantity(product, warehouse.lot_stock_id, -product.qty_available)
        made = env["sale.order"]
        for place, name in enumerate(TEMPLATES):
            made |= self._template(env, name, products, place, customers[place], carrier)
        env.flush_all()
        env["order.event"].flush_model()
        session.commit()
        copies = max(self.given["size"] // len(TEMPLATES) - 1, 1)
        Cloner(session.cr, made.ids, copies, per_day=copies).run()
        session.cr.execute(
            """
            UPDATE stock_quant quant SET reserved_quantity = held.quantity
              FROM (SELECT product_id, location_id, sum(quantity_product_uom) AS quantity
                      FROM stock_move_line WHERE state NOT IN ('done', 'cancel') GROUP BY product_id, location_id) held
             WHERE held.product_id = quant.product_id AND held.location_id = quant.location_id
            """
        )
        session.commit()
        session.root.invalidate_all()
        for product in short[::2]:
            env["stock.quant"]._update_available_quantity(product, warehouse.lot_stock_id, 40)
        self._receipts(env, warehouse, short.filtered(lambda product: products.ids.index(product.id) % 8 != 7))
        session.commit()
        session.cr.execute("SELECT count(*) FROM sale_order_line")
        return {"notes": f"{session.cr.fetchone()[0]:,} order lines"}

    def _template(self, env, name, products, place, customer, carrier):
        order = env["sale.order"].create(
            {
                "partner_id": customer.id,
                "carrier_id": carrier.id,
                "order_line": [
                    Command.create(
                        {"product_id": products[(place * LINES + line) % PRODUCTS].id, "product_uom_qty": 4 + line}
                    )
                    for line in range(LINES)
                ],
            }
        )
        if name != "quotation":
            order.action_confirm()
        if name == "reserved":
            order.picking_ids.action_assign()
        return order

    def _receipts(self, env, warehouse, products):
        vendor = env["res.partner"].create({"name": "Test Vendor", "company_type": "company"})
        begins = datetime.combine(datetime.now().date(), time(9)) + timedelta(days=3)
        for number in range(RECEIPTS):
            receipt = env["stock.picking"].create(
                {
                    "partner_id": vendor.id,
                    "picking_type_id": warehouse.in_type_id.id,
                    "location_id": env.ref("stock.stock_location_suppliers").id,
                    "location_dest_id": warehouse.lot_stock_id.id,
                    "move_ids": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "product_uom_qty": COMES,
                                "location_id": env.ref("stock.stock_location_suppliers").id,
                                "location_dest_id": warehouse.lot_stock_id.id,
                            }
                        )
                        for product in products
                    ],
                }
            )
            receipt.action_confirm()
            # some before the cut-off, some after it
            receipt.move_ids.date = begins + timedelta(days=2 * number, hours=9 * (number % 2))

    def warm(self):
        """The call once, taken back."""
        self.act()
        take_back(self.session)
        return True

    def run(self, number, size):
        """One measured call, taken back; ``proof`` is what the call answers."""
        with measured(self.session) as found:
            proof = self.act()
        take_back(self.session)
        return {**found, "proof": proof}

"""What the benches of the engine share: a few orders all the way by core, copied until there are enough."""

from odoo.fields import Command

from tools.retail.load_company import prepare_company

from ...measure import measured, take_back
from ..sample import make_masters
from .cloning import Cloner

LINES = 10
# orders that are made by core; a wholesaler's database is one of orders that are done, of the rest most wait for goods or
# payment, and what was shipped today is not invoiced yet: the comparison must look at that, and leave it
TEMPLATES = 8 * ("paid",) + 4 * ("part",) + 3 * ("returned",) + 4 * ("waiting",) + ("shipped",)


class Work:
    """A side on its sample of ``orders()`` orders of ``lines`` lines."""

    lines = LINES

    def __init__(self, session, given):
        self.session = session
        self.given = given

    def orders(self):
        """How many orders the database holds."""
        return self.given["size"]

    def prepare(self):
        """Masters, the templates, their copies."""
        session = self.session
        products, _carrier, customers = make_masters(session, prepare_company)
        env = session.root
        made = env["sale.order"]
        for place, name in enumerate(TEMPLATES):
            made |= self._template(env, name, products, customers[place])
        env.flush_all()
        env["order.event"].flush_model()
        session.commit()
        # the templates themselves belong to the last day, too
        copies = max(self.orders() // len(TEMPLATES) - 1, 1)
        Cloner(session.cr, made.ids, copies, per_day=1000 // len(TEMPLATES) - 1).run()
        session.commit()
        session.root.invalidate_all()
        session.cr.execute("SELECT count(*) FROM sale_order_line")
        return {"notes": f"{session.cr.fetchone()[0]:,} order lines"}

    def _template(self, env, name, products, customer):
        order = env["sale.order"].create(
            {
                "partner_id": customer.id,
                "order_line": [
                    Command.create({"product_id": products[place].id, "product_uom_qty": 4 + place})
                    for place in range(self.lines)
                ],
            }
        )
        order.action_confirm()
        if name == "waiting":
            return order
        transfer = order.picking_ids
        transfer.action_assign()
        for move in transfer.move_ids:
            move.quantity = move.product_uom_qty - (2 if name == "part" else 0)
        transfer.move_ids.picked = True
        if hasattr(transfer, "action_quality_pass"):
            transfer.action_quality_pass()
        transfer.with_context(skip_backorder=True, skip_sms=True).button_validate()
        if name == "shipped":
            return order
        invoice = order._create_invoices()
        invoice.action_post()
        if name == "paid":
            register = env["account.payment.register"].with_context(active_model="account.move", active_ids=invoice.ids)
            register.create({})._create_payments()
        if name == "returned":
            context = {"active_id": transfer.id, "active_ids": transfer.ids, "active_model": "stock.picking"}
            wizard = env["stock.return.picking"].with_context(**context).create({"picking_id": transfer.id})
            wizard.product_return_moves.write({"quantity": 1, "to_refund": True})
            back = env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
            back.move_ids.picked = True
            back.with_context(skip_backorder=True, skip_sms=True).button_validate()
            order._create_invoices(final=True).action_post()
        return order

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

"""Both sides of ``dispatch.vs_core``, run inside Odoo.

The PDF engine takes its style sheets from a running server, as it does where somebody prints from the screen.
"""

import io
import os
import sys
from base64 import b64decode

from odoo.tools.pdf import PdfFileReader

from tools.retail.serving import Server, free_port
from tools.retail.session import chunks

from .sample import make_orders, order_ids
from .verification_work.common import Desk, Work

CONFIRMED = 100


class Ready(Work):
    """Orders of which everything is reserved and nothing has left."""

    server = None

    def prepare(self):
        """Masters and orders, confirmed and reserved."""
        make_orders(self.session, self.company, self.given["size"])
        self._bill_before()
        for ids in chunks(order_ids(self.session), CONFIRMED):
            orders = self.orders(ids)
            orders.action_confirm()
            orders.picking_ids.action_assign()
            self.session.commit()
        return {}

    def _bill_before(self):
        """Invoices of the sales before, paid: in a ledger of which the planner is told that it is empty, core's search for the
        payments of an invoice compares each item with each.
        """
        env = self.session.root
        sales = env["sale.order"].search([("client_order_ref", "=like", "P%")])
        for ids in chunks(sales.ids):
            bills = env["sale.order"].browse(ids)._create_invoices(grouped=True)
            bills.action_post()
            register = env["account.payment.register"].with_context(active_model="account.move", active_ids=bills.ids)
            register.create({"group_payment": False})._create_payments()
            self.session.commit()

    def warm(self):
        """Start the server of the style sheets, and make the call on a few orders."""
        command = [sys.executable, "-W", "ignore", "-m", "odoo", "server", "-c", os.environ["ODOO_RC"]]
        self.server = Server(command, self.session.database, free_port()).__enter__()
        self.session.root["ir.config_parameter"].set_param("report.url", self.server.url)
        self.session.commit()
        return super().warm()

    def close(self):
        """End the server."""
        if self.server:
            self.server.__exit__()

    def proof(self, orders):
        """What left, what was billed and what was printed of it."""
        done = orders.picking_ids.filtered(lambda picking: picking.state == "done")
        bills = orders.invoice_ids.filtered(lambda move: move.state == "posted")
        return {
            "left": len(done),
            "open": len(orders.picking_ids - done),
            "delivered": sum(orders.order_line.mapped("qty_delivered")),
            "bills": len(bills),
            "total": round(sum(bills.mapped("amount_total")), 2),
            "pages": self.pages,
        }

    def printed(self, kind, content):
        """Take down how many pages the PDF of ``kind`` has."""
        self.pages[kind] = len(PdfFileReader(io.BytesIO(content)).pages)


class Ours(Desk, Ready):
    """One call on all orders."""

    def prepare(self):
        """Orders, and a quality point that is younger than their transfers: the call has to make its checks."""
        answer = super().prepare()
        manager = self.session.as_user("manager")
        manager["order.quality.point"].create({"name": "Whole and as ordered"})
        self.session.commit()
        return answer

    def act(self, orders):
        """The call."""
        answer = orders.action_dispatch_and_print()
        wrong = [
            result["message"] or result["unprinted"]
            for result in answer["results"]
            if result["code"] != "dispatched" or result["unprinted"]
        ]
        if wrong:
            raise AssertionError(f"{len(wrong)} orders were not dispatched and printed: {wrong[0]}")
        self.answer = answer

    def proof(self, orders):
        """See above; each transfer has its checks, all passed, and as many labels as it has parcels."""
        checks = orders.picking_ids.order_quality_check_ids
        if checks.picking_id != orders.picking_ids or set(checks.mapped("state")) != {"passed"}:
            raise AssertionError("a transfer has left without a check that was passed")
        self.pages = {}
        for document in self.answer["documents"]:
            self.printed(document["kind"], b64decode(document["pdf"]))
        if self.pages.pop("label") != len(orders.picking_ids.move_line_ids.result_package_id):
            raise AssertionError("a parcel has left without a label")
        return super().proof(orders)


class Theirs(Ready):
    """Core's own calls, in the sets in which core is fastest; its print of all in one call each."""

    def act(self, orders):
        """The call."""
        for ids in chunks(orders.ids):
            members = self.orders(ids)
            transfers = members.picking_ids
            transfers.move_ids.picked = True
            transfers.with_context(
                skip_backorder=True, skip_sms=True, button_validate_picking_ids=transfers.ids
            ).button_validate()
            members._create_invoices(grouped=True, final=True).action_post()
        report = orders.env["ir.actions.report"]
        self.papers = {
            "slip": report._render_qweb_pdf("stock.action_report_delivery", orders.picking_ids.ids),
            "invoice": report._render_qweb_pdf("account.account_invoices", orders.invoice_ids.ids),
        }

    def proof(self, orders):
        """See above."""
        self.pages = {}
        for kind, (content, made) in self.papers.items():
            if made != "pdf":
                raise AssertionError(f"{kind}: core printed {made}, no PDF")
            self.printed(kind, content)
        return super().proof(orders)

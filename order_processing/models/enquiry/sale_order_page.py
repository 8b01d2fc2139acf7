from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import consteq, hmac
from odoo.tools.misc import format_date

SCOPE = "order_processing-order-page"
# what has happened in the customer's words; what is not here is the house's own
WORDS = (
    *("entered", "raised", "lowered", "removed", "cancelled", "closed_short", "reopened", "confirmed", "delay_told"),
    *(
        "delay_answered",
        "arrival_told",
        "picked",
        "shipped",
        "replaced",
        "received_back",
        "invoiced",
        "credited",
        "paid",
    ),
    *("return_requested", "settled", "asked", "answered", "change_requested", "change_accepted", "change_declined"),
)
# of these the customer reads the words that were said
SAID = ("asked", "answered", "change_declined")
OPEN_MOVES = ("draft", "done", "cancel")


class SaleOrder(models.Model):
    """The customer's own page of an order: its link, which is signed and expires, and what stands on it."""

    _inherit = "sale.order"

    # ------------------------------------------------------------------ the link

    def _page_url(self):
        """The address of the customer's page of this order, signed: whoever has it may look for as long as it holds."""
        self.ensure_one()
        until = fields.Datetime.now() + timedelta(days=self.company_id.sudo().order_link_days)
        seconds = int(until.timestamp())
        return f"{self.get_base_url()}/my/follow/{self.id}?until={seconds}&sign={self._page_signature(seconds)}"

    def _page_signature(self, until):
        """What nobody else can write: over the order, its customer and the moment when it ends.

        An order that is given to another customer, or moved to another company, is not shown by the links of before.
        """
        self.ensure_one()
        order = self.sudo()
        signed = (order.id, order.company_id.id, order.partner_id.commercial_partner_id.id, int(until))
        return hmac(self.env(su=True), SCOPE, repr(signed))

    def _page_verdict(self, until, sign):
        """Whether a link holds: ``"ok"``, ``"expired"`` or ``"wrong"``.

        :param until: as it stands in the link, any text
        :param sign: the same
        """
        self.ensure_one()
        until, sign = str(until or ""), str(sign or "")
        if not until.isascii() or not until.isdigit() or len(until) > 12 or not sign.isascii():
            return "wrong"
        if not consteq(sign, self._page_signature(int(until))):
            return "wrong"
        return "ok" if int(until) >= fields.Datetime.now().timestamp() else "expired"

    # ------------------------------------------------------------------ what stands on it

    def _page_values(self):
        """What the page of this order (``sudo``) shows; the same queries for any number of lines."""
        self.ensure_one()
        stands = self._customer_states()[self.id]
        transfers = self.picking_ids.filtered(
            lambda transfer: transfer.picking_type_code == "outgoing" and transfer.state == "done"
        )
        first = min(filter(None, self.order_line.mapped("order_first_promise_date")), default=None)
        return {
            "stands": stands,
            "promise": self.order_promise_date,
            "first_promise": first if first and first != self.order_promise_date else None,
            "parcels": [self._page_parcel(transfer) for transfer in transfers.sorted("date_done")],
            "still": self._page_still(stands["state"]),
            "documents": self._page_documents(),
            "moments": self._page_moments(),
            "questions": self._page_questions(),
            "delay": self._page_delay(),
            "may_cancel": self._page_may_cancel(),
            "may_change": stands["state"] not in ("complete", "returning", "cancelled"),
        }

    def _page_parcel(self, transfer):
        return {
            "transfer": transfer,
            "at": transfer.date_done,
            "carrier": transfer.carrier_id.name or "",
            "tracking": transfer.carrier_tracking_ref or "",
            "url": transfer.carrier_tracking_url or "",
            "packages": ", ".join(transfer.move_line_ids.result_package_id.mapped("name")),
            "goods": [
                {
                    "name": move.product_id.display_name,
                    "quantity": move.quantity,
                    "amount": move.product_uom._quantity_words(move.quantity),
                }
                for move in transfer.move_ids
                if move.state == "done" and move.quantity
            ],
        }

    def _page_still(self, state):
        """What is still to leave, and when: nothing of what is not confirmed."""
        if self.state != "sale" or state == "complete":
            return []
        rows = []
        for line in self.order_line:
            left = line.product_uom_qty - line.qty_delivered
            goods = not line.display_type and line.product_id.type == "consu"
            if goods and line.product_uom_id.compare(left, 0) > 0:
                moves = line.move_ids.filtered(lambda move: move.state not in OPEN_MOVES)
                if any(moves.mapped("picked")):
                    why = self.env._("in preparation")
                elif moves and all(move.state == "assigned" for move in moves):
                    why = self.env._("in stock, leaves next")
                else:
                    why = self.env._("we wait for it")
                day = format_date(self.env, line.order_promise_date) if line.order_promise_date else ""
                rows.append(
                    {
                        "name": line.name.split("\n")[0],
                        "quantity": left,
                        "amount": line.product_uom_id._quantity_words(left),
                        "why": why,
                        "day": day,
                    }
                )
        return rows

    def _page_documents(self):
        """``[{kind, id, name}]`` of what can be downloaded: ``kind`` is a key of ``_page_printout``."""
        rows = []
        if self.state != "cancel":
            rows.append({"kind": "order", "id": self.id, "name": self.env._("Order %s", self.name)})
        for move in self.invoice_ids.filtered(lambda move: move.state == "posted").sorted("id"):
            rows.append({"kind": "invoice", "id": move.id, "name": move.name})
        for transfer in self.picking_ids.filtered(
            lambda transfer: transfer.picking_type_code == "outgoing" and transfer.state == "done"
        ).sorted("id"):
            rows.append({"kind": "slip", "id": transfer.id, "name": self.env._("Delivery slip %s", transfer.name)})
        return rows

    @api.model
    def _page_printout(self, kind):
        """The report that prints a document of a kind."""
        return {
            "order": "sale.action_report_saleorder",
            "invoice": "account.account_invoices",
            "slip": "stock.action_report_delivery",
        }.get(kind)

    def _page_document(self, kind, document_id):
        """``(name, content)`` of a document of this order as PDF; ``None`` where it has none such."""
        self.ensure_one()
        for row in self._page_documents():
            if row["kind"] == kind and row["id"] == document_id:
                report = self.env["ir.actions.report"].sudo()
                content, _type = report._render_qweb_pdf(self._page_printout(kind), [document_id])
                return row["name"], content
        return None

    def _page_moments(self):
        """What has happened, newest first, without who did it and why."""
        (story,) = self.order_timeline()
        events = [event for event in story["events"] if event["kind"] in WORDS]
        events = [{**event, "who": "", "why": self._page_said(event)} for event in events]
        return list(reversed(self._timeline_moments(events)))

    @api.model
    def _page_said(self, event):
        """The words of an event that the customer reads; of a question without the way in which it came."""
        if event["kind"] not in SAID:
            return ""
        return event["why"].partition(" ")[2] if event["document_model"] == "order.enquiry" else event["why"]

    def _page_questions(self):
        """The customer's questions and their answers; nothing that colleagues wrote to each other."""
        questions = self.env["order.enquiry"].sudo().search([("order_id", "=", self.id), ("asked_by_us", "=", False)])
        return [
            {
                "at": enquiry.asked_at,
                "question": enquiry.question,
                "answer": enquiry.answer or "",
                "asked_back": enquiry.asked_back if enquiry.state == "waiting_customer" else "",
                "state": enquiry.state,
            }
            for enquiry in questions
        ]

    def _page_delay(self):
        """The message of a delay of which the customer may still choose something: its address, else ``""``."""
        lines = (
            self.env["order.delay.notice.line"]
            .sudo()
            .search(
                [("order_id", "=", self.id), ("notice_id.outcome", "in", ("sent", "told"))], order="id desc", limit=1
            )
        )
        notice = lines.notice_id
        return notice.get_portal_url() if notice and notice._choices(self) else ""

    def _page_may_cancel(self):
        """``"now"``: it is cancelled at once; ``"ask"``: the floor is asked; ``""``: it is too late, or asked already."""
        self.ensure_one()
        if self.state in ("draft", "sent"):
            return "now"
        if self.state != "sale" or self._order_cancel_late():
            return ""
        if self.id not in self._picking_begun():
            return "now"
        waits = self.order_change_request_ids.filtered(lambda request: request.state == "requested")
        return "" if waits else "ask"

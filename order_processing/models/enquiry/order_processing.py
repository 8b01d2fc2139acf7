from odoo import api, models

from ..common import contract, scalars
from . import order_status as forms


class OrderProcessing(models.AbstractModel):
    _inherit = "order.processing"

    @api.model
    @api.readonly
    @contract.method(forms.STATUS, references=contract.texts("Orders by reference, at most 1,000."))
    def order_status(self, references, source=""):
        """Where orders stand: holds, promises, what is shipped, invoiced, paid and returned, and all that happened."""
        found = self._contract_orders(references, source)
        orders = self.env["sale.order"].sudo().browse([order.id for _reference, order, _code in found if order])
        timelines = {story["order_id"]: story["events"] for story in orders.order_timeline()}
        figures = self._status_figures(orders)
        stands = orders._customer_states()
        returned = self.env["order.return.line"].sudo().search([("order_id", "in", orders.ids)], order="id")
        returned = returned.grouped("order_id")
        # of one set, so that what each needs is read for all
        by_id = {order.id: order for order in orders}
        answers = []
        for reference, order, code in found:
            if not order:
                answers.append(
                    {"reference": reference, "ok": False, "code": code, "message": self._contract_missing(code)}
                )
                continue
            order = by_id[order.id]
            answers.append(
                {
                    "reference": reference,
                    "ok": True,
                    "code": "accepted",
                    **self._status_head(order),
                    **self._status_stands(stands[order.id]),
                    "lines": self._status_lines(order, figures),
                    **self._status_goods(order),
                    **self._status_money(order),
                    "returned": self._status_returned(returned.get(order, ())),
                    "discrepancies": self._status_discrepancies(order),
                    "timeline": timelines[order.id],
                }
            )
        return answers

    def _status_figures(self, orders):
        """What the ledgers say of each line, one statement for all orders."""
        matching = self.env["order.matching"].sudo()
        if not orders:
            return {}
        matching._flush_ledgers()
        self.env.cr.execute(matching._figures_query(order_ids=orders.ids))
        names = [column.name for column in self.env.cr.description]
        rows = (dict(zip(names, row)) for row in self.env.cr.fetchall())
        return {row["line_id"]: row for row in rows}

    def _status_head(self, order):
        holds = order.order_hold_ids.filtered(lambda hold: hold.state == "open")
        return {
            "order": order.name,
            "order_id": order.id,
            "source": order.intake_id.source or "",
            "state": order.state,
            "verification": order.verification_state or "",
            "holds": holds.mapped("reason_code"),
            "hold_reasons": [
                {
                    "code": hold.reason_code,
                    "reason": hold.reason_id.name,
                    "note": hold.note or "",
                    "since": scalars.utc_text(hold.held_at),
                }
                for hold in holds
            ],
            "promise_date": scalars.day_text(order.order_promise_date),
            "currency": order.currency_id.name,
            "total": order.currency_id.round(order.amount_total),
        }

    def _status_stands(self, told):
        plain = self.env["sale.order"]._plain_customer_state(told)
        return {
            "customer_state": plain["state"],
            "customer_since": plain["since"],
            "customer_steps": plain["steps"],
        }

    def _status_lines(self, order, figures):
        def figure(line, name):
            return float(figures.get(line.id, {}).get(name) or 0)

        return [
            {
                "line": line.order_sender_line or "",
                "line_id": line.id,
                "product": line.product_id.default_code or "",
                "name": line.name.split("\n")[0],
                "unit": line.product_uom_id.name or "",
                "ordered": line.product_uom_qty,
                "shipped": figure(line, "shipped") if line.id in figures else line.qty_delivered,
                "returned": figure(line, "returned"),
                "invoiced": figure(line, "invoiced") - figure(line, "credited"),
                "promise_date": scalars.day_text(line.order_promise_date),
            }
            for line in order.order_line
            if not line.display_type
        ]

    def _status_goods(self, order):
        transfers = order.picking_ids.filtered(
            lambda transfer: transfer.picking_type_code == "outgoing" and transfer.state != "cancel"
        )
        left = transfers.filtered(lambda transfer: transfer.state == "done" and transfer.carrier_tracking_ref)
        return {
            "shipped": [
                {
                    "transfer": transfer.name,
                    "state": transfer.state,
                    "shipped_at": scalars.utc_text(transfer.state == "done" and transfer.date_done),
                    "parcels": transfer.move_line_ids.result_package_id.mapped("name"),
                    "carrier": transfer.carrier_id.name or "",
                    "tracking": transfer.carrier_tracking_ref or "",
                }
                for transfer in transfers
            ],
            "tracking": left.mapped("carrier_tracking_ref"),
        }

    def _status_money(self, order):
        invoices = order.invoice_ids.filtered(lambda move: move.state == "posted")
        totals = {"amount_total": 0.0, "amount_residual": 0.0}
        for move in invoices:
            for name in totals:
                totals[name] += move[name] * (-1 if move.move_type == "out_refund" else 1)
        settled = ("paid", "in_payment", "reversed")
        money = order.currency_id.round
        return {
            "invoices": [
                {
                    "number": move.name,
                    "type": "credit" if move.move_type == "out_refund" else "invoice",
                    "date": scalars.day_text(move.invoice_date),
                    "total": move.currency_id.round(move.amount_total),
                    "open": move.currency_id.round(move.amount_residual),
                    "currency": move.currency_id.name,
                }
                for move in invoices
            ],
            "invoiced_total": money(totals["amount_total"]),
            "paid_total": money(totals["amount_total"] - totals["amount_residual"]),
            "paid": bool(invoices) and all(move.payment_state in settled for move in invoices),
        }

    def _status_returned(self, lines):
        return [
            {
                "return": line.return_id.name,
                "key": line.return_id.external_key or "",
                "state": line.return_id.state,
                "product": line.product_id.default_code or line.product_id.name,
                "quantity": line.quantity,
                "received": line.received_qty,
                "settlement": line.settlement or "",
            }
            for line in lines
        ]

    def _status_discrepancies(self, order):
        return [
            {
                "kind": found.kind,
                "expected": found.expected,
                "found": found.found,
                "line": found.line_id.order_sender_line or "",
            }
            for found in order.order_discrepancy_ids
            if found.state in ("open", "in_progress")
        ]

    @api.model
    @api.readonly
    @contract.method(forms.page(forms.CHANGE), since=forms.CURSOR, limit=forms.PAGE)
    def changes(self, since="", limit=500, source=""):
        """The day book after a cursor, complete and stable while others write; with `source` what this sender sent."""
        answer = self.env["order.event"].sudo().changes(since, limit, self.env.company.ids, source)
        by_order, by_id = self._changes_envelopes(answer["items"])
        for item in answer["items"]:
            sent = by_id if item["document_model"] == "order.intake" else by_order
            envelope = sent.get(item["document_id"] if sent is by_id else item["order_id"])
            if envelope:
                item.update(source=envelope.source, reference=envelope.reference)
            item["to_refund"] = bool(item["to_refund"])
            for name in forms.NUMBERS:
                if not item[name]:
                    del item[name]
        return answer

    def _changes_envelopes(self, items):
        """The envelopes that rows of the day book are about: by order, and by their own id."""
        orders = [item["order_id"] for item in items if item["order_id"]]
        own = [item["document_id"] for item in items if item["document_model"] == "order.intake"]
        Intake = self.env["order.intake"].sudo()
        found = Intake.search(["|", ("order_id", "in", orders), ("id", "in", own)], order="id desc")
        return {envelope.order_id.id: envelope for envelope in found}, {envelope.id: envelope for envelope in found}

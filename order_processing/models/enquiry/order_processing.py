from odoo import api, models

from ..common import contract


class OrderProcessing(models.AbstractModel):
    _inherit = "order.processing"

    @api.model
    @api.readonly
    @contract.method(
        contract.records("reference", {}), references=contract.texts("Orders by reference, at most 1,000.")
    )
    def order_status(self, references, source=""):
        """Where orders stand.

        :param list references: Odoo's order names or the sender's references, at most 1,000
        :param str source: the sender; then references are the sender's alone
        :return: one dict per reference, in the order given: ``{reference, ok, code, message, order, order_id, state,
            verification, holds, promise_date, shipped, lines, tracking, invoices, paid, returned, discrepancies, timeline}``
        """
        found = self._contract_orders(references, source)
        orders = self.env["sale.order"].sudo().browse([order.id for _reference, order, _code in found if order])
        timelines = {story["order_id"]: story["events"] for story in orders.order_timeline()}
        messages = {
            "not_found": self.env._("No order has this reference."),
            "ambiguous": self.env._("More than one order has this reference: name the source."),
        }
        answers = []
        for reference, order, code in found:
            if order:
                order = orders.browse(order.id)
                answers.append(
                    {
                        "reference": reference,
                        "ok": True,
                        "code": "accepted",
                        "message": "",
                        **self._status(order, timelines),
                    }
                )
            else:
                answers.append({"reference": reference, "ok": False, "code": code, "message": messages[code]})
        return answers

    @api.model
    def _status(self, order, timelines):
        transfers = order.picking_ids
        invoices = order.invoice_ids.filtered(lambda move: move.state == "posted")
        return {
            "order": order.name,
            "order_id": order.id,
            "state": order.state,
            "verification": order.verification_state or "",
            "holds": order.order_hold_ids.filtered(lambda hold: hold.state == "open").mapped("reason_code"),
            "promise_date": str(order.order_promise_date or ""),
            "lines": [
                {
                    "product": line.product_id.default_code or "",
                    "name": line.name.split("\n")[0],
                    "ordered": line.product_uom_qty,
                    "shipped": line.qty_delivered,
                    "invoiced": line.qty_invoiced,
                    "unit": line.product_uom_id.name or "",
                    "promise_date": str(line.order_promise_date or ""),
                }
                for line in order.order_line
                if not line.display_type
            ],
            "shipped": [
                {
                    "transfer": transfer.name,
                    "state": transfer.state,
                    "parcels": transfer.move_line_ids.result_package_id.mapped("name"),
                    "tracking": transfer.carrier_tracking_ref or "",
                }
                for transfer in transfers
                if transfer.picking_type_code == "outgoing" and transfer.state != "cancel"
            ],
            "invoices": [
                {
                    "number": move.name,
                    "type": "credit" if move.move_type == "out_refund" else "invoice",
                    "date": str(move.invoice_date or ""),
                    "total": move.amount_total,
                    "open": move.amount_residual,
                    "currency": move.currency_id.name,
                }
                for move in invoices
            ],
            "paid": bool(invoices)
            and all(move.payment_state in ("paid", "in_payment", "reversed") for move in invoices),
            "discrepancies": [
                {"kind": found.kind, "expected": found.expected, "found": found.found}
                for found in order.order_discrepancy_ids
                if found.state in ("open", "in_progress")
            ],
            "timeline": timelines[order.id],
        }

    @api.model
    @api.readonly
    @contract.method(
        contract.record({"items": contract.array({}), "next": contract.text(), "more": contract.boolean()}),
        since=contract.text("The `next` of the answer before, '' from the start."),
        limit={**contract.integer("At most so many items."), "minimum": 1, "maximum": contract.LIMIT},
    )
    def changes(self, since="", limit=500):
        """The day book after a cursor, complete and stable while others write.

        :param str since: the ``next`` of the answer before, ``''`` from the start
        :param int limit: at most so many, 1 to 1000
        :return: ``{items, next, more}``
        """
        return self.env["order.event"].sudo().changes(since, limit, self.env.company.ids)

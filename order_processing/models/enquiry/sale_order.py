from odoo import api, fields, models
from odoo.tools.misc import formatLang

from ..common.number_words import number_words

# kinds that tell of an order without a line are shown as they are; these are summed per document and moment
PER_LINE = (
    *("entered", "raised", "lowered", "removed", "cancelled", "closed_short", "reopened", "promised"),
    *("short_decided", "delay_told", "delay_answered"),
    *("picked", "put_back", "shipped", "shipped_component", "replaced", "received_back", "corrected", "corrected_back"),
    *("invoiced", "uninvoiced", "credited", "uncredited", "return_requested", "settled"),
)
INTERNAL = ("promised", "short_decided", "delay_answered", "change_requested", "change_withdrawn")
# what happens inside the house and reaches no customer
HOUSE = ("check_failed", "changed_in_picking", "put_back", "parcel_voided")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    order_enquiry_ids = fields.One2many(
        "order.enquiry", "order_id", "Enquiries", groups="order_processing.group_processor"
    )
    order_enquiry_count = fields.Integer(
        "Questions", compute="_compute_order_enquiry_count", groups="order_processing.group_processor"
    )
    order_timeline_html = fields.Html("Timeline", compute="_compute_order_timeline_html", sanitize=False)

    def _compute_order_enquiry_count(self):
        Enquiry = self.env["order.enquiry"]
        counts = dict(Enquiry._read_group([("order_id", "in", self.ids)], ["order_id"], ["__count"]))
        others = dict(Enquiry._read_group([("more_order_ids", "in", self.ids)], ["more_order_ids"], ["__count"]))
        for order in self:
            order.order_enquiry_count = counts.get(order, 0) + others.get(order, 0)

    @api.depends_context("lang", "tz", "uid")
    def _compute_order_timeline_html(self):
        stories = {story["order_id"]: story for story in self.order_timeline()} if self.ids else {}
        stands = self._customer_states()
        for order in self:
            events = stories.get(order.id, {}).get("events", [])
            order.order_timeline_html = self.env["ir.qweb"]._render(
                "order_processing.enquiry_timeline",
                {
                    "moments": order._timeline_moments(events),
                    "steps": stands[order.id]["steps"] if order.id in stands else [],
                    "here": order.order_customer_state,
                },
            )

    def order_timeline(self):
        """What happened to these orders, oldest first, read from the day book: the same for staff, portal and programs.

        Two queries whatever the number of orders.

        :return: ``[{order, order_id, events: [{at, date, kind, label, quantity, unit, amount, currency, product, line,
            document, document_model, document_id, who, why}]}]``; times are UTC text, what does not apply is left out
        :raises AccessError: an order that the user may not read
        """
        self.check_access("read")
        hidden = HOUSE if self.env.user.share else ()
        # who may read an order may read its story; the book itself is the desk's
        rows = self.env["order.event"].sudo().timeline(self.ids)
        labels = dict(self.env["order.event"]._fields["kind"]._description_selection(self.env))
        units = {row["uom_id"] for story in rows.values() for row in story if row["uom_id"]}
        units = {unit.id: unit.name for unit in self.env["uom.uom"].sudo().browse(units).exists()}
        return [
            {
                "order": order.name,
                "order_id": order.id,
                "events": [
                    self._timeline_event(row, labels, units) for row in rows[order.id] if row["kind"] not in hidden
                ],
            }
            for order in self
        ]

    def _timeline_event(self, row, labels, units):
        event = {
            "at": row["at"],
            "date": row["business_date"],
            "kind": row["kind"],
            "label": labels[row["kind"]],
            "line": row["line_name"],
            "document": row["document_name"],
            "document_model": row["document_model"],
            **({"document_id": row["document_id"]} if row["document_id"] else {}),
            "who": row["user_name"],
            # whose receipt is waited for, and what the desk has to settle, is no customer's business
            "why": ""
            if row["kind"] in INTERNAL and self.env.user.share
            else " ".join(filter(None, (row["reason"], row["note"]))),
        }
        if row["quantity"]:
            event.update(quantity=row["quantity"], unit=units.get(row["uom_id"], ""))
        if row["amount"]:
            event.update(amount=row["amount"], currency=row["currency"])
        return event

    def _timeline_moments(self, events):
        """Events of one kind, document and minute as one moment with its lines: what a person reads."""
        moments = []
        for event in events:
            last = moments[-1] if moments else None
            same = (
                last
                and all(last[key] == event[key] for key in ("kind", "document", "who"))
                and last["at"][:16] == event["at"][:16]
            )
            if not same:
                last = {**event, "lines": [], "total": 0.0}
                moments.append(last)
            if event["kind"] in PER_LINE and event["line"]:
                last["lines"].append(event)
                last["total"] += event.get("amount", 0.0)
            elif event.get("amount"):
                last["total"] += event["amount"]
        for moment in moments:
            local = fields.Datetime.context_timestamp(
                self, fields.Datetime.to_datetime(moment["at"][:19].replace("T", " "))
            )
            moment["total_words"] = formatLang(self.env, moment["total"])
            for line in moment["lines"]:
                line["words"] = f"{number_words(self.env, line.get('quantity'))} {line.get('unit', '')}".strip()
            moment["when"] = local.strftime("%Y-%m-%d %H:%M")
        return moments

    def action_order_enquiries(self):
        """The questions that were asked about this order."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Questions"),
            "res_model": "order.enquiry",
            "view_mode": "list,form",
            "domain": ["|", ("order_id", "=", self.id), ("more_order_ids", "in", self.ids)],
            "context": {"default_order_id": self.id, "default_partner_id": self.partner_id.id},
        }

import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.misc import format_date
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

PROCESSOR = "order_processing.group_processor"
MANY = 5
PLACE = re.compile(r"\{(\w+)\}")
# what a template may name, and what it is called where it has changed
FACTS = {
    "customer": _lt("Customer"),
    "order": _lt("Order"),
    "reference": _lt("Your reference"),
    "state": _lt("Where it stands"),
    "since": _lt("Since"),
    "promise": _lt("Promised for"),
    "first_promise": _lt("First promised for"),
    "shipped": _lt("Shipped"),
    "tracking": _lt("Tracking"),
    "open": _lt("Still to leave"),
    "invoices": _lt("Invoices"),
    "to_pay": _lt("To pay"),
    "returns": _lt("Returns"),
}


class OrderEnquiryTemplate(models.Model):
    """An answer that is given often, with places for what is so of the order: ``{order}``, ``{promise}``, ``{tracking}``…"""

    _name = "order.enquiry.template"
    _description = "Answer Template"
    _inherit = ["order.general.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind_id = fields.Many2one("order.enquiry.kind", "About", help="Empty: offered for every question.")
    body = fields.Text("Answer", required=True, translate=True)
    places = fields.Char("What it may name", compute="_compute_places")

    def _compute_places(self):
        self.places = " ".join(f"{{{name}}}" for name in FACTS)

    @api.constrains("body")
    def _check_body(self):
        for template in self:
            unknown = sorted(set(PLACE.findall(template.body or "")) - set(FACTS))
            if unknown:
                raise ValidationError(
                    self.env._(
                        "%(template)s: nothing is called %(names)s. An answer may name: %(known)s.",
                        template=template.name,
                        names=", ".join(f"{{{name}}}" for name in unknown),
                        known=template.places,
                    )
                )


class OrderEnquiry(models.Model):
    """Answers out of templates, in the customer's language, with the order's facts of that moment; what changed since is told."""

    _inherit = "order.enquiry"

    answer_template_id = fields.Many2one(
        "order.enquiry.template",
        "Answer template",
        domain="[('kind_id', 'in', (False, kind_id)), ('company_id', 'in', (False, company_id))]",
    )
    draft_facts = fields.Json("Facts of the draft", readonly=True, copy=False)
    draft_warning = fields.Text("Changed since the draft", compute="_compute_draft_warning")

    def action_draft(self):
        """Write the answer of the chosen template, with what is so of the order now (processors).

        :raises UserError: no template is chosen
        """
        self._check_order_group(PROCESSOR)
        self.check_access("write")
        bare = self.filtered(lambda enquiry: not enquiry.answer_template_id)
        if bare:
            raise UserError(self.env._("Choose a template first: %s.", ", ".join(bare.mapped("display_name"))))
        facts = self._facts()
        for enquiry in self:
            body = enquiry.answer_template_id.with_context(lang=enquiry._lang()).body
            used = {name: facts[enquiry.id].get(name, "") for name in set(PLACE.findall(body))}
            enquiry.write(
                {
                    "draft_answer": PLACE.sub(lambda place, used=used: used[place.group(1)] or "-", body),
                    "draft_facts": used,
                }
            )
        return True

    @api.depends("draft_facts", "draft_answer", "order_id")
    def _compute_draft_warning(self):
        drafted = self.filtered(lambda enquiry: enquiry.draft_facts and enquiry.draft_answer)
        facts = drafted._facts()
        (self - drafted).draft_warning = False
        for enquiry in drafted:
            now = facts[enquiry.id]
            enquiry.draft_warning = "\n".join(
                self.env._(
                    "%(fact)s: “%(before)s” when the answer was drafted, “%(now)s” now.",
                    fact=self.env._(FACTS[name]),
                    before=before or "-",
                    now=now.get(name) or "-",
                )
                for name, before in enquiry.draft_facts.items()
                if name in FACTS and before != now.get(name, "")
            )

    def _lang(self):
        """The language in which the customer is answered."""
        self.ensure_one()
        return self.partner_id.lang or self.company_id.partner_id.lang or self.env.lang

    def _facts(self):
        """What is so of the orders of these enquiries, in words of the customers: dict of id to dict of text."""
        found = {enquiry.id: {"customer": enquiry.partner_id.name or ""} for enquiry in self}
        for lang, enquiries in self.grouped(lambda enquiry: enquiry._lang()).items():
            orders = enquiries.order_id.with_context(lang=lang).sudo()
            stands = orders._customer_states()
            for enquiry in enquiries.filtered("order_id"):
                order = orders.browse(enquiry.order_id.id)
                found[enquiry.id].update(order._enquiry_facts(stands[order.id]))
        return found


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _enquiry_facts(self, stands):
        """What is so of this order (``sudo``) in words, in the language of the context: see ``FACTS``."""
        self.ensure_one()

        def day(date):
            return format_date(self.env, date) if date else ""

        transfers = self.picking_ids.filtered(lambda transfer: transfer.picking_type_code == "outgoing")
        gone = transfers.filtered(lambda transfer: transfer.state == "done").sorted("date_done")
        still = [line for line in self.order_line if not line.display_type and line.product_id.type == "consu"]
        still = [line for line in still if line.product_uom_id.compare(line.product_uom_qty, line.qty_delivered) > 0]
        bills = self.invoice_ids.filtered(lambda move: move.state == "posted")
        words = [
            f"{line.product_uom_id._quantity_words(line.product_uom_qty - line.qty_delivered)} {line.name.splitlines()[0]}"
            for line in (still if stands["state"] not in ("received", "cancelled") else [])
        ]
        cases = self.env["order.return"].search([("order_id", "=", self.id)])
        states = dict(cases._fields["state"]._description_selection(self.env))
        return {
            "order": self.name,
            "reference": self.client_order_ref or "",
            "state": stands["label"],
            "since": day(stands["since"]),
            "promise": day(self.order_promise_date),
            "first_promise": day(min(filter(None, self.order_line.mapped("order_first_promise_date")), default=None)),
            "shipped": ", ".join(filter(None, (day(transfer.date_done) for transfer in gone))),
            "tracking": ", ".join(filter(None, gone.mapped("carrier_tracking_ref"))),
            "open": "; ".join(words[:MANY]) + (" …" if len(words) > MANY else ""),
            "invoices": ", ".join(bills.mapped("name")),
            "to_pay": self.currency_id.format(sum(bills.mapped("amount_residual_signed"))) if bills else "",
            "returns": "; ".join(f"{case.name}: {states[case.state]}" for case in cases),
        }

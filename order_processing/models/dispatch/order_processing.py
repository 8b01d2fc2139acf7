from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

from ..common import contract, scalars
from ..common.business_day import wall_moment
from . import change_form as form

_lt = LazyTranslate(__name__)
NOON = 12
RESULT_CODES = {
    "not_begun": _lt("Picking of the order has not begun: cancel it, or send it again with `replace`."),
}
ANSWER = contract.records(
    "key",
    {
        "reference": contract.text("Of the order, as it was sent."),
        "order": contract.text("Odoo's number."),
        "order_id": contract.integer(),
        "request": contract.text("Odoo's number."),
        "request_id": contract.integer(),
        "kind": contract.text("cancel, change, address or date."),
        "state": contract.text("requested, accepted, declined or withdrawn; '' where nothing was asked."),
        "answer": contract.text("What the floor says; of declined requests why."),
        "by_itself": contract.boolean("Nobody answered: the goods have left, or the order was cancelled otherwise."),
        "requested_at": contract.moment(),
        "answered_at": contract.moment(),
        "customer": contract.text("How the customer was told: none, sent, to_call or told."),
    },
    optional=("order_id", "request_id"),
)


class OrderProcessing(models.AbstractModel):
    _inherit = "order.processing"

    @api.model
    @contract.method(
        ANSWER,
        changes=contract.array({}, "At most 1,000, each of the schema `change_request`.", maxItems=contract.LIMIT),
        source=contract.text("The sender; default the caller's login.", maxLength=contract.NAME_LENGTH),
    )
    def request_changes(self, changes, source=""):
        """Ask the floor to cancel or change orders of which picking has begun, once per company, source and key."""
        sender = source.strip() or self.env.user.login
        entries = [_Entry(sent) for sent in changes]
        self._change_known(entries, sender)
        self._change_orders(entries, source)
        self._change_addresses(entries, sender)
        waiting = [entry for entry in entries if entry.open]
        while waiting:
            # one order once a round: what is asked of it twice meets what was asked first
            first = {}
            for entry in waiting:
                first.setdefault(entry.order, entry)
            self._change_round(first, sender)
            waiting = [entry for entry in waiting if entry.open]
        for entry in entries:
            if entry.twin:
                self._change_twin(entry)
        return [self._change_answer(entry) for entry in entries]

    @api.model
    @api.readonly
    @contract.method(
        ANSWER, keys=contract.texts("The sender's keys, or without `source` Odoo's numbers; at most 1,000.")
    )
    def change_status(self, keys, source=""):
        """What became of what the floor was asked, by key."""
        domain = [("company_id", "=", self.env.company.id)]
        if source:
            domain += [("external_key", "in", keys), ("source", "=", source)]
        else:
            domain += ["|", ("external_key", "in", keys), ("name", "in", keys)]
        found = {}
        for request in self.env["order.change.request"].sudo().search(domain):
            for name in {request.external_key, *(() if source else (request.name,))} - {False}:
                found.setdefault(name, []).append(request)
        answers = []
        for key in keys:
            entry = _Entry({"key": key})
            requests = found.get(key, [])
            entry.code = "accepted" if len(requests) == 1 else "ambiguous" if requests else "not_found"
            if entry.code == "accepted":
                entry.request = requests[0]
            else:
                entry.message = self._contract_missing(entry.code)
            answers.append(self._change_answer(entry))
        return answers

    # ------------------------------------------------------------------ one step for all entries each

    def _change_known(self, entries, sender):
        """Refuse what is not of the form; answer what was sent before, under the same key of ``sender``."""
        first = {}
        for entry in entries:
            if where := form.problem(entry.sent):
                entry.fail("invalid", self.env._("This is not of the documented form: `%s`.", where))
            elif first.setdefault(entry.key, entry) is not entry:
                entry.twin = first[entry.key]
        domain = [
            ("company_id", "=", self.env.company.id),
            ("source", "=", sender),
            ("external_key", "in", list(first)),
        ]
        known = {request.external_key: request for request in self.env["order.change.request"].sudo().search(domain)}
        for key, request in known.items():
            self._change_repeated(first[key], request)

    def _change_repeated(self, entry, request):
        entry.request = request
        if request.payload == entry.sent:
            entry.code, entry.message = "repeated", self.env._("Asked before.")
        else:
            entry.fail("conflict", self.env._("This key was used for %s, with other content.", request.display_name))

    def _change_twin(self, entry):
        """What came twice under one key in the same call is asked once."""
        if entry.twin.ok:
            self._change_repeated(entry, entry.twin.request)
        else:
            entry.order = entry.twin.order
            entry.fail(entry.twin.code, entry.twin.message)

    def _change_orders(self, entries, source):
        """Find the orders of ``entries``, as one set: what is read of each is read for all."""
        todo = [entry for entry in entries if entry.open]
        found = self._contract_orders([entry.sent["reference"] for entry in todo], source)
        orders = self.env["sale.order"].sudo().browse({order.id for _reference, order, _code in found if order})
        by_id = {order.id: order for order in orders}
        for entry, (_reference, order, code) in zip(todo, found):
            if order:
                entry.order = by_id[order.id]
            else:
                entry.fail(code, self._contract_missing(code))

    def _change_addresses(self, entries, sender):
        """Find or make the contacts that goods shall go to; where the floor is not asked none is made."""
        todo = [entry for entry in entries if entry.open and entry.sent.get("address")]
        orders = self.env["sale.order"].sudo().browse([entry.order.id for entry in todo])
        waiting, begun = orders._change_waiting(), orders._picking_begun()
        somewhere = {"kind": "address", "wishes": {"partner_shipping_id": False}}
        for entry in todo:
            if problem := entry.order._change_problem(somewhere, waiting.get(entry.order), begun):
                entry.fail(*problem)
        todo = [entry for entry in todo if entry.open]
        wanted = [(entry.order.partner_id, entry.sent["address"]) for entry in todo]
        found = self.env["order.intake"].sudo()._ship_to_contacts(self.env.company, sender, wanted)
        # read for all, before each order asks
        self.env["res.partner"].sudo().browse([contact.id for contact, _words in found if contact]).mapped(
            "property_stock_customer"
        )
        for entry, (contact, words) in zip(todo, found):
            entry.address = contact
            if words:
                entry.fail("invalid", words)

    def _change_round(self, entries, sender):
        """Ask about each order of ``entries`` (order to entry) what its entry says."""
        asked = {}
        for order, entry in entries.items():
            try:
                wishes = order._change_wished(
                    entry.sent["kind"],
                    entry.sent["reason"],
                    self._change_lines(entry),
                    entry.address,
                    self._change_days(entry),
                )
            except UserError as wrong:
                entry.fail("invalid", str(wrong))
                continue
            asked[order] = {
                "kind": entry.sent["kind"],
                "reason": entry.sent["reason"].strip(),
                "wishes": wishes[order],
                "source": sender,
                "external_key": entry.key,
                "payload": entry.sent,
            }
        orders = self.env["sale.order"].sudo().browse([order.id for order in asked])
        made, problems = orders._change_ask(asked)
        for order in orders:
            entry, request = entries[order], made.get(order)
            if order in problems:
                entry.fail(*problems[order])
            elif (request.source, request.external_key) == (sender, entry.key):
                entry.request, entry.code = request, "accepted"
            else:
                # nobody's key is taken over
                entry.request = request
                entry.fail("refused", self.env._("%s asks the same already.", request.display_name))

    @staticmethod
    def _change_lines(entry):
        """The lines of ``entry`` with Odoo's ids, as ``action_request_change`` takes them; unknown ones as they were sent."""
        if "lines" not in entry.sent:
            return None
        marks = {line.order_sender_line: line.id for line in entry.order.order_line if line.order_sender_line}
        return [
            {"line": row.get("line_id") or marks.get(str(row.get("line", "")), str(row)), "quantity": row["quantity"]}
            for row in entry.sent["lines"]
        ]

    def _change_days(self, entry):
        """The days of ``entry`` as ``action_request_change`` takes them; the wished one is its noon."""
        days = {name: scalars.day(entry.sent[key]) for key, name in form.DAYS.items() if key in entry.sent}
        if "commitment_date" in days:
            days["commitment_date"] = wall_moment(self.env.company, days["commitment_date"], NOON)
        return days

    def _change_answer(self, entry):
        """What the contract answers to ``entry``."""
        order = entry.order or (entry.request and entry.request.order_id)
        row = {"key": entry.key, "ok": entry.ok, "code": entry.code, "message": entry.message}
        sent = (entry.request and entry.request.payload) or entry.sent
        row["reference"] = str(sent.get("reference", "")) if isinstance(sent, dict) else ""
        if order:
            row.update(order=order.name, order_id=order.id)
        if request := entry.request:
            row.update(
                request=request.name,
                request_id=request.id,
                kind=request.kind,
                state=request.state,
                answer=(request.state != "requested" and request.answer) or "",
                by_itself=request.by_itself,
                requested_at=scalars.utc_text(request.requested_at),
                answered_at=scalars.utc_text(request.answered_at),
                customer=request.outcome,
            )
        return row

    @api.model
    def _contract_codes(self):
        result, error = super()._contract_codes()
        return {**result, **RESULT_CODES}, error

    @api.model
    def _contract_schemas(self):
        return {**super()._contract_schemas(), "change_request": form.SCHEMA}


class _Entry:
    """One thing that is asked of the floor on its way through a call: what was sent, whose it is, what is answered."""

    def __init__(self, sent):
        self.sent = sent = form.read(sent)
        key = sent.get("key") if isinstance(sent, dict) else None
        self.key = key if isinstance(key, str) else ""
        self.order = self.request = self.twin = None
        self.address = None
        self.code = self.message = ""

    @property
    def open(self):
        """Whether nothing is known of it yet, and nothing else stands for it."""
        return not self.code and not self.twin

    @property
    def ok(self):
        """Whether it was asked, now or before."""
        return self.code in ("accepted", "repeated")

    def fail(self, code, words):
        """It is not asked, for the reason ``words``."""
        self.code, self.message = code, words

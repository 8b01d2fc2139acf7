from odoo import api, models
from odoo.tools.translate import LazyTranslate

from ..common import contract
from .case_payload import MESSAGES
from .settlements import SETTLEMENTS

_lt = LazyTranslate(__name__)
DISPOSITIONS = ("restock", "quarantine", "repair", "scrap", "vendor", "customer_keeps", "not_arrived")
SETTLED = tuple(code for code, _label in SETTLEMENTS)

RESULT_CODES = {
    "requested": _lt("The return is asked for and all its lines were found."),
    "partly_matched": _lt("Some lines of the return were found; the others say why not."),
    "unmatched": _lt("The return is kept, and no delivery was found: its reason and its lines say why."),
    "approved": _lt("The return is approved: the goods may come."),
    "on_way": _lt("The goods of the return are on their way."),
    "received": _lt("The goods of the return have come."),
    "inspected": _lt("The goods of the return were inspected."),
    "settled": _lt("The return is settled."),
    "closed": _lt("The return is settled, and all is paid back and moved."),
    "rejected": _lt("The return is rejected."),
    "cancelled": _lt("The return is cancelled."),
    "matched": _lt("Of a line of a return: its delivery was found."),
    "not_eligible": _lt("Of a line of a return: it may not come back by the policy; the message says why."),
}
LINE = contract.record(
    {
        "row": contract.integer("Place in the lines that were sent, from 0."),
        "ok": contract.boolean(),
        "code": contract.text("matched, not_eligible, or an error code."),
        "message": contract.text(),
        "line_id": contract.integer("Of the order line."),
        "order": contract.text("Odoo's number."),
        "product": contract.text(),
        "quantity": contract.number("In the order line's unit."),
        "disposition": contract.text(f"{', '.join(DISPOSITIONS[:-1])} or {DISPOSITIONS[-1]}."),
        "settlement": contract.text(f"{', '.join(SETTLED[:-1])} or {SETTLED[-1]}."),
        "credited_qty": contract.number(),
        "credited_amount": contract.number("Untaxed, in `currency`."),
        "currency": contract.text(),
    },
    optional=("line_id",),
)
ANSWER = contract.records(
    "key",
    {
        "reason": contract.text("Error code where nothing was found."),
        "return": contract.text("Odoo's number."),
        "return_id": contract.integer(),
        "state": contract.text(
            "requested, approved, on_way, received, inspected, settled, closed, rejected or cancelled."
        ),
        "lines": contract.array(LINE),
    },
    optional=("return_id",),
)


class OrderProcessing(models.AbstractModel):
    _inherit = "order.processing"

    @api.model
    @contract.method(
        ANSWER,
        returns=contract.array({}, "At most 1,000 returns, each of the schema `return`.", maxItems=contract.LIMIT),
        source=contract.text("The sender; default the caller's login.", maxLength=contract.NAME_LENGTH),
    )
    def request_return(self, returns, source=""):
        """Ask for returns, once per company, source and key."""
        sender = source.strip() or self.env.user.login
        return self._returns_plain(self.env["order.return"].request(returns, sender, self.env.company.id))

    @api.model
    @api.readonly
    @contract.method(
        ANSWER, keys=contract.texts("The sender's keys, or without `source` Odoo's numbers; at most 1,000.")
    )
    def return_status(self, keys, source=""):
        """Where returns stand, by key."""
        found = self._returns_by_key(keys, source)
        answers = []
        for key in keys:
            records = found.get(key, [])
            if len(records) == 1:
                answers.append({**records[0]._answer(), "key": key})
            else:
                code = "ambiguous" if records else "not_found"
                answers.append({"key": key, "ok": False, "code": code, "message": self._contract_missing(code)})
        return self._returns_plain(answers)

    def _returns_by_key(self, keys, source):
        """Cases of the company: ``{key: [records of sudo]}``; without ``source`` the keys may be Odoo's numbers."""
        domain = [("company_id", "=", self.env.company.id)]
        if source:
            domain += [("external_key", "in", keys), ("source", "=", source)]
        else:
            domain += ["|", ("external_key", "in", keys), ("name", "in", keys)]
        found = {}
        for record in self.env["order.return"].sudo().search(domain):
            for name in {record.external_key, *(() if source else (record.name,))}:
                found.setdefault(name, []).append(record)
        return found

    def _returns_plain(self, answers):
        """Answers of the room as the contract tells them: numbers that are none left out, amounts in their currency."""
        Line = self.env["sale.order.line"].sudo()
        currencies = {
            line.id: line.currency_id
            for line in Line.browse({row["line_id"] for answer in answers for row in answer.get("lines", ())}).exists()
        }
        for answer in answers:
            for row in answer.get("lines", ()):
                currency = currencies.get(row["line_id"])
                if currency:
                    row.update(currency=currency.name, credited_amount=currency.round(row["credited_amount"]))
                else:
                    del row["line_id"]
        return answers

    @api.model
    def _contract_codes(self):
        result, error = super()._contract_codes()
        return {**result, **RESULT_CODES}, {
            **error,
            **{code: self.env._(words) for code, words in MESSAGES.items() if code not in error},
        }

    @api.model
    def _contract_schemas(self):
        return {**super()._contract_schemas(), "return": SCHEMA}


_TEXT = {"type": ["string", "integer"]}
SCHEMA = {
    "type": "object",
    "description": "A return: `reference` or `customer` says whose, each line which goods.",
    "properties": {
        "key": {"type": "string", "description": "The sender's, unique per company and source."},
        "reference": {"type": "string", "description": "Of the order, as in `order_status`."},
        "order_id": {"type": "integer"},
        "customer": {"type": ["string", "object"], "description": "A reference, an e-mail or a VAT number."},
        "requested_at": {"type": "string", "description": "A day YYYY-MM-DD or a time."},
        "business_date": {"type": "string", "description": "The day that it counts for; default `requested_at`."},
        "allow_partial": {"type": "boolean", "description": "Take the lines that are found, though others are not."},
        "note": {"type": "string"},
        "lines": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "line": {**_TEXT, "description": "The sender's id of the order line."},
                    "line_id": {"type": "integer", "description": "Odoo's id of the order line."},
                    "product": {**_TEXT, "description": "Internal reference or barcode."},
                    "quantity": {"type": ["number", "string"], "description": "Above zero, in the order line's unit."},
                    "reason": {"type": "string", "description": "Code of a return reason; an unknown one is `other`."},
                    "disposition": {"enum": list(DISPOSITIONS)},
                    "settlement": {"enum": list(SETTLED)},
                    "exchange_product": {
                        **_TEXT,
                        "description": "For `exchange`: the other product, by reference or barcode.",
                    },
                    "exchange_product_id": {"type": "integer", "description": "The same by Odoo's id."},
                    "exchange_quantity": {
                        "type": ["number", "string"],
                        "description": "Of it, in its own unit; default `quantity`.",
                    },
                    "advance": {"type": "boolean", "description": "It is to be sent before the goods are in."},
                    "price": {"type": ["number", "string"], "description": "What is credited per unit."},
                },
                "required": ["quantity"],
            },
        },
    },
    "required": ["key", "lines"],
    "additionalProperties": False,
}

from jsonschema import Draft202012Validator

from odoo import api, models

from ..common import contract
from .order_return_portal import TRACKING_LENGTH

SENT = {
    "type": "object",
    "properties": {
        "key": {"type": "string", "description": "The sender's key, or without `source` Odoo's number."},
        "tracking": {"type": "string", "description": "Number of the parcel.", "maxLength": TRACKING_LENGTH},
        "carrier": {"type": "string", "description": "With whom it was sent.", "maxLength": TRACKING_LENGTH},
    },
    "required": ["key"],
    "additionalProperties": False,
}
VALID = Draft202012Validator(SENT)
ANSWER = contract.records(
    "key",
    {
        "return": contract.text("Odoo's number."),
        "return_id": contract.integer(),
        "state": contract.text("As in `return_status`."),
        "tracking": contract.text("As it stands now."),
        "carrier": contract.text("As it stands now."),
    },
    optional=("return_id",),
)


class OrderProcessing(models.AbstractModel):
    _inherit = "order.processing"

    @api.model
    @contract.method(
        ANSWER,
        returns=contract.array({}, "At most 1,000, each of the schema `return_sent`.", maxItems=contract.LIMIT),
    )
    def return_sent(self, returns, source=""):
        """The customer has sent the goods of approved returns: they no longer expire. Said again, it corrects the number."""
        # null is as if left out
        rows = [
            {name: value for name, value in row.items() if value is not None} if isinstance(row, dict) else row
            for row in returns
        ]
        problems = [next(VALID.iter_errors(row), None) for row in rows]
        found = self._returns_by_key([row["key"] for row, wrong in zip(rows, problems) if not wrong], source)
        return [
            self._return_malformed(row, wrong) if wrong else self._return_sent(row, found.get(row["key"], []))
            for row, wrong in zip(rows, problems)
        ]

    def _return_malformed(self, row, wrong):
        """The answer to one that is not of the schema ``return_sent``, with what is wrong first."""
        key = row.get("key") if isinstance(row, dict) else ""
        where = ".".join(map(str, wrong.absolute_path)) or ", ".join(SENT["properties"])
        message = self.env._("This is not of the documented form: `%s`.", where)
        return {"key": key if isinstance(key, str) else "", "ok": False, "code": "invalid", "message": message}

    def _return_sent(self, row, records):
        if len(records) != 1:
            code = "ambiguous" if records else "not_found"
            return {"key": row["key"], "ok": False, "code": code, "message": self._contract_missing(code)}
        case, code, message = records[0], "on_way", ""
        try:
            with contract.one_record(self.env.cr):
                if not case._say_sent(row.get("tracking", ""), row.get("carrier", "")):
                    code = "repeated"
        except contract.REFUSALS as refusal:
            code, message = "refused", contract.said(refusal)
        return {
            "key": row["key"],
            "ok": code != "refused",
            "code": code,
            "message": message,
            "return": case.name,
            "return_id": case.id,
            "state": case.state,
            "tracking": case.tracking or "",
            "carrier": case.tracking_carrier or "",
        }

    @api.model
    def _contract_schemas(self):
        return {**super()._contract_schemas(), "return_sent": SENT}

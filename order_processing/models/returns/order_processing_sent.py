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
        returns=contract.array(SENT, "At most 1,000, each of the schema `return_sent`.", maxItems=contract.LIMIT),
    )
    def return_sent(self, returns, source=""):
        """The customer has sent the goods of approved returns: they no longer expire. Said again, it corrects the number."""
        found = self._returns_by_key([row["key"] for row in returns], source)
        return [self._return_sent(row, found.get(row["key"], [])) for row in returns]

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

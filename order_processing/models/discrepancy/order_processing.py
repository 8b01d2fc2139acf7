from odoo import api, models

from ..common import contract, scalars
from .kinds import KINDS
from .order_discrepancy import OPEN

ITEM = contract.record(
    {
        "discrepancy_id": contract.integer(),
        "kind": contract.text(", ".join(kind.code for kind in KINDS)),
        "severity": contract.text("high, normal or low."),
        "state": contract.text("open, in_progress, resolved, accepted or auto_closed."),
        "source": contract.text("Who sent the order."),
        "reference": contract.text("The sender's."),
        "order": contract.text("Odoo's number."),
        "order_id": contract.integer(),
        "line": contract.text("The sender's id of the line."),
        "line_id": contract.integer(),
        "product": contract.text("Internal reference."),
        "measure": contract.text("quantity or value: what `expected` and `found` are."),
        "unit": contract.text("Of a quantity."),
        "currency": contract.text(),
        "expected": contract.number(),
        "found": contract.number(),
        "difference": contract.number("Found less expected."),
        "value": contract.number("At stake, untaxed, in `currency`."),
        "message": contract.text("For people."),
        "owner": contract.text(),
        "found_at": contract.moment(),
        "closed_at": contract.moment(),
        "resolution": contract.text("Why it was closed."),
    }
)
ANSWER = contract.record(
    {
        "items": contract.array(ITEM),
        "next": contract.text("Keep it, and pass it as `since`."),
        "more": contract.boolean("There is more already: call again, even where there are no items."),
    }
)
BOOKED = ("discrepancy_opened", "discrepancy_closed")


class OrderProcessing(models.AbstractModel):
    _inherit = "order.processing"

    @api.model
    @api.readonly
    @contract.method(
        ANSWER,
        state=contract.text("open, closed, or '' for both.", enum=["", "open", "closed"]),
        since=contract.text("The `next` of the answer before, '' from the start."),
        limit={**contract.integer("At most so many changes are read."), "minimum": 1, "maximum": contract.LIMIT},
    )
    def list_discrepancies(self, state="", since="", limit=500, source=""):
        """Discrepancies that were opened or closed after a cursor, each as it stands now and once an answer."""
        answer = self.env["order.event"].sudo().changes(since, limit, self.env.company.ids, source, BOOKED)
        ids = dict.fromkeys(item["document_id"] for item in answer["items"])
        records = self.env["order.discrepancy"].sudo().browse(ids).exists()
        if state:
            records = records.filtered(lambda record: (record.state in OPEN) == (state == "open"))
        return {**answer, "items": [self._discrepancy_item(record) for record in records]}

    def _discrepancy_item(self, record):
        order, line, money = record.order_id, record.line_id, record.currency_id.round
        figures = {name: record[name] for name in ("expected", "found", "difference")}
        if record.measure == "value":
            figures = {name: money(figure) for name, figure in figures.items()}
        return {
            "discrepancy_id": record.id,
            "kind": record.kind,
            "severity": record.severity,
            "state": record.state,
            "source": order.intake_id.source or "",
            "reference": order.intake_id.reference or "",
            "order": order.name,
            "order_id": order.id,
            "line": line.order_sender_line or "",
            "line_id": line.id,
            "product": record.product_id.default_code or "",
            "measure": record.measure,
            "unit": record.uom_id.name or "",
            "currency": record.currency_id.name,
            **figures,
            "value": money(record.value),
            "message": record.explanation or "",
            "owner": record.owner_id.name or "",
            "found_at": scalars.utc_text(record.found_at),
            "closed_at": scalars.utc_text(record.closed_at),
            "resolution": record.resolution or "",
        }

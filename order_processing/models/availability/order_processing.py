from odoo import api, models

from ..common import contract


class OrderProcessing(models.AbstractModel):
    _inherit = "order.processing"

    @api.model
    @contract.method(
        contract.records(
            "reference",
            {
                "order": contract.text("Odoo's number."),
                "order_id": contract.integer(),
                "state": contract.text("Odoo's: draft, sent, sale, cancel."),
            },
            optional=("order_id",),
        ),
        references=contract.texts("Orders by reference, at most 1,000."),
        reason=contract.text("Code of a reason (`customer`, `no_stock`, `discontinued`…)."),
    )
    def cancel_orders(self, references, reason, source=""):
        """Cancel orders of which nothing has left or is invoiced; else `too_late`."""
        found = self._contract_orders(references, source)
        orders = self.env["sale.order"].sudo().union(*(order for _reference, order, _code in found))
        known = self.env["order.close.reason"].sudo().search([]).mapped("code")
        if reason in known:
            verdicts = orders._order_cancel_each(reason)
        else:
            words = self.env._("No reason is called “%(code)s”. Known: %(codes)s.", code=reason, codes=", ".join(known))
            verdicts = dict.fromkeys(orders.ids, ("invalid", words))
        answer = []
        for reference, order, missing in found:
            code, message = verdicts[order.id] if order else (missing, self._contract_missing(missing))
            row = {"reference": reference, "ok": code in ("accepted", "repeated"), "code": code, "message": message}
            if order:
                row.update(order=order.name, order_id=order.id, state=order.state)
            answer.append(row)
        return answer

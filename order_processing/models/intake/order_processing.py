from odoo import api, models

from . import reading


class OrderProcessing(models.AbstractModel):
    _inherit = "order.processing"

    @api.model
    def submit_orders(self, orders, source, company="", verify=True, confirm=False, dry_run=False, **unknown):
        """Submit orders; see docs/integration.md for their form.

        :param list orders: at most 1,000 dicts
        :param str source: the sender's name; references are unique per company and source
        :param company: id or name, default the user's
        :param bool verify: verify what was accepted
        :param bool confirm: confirm what was verified
        :param bool dry_run: answer the same and write nothing
        :return: one dict per order, in the order given: ``{reference, ok, code, message, errors, order, order_id, state,
            verification, holds}``
        """
        self._contract_check(unknown)
        company = self._contract_company(company)
        answers = self.env["order.intake"].submit(orders, source, company.id, dry_run=dry_run)
        for answer in answers:
            answer.update(verification="", holds=[])
        fresh = [answer for answer in answers if answer["code"] == "accepted" and answer["order_id"]]
        if fresh and (verify or confirm):
            quotations = self.env["sale.order"].sudo().browse([answer["order_id"] for answer in fresh])
            act = quotations.action_verify_and_confirm if confirm else quotations.action_verify
            found = {result["order_id"]: result for result in act()}
            for answer in fresh:
                result = found[answer["order_id"]]
                answer["verification"] = result["state"]
                answer["holds"] = result["holds"]
                if result["state"] == "held":
                    answer["code"] = "held"
        by_id = self.env["sale.order"].sudo().browse([answer["order_id"] for answer in answers if answer["order_id"]])
        states = {order.id: order.state for order in by_id}
        for answer in answers:
            answer["state"] = states.get(answer["order_id"], "")
        return answers

    @api.model
    @api.readonly
    def describe(self, **unknown):
        """What this contract is: its version, its methods with their arguments, its error codes."""
        self._contract_check(unknown)
        methods = {}
        for name in dir(type(self)):
            method = getattr(type(self), name)
            if name.startswith("_") or not getattr(method, "_api_model", False) or name not in METHODS:
                continue
            methods[name] = {"arguments": METHODS[name], "description": (method.__doc__ or "").strip().split("\n")[0]}
        return {"version": "1.0", "methods": methods, "error_codes": dict(reading.ERROR_CODES)}


METHODS = {
    "submit_orders": ["orders", "source", "company", "verify", "confirm", "dry_run"],
    "verify_orders": ["references", "source", "company"],
    "confirm_orders": ["references", "source", "company"],
    "hold_orders": ["references", "reason", "note", "source", "company"],
    "release_orders": ["references", "reason", "source", "company"],
    "order_status": ["references", "source", "company"],
    "changes": ["since", "limit", "company"],
    "request_return": ["returns", "source", "company"],
    "return_status": ["keys", "source", "company"],
    "reconciliation": ["date", "company"],
    "describe": [],
}

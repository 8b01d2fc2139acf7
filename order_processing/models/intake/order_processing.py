import inspect

from odoo import api, models

from . import reading

# what a result's `code` says; what is wrong inside an order is in `errors`, with the codes of `reading`
RESULT_CODES = {
    "accepted": "Done: the order stands.",
    "held": "The order stands and waits: its holds say why.",
    "not_confirmed": "The order stands as a quotation; Odoo's reason for not confirming it is the message.",
    "repeated": "Done before: the first result again.",
    "rejected": "Nothing was entered: the errors say why. Mend and send it again under the same reference.",
    "conflict": "The reference was accepted before with other content.",
    "not_found": "No order has this name or reference.",
    "ambiguous": "More than one order has this reference: name the source.",
    "not_allowed": "The caller lacks the right.",
}


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
            verification, holds, intake_id}``; ids are left out where there is none
        """
        self._contract_check(unknown)
        company = self._contract_company(company)
        Intake = self.env["order.intake"]

        def act():
            return self._submit_and_verify(orders, source, company, verify, confirm)

        answers = Intake._trial(act) if dry_run else act()
        for answer in answers:
            for name in ("order_id", "intake_id"):
                if not answer[name]:
                    del answer[name]
        return answers

    @api.model
    def _submit_and_verify(self, orders, source, company, verify, confirm):
        answers = self.env["order.intake"].submit(orders, source, company.id)
        Order = self.env["sale.order"].sudo()
        fresh = {answer["order_id"]: answer for answer in answers if answer["code"] == "accepted"}
        if fresh and (verify or confirm):
            quotations = Order.browse(fresh)
            for result in quotations.action_verify_and_confirm() if confirm else quotations.action_verify():
                answer = fresh[result["order_id"]]
                if result["state"] == "held":
                    answer["code"] = "held"
                elif result.get("error"):
                    answer.update(code="not_confirmed", message=result["error"])
        standing = {order.id: order for order in Order.browse({answer["order_id"] for answer in answers}).exists()}
        for answer in answers:
            order = standing.get(answer["order_id"], Order)
            open_holds = order.order_hold_ids.filtered(lambda hold: hold.state == "open")
            answer.update(
                state=order.state or "",
                verification=order.verification_state or "",
                holds=open_holds.mapped("reason_code"),
            )
        return answers

    @api.model
    @api.readonly
    def describe(self, **unknown):
        """What this contract is: its version, its methods with their arguments, its codes.

        :return: ``{version, methods: {name: {arguments: {name: default or "required"}, description}}, result_codes,
            error_codes}``
        """
        self._contract_check(unknown)
        methods = {}
        for name, method in inspect.getmembers(type(self), inspect.isfunction):
            # what Odoo brings to every model is defined elsewhere
            if name.startswith("_") or not method.__module__.endswith(".order_processing"):
                continue
            arguments = {
                parameter.name: "required" if parameter.default is parameter.empty else parameter.default
                for parameter in list(inspect.signature(method).parameters.values())[1:]
                if parameter.kind is not parameter.VAR_KEYWORD
            }
            description = (inspect.getdoc(method) or "").split("\n")[0]
            methods[name] = {"arguments": arguments, "description": description}
        return {
            "version": "1.0",
            "methods": methods,
            "result_codes": dict(RESULT_CODES),
            "error_codes": dict(reading.ERROR_CODES),
        }

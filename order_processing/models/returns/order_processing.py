from odoo import api, models

from ..common import contract


class OrderProcessing(models.AbstractModel):
    _inherit = "order.processing"

    @api.model
    @contract.method(
        contract.records("key", {}),
        returns=contract.array({}, "At most 1,000 returns.", maxItems=contract.LIMIT),
        source=contract.SENDER,
    )
    def request_return(self, returns, source):
        """Ask for returns; see docs/integration.md for their form.

        :param list returns: at most 1,000 dicts, each with its ``key``
        :param str source: the sender's name; keys are unique per company and source
        :param company: id or name, default the user's
        :return: one dict per case, in the order given: ``{key, ok, code, message, return, return_id, state, lines}``
        """
        return self.env["order.return"].request(returns, source, self.env.company.id)

    @api.model
    @api.readonly
    @contract.method(
        contract.records("key", {}), keys=contract.texts("Keys of the sender, or our numbers; at most 1,000.")
    )
    def return_status(self, keys, source=""):
        """Where cases stand.

        :param list keys: keys of the source, or our numbers; at most 1,000
        :param str source: the sender whose keys they are; empty: any
        :return: one dict per key, in the order given, as ``request_return`` answers; ``code`` is not_found where there is none
        """
        company = self.env.company
        domain = [
            ("company_id", "=", company.id),
            "|",
            ("external_key", "in", list(keys)),
            ("name", "in", list(keys)),
        ]
        if source:
            domain.append(("source", "=", source))
        found = {}
        for record in self.env["order.return"].sudo().search(domain):
            for name in (record.external_key, record.name):
                found.setdefault(name, []).append(record)
        answers = []
        for key in keys:
            records = found.get(key, [])
            if len(records) == 1:
                answers.append({**records[0]._answer(), "key": key})
                continue
            code = "ambiguous" if records else "not_found"
            message = (
                self.env._("Several sources use this key: name the source.")
                if records
                else self.env._("No return case has this key.")
            )
            answers.append(
                {
                    "key": key,
                    "ok": False,
                    "code": code,
                    "message": message,
                    "reason": "",
                    "return": "",
                    "return_id": 0,
                    "state": "",
                    "lines": [],
                }
            )
        return answers

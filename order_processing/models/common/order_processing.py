from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.translate import LazyTranslate

from . import contract

_lt = LazyTranslate(__name__)

CALLERS = (
    "order_processing.group_integration",
    "order_processing.group_processor",
)
# what a result's `code` says; stages add theirs by `_contract_codes`
RESULT_CODES = {
    "accepted": _lt("Done, or found: the record stands."),
    "repeated": _lt("Done before: nothing was done again."),
    "held": _lt("The order stands and waits: its holds say why."),
    "conflict": _lt("The reference was used before with other content: the errors show the difference."),
    "invalid": _lt("Nothing was entered: the errors say why. Mend it and send it again under the same reference."),
    "not_found": _lt("No record of yours has this name or reference."),
    "ambiguous": _lt("More than one record has this reference: name the source."),
    "not_allowed": _lt("The caller lacks the right."),
    "too_late": _lt("What was asked for has been overtaken: goods have left, or the order has ended."),
    "refused": _lt("Odoo refused it; its words are the message."),
}


class OrderProcessing(models.AbstractModel):
    """The contract for programs: plain values in, plain values out, no records.

    Each stage adds its methods by inheriting this model, each declared by ``contract.method``: the right to call, the
    arguments and the company are checked there; after that the work runs with ``sudo()``, as the same user, in that
    company.
    """

    _name = "order.processing"
    _description = "Order Processing Contract"

    @api.model
    @api.readonly
    @contract.method(
        contract.record(
            {
                "version": contract.text("Fields are added, never removed or retyped within a version."),
                "methods": {
                    "type": "object",
                    "description": "By name: what it does, its arguments and its answer as JSON Schema, whether it only reads.",
                    "additionalProperties": contract.record(
                        {
                            "description": contract.text(),
                            "arguments": {"type": "object"},
                            "answer": {"type": "object"},
                            "readonly": contract.boolean(),
                        }
                    ),
                },
                "schemas": {
                    "type": "object",
                    "description": "JSON Schema of what is sent in lists, each record by itself.",
                },
                "result_codes": {"type": "object", "additionalProperties": contract.text()},
                "error_codes": {"type": "object", "additionalProperties": contract.text()},
                "notes": contract.array(contract.text()),
            }
        )
    )
    def describe(self):
        """What this contract is: its version, its methods with arguments and answers, the form of an order, its codes."""
        methods = {}
        for name in sorted(dir(type(self))):
            function = getattr(type(self), name, None)
            declared = getattr(function, "_contract", None)
            if declared:
                methods[name] = {
                    "description": declared.description,
                    "arguments": declared.arguments,
                    "answer": declared.answer,
                    "readonly": bool(getattr(function, "_readonly", False)),
                }
        result_codes, error_codes = self._contract_codes()
        return {
            "version": contract.VERSION,
            "methods": methods,
            "schemas": self._contract_schemas(),
            "result_codes": {code: self.env._(words) for code, words in result_codes.items()},
            "error_codes": error_codes,
            "notes": [
                self.env._(
                    "Null is as if left out; absent text is '', an absent list [], an absent number is left out."
                ),
                self.env._("Days are the company's, times are UTC, amounts are rounded to their currency."),
                self.env._("`changes` waits for the oldest open transaction, so that no row is ever handed over late."),
            ],
        }

    @api.model
    def _contract_codes(self):
        """What codes mean.

        :return: ``(result codes, error codes)``: dicts of code to words, of the first lazy ones; stages add theirs
        """
        return dict(RESULT_CODES), {}

    @api.model
    def _contract_schemas(self):
        """JSON Schema of the records that are checked one by one, by name; stages add theirs."""
        return {}

    @api.model
    def _contract_check(self):
        """Refuse callers without a group of the order desk.

        :raises AccessError: the user is neither integration nor processor nor manager
        """
        if not self.env.su and not any(self.env.user.has_group(group) for group in CALLERS):
            raise AccessError(
                self.env._(
                    "%s may not call the order processing contract: it needs the group Integration or Processor.",
                    self.env.user.name,
                )
            )

    @api.model
    def _contract_enter(self, company=""):
        """This model, working in ``company``; of the caller's context only the language comes in.

        :param company: id or name of one of the user's companies; empty: the user's present one
        :raises UserError: no such company among the user's
        """
        given = self.env.context
        allowed = given.get("allowed_company_ids")
        present = isinstance(allowed, list | tuple) and all(type(number) is int for number in allowed)
        lang = given.get("lang")
        context = {
            "lang": lang if lang and isinstance(lang, str) else self.env.user.lang or "en_US",
            **({"allowed_company_ids": list(allowed)} if present and allowed else {}),
        }
        working = self.with_env(self.env(context=context))
        found = working._contract_company(company)
        return working.with_context(allowed_company_ids=found.ids)

    @api.model
    def _contract_company(self, company=""):
        """The company to work in, as a record of ``sudo``.

        :param company: id or name of one of the user's companies; empty: the user's present one
        :raises UserError: no such company among the user's
        """
        if not company:
            return self.env.company.sudo()
        found = self.env.user.sudo().company_ids.filtered(lambda c: company in (c.id, c.name))
        if len(found) != 1:
            raise UserError(self.env._("`company`: “%s” is not a company of yours.", company))
        return found

    @api.model
    def _contract_orders(self, references, source=""):
        """Orders of the company by reference, as a list of ``(reference, sale.order of sudo, code)`` in the order given.

        With ``source`` a reference is the sender's; without it Odoo's names come first, then the senders' references.
        ``code`` is ``''``, ``not_found`` or ``ambiguous``; two queries whatever the number.
        """
        company = self.env.company
        Order = self.env["sale.order"].sudo()
        wanted = list(set(references))
        by_reference = {}
        if not source:
            for order in Order.search([("name", "in", wanted), ("company_id", "=", company.id)]):
                by_reference[order.name] = by_reference.get(order.name, Order) | order
        domain = [("reference", "in", wanted), ("company_id", "=", company.id), ("order_id", "!=", False)]
        if source:
            domain.append(("source", "=", source))
        sent = {}
        for envelope in self.env["order.intake"].sudo().search(domain):
            sent[envelope.reference] = sent.get(envelope.reference, Order) | envelope.order_id
        answer = []
        for reference in references:
            found = by_reference.get(reference, Order) | sent.get(reference, Order)
            code = "" if len(found) == 1 else "ambiguous" if found else "not_found"
            answer.append((reference, found if len(found) == 1 else Order, code))
        return answer

    @api.model
    def _contract_missing(self, code):
        """The message of a reference that is ``not_found`` or ``ambiguous``."""
        if code == "ambiguous":
            return self.env._("More than one record has this reference: name the source.")
        return self.env._("No record of this company has this reference.")

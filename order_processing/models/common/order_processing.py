from odoo import api, models
from odoo.exceptions import AccessError, UserError

CALLERS = (
    "order_processing.group_integration",
    "order_processing.group_processor",
)


class OrderProcessing(models.AbstractModel):
    """The contract for programs: plain values in, plain values out, no records.

    Each stage adds its methods by inheriting this model. The right to call is checked here; after that the work
    runs with ``sudo()``, as the same user, within that user's companies.
    """

    _name = "order.processing"
    _description = "Order Processing Contract"

    @api.model
    def _contract_check(self, unknown=()):
        """Refuse callers without a group of the order desk and unknown keywords.

        :param unknown: names of the keyword arguments that the method does not know
        :raises AccessError: the user is neither integration nor processor nor manager
        :raises UserError: names the unknown arguments
        """
        if not self.env.su and not any(self.env.user.has_group(group) for group in CALLERS):
            raise AccessError(
                self.env._(
                    "%s may not call the order processing contract: it needs the group Integration or Processor.",
                    self.env.user.name,
                )
            )
        if unknown:
            raise UserError(self.env._("Unknown arguments: %s.", ", ".join(sorted(unknown))))

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
            raise UserError(self.env._("“%s” is not a company of yours.", company))
        return found

    @api.model
    def _contract_orders(self, references, source="", company=""):
        """Orders by reference, as a list of ``(reference, sale.order of sudo, code)`` in the order given.

        With ``source`` a reference is the sender's, without it Odoo's name first, then the sender's. ``code`` is
        ``''``, ``not_found`` or ``ambiguous``; two queries whatever the number.
        """
        if not isinstance(references, (list, tuple)) or not all(isinstance(ref, str) for ref in references):
            raise UserError(self.env._("`references` must be a list of texts."))
        if len(references) > 1000:
            raise UserError(self.env._("`references` takes at most 1,000 at a time, not %s.", len(references)))
        company = self._contract_company(company)
        Order = self.env["sale.order"].sudo().with_company(company)
        wanted = list(set(references))
        by_reference = {}
        if not source:
            for order in Order.search([("name", "in", wanted), ("company_id", "=", company.id)]):
                by_reference.setdefault(order.name, Order.browse())
                by_reference[order.name] |= order
        domain = [("reference", "in", wanted), ("company_id", "=", company.id), ("order_id", "!=", False)]
        if source:
            domain.append(("source", "=", source))
        for envelope in self.env["order.intake"].sudo().search(domain):
            by_reference.setdefault(envelope.reference, Order.browse())
            by_reference[envelope.reference] |= envelope.order_id
        answer = []
        for reference in references:
            found = by_reference.get(reference, Order.browse())
            code = "" if len(found) == 1 else "ambiguous" if found else "not_found"
            answer.append((reference, found if len(found) == 1 else Order.browse(), code))
        return answer

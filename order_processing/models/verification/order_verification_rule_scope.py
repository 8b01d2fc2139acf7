import ast

from psycopg2 import Error as DatabaseError

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..common.business_day import company_tz

EVERYTHING = "[]"


class UnusableDomainError(Exception):
    """A domain that was right when it was saved names what is gone, for instance a field of an add-on."""


class OrderVerificationRule(models.Model):
    """When a rule is valid, and which orders and lines it is about."""

    _inherit = "order.verification.rule"

    valid_from = fields.Date(tracking=True, help="First day of the company on which the rule holds; empty: always.")
    valid_to = fields.Date(tracking=True, help="Last day of the company on which the rule holds; empty: for ever.")
    scope_domain = fields.Char(
        "Only orders",
        default=EVERYTHING,
        tracking=True,
        help="The rule looks at these orders only: for instance certain customers, tags, sales teams or countries.",
    )
    scope_line_domain = fields.Char(
        "Only lines",
        default=EVERYTHING,
        tracking=True,
        help="The rule looks at these lines only, for instance certain products or categories; an order without such a "
        "line is not looked at.",
    )

    @api.model
    def _versioned_fields(self):
        return super()._versioned_fields() | {"valid_from", "valid_to", "scope_domain", "scope_line_domain"}

    @api.constrains("valid_from", "valid_to")
    def _check_validity(self):
        for rule in self:
            if rule.valid_from and rule.valid_to and rule.valid_from > rule.valid_to:
                raise UserError(self.env._("%s: it would end before it begins. Change one of the days.", rule.name))

    def _valid_on(self, day):
        """Those of ``self`` that hold on ``day`` (a business day of the company)."""
        return self.filtered(
            lambda rule: (not rule.valid_from or rule.valid_from <= day) and (not rule.valid_to or day <= rule.valid_to)
        )

    # ------------------------------------------------------------------ domains

    def _domains(self):
        """The domains of the rule as ``(field name, model, text)``."""
        self.ensure_one()
        return [
            ("scope_domain", "sale.order", self.scope_domain),
            ("scope_line_domain", "sale.order.line", self.scope_line_domain),
        ]

    @api.constrains("scope_domain", "scope_line_domain")
    def _check_domains(self):
        for rule in self:
            for name, model, text in rule._domains():
                rule._check_domain(name, model, text)

    def _check_domain(self, name, model, text):
        """Refuse a domain that could not be searched with.

        As the user who writes it: nobody may ask through a rule about fields that they may not read.
        """
        try:
            query = self.env[model].with_context(active_test=False)._search(self._parse_domain(text))
            # the database plans it and so finds values of a wrong type, but searches nothing
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(SQL("EXPLAIN %s", query.select()), log_exceptions=False)
        except (ValueError, TypeError, SyntaxError, KeyError, AccessError, UserError, DatabaseError) as error:
            raise UserError(
                self.env._(
                    "%(rule)s: “%(field)s” cannot be searched with: %(why)s Choose fields, operators and plain values "
                    "in the filter's editor.",
                    rule=self.name or self.env._("Rule"),
                    field=self._fields[name]._description_string(self.env),
                    why=f"{str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__}.",
                )
            ) from error

    @api.model
    def _parse_domain(self, text):
        """The ``Domain`` of a stored text: literals only, nothing is evaluated; ``ValueError`` or ``SyntaxError``."""
        return Domain(list(ast.literal_eval((text or EVERYTHING).strip() or EVERYTHING)))

    @api.model
    def _domain_environment(self, company):
        """In which a rule's domain is searched: the same for whoever verifies."""
        context = {"active_test": False, "allowed_company_ids": company.ids}
        context["lang"] = company.partner_id.lang or "en_US"
        context["tz"] = company_tz(company).zone
        return self.env(user=SUPERUSER_ID, context=context)

    def _matching(self, model, text, memory):
        """Ids of the run's orders (or of their lines) that match a domain; one search per domain and company.

        :param str model: ``sale.order`` or ``sale.order.line``
        :param dict memory: of the run; the answer is kept there for other rules with the same domain
        """
        known = memory.setdefault("matching", {})
        link = "id" if model == "sale.order" else "order_id"
        matching = set()
        for company_id, order_ids in self._orders_by_company(memory).items():
            key = (model, text, company_id)
            if key not in known:
                company = self.env["res.company"].sudo().browse(company_id)
                records = self._domain_environment(company)[model]
                try:
                    domain = Domain(link, "in", order_ids) & self._parse_domain(text)
                    known[key] = set(records.search(domain, order="id").ids)
                except (ValueError, TypeError, SyntaxError, KeyError) as error:
                    raise UnusableDomainError(str(error)) from error
            matching |= known[key]
        return matching

    @api.model
    def _orders_by_company(self, memory):
        if "by_company" not in memory:
            by_company = memory["by_company"] = {}
            for order in memory["orders"].values():
                by_company.setdefault(order.company_id, []).append(order.id)
        return memory["by_company"]

    # ------------------------------------------------------------------ scope

    def _judge_alone(self, orders, memory):
        """What this rule finds in its scope; a domain that cannot be used any more is itself a finding on each order.

        :return: the orders in scope, and the findings
        """
        try:
            group, lines = self._in_scope(orders, memory)
            found = self._find(group, memory) if group else []
        except UnusableDomainError as error:
            message = self.env._("%(rule)s cannot be asked: its filter names what is gone.", rule=self.name)
            expected = self.env._("a filter that can be searched with")
            return orders, [self._finding(order, expected, error, message) for order in orders]
        if lines is not None:
            found = [finding for finding in found if not finding.line_id or finding.line_id in lines]
        return group, found

    def _in_scope(self, orders, memory):
        """What of ``orders`` the rule looks at.

        :param list orders: ``OrderFacts``
        :return: the orders in scope, and the ids of the lines in scope (``None``: all lines)
        """
        self.ensure_one()
        lines = None
        if (self.scope_domain or EVERYTHING) != EVERYTHING:
            matching = self._matching("sale.order", self.scope_domain, memory)
            orders = [order for order in orders if order.id in matching]
        if (self.scope_line_domain or EVERYTHING) != EVERYTHING:
            lines = self._matching("sale.order.line", self.scope_line_domain, memory)
            orders = [order for order in orders if any(line.id in lines for line in order.subject_lines)]
        return orders, lines

import re
import uuid

from odoo import api, fields, models
from odoo.exceptions import UserError

from .domain_words import DomainWords
from .facts import digest_of
from .order_verification_rule_scope import EVERYTHING

CODE = re.compile(r"[A-Za-z0-9_.-]+")


class OrderVerificationRule(models.Model):
    """Rules that a manager makes: a filter that finds what is wrong, or a step that somebody ticks."""

    _inherit = "order.verification.rule"

    domain_model = fields.Selection(
        [("sale.order", "Orders"), ("sale.order.line", "Order lines")],
        "Looks at",
        required=True,
        default="sale.order",
        help="An own rule finds orders, or lines. A manual step is ticked once for the order, or for each line.",
    )
    domain = fields.Char(
        "Fires on", default=EVERYTHING, tracking=True, help="The rule fires on what matches: a filter of what is wrong."
    )
    group_id = fields.Many2one(
        "res.groups",
        "Ticked by",
        ondelete="restrict",
        tracking=True,
        help="Its members tick the step. They need to see the order for that.",
    )

    @api.model
    def _versioned_fields(self):
        return super()._versioned_fields() | {"domain_model", "domain", "group_id"}

    @api.model_create_multi
    def create(self, vals_list):
        """A rule of one's own that is given no code gets one of its number."""
        nameless = [index for index, vals in enumerate(vals_list) if self._needs_code(vals)]
        vals_list = [
            {**vals, "code": f"own_{uuid.uuid4().hex}"} if index in nameless else vals
            for index, vals in enumerate(vals_list)
        ]
        rules = super().create(vals_list)
        for index in nameless:
            rules[index].code = f"own_{rules[index].id}"
        return rules

    @api.model
    def _needs_code(self, vals):
        kind = vals.get("kind") or self.env.context.get("default_kind") or "built_in"
        return kind != "built_in" and not vals.get("code")

    def write(self, vals):
        """The kind of a rule stays: its findings and ticks rest on it."""
        if "kind" in vals and any(rule.kind != vals["kind"] for rule in self):
            raise UserError(self.env._("The kind of a rule does not change: switch it off and make a new one."))
        return super().write(vals)

    def copy_data(self, default=None):
        """A copy of a rule of one's own is another rule, with a code of its own."""
        data = super().copy_data(default)
        for rule, vals in zip(self, data):
            if rule.kind != "built_in":
                if "code" not in (default or {}):
                    vals.pop("code", None)
                if "name" not in (default or {}):
                    vals["name"] = self.env._("%s (copy)", rule.name)
        return data

    def _domains(self):
        own = [("domain", self.domain_model, self.domain)] if self.kind == "domain" else []
        return super()._domains() + own

    # ------------------------------------------------------------------ what is refused

    @api.constrains("code", "kind")
    def _check_own_code(self):
        for rule in self:
            if rule.kind == "built_in":
                continue
            if hasattr(type(self), f"_find_{rule.code}"):
                raise UserError(
                    self.env._(
                        "“%(code)s” is a built-in check: give %(rule)s another code, or leave it empty.",
                        code=rule.code,
                        rule=rule.name,
                    )
                )
            if not CODE.fullmatch(rule.code or ""):
                raise UserError(
                    self.env._("%s: a code is made of letters, digits, dots, dashes and underscores.", rule.name)
                )

    @api.constrains("kind", "domain", "domain_model")
    def _check_own_domain(self):
        self.filtered(lambda rule: rule.kind == "domain")._check_domains()

    def _check_domain(self, name, model, text):
        """A rule of one's own finds something in particular."""
        super()._check_domain(name, model, text)
        if name == "domain" and self._parse_domain(text).is_true():
            raise UserError(
                self.env._("%s would fire on everything: say in its filter which ones it finds.", self.name or "")
            )

    @api.constrains("kind", "group_id")
    def _check_group(self):
        for rule in self:
            if rule.kind == "manual" and not rule.group_id:
                raise UserError(self.env._("%s: say which group ticks the step.", rule.name))

    # ------------------------------------------------------------------ finding

    def _words(self):
        """What the rule says, on one line."""
        return " ".join((self.description or self.name or "").split())

    def _domain_findings(self, orders, memory):
        """One finding for each order, or line, that matches the domain; one search and the reading of what it asks."""
        matching = self._matching(self.domain_model, self.domain, memory)
        hits = []
        for order in orders:
            if self.domain_model == "sale.order":
                hits += [(order, None)] if order.id in matching else []
            else:
                hits += [(order, line) for line in order.subject_lines if line.id in matching]
        if not hits:
            return []
        findings = []
        for company in self.env["res.company"].sudo().browse({order.company_id for order, _line in hits}):
            mine = [(order, line) for order, line in hits if order.company_id == company.id]
            records = self._domain_environment(company)[self.domain_model]
            records = records.browse([(line or order).id for order, line in mine])
            words = DomainWords(records, self._parse_domain(self.domain))
            expected = self.env._("Not: %s", words.question())
            findings += [
                self._own_finding(order, line, expected, words.answer(record), words.facts(record))
                for (order, line), record in zip(mine, records)
            ]
        return findings

    def _own_finding(self, order, line, expected, found, rests_on):
        """A finding that rests on its part of the content, and on ``rests_on``: plain values outside of it."""
        message = f"{line.name}: {self._words()}" if line else self._words()
        finding = self._finding(order, expected, found, message, line)
        finding.fingerprint = digest_of([finding.fingerprint, rests_on])
        return finding

    def _manual_findings(self, orders, memory):
        """Each order in scope, or each of its lines in scope, waits for its tick, which rests on the lines in scope."""
        _orders, lines = self._in_scope(orders, memory)
        expected = self.env._("ticked by: %s", self.group_id.sudo().full_name)
        found = self.env._("not ticked")
        findings = []
        for order in orders:
            subject = [line for line in order.subject_lines if lines is None or line.id in lines]
            if self.domain_model == "sale.order.line":
                findings += [self._own_finding(order, line, expected, found, {}) for line in subject]
                continue
            finding = self._finding(order, expected, found, self._words())
            if lines is not None:
                content = order.content()["lines"]
                finding.fingerprint = digest_of({str(line.id): content.get(str(line.id)) for line in subject})
            findings.append(finding)
        return findings

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..common.business_day import business_day

MANAGER = "order_processing.group_manager"
LAST = 200
MOST = 1000
NAMED = 5


class OrderVerificationRule(models.Model):
    """Trying a rule on what was ordered last, before it is switched on or made stricter. Nothing is recorded."""

    _inherit = "order.verification.rule"

    trial = fields.Boolean(
        "Try these values",
        compute="_compute_trial",
        readonly=False,
        store=False,
        help="Shows which of the last orders the rule would catch with the values as they stand here, also unsaved.",
    )
    trial_result = fields.Text("On the last orders", compute="_compute_trial_result")

    def _compute_trial(self):
        self.trial = False

    @api.depends(lambda self: ("trial", "company_id", "kind", "code", *sorted(self._versioned_fields())))
    def _compute_trial_result(self):
        for rule in self:
            rule.trial_result = rule._trial_text() if rule.trial else False

    def order_rule_preview(self, limit=LAST, values=None):
        """Which of the last orders each rule would have caught, judged as the orders stand today (managers).

        The rule is asked as it stands: also when it is off or outside its dates. Sales that it would spare are counted
        like the others, and marked.

        :param int limit: how many orders to look at, the newest first, 1000 at most
        :param dict values: other values of the rule, tried and not saved; on an empty set: those of a new rule
        :return: one dict per rule ``{rule, rule_id, severity, orders, caught, held, spared, examples: [{order, order_id,
            customer, date, state, amount, currency, spared, messages}]}``; ``orders``: looked at, ``caught``: those
            with a finding, ``held``: the same if the rule blocks, else 0, ``spared``: those of the caught that are sales
            already, ``examples``: all that were caught
        :raises AccessError: the user is no manager, or the rule is of none of the user's companies
        :raises UserError: a domain that cannot be searched with
        """
        self.env["order.transition.mixin"]._check_order_group(MANAGER)
        self.check_access("read")
        if values is None:
            return [rule._preview(limit) for rule in self]
        if not self:
            return [self.new({**self.default_get(list(self._fields)), **values})._preview(limit)]
        return [self.new(values, origin=rule)._preview(limit) for rule in self]

    def _preview(self, limit=LAST):
        """``order_rule_preview`` of one rule, a new one or one with unsaved values too, after the check of rights."""
        self.ensure_one()
        for name, model, text in self._domains():
            self._check_domain(name, model, text)
        rule = self.sudo()
        orders = (
            self.env["sale.order"]
            .sudo()
            .search(
                [("company_id", "in", self._preview_companies().ids), ("state", "!=", "cancel")],
                order="date_order desc, id desc",
                limit=min(max(int(limit), 1), MOST),
            )
        )
        found = rule._findings_alone(orders)
        examples = [rule._preview_example(order, found[order.id]) for order in orders if order.id in found]
        return {
            "rule": rule.code or "",
            "rule_id": rule._origin.id or 0,
            "severity": rule.severity or "",
            "orders": len(orders),
            "caught": len(examples),
            "held": len(examples) if rule.severity == "blocking" else 0,
            "spared": sum(example["spared"] for example in examples),
            "examples": examples,
        }

    def _preview_companies(self):
        """The companies whose orders the rule is about: those of the user that have no rule of their own of its code."""
        company = self.company_id._origin
        if company:
            company.check_access("read")
            if company not in self.env.user.sudo().company_ids:
                raise AccessError(self.env._("%s is none of your companies.", company.sudo().name))
            return company
        own = self.sudo().with_context(active_test=False)
        own = own.search([("code", "=", self.code or ""), ("company_id", "in", self.env.companies.ids)])
        return self.env.companies - own.company_id

    def _findings_alone(self, orders):
        """What this rule finds in ``orders``, nothing spared and nothing waived: dict of order id to findings."""
        facts = self.env["order.verification.facts"]._load(orders)
        leaning = self._leaning().get(self.code, ())
        rules = {
            company_id: {code: rule for code, rule in by_code.items() if code in leaning} | {self.code: self}
            for company_id, by_code in self._rules_by_company(orders.company_id).items()
        }
        findings = {}
        for rule, _group, found in self._judge(facts, rules, self.env["order.verification"]._last_seals(orders.ids)):
            for finding in found if rule == self else ():
                findings.setdefault(finding.order_id, []).append(finding)
        return findings

    def _preview_example(self, order, findings):
        return {
            "order": order.name,
            "order_id": order.id,
            "customer": order.partner_id.display_name,
            "date": fields.Date.to_string(business_day(order.company_id, order.date_order)),
            "state": order.state,
            "amount": order.amount_total,
            "currency": order.currency_id.name,
            "spared": order.state not in ("draft", "sent"),
            "messages": [finding.message for finding in findings],
        }

    # ------------------------------------------------------------------ screens

    def _trial_text(self):
        """The preview as a few lines, for the form; what is wrong with a filter is said, not raised."""
        self.ensure_one()
        if not self.env["order.transition.mixin"]._has_order_group(MANAGER):
            return False
        try:
            preview = self._preview()
        except UserError as error:
            return str(error)
        names = [example["order"] for example in preview["examples"]]
        return "\n".join(
            [
                self.env._("%(caught)s of the last %(orders)s orders.", **preview),
                self.env._("%(spared)s of these are sales already and stay untouched.", **preview),
                ", ".join(names[:NAMED]) + ("…" if len(names) > NAMED else ""),
            ]
        ).strip()

    def action_preview(self):
        """Open the screen with the last orders that the rule would have caught (managers)."""
        self.ensure_one()
        trial = self.env["order.verification.trial"].create({"rule_id": self.id})
        return trial._open()

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.business_day import business_day
from .facts import Assessment, Finding

# beside its parameters, a change of one of these makes a new version of the rule: a verification says which one it passed
VERSIONED = ("active", "severity")


class OrderVerificationRule(models.Model):
    """A rule that every order must pass. Built-in rules find by one method over the whole set, ``_find_<code>``."""

    _name = "order.verification.rule"
    _description = "Verification Rule"
    _inherit = ["order.general.mixin", "mail.thread"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        help="Names the rule to programs, and the hold reason of a blocking finding. Left empty for a rule of your own, "
        "it is given."
    )
    kind = fields.Selection(
        [("built_in", "Built in"), ("domain", "Own rule"), ("manual", "Manual step")],
        required=True,
        default="built_in",
        help="Built in: a check that comes with the order desk. Own rule: finds the orders or lines that match a filter. "
        "Manual step: somebody of a group must tick it before the order goes on.",
    )
    sequence = fields.Integer(default=10)
    stage = fields.Selection(
        [
            ("product", "Product"),
            ("price", "Price"),
            ("delivery", "Delivery"),
            ("customer", "Customer"),
            ("stock", "Stock"),
            ("manual", "Manual step"),
        ],
        required=True,
        default="product",
    )
    severity = fields.Selection(
        [("blocking", "Blocking"), ("warning", "Warning")],
        required=True,
        default="warning",
        tracking=True,
        help="Blocking: an order with this finding is held. Warning: the finding is shown, nothing is stopped.",
    )
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", help="Empty: for all companies. A company's own rule replaces the general one of the same code."
    )
    version = fields.Integer(default=1, readonly=True, copy=False)
    description = fields.Text("What it says", translate=True)
    mend = fields.Text("What would mend it", translate=True)
    tolerance_percent = fields.Float(
        "Tolerance (%)", tracking=True, help="How far it may differ, as a share of what is expected. 0: not asked."
    )
    tolerance_amount = fields.Float(
        tracking=True,
        digits=0,
        help="How far it may differ, in the order's currency (a price: per unit). 0: not asked. Where percent and amount are "
        "set the tighter counts; where neither is, it must be the same.",
    )
    factor_low = fields.Float(
        "Lowest factor", default=0.5, tracking=True, help="Below this share of the pricelist's price it fires."
    )
    factor_high = fields.Float(
        "Highest factor", default=2.0, tracking=True, help="Above this multiple of the pricelist's price it fires."
    )
    days = fields.Integer(
        tracking=True, help="How far apart two orders may be to count as the same one; how long an item may be overdue."
    )
    parameter_names = fields.Char(compute="_compute_parameter_names", help="Its parameters, each followed by a comma.")
    open_count = fields.Integer("Open findings", compute="_compute_open_count")

    _code_company = models.UniqueIndex("(code, coalesce(company_id, 0))", "A company has one rule of a code.")

    @api.model
    def _parameters(self):
        """The parameter fields of each built-in code; a file of rules adds its own by extending this.

        :return: dict of code to tuple of field names; a change of one of them is a new version of the rule
        """
        return {
            "price_off": ("tolerance_percent", "tolerance_amount"),
            "price_far": ("factor_low", "factor_high"),
            "duplicate": ("days",),
        }

    @api.model
    def _leaning(self):
        """The codes that leave to others what those found, to be asked after them.

        :return: dict of code to the codes that it leans on
        """
        return {}

    @api.model
    def _versioned_fields(self):
        """The fields whose change makes a new version."""
        return {*VERSIONED, *(name for names in self._parameters().values() for name in names)}

    @api.depends("code")
    def _compute_parameter_names(self):
        parameters = self._parameters()
        for rule in self:
            rule.parameter_names = "".join(f"{name}," for name in parameters.get(rule.code, ()))

    def _compute_open_count(self):
        counts = dict(
            self.env["order.verification.check"]._read_group(
                [("rule_id", "in", self.ids), ("state", "=", "failed")], ["rule_id"], ["__count"]
            )
        )
        for rule in self:
            rule.open_count = counts.get(rule, 0)

    @api.constrains("code", "kind")
    def _check_code(self):
        for rule in self:
            if rule.kind == "built_in" and not (rule.code and hasattr(type(self), f"_find_{rule.code}")):
                raise UserError(
                    self.env._(
                        "No built-in check is called “%s”. Copy an existing rule for your company instead.",
                        rule.code or "",
                    )
                )

    @api.constrains("tolerance_percent", "tolerance_amount", "factor_low", "factor_high", "days")
    def _check_parameters(self):
        for rule in self:
            if min(rule.tolerance_percent, rule.tolerance_amount, rule.factor_low, rule.days) < 0:
                raise UserError(
                    self.env._("%s: a tolerance, a factor or a number of days cannot be negative.", rule.name)
                )
            if rule.factor_low > 1 or rule.factor_high < 1:
                raise UserError(self.env._("%s: the lowest factor is at most 1, the highest at least 1.", rule.name))

    def write(self, vals):
        """A changed parameter is a new version."""
        written = set(vals) & self._versioned_fields()
        changed = self.filtered(
            lambda rule: any(
                self._fields[name].convert_to_cache(rule[name], rule)
                != self._fields[name].convert_to_cache(vals[name], rule)
                for name in written
            )
        )
        answer = super().write({key: value for key, value in vals.items() if key != "version"})
        for rule in changed:
            super(OrderVerificationRule, rule).write({"version": rule.version + 1})
        return answer

    # ------------------------------------------------------------------ running

    @api.model
    def _rules_by_company(self, companies):
        """The active rules of each company, its own before the general ones; one query.

        A rule outside its dates is as if it were not there: then the general one of the same code holds.

        :return: dict of company id to dict of code to rule
        """
        rules = self.sudo().with_context(active_test=False).search([("company_id", "in", [False, *companies.ids])])
        chosen = {}
        for company in companies:
            valid = rules._valid_on(business_day(company))
            by_code = {rule.code: rule for rule in valid if not rule.company_id}
            by_code |= {rule.code: rule for rule in valid if rule.company_id == company}
            chosen[company.id] = {code: rule for code, rule in by_code.items() if rule.active}
        return chosen

    @api.model
    def _evaluate(self, orders, confirming=False):
        """Run all rules over ``orders`` and write nothing.

        :param orders: ``sale.order`` records of any companies
        :param bool confirming: they are about to become sales: none counts as confirmed before the controls
        :return: dict of order id to ``Assessment``; waivers, ticks and the last seal are taken into account
        """
        orders = orders.sudo()
        facts = self.env["order.verification.facts"]._load(orders)
        seals = self.env["order.verification"]._last_seals(orders.ids)
        assessments = {}
        for order_id, order_facts in facts.items():
            digest, content = seals.get(order_id, ("", None))
            assessments[order_id] = Assessment(order_facts, sealed_digest=digest, sealed_content=content)
        # not by `orders.company_id`, which would read all columns of all orders
        companies = self.env["res.company"].browse({order_facts.company_id for order_facts in facts.values()})
        judged = self._judge(facts, self._rules_by_company(companies), seals)
        ticked, spared = self._left_alone(
            [f for _rule, _group, found in judged for f in found], assessments, confirming
        )
        clean = {}
        for rule, group, found in judged:
            if found:
                self._place(rule, group, found, assessments, ticked, spared)
            else:
                # most rules find nothing in most sets: what passed is noted once for all orders that they share
                clean.setdefault(id(group), (group, {}))[1][rule.code] = rule.version
        for group, passed in clean.values():
            for order_facts in group:
                assessments[order_facts.id].passed.update(passed)
        self._apply_waivers(assessments)
        return assessments

    @api.model
    def _judge(self, facts, rules, seals):
        """What ``rules`` find, each on the orders and lines of its scope.

        :param dict facts: order id to ``OrderFacts``
        :param dict rules: company id to dict of code to rule
        :param dict seals: order id to digest and content of its last seal
        :return: list of ``(rule, orders in its scope, findings)``, in the order of the rules
        """
        groups = {}
        by_company = {}
        for order_facts in facts.values():
            by_company.setdefault(order_facts.company_id, []).append(order_facts)
        for company_id, own in by_company.items():
            for rule in rules[company_id].values():
                groups[rule] = groups[rule] + own if rule in groups else own
        memory = {"orders": facts, "found": {}, "seals": seals}
        judged = []
        for rule in sorted(groups, key=lambda rule: (rule.sequence, rule._origin.id or 0)):
            group, found = rule._judge_alone(groups[rule], memory)
            memory["found"].setdefault(rule.code, set()).update(finding.line_id for finding in found)
            judged.append((rule, group, found))
        return judged

    def _find(self, orders, memory):
        """What the rule finds in ``orders``, by the method of its code or of its kind.

        :param list orders: ``OrderFacts`` in the rule's scope
        :param dict memory: shared by the rules of a run: ``orders`` (all facts by id), ``found`` (code to the ids of
            the lines with a finding), and what rules put there
        :return: list of ``Finding``
        """
        self.ensure_one()
        name = f"_find_{self.code}" if self.kind == "built_in" else f"_{self.kind}_findings"
        return getattr(self, name)(orders, memory)

    def _place(self, rule, group, found, assessments, ticked, spared):
        """Put what ``rule`` found on the assessments, and note who passed; who was spared did neither."""
        hit = set()
        for finding in found:
            if finding.key in ticked:
                continue
            hit.add(finding.order_id)
            if finding.key not in spared:
                assessments[finding.order_id].findings.append(finding)
        # read once: a field of a record costs more than what is done with it here
        code, version = rule.code, rule.version
        for order_facts in group:
            if order_facts.id not in hit:
                assessments[order_facts.id].passed[code] = version

    def _finding(self, order_facts, expected, found, message, line=None, scope=""):
        """A ``Finding`` of this rule. ``scope``: the part of the content it rests on, empty for all of it."""
        self.ensure_one()
        return Finding(
            order_id=order_facts.id,
            line_id=line.id if line else None,
            rule=self,
            expected=str(expected),
            found=str(found),
            message=message,
            fingerprint=order_facts.fingerprint(line.id if line else None, scope),
        )

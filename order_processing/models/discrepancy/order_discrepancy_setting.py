from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import formatLang

from ..common.number_words import number_words
from .kinds import BY_CODE, KINDS
from .order_discrepancy import SEVERITIES


class OrderDiscrepancySetting(models.Model):
    """What a company, or a customer of it, lives with of one kind, how bad it is, whose it is and how long it may stay.

    Of several that fit the most special counts whole: customer and company, customer, company, all. A difference is
    tolerated if it is within every tolerance that is set (0: not asked; the bound is within), and as long as its days of
    grace have not passed.
    """

    _name = "order.discrepancy.setting"
    _description = "Discrepancy Setting"
    _inherit = ["order.general.mixin"]
    _order = "kind, company_id, partner_id, id"
    _rec_name = "kind"
    _check_company_auto = True

    kind = fields.Selection([(kind.code, kind.label) for kind in KINDS], required=True)
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company, help="Empty: all companies.")
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        domain=[("parent_id", "=", False)],
        check_company=True,
        index="btree_not_null",
        help="With all its addresses. Empty: all customers.",
    )
    active = fields.Boolean(default=True)
    ignored = fields.Boolean(help="This kind is not asked about here at all.")
    severity = fields.Selection(SEVERITIES, help="Empty: as the kind has it.")
    owner_id = fields.Many2one("res.users", domain=[("share", "=", False)], help="Empty: the salesperson.")
    due_days = fields.Integer("Due after (days)", default=-1, help="From the finding; -1: as the kind has it.")
    due_mode = fields.Selection(
        [("kind", "As the kind has it"), ("own", "After a number of days")],
        "Due",
        compute="_compute_due_mode",
        readonly=False,
    )
    customer_text = fields.Char("For whom", compute="_compute_words")
    tolerance_text = fields.Char("Lives with", compute="_compute_words")
    severity_text = fields.Char("How bad", compute="_compute_words")
    owner_text = fields.Char("Whose", compute="_compute_words")
    due_text = fields.Char("Due in words", compute="_compute_words")
    kind_text = fields.Char("As the kind has it", compute="_compute_words")
    tolerance_quantity = fields.Float(
        "Quantity", digits="Product Unit", help="In the line's unit; of weights and counts the same."
    )
    tolerance_percent = fields.Float("Percent", help="Of the expected quantity or value.")
    tolerance_amount = fields.Float("Amount", help="Value at stake, in the company's currency.")
    tolerance_days = fields.Integer("Days of grace", help="A younger difference is not reported yet.")

    _one = models.UniqueIndex(
        "(kind, coalesce(company_id, 0), coalesce(partner_id, 0)) WHERE active",
        "There is a setting of this kind for this company and customer already: change that one.",
    )
    _positive = models.Constraint(
        "CHECK (tolerance_quantity >= 0 AND tolerance_percent >= 0 AND tolerance_amount >= 0 AND tolerance_days >= 0"
        " AND due_days >= -1)",
        "Tolerances are 0 or more, the days until it is due -1 or more.",
    )

    @api.constrains("owner_id", "company_id")
    def _check_owner(self):
        for setting in self.filtered("owner_id"):
            setting.company_id._order_discrepancy_check_person(setting.owner_id.id)

    # ------------------------------------------------------------------ in words

    @api.depends("kind", "partner_id")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for setting in self:
            parts = [labels.get(setting.kind), setting.partner_id.display_name]
            setting.display_name = " · ".join(part for part in parts if part)

    @api.depends("due_days")
    def _compute_due_mode(self):
        for setting in self:
            setting.due_mode = "kind" if setting.due_days < 0 else "own"

    @api.onchange("due_mode", "kind")
    def _onchange_due_mode(self):
        """Days of its own begin with those that the kind has."""
        if self.due_mode == "kind":
            self.due_days = -1
        elif self.due_days < 0:
            self.due_days = BY_CODE[self.kind].due_days if self.kind else 0

    @api.depends(
        "kind", "partner_id", "ignored", "severity", "owner_id", "due_days", "company_id",
        "tolerance_quantity", "tolerance_percent", "tolerance_amount", "tolerance_days",
    )  # fmt: skip
    @api.depends_context("lang", "company")
    def _compute_words(self):
        severities = dict(self._fields["severity"]._description_selection(self.env))
        for setting in self:
            kind = BY_CODE.get(setting.kind)
            of_kind = severities.get(kind.severity, "") if kind else ""
            days = setting._days_text(kind.due_days) if kind else ""
            setting.customer_text = setting.partner_id.display_name or self.env._("All customers")
            setting.tolerance_text = setting._tolerance_words()
            setting.severity_text = severities.get(setting.severity) or of_kind
            setting.owner_text = setting.owner_id.name or self.env._("Salesperson")
            setting.due_text = days if setting.due_days < 0 else setting._days_text(setting.due_days)
            setting.kind_text = (
                self.env._("severity “%(severity)s”, due %(days)s", severity=of_kind, days=days) if kind else False
            )

    def _tolerance_words(self):
        """What is tolerated, in one line: all that is set must be met."""
        self.ensure_one()
        if self.ignored:
            return self.env._("Everything: not reported")
        currency = (self.company_id or self.env.company).currency_id
        number = formatLang(self.env, self.tolerance_quantity, dp="Product Unit")
        percent = formatLang(self.env, self.tolerance_percent, digits=2).rstrip("0").rstrip(".,")
        parts = [
            self.tolerance_quantity and self.env._("%s units", number),
            self.tolerance_percent and f"{percent} %",
            self.tolerance_amount and formatLang(self.env, self.tolerance_amount, currency_obj=currency),
        ]
        text = self.env._(" and ").join(part for part in parts if part)
        if self.tolerance_days:
            grace = self.env._("the first %s days", self.tolerance_days)
            text = f"{text}, {grace}" if text else grace
        return text or self.env._("Nothing")

    @api.model
    def _days_text(self, days):
        if days < 2:
            return self.env._("after 1 day") if days else self.env._("the same day")
        return self.env._("after %s days", days)

    @api.model
    def _setting_query(self):
        """``SQL`` of the one setting for a row of ``checked`` (a kind) beside ``f`` (a line); none: no row."""
        return SQL(
            """
            SELECT item.severity, item.owner_id, nullif(item.due_days, -1) AS due_days, item.ignored,
                   item.tolerance_quantity, item.tolerance_percent, item.tolerance_amount, item.tolerance_days
              FROM order_discrepancy_setting item
             WHERE item.kind = checked.kind AND item.active
               AND (item.company_id IS NULL OR item.company_id = f.company_id)
               AND (item.partner_id IS NULL OR item.partner_id = f.commercial_partner_id)
          ORDER BY item.partner_id IS NULL, item.company_id IS NULL
             LIMIT 1
            """
        )

    @api.model
    def _tolerated_condition(self):
        """``SQL`` true for what ``setting`` lives with; a kind's own percent counts where no setting is."""
        return SQL(
            """
            coalesce(setting.ignored, FALSE)
            OR coalesce(checked.since + setting.tolerance_days > f.today, FALSE)
            OR ((coalesce(setting.tolerance_quantity, 0) > 0 AND checked.measure <> 'value'
                 OR coalesce(setting.tolerance_percent, checked.percent) > 0
                 OR coalesce(setting.tolerance_amount, 0) > 0)
                AND (coalesce(setting.tolerance_quantity, 0) = 0 OR checked.measure = 'value'
                     OR abs(checked.found - checked.expected) <= setting.tolerance_quantity::numeric)
                AND (coalesce(setting.tolerance_percent, checked.percent) = 0
                     OR abs(checked.found - checked.expected)
                        <= abs(checked.expected) * coalesce(setting.tolerance_percent, checked.percent)::numeric / 100)
                AND (coalesce(setting.tolerance_amount, 0) = 0 OR stake.value_company <= setting.tolerance_amount::numeric))
            """
        )


class OrderDiscrepancy(models.Model):
    _inherit = "order.discrepancy"

    measure = fields.Selection(
        selection_add=[("weight", "Weight"), ("count", "Number")], ondelete={"weight": "cascade", "count": "cascade"}
    )

    def _shown(self, figure):
        self.ensure_one()
        if self.measure == "weight":
            unit = self.env["product.template"]._get_weight_uom_name_from_ir_config_parameter()
            return f"{number_words(self.env, figure, 3)} {unit}"
        if self.measure == "count":
            return number_words(self.env, figure, 0)
        return super()._shown(figure)

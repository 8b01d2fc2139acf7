from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..common.business_day import business_day, day_bounds
from ..common.empty_columns import add_empty_columns

STAGES = [
    ("product", "Product"),
    ("price", "Price"),
    ("delivery", "Delivery"),
    ("customer", "Customer"),
    ("stock", "Stock"),
    ("manual", "Manual step"),
]
SEVERITIES = [("blocking", "Blocking"), ("warning", "Warning")]
# band, and how many business days before today it begins; sorted by name they stand in order
AGES = [("age_0", "Today"), ("age_1", "1-2 days"), ("age_3", "3-7 days"), ("age_8", "Older")]
BEGINS = (("age_0", 0), ("age_1", 2), ("age_3", 7))


class SaleOrder(models.Model):
    """What the lists of verification group and count by: the worst open finding, and how long an order waits."""

    _inherit = "sale.order"

    verification_stage = fields.Selection(
        STAGES,
        "Stage of review",
        compute="_compute_verification_worst",
        store=True,
        index="btree_not_null",
        help="Of the worst open finding, blocking ones first; empty where nothing is open.",
    )
    verification_severity = fields.Selection(
        SEVERITIES, "Worst finding", compute="_compute_verification_worst", store=True
    )
    verification_age = fields.Selection(
        AGES,
        "Waiting since",
        compute="_compute_verification_age",
        search="_search_verification_age",
        help="Business days since the order was entered, or since it was held; verified orders wait for nothing.",
    )

    def _auto_init(self):
        """No order of an existing database has a finding yet: the columns come empty, nothing is computed."""
        add_empty_columns(self, {"verification_stage": "varchar", "verification_severity": "varchar"})
        return super()._auto_init()

    @api.model
    def _transition_guarded_fields(self):
        """The worst finding is what the findings say, for everybody."""
        return (*super()._transition_guarded_fields(), "verification_stage", "verification_severity")

    # ------------------------------------------------------------------ the worst finding

    @api.depends("order_check_ids.state", "order_check_ids.severity", "order_check_ids.stage")
    def _compute_verification_worst(self):
        severities, stages = list(dict(SEVERITIES)), list(dict(STAGES))
        for order in self:
            failed = [
                (severities.index(check.severity), stages.index(check.stage))
                for check in order.order_check_ids
                if check.state == "failed" and check.stage in stages
            ]
            severity, stage = min(failed, default=(None, None))
            order.verification_severity = severities[severity] if failed else False
            order.verification_stage = stages[stage] if failed else False

    # ------------------------------------------------------------------ age

    @api.depends("verification_state", "held_at", "create_date", "company_id")
    def _compute_verification_age(self):
        today = {company: business_day(company) for company in self.company_id}
        for order in self:
            since = order._verification_since()
            if not since:
                order.verification_age = False
                continue
            days = (today[order.company_id] - business_day(order.company_id, since)).days
            order.verification_age = next((band for band, begin in BEGINS if days <= begin), "age_8")

    def _verification_since(self):
        """Since when the order waits, ``False`` where it is verified."""
        self.ensure_one()
        if self.verification_state == "held":
            return self.held_at or self.create_date
        return self.create_date if self.verification_state == "to_verify" else False

    @api.model
    def _verification_age_sql(self, alias):
        """The age band of an order as SQL, by the business days of its company."""
        companies = self.env.companies | self.env.company
        column = {
            name: SQL.identifier(alias, name) for name in ("company_id", "verification_state", "held_at", "create_date")
        }
        since = SQL(
            "CASE %(state)s WHEN 'held' THEN coalesce(%(held)s, %(created)s) WHEN 'to_verify' THEN %(created)s END",
            state=column["verification_state"],
            held=column["held_at"],
            created=column["create_date"],
        )
        branches = [SQL("WHEN %s IS NULL THEN NULL", since)]
        for company in companies:
            today = business_day(company)
            for band, begin in BEGINS:
                start, _end = day_bounds(company, today - timedelta(days=begin))
                branches.append(
                    SQL("WHEN %s = %s AND %s >= %s THEN %s", column["company_id"], company.id, since, start, band)
                )
        return SQL("CASE %s ELSE 'age_8' END", SQL(" ").join(branches))

    def _search_verification_age(self, operator, value):
        if operator != "in":
            return NotImplemented
        bands = [band for band in value if band]
        unset = any(not band for band in value)

        def to_sql(model, alias, query):
            age = model._verification_age_sql(alias)
            found = SQL("%s = ANY(%s)", age, bands)
            return SQL("(%s OR %s IS NULL)", found, age) if unset else found

        return Domain.custom(to_sql=to_sql, predicate=lambda order: order.verification_age in value)

    def _field_to_sql(self, alias, field_expr, query=None):
        """The age can be grouped and sorted by though no column holds it."""
        if field_expr == "verification_age":
            self._check_field_access(self._fields[field_expr], "read")
            # what is read must be in the table
            self.flush_model(["company_id", "verification_state", "held_at", "create_date"])
            return self._verification_age_sql(alias)
        return super()._field_to_sql(alias, field_expr, query)

    # ------------------------------------------------------------------ asking the customer

    def action_ask_customer(self):
        """Open a mail to the customer that asks about every open finding of these orders that may be asked about.

        :return: an action of the web client, see ``order.verification.check.action_ask_customer``
        :raises UserError: there is nothing to ask
        """
        checks = self.order_check_ids.filtered("can_ask_customer")
        if not checks:
            raise UserError(
                self.env._("There is nothing to ask the customer about %s.", ", ".join(self.mapped("name")))
            )
        return checks.action_ask_customer()

    def _verification_questions(self):
        """What the customer is asked, in the language of the environment; the mail template calls this.

        The findings named in the context (``order_question_check_ids``), else all open ones that may be asked about.

        :return: list of texts, in the order of the lines, no question twice
        """
        self.ensure_one()
        chosen = self.env.context.get("order_question_check_ids")
        checks = self.order_check_ids.filtered(
            lambda check: check.can_ask_customer and (not chosen or check.id in chosen)
        )
        places = {line.id: place for place, line in enumerate(self.order_line, 1)}
        texts = self.env["order.verification.rule"]._questions()
        checks = checks.sorted(lambda check: (places.get(check.line_id.id, 0), check.id))
        return list(dict.fromkeys(check._question(texts) for check in checks))

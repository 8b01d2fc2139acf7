import ast
from datetime import datetime, time

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..common.business_day import business_day, desk_day

LEVELS = [("empty", "Nothing waits"), ("fresh", "In time"), ("warn", "Ageing"), ("late", "Too old")]


class OrderDeskQueue(models.Model):
    """A card of the desk: one kind of waiting work, counted with the rights and in the companies of who looks.

    The definition is data: the model of another stage, a domain on it, and the list that one click opens.
    """

    _name = "order.desk.queue"
    _description = "Desk Queue"
    _order = "sequence, id"

    code = fields.Char(required=True, readonly=True)
    name = fields.Char(required=True, translate=True)
    help = fields.Char("What waits here", translate=True)
    empty = fields.Char("Said when nothing waits", translate=True)
    icon = fields.Char(required=True, help="Class of the icon, such as fa-truck.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    model_name = fields.Char("Model", required=True, help="Technical name of what is counted.")
    domain = fields.Char(required=True, default="[]")
    age_field = fields.Char(help="Date or time that the age counts from.")
    amount_field = fields.Char(help="Monetary field that is summed, in the company's currency.")
    action_xmlid = fields.Char("List", help="Action whose views one click opens.")
    measure = fields.Selection(
        [("domain", "Records of the domain"), ("days", "Days not signed")], required=True, default="domain"
    )
    warn_hours = fields.Integer("Ageing after (hours)", default=24)
    late_hours = fields.Integer("Too old after (hours)", default=72)

    count = fields.Integer(compute="_compute_figures", compute_sudo=False)
    oldest = fields.Datetime(compute="_compute_figures", compute_sudo=False)
    oldest_text = fields.Char(compute="_compute_figures", compute_sudo=False)
    amount = fields.Monetary(compute="_compute_figures", compute_sudo=False)
    level = fields.Selection(LEVELS, compute="_compute_figures", compute_sudo=False)
    currency_id = fields.Many2one("res.currency", compute="_compute_figures", compute_sudo=False)
    available = fields.Boolean(compute="_compute_available", search="_search_available", compute_sudo=False)

    _code_unique = models.UniqueIndex("(code)", "There is already a queue with this code.")

    @api.constrains("domain")
    def _check_domain(self):
        """A domain that cannot be read is refused when it is written, not when the desk opens."""
        for queue in self:
            try:
                queue._queue_domain()
            except (ValueError, SyntaxError) as error:
                raise ValidationError(
                    self.env._(
                        "“%(domain)s” of the queue “%(queue)s” is no domain.", domain=queue.domain, queue=queue.name
                    )
                ) from error

    # ------------------------------------------------------------------ who sees which

    @api.depends_context("uid")
    @api.depends("model_name")
    def _compute_available(self):
        for queue in self:
            queue.available = queue._may_count()

    def _search_available(self, operator, value):
        if operator != "in":
            return NotImplemented
        seen = self.search([]).filtered(lambda queue: queue._may_count() in value)
        return [("id", "in", seen.ids)]

    def _may_count(self):
        """Whether the stage behind the queue is there, and the user may read it."""
        if self.model_name not in self.env or not self.env[self.model_name].has_access("read"):
            return False
        model = self.env[self.model_name]
        named = {condition.field_expr.split(".")[0] for condition in self._queue_domain().iter_conditions()}
        return (named | set(filter(None, (self.age_field, self.amount_field)))) <= set(model._fields)

    # ------------------------------------------------------------------ figures

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_figures(self):
        now = fields.Datetime.now()
        for queue in self:
            queue.currency_id = self.env.company.currency_id
            count, oldest, amount = queue._measured() if queue._may_count() else (0, False, 0.0)
            queue.count, queue.amount = count, amount
            if oldest and not isinstance(oldest, datetime):
                # a day has no hour: today's work is fresh until midnight of the company, and its own day until that ends
                today = (desk_day if queue.measure == "days" else business_day)(self.env.company)
                days = max((today - oldest).days, 0)
                hours, text = 24 * days, queue._days_text(days)
                oldest = datetime.combine(oldest, time.min)
            else:
                hours = max((now - oldest).total_seconds() / 3600, 0) if oldest else 0
                text = queue._age_text(hours)
            queue.oldest = oldest
            queue.level = queue._level(count, hours)
            queue.oldest_text = text if count and oldest else False

    def _level(self, count, hours):
        if not count:
            return "empty"
        if hours >= self.late_hours:
            return "late"
        return "warn" if hours >= self.warn_hours else "fresh"

    @api.model
    def _age_text(self, hours):
        if hours >= 48:
            return self._days_text(int(hours // 24))
        if hours >= 1:
            return self.env._("%s h", int(hours))
        return self.env._("%s min", int(hours * 60))

    @api.model
    def _days_text(self, days):
        if days < 2:
            return self.env._("yesterday") if days else self.env._("today")
        if days >= 730:
            return self.env._("%s years", days // 365)
        return self.env._("%s days", days)

    def _measured(self):
        """``(count, oldest, amount)`` of the queue for the present user, ``oldest`` a day or a moment: one query."""
        self.ensure_one()
        if self.measure == "days":
            return self._measured_days()
        aggregates = ["__count"]
        if self.age_field:
            aggregates.append(f"{self.age_field}:min")
        if self.amount_field:
            aggregates.append(f"{self.amount_field}:sum_currency")
        values = list(self.env[self.model_name]._read_group(self._counted_domain(), [], aggregates)[0])
        count = values.pop(0)
        oldest = values.pop(0) if self.age_field else False
        amount = values.pop(0) if self.amount_field else 0.0
        return count, oldest, amount or 0.0

    def _measured_days(self):
        """Statements that wait for a signature, and this business day where none is drawn yet."""
        statements = self.env[self.model_name].search_fetch(self._counted_domain(), ["date", "company_id", "state"])
        waiting = statements.filtered(lambda statement: statement.state in ("draft", "review"))
        drawn = {(statement.company_id.id, statement.date) for statement in statements}
        missing = [day for company in self.env.companies if (company.id, day := desk_day(company)) not in drawn]
        days = [*waiting.mapped("date"), *missing]
        return len(days), min(days) if days else False, 0.0

    def _queue_domain(self):
        self.ensure_one()
        return Domain(ast.literal_eval(self.domain or "[]"))

    def _counted_domain(self):
        """The queue's domain within the companies that the user works in."""
        domain = self._queue_domain()
        if "company_id" in self.env[self.model_name]._fields:
            domain &= Domain("company_id", "in", self.env.companies.ids)
        return domain

    def action_open(self):
        """Open the work list of this card: the very records that it counts, with the list's own views.

        :return: an action of the web client
        """
        self.ensure_one()
        self.check_access("read")
        listing = self.action_xmlid and self.env.ref(self.action_xmlid, raise_if_not_found=False)
        if listing:
            action = self.env["ir.actions.act_window"]._for_xml_id(self.action_xmlid)
        else:
            action = {"type": "ir.actions.act_window", "res_model": self.model_name, "view_mode": "list,form"}
        if self.measure == "domain":
            # what is shown is what was counted: the list's own filters do not come on top
            action = {**action, "domain": list(self._counted_domain()), "context": {}}
        return {**action, "name": self.name}

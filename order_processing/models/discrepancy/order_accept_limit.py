from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.misc import formatLang

from .order_discrepancy import MANAGER, OPEN, PROCESSOR

NAMES = 5


class OrderAcceptLimit(models.Model):
    """Up to which value at stake a person, or everybody of a group, may accept a discrepancy.

    Amounts are in the currency of the company of the discrepancy. Managers without a limit may accept any; processors
    without a limit none.
    """

    _name = "order.accept.limit"
    _description = "Acceptance Limit"
    _inherit = ["order.limit.mixin"]
    _order = "amount, id"
    _limit = "amount"

    company_id = fields.Many2one(help="Empty: in all companies, in the currency of each.")
    amount = fields.Monetary("Value up to", required=True, tracking=True, help="0: nothing may be accepted.")
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")

    _is_no_debt = models.Constraint("CHECK (amount >= 0)", "A limit is 0 or more.")

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for limit in self:
            limit.currency_id = (limit.company_id or self.env.company).currency_id

    @api.depends("group_id", "user_id", "amount", "currency_id")
    def _compute_display_name(self):
        return super()._compute_display_name()

    def _shown(self, limit):
        return formatLang(self.env, limit, currency_obj=self.currency_id)

    def _binds(self, user):
        """A group's limit binds a manager only if the group makes its members managers: what processors may is no limit of
        those above them."""
        manager = self.env.ref(MANAGER)
        return manager not in user.all_group_ids or manager in self.group_id.all_implied_ids

    @api.model
    def _may_accept(self, users, company):
        """Up to which value each of ``users`` may accept in ``company``, for ``sudo``; the same queries for any set.

        :return: dict of user id to amount in the company's currency, ``None``: any; who may accept nothing has 0
        """
        manager, processor = self.env.ref(MANAGER), self.env.ref(PROCESSOR)
        limits = self._of_users(users, company)
        answer = {}
        for user in users:
            groups = user.all_group_ids
            unlimited = None if manager in groups else 0.0
            answer[user.id] = limits.get(user.id, unlimited) if processor in groups else 0.0
        return answer


class OrderDiscrepancy(models.Model):
    _inherit = "order.discrepancy"

    can_accept = fields.Boolean(compute="_compute_can_accept", compute_sudo=False)

    @api.depends("state", "value_company", "company_id")
    @api.depends_context("uid")
    def _compute_can_accept(self):
        beyond = dict(self.filtered(lambda record: record.state in OPEN)._accept_beyond())
        for record in self:
            record.can_accept = record.state in OPEN and record not in beyond

    def _accept_beyond(self):
        """The records whose value is above what the acting user may accept: list of ``(record, limit)``."""
        if self.env.uid == SUPERUSER_ID:
            return []
        user = self.env["res.users"].sudo().browse(self.env.uid)
        Limit = self.env["order.accept.limit"].sudo()
        beyond = []
        for company, records in self.sudo().grouped("company_id").items():
            limit = Limit._may_accept(user, company)[user.id]
            if limit is not None:
                beyond += [(self.browse(record.id), limit) for record in records if record._is_beyond(limit)]
        return beyond

    def _is_beyond(self, limit):
        """Whether the value at stake is above ``limit`` (company's currency); a limit of 0 lets nothing through."""
        self.ensure_one()
        return not limit or self.company_id.currency_id.compare_amounts(self.value_company, limit) > 0

    def _transition_check_rights(self, declared):
        super()._transition_check_rights(declared)
        if declared.name == "accept" and self.env.uid != SUPERUSER_ID:
            user = self.env["res.users"].sudo().browse(self.env.uid)
            Limit = self.env["order.accept.limit"].sudo()
            refused = [company for company in self.sudo().company_id if Limit._may_accept(user, company)[user.id] == 0]
            if refused:
                raise AccessError(
                    self.env._(
                        "%(user)s may not accept discrepancies: a manager of the order desk may, or who has a limit of"
                        " acceptance (Configuration > Acceptance Limits).",
                        user=user.name,
                    )
                )

    def _transition_check(self, declared, reason):
        super()._transition_check(declared, reason)
        if declared.name == "accept":
            refusal = self._accept_refusal()
            if refusal:
                raise UserError(refusal)

    def _accept_refusal(self):
        """Why the acting user may not accept some of these records, a line each with the value, the limit and who may; '' if all."""
        beyond = self._accept_beyond()
        rows = []
        for company, pairs in _grouped(beyond).items():
            top = max(record.sudo().value_company for record, _limit in pairs)
            who = company._accept_who(top)
            for record, limit in pairs:
                rows.append(
                    self.env._(
                        "%(record)s: %(value)s at stake is above your limit of %(limit)s.",
                        record=record.display_name,
                        value=formatLang(self.env, record.sudo().value_company, currency_obj=company.currency_id),
                        limit=formatLang(self.env, limit, currency_obj=company.currency_id),
                    )
                )
            rows.append(
                self.env._("Ask somebody who may accept that: %s.", who)
                if who
                else self.env._("Nobody in %s may accept that: a manager must raise a limit.", company.name)
            )
        return "\n".join(rows)


def _grouped(pairs):
    """``(record, limit)`` pairs by the company of the record."""
    groups = {}
    for record, limit in pairs:
        groups.setdefault(record.sudo().company_id, []).append((record, limit))
    return groups


class ResCompany(models.Model):
    _inherit = "res.company"

    def _accept_who(self, value):
        """Names of those who may accept ``value`` (in this company's currency), the first few; '' for nobody."""
        self.ensure_one()
        users = (
            self.env.ref(PROCESSOR)
            .sudo()
            .all_user_ids.filtered(lambda user: user.active and not user.share and self in user.company_ids)
        )
        limits = self.env["order.accept.limit"].sudo()._may_accept(users, self)
        may = users.filtered(
            lambda user: limits[user.id] is None or self.currency_id.compare_amounts(limits[user.id], value) >= 0
        ).sorted("name")
        names = may[:NAMES].mapped("name")
        return ", ".join(names) + (", …" if len(may) > NAMES else "")

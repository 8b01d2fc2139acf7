from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_amount

from ..common.business_day import business_day
from ..common.sql_arrays import id_array


class OrderVerificationRule(models.Model):
    """Built-in rules about how a customer stands with us: on hold, overdue, new, an order that needs approval."""

    _inherit = "order.verification.rule"

    limit_amount = fields.Float(
        "Amount", digits=0, tracking=True, help="In the company's currency; up to it nothing is said."
    )

    @api.model
    def _parameters(self):
        return super()._parameters() | {
            "overdue": ("days", "limit_amount"),
            "approval_amount": ("limit_amount",),
        }

    @api.constrains("limit_amount")
    def _check_limit_amount(self):
        for rule in self:
            if rule.limit_amount < 0:
                raise UserError(self.env._("%s: an amount cannot be negative.", rule.name))

    @staticmethod
    def _by_company(orders):
        """``orders`` by company id."""
        groups = {}
        for order in orders:
            groups.setdefault(order.company_id, []).append(order)
        return groups

    # ------------------------------------------------------------------ on hold

    def _find_customer_on_hold(self, orders, memory):
        """A customer that a manager put on hold in the order's company: the commercial partner, or the contact itself.

        A company on hold stays so when somebody makes it a part of another one. One statement a company.
        """
        findings = []
        for company_id, group in self._by_company(orders).items():
            held = (
                self.env["res.partner"]
                .sudo()
                .with_company(company_id)
                ._orders_on_hold(
                    {partner_id for order in group for partner_id in (order.commercial_partner_id, order.partner_id)}
                )
            )
            for order in group:
                hold = held.get(order.commercial_partner_id) or held.get(order.partner_id)
                if not hold:
                    continue
                name, why = hold
                findings.append(
                    self._finding(
                        order,
                        self.env._("not on hold"),
                        self.env._("on hold: %s", why),
                        self.env._("%(customer)s is on hold: %(why)s", customer=name, why=why),
                        scope="customer",
                    )
                )
        return findings

    # ------------------------------------------------------------------ overdue

    def _find_overdue(self, orders, memory):
        """More than ``limit_amount`` of the customer's receivables is overdue by more than ``days`` days.

        Posted journal items on receivable accounts of the commercial partner in the order's company and its branches, as
        core's credit counts them, by what is open of them; due on the date of the item, else its accounting date; the days
        are the company's. What we owe the customer (open credit notes, payments not yet matched) is taken off: it may pay
        the oldest. One statement a company.
        """
        findings = []
        for company_id, group in self._by_company(orders).items():
            company = self.env["res.company"].sudo().browse(company_id)
            before = business_day(company) - timedelta(days=self.days)
            overdue = self._overdue(company, {order.commercial_partner_id for order in group}, before)
            for order in group:
                name, amount, oldest = overdue.get(order.commercial_partner_id, ("", 0, None))
                if not oldest or company.currency_id.compare_amounts(amount, self.limit_amount) <= 0:
                    continue
                findings.append(self._overdue_finding(order, company, name, amount, oldest))
        return findings

    def _overdue_finding(self, order, company, name, amount, oldest):
        text = format_amount(self.env, amount, company.currency_id)
        limit = format_amount(self.env, self.limit_amount, company.currency_id)
        since = fields.Date.to_string(oldest)
        return self._finding(
            order,
            self.env._("at most %(amount)s overdue by more than %(days)s days", amount=limit, days=self.days),
            self.env._("%(amount)s, the oldest since %(since)s", amount=text, since=since),
            self.env._(
                "%(customer)s owes %(amount)s that was due more than %(days)s days ago, the oldest on %(since)s.",
                customer=name,
                amount=text,
                days=self.days,
                since=since,
            ),
        )

    def _overdue(self, company, partner_ids, before):
        """What each of ``partner_ids`` owes since before the day ``before``.

        :return: dict of partner id to ``(name, amount in the company's currency, oldest due date)``
        """
        companies = self.env["res.company"].sudo().search([("id", "child_of", company.root_id.id)])
        self.env["account.move.line"].flush_model()
        self.env["account.account"].flush_model(["account_type"])
        self.env.cr.execute(
            SQL(
                """
                SELECT customer.id, customer.name,
                       sum(item.amount_residual)
                           FILTER (WHERE item.amount_residual < 0 OR coalesce(item.date_maturity, item.date) < %(before)s)::float,
                       min(coalesce(item.date_maturity, item.date)) FILTER (WHERE item.amount_residual > 0)
                  FROM res_partner customer
                  JOIN res_partner contact ON contact.commercial_partner_id = customer.id
                  JOIN account_move_line item ON item.partner_id = contact.id
                  JOIN account_account account ON account.id = item.account_id
                 WHERE customer.id = ANY(%(customers)s) AND item.company_id = ANY(%(companies)s)
                   AND item.parent_state = 'posted' AND account.account_type = 'asset_receivable'
                   AND item.reconciled IS NOT TRUE AND item.amount_residual <> 0
              GROUP BY customer.id, customer.name
                HAVING min(coalesce(item.date_maturity, item.date)) FILTER (WHERE item.amount_residual > 0) < %(before)s
                """,
                customers=id_array(partner_ids),
                companies=id_array(companies.ids),
                before=before,
            )
        )
        return {partner_id: rest for partner_id, *rest in self.env.cr.fetchall()}

    # ------------------------------------------------------------------ approval and first order

    def _find_approval_amount(self, orders, memory):
        """A total, with tax and in the company's currency at the order's rate, above the amount that needs approval."""
        findings, most = [], self.limit_amount
        for company_id, group in self._by_company(orders).items():
            currency = self.env["res.company"].sudo().browse(company_id).currency_id
            for order in group:
                total = order.amount_total / (order.currency_rate or 1)
                if total <= most or currency.compare_amounts(total, most) <= 0:
                    continue
                limit, text = (format_amount(self.env, amount, currency) for amount in (most, total))
                findings.append(
                    self._finding(
                        order,
                        self.env._("at most %s", limit),
                        text,
                        self.env._("%(total)s is more than %(limit)s and needs approval.", total=text, limit=limit),
                    )
                )
        return findings

    def _find_first_order(self, orders, memory):
        """The customer has no confirmed order in that company yet; asked of what is not yet a sale. One statement.

        Several first orders at once are all first: none of them has shown how the customer pays.
        """
        asked = [order for order in orders if order.open]
        if not asked:
            return []
        self.env.cr.execute(
            SQL(
                """
                SELECT DISTINCT c.commercial_partner_id, o.company_id
                  FROM res_partner c
                  JOIN sale_order o ON o.partner_id = c.id
                 WHERE c.commercial_partner_id = ANY(%(customers)s) AND o.company_id = ANY(%(companies)s)
                   AND o.state = 'sale'
                """,
                customers=id_array({order.commercial_partner_id for order in asked}),
                companies=id_array({order.company_id for order in asked}),
            )
        )
        known = set(self.env.cr.fetchall())
        return [
            self._finding(
                order,
                self.env._("a customer who has ordered before"),
                self.env._("the first order"),
                self.env._("It is the first order of this customer."),
                scope="customer",
            )
            for order in asked
            if (order.commercial_partner_id, order.company_id) not in known
        ]

from odoo import models
from odoo.tools import SQL, format_amount


class OrderVerificationRule(models.Model):
    """Built-in rules about the customer."""

    _inherit = "order.verification.rule"

    def _find_credit_limit(self, orders, memory):
        """The customer's credit with this order, and the open ones before it in the set, over its limit.

        Core's own credit (receivable and confirmed orders to invoice) of the commercial partner, where the company
        uses credit limits. An order that does not fit is not counted against the ones after it.
        """
        findings = []
        for company in self.env["res.company"].sudo().browse({order.company_id for order in orders}):
            if company.account_use_credit_limit:
                findings += self._find_over_limit(company, [o for o in orders if o.company_id == company.id])
        return findings

    def _find_over_limit(self, company, orders):
        partners = self.env["res.partner"].sudo().with_company(company)
        partners = partners.browse({order.commercial_partner_id for order in orders})
        # computed, not stored: what this transaction did before must count, and nobody may find our figures later
        computed = ["credit", "credit_to_invoice"]
        partners.invalidate_recordset(computed, flush=False)
        used = {partner.id: partner.credit + partner.credit_to_invoice for partner in partners}
        limits = {partner.id: partner.credit_limit for partner in partners}
        partners.invalidate_recordset(computed, flush=False)
        findings = []
        for order in sorted(orders, key=lambda order: (order.date_order, order.id)):
            limit = limits[order.commercial_partner_id]
            if not limit:
                continue
            own = order.amount_total / (order.currency_rate or 1) if order.open else 0
            total = used[order.commercial_partner_id] + own
            if company.currency_id.compare_amounts(total, limit) <= 0:
                used[order.commercial_partner_id] = total
                continue
            partner = partners.browse(order.commercial_partner_id)
            findings.append(
                self._finding(
                    order,
                    self.env._("at most %s", format_amount(self.env, limit, company.currency_id)),
                    format_amount(self.env, total, company.currency_id),
                    self.env._(
                        "%(customer)s would owe %(total)s with this order; the limit is %(limit)s.",
                        customer=partner.name,
                        total=format_amount(self.env, total, company.currency_id),
                        limit=format_amount(self.env, limit, company.currency_id),
                    ),
                )
            )
        return findings

    def _find_duplicate(self, orders, memory):
        """Another order of the same customer with the same reference, or with the same lines within ``days`` days.

        One statement for the set; only orders that are not yet a sale are asked about.
        """
        by_id = {order.id: order for order in orders if order.open}
        if not by_id:
            return []
        self.env.cr.execute(self._duplicates_query(list(by_id), self.days))
        findings = []
        for order_id, same_reference, names in self.env.cr.fetchall():
            why = self.env._("same reference") if same_reference else self.env._("same lines")
            findings.append(
                self._finding(
                    by_id[order_id],
                    self.env._("one order"),
                    f"{names} ({why})",
                    self.env._("It looks like %(orders)s of the same customer (%(why)s).", orders=names, why=why),
                )
            )
        return findings

    @staticmethod
    def _duplicates_query(order_ids, days):
        return SQL(
            """
            WITH mine AS (
                SELECT o.id, o.company_id, o.date_order, nullif(trim(o.client_order_ref), '') AS reference,
                       coalesce(c.commercial_partner_id, c.id) AS customer_id
                  FROM sale_order o
                  JOIN res_partner c ON c.id = o.partner_id
                 WHERE o.id = ANY(%(orders)s)
            ), customer AS (
                SELECT customer_id, company_id, min(date_order) - %(days)s * interval '1 day' AS since,
                       max(date_order) + %(days)s * interval '1 day' AS until
                  FROM mine GROUP BY customer_id, company_id
            ), candidate AS MATERIALIZED (
                SELECT o.id, o.name, o.company_id, o.date_order, customer.customer_id,
                       nullif(trim(o.client_order_ref), '') AS reference,
                       o.date_order BETWEEN customer.since AND customer.until AS near
                  FROM customer
                  JOIN res_partner c ON c.commercial_partner_id = customer.customer_id
                  JOIN sale_order o ON o.partner_id = c.id AND o.company_id = customer.company_id
                 WHERE o.state <> 'cancel'
            ), signature AS (
                SELECT candidate.id,
                       string_agg(l.product_id || ':' || trim_scale(l.product_uom_qty) || ':' || l.product_uom_id,
                                  ',' ORDER BY l.product_id, l.product_uom_qty, l.product_uom_id) AS content
                  FROM candidate
                  JOIN sale_order_line l ON l.order_id = candidate.id
                 WHERE candidate.near AND l.display_type IS NULL AND l.product_id IS NOT NULL
                   AND NOT coalesce(l.is_downpayment, FALSE) AND NOT coalesce(l.is_delivery, FALSE)
              GROUP BY candidate.id
            ), pair AS (
                SELECT mine.id, other.name, other.id AS other_id, TRUE AS same_reference
                  FROM mine
                  JOIN candidate other USING (customer_id, company_id, reference)
                 WHERE other.id <> mine.id
                 UNION
                SELECT mine.id, other.name, other.id, FALSE
                  FROM mine
                  JOIN signature own ON own.id = mine.id
                  JOIN candidate other USING (customer_id, company_id)
                  JOIN signature theirs ON theirs.id = other.id AND theirs.content = own.content
                 WHERE other.id <> mine.id
                   AND abs(extract(epoch FROM other.date_order - mine.date_order)) <= %(days)s * 86400
            )
            SELECT id, bool_or(same_reference), string_agg(DISTINCT name, ', ' ORDER BY name)
              FROM pair GROUP BY id
            """,
            orders=order_ids,
            days=days,
        )

from bisect import bisect_left
from datetime import timedelta

from odoo import models
from odoo.tools import SQL, format_amount

from ..common.sql_arrays import id_array, text_array

# how many others a finding names
NAMED = 5


def compared_lines(lines):
    """What two orders are alike by: products, quantities and units of ``lines`` (``LineFacts``), in any order."""
    return tuple(sorted((line.product_id, line.quantity, line.uom_id) for line in lines if line.compared))


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

        Two statements for the set; only orders that are not yet a sale are asked about. References are compared without
        case and blanks around them.
        """
        asked = [order for order in orders if order.open]
        if not asked:
            return []
        by_reference, by_lines, own_lines = self._possible_duplicates(asked)
        findings, days = [], self.days
        for order in asked:
            named = by_reference.get((order.company_id, order.commercial_partner_id, order.reference), ())
            same_reference = {other for other in named if other[1] != order.id}
            same_lines = self._near(by_lines.get(own_lines.get(order.id), ()), order, days)
            others = same_reference | same_lines
            if others:
                why = self.env._("same reference") if same_reference else self.env._("same lines")
                findings.append(self._duplicate_finding(order, sorted(others), why))
        return findings

    @staticmethod
    def _near(twins, order, days):
        """``(name, id)`` of those of ``twins`` (dates, names, ids) that are at most ``days`` days from ``order``."""
        if len(twins) < 2:
            # itself
            return set()
        reach = timedelta(days=days)
        first = bisect_left(twins, (order.date_order - reach,))
        near = set()
        for date, name, order_id in twins[first:]:
            if date > order.date_order + reach:
                break
            if order_id != order.id:
                near.add((name, order_id))
        return near

    def _duplicate_finding(self, order, others, why):
        names = ", ".join(name for name, _order_id in others[:NAMED])
        if len(others) > NAMED:
            names = self.env._("%(names)s and %(number)s more", names=names, number=len(others) - NAMED)
        return self._finding(
            order,
            self.env._("one order"),
            f"{names} ({why})",
            self.env._("It looks like %(orders)s of the same customer (%(why)s).", orders=names, why=why),
        )

    def _possible_duplicates(self, orders):
        """The orders of the same customers, for comparison.

        :return: dict of (company, customer, reference) to a list of ``(name, id)``, dict of (company, customer, lines) to
            the sorted ``(date, name, id)``, and such a key for each of ``orders`` by its id
        """
        self.env.cr.execute(self._duplicates_query(orders, self.days))
        rows = self.env.cr.fetchall()
        lines = {order.id: compared_lines(order.lines) for order in orders}
        lines |= self._lines_of_others(self._others_near(rows, orders))
        by_reference, by_lines, own_lines = {}, {}, {}
        for order_id, name, company_id, customer_id, date, reference, near in rows:
            if reference:
                by_reference.setdefault((company_id, customer_id, reference), []).append((name, order_id))
            if near and lines.get(order_id):
                key = own_lines[order_id] = (company_id, customer_id, lines[order_id])
                by_lines.setdefault(key, []).append((date, name, order_id))
        for twins in by_lines.values():
            twins.sort()
        return by_reference, by_lines, own_lines

    def _others_near(self, rows, orders):
        """Ids of the orders of ``rows`` that are not asked about and within ``days`` days of one of the customer's that is.

        The statement knows the first and the last date of all: of old offers asked about together that may be years.
        """
        reach, dates = timedelta(days=self.days), {}
        for order in orders:
            dates.setdefault((order.company_id, order.commercial_partner_id), []).append(order.date_order)
        for own in dates.values():
            own.sort()
        asked, near = {order.id for order in orders}, []
        for order_id, _name, company_id, customer_id, date, _reference, between in rows:
            if between and order_id not in asked:
                own = dates.get((company_id, customer_id), ())
                first = bisect_left(own, date - reach)
                if first < len(own) and own[first] <= date + reach:
                    near.append(order_id)
        return near

    @staticmethod
    def _duplicates_query(orders, days):
        """The orders of the same customers that have one of the references, or (``near``) a date near one of ``orders``."""
        dates = [order.date_order for order in orders]
        # the pairs are found in Python: joined in SQL, a plan made on stale statistics takes minutes for 1,000 orders
        return SQL(
            """
            SELECT o.id, o.name, o.company_id, c.commercial_partner_id, o.date_order,
                   lower(trim(coalesce(o.client_order_ref, ''))), o.date_order BETWEEN %(since)s AND %(until)s
              FROM res_partner c
              JOIN sale_order o ON o.partner_id = c.id
             WHERE c.commercial_partner_id = ANY(%(customers)s) AND o.company_id = ANY(%(companies)s)
               AND o.state <> 'cancel'
               AND (o.date_order BETWEEN %(since)s AND %(until)s
                    OR lower(trim(coalesce(o.client_order_ref, ''))) = ANY(%(references)s))
            """,
            since=min(dates) - timedelta(days=days),
            until=max(dates) + timedelta(days=days),
            customers=id_array({order.commercial_partner_id for order in orders}),
            companies=id_array({order.company_id for order in orders}),
            references=text_array({order.reference for order in orders if order.reference}),
        )

    def _lines_of_others(self, order_ids):
        """``compared_lines`` of orders that are not asked about, by order id."""
        if not order_ids:
            return {}
        self.env.cr.execute(
            SQL(
                """
                SELECT l.order_id, l.product_id, l.product_uom_qty, l.product_uom_id
                  FROM sale_order_line l
                 WHERE l.order_id = ANY(%s) AND l.display_type IS NULL AND l.product_id IS NOT NULL
                   AND l.is_downpayment IS NOT TRUE AND l.is_delivery IS NOT TRUE
                """,
                id_array(order_ids),
            )
        )
        found = {}
        for order_id, *line in self.env.cr.fetchall():
            found.setdefault(order_id, []).append(tuple(line))
        return {order_id: tuple(sorted(lines)) for order_id, lines in found.items()}

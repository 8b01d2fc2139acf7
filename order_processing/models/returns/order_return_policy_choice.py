from odoo import api, models

from ..common.business_day import business_day
from .order_return_policy import SCOPE
from .order_return_terms import ReturnTerms


class OrderReturnPolicyChoice(models.Model):
    """Which policy counts for a sold line.

    Those of the order's company count whose dates hold the day on which the order was placed and whose product, category,
    customer, country and channel are empty or the order's own. Of these comes first, each step deciding before the next:
    the one for the product, then the nearest category, then the categories above it, then all products; in these the one
    that names the customer, then the delivery country, then the sales channel; then by sequence.
    """

    _inherit = "order.return.policy"

    @api.model
    def _for_lines(self, order_lines):
        """The policy of each order line: ``{line id: order.return.policy or empty}``, one query for all policies."""
        order_lines = order_lines.sudo()
        policies = self.sudo().search_fetch(
            [("company_id", "in", order_lines.company_id.ids)],
            ["company_id", "sequence", "valid_from", "valid_to", *SCOPE],
        )
        candidates = {}
        for policy in policies:
            candidates.setdefault((policy.company_id.id, policy.product_id.id, policy.categ_id.id), []).append(policy)
        for found in candidates.values():
            found.sort(
                key=lambda policy: (
                    not policy.partner_id,
                    not policy.country_id,
                    not policy.team_id,
                    policy.sequence,
                    policy.id,
                )
            )
        chosen = {}
        for line in order_lines:
            order, product = line.order_id, line.product_id
            path = [int(part) for part in (product.categ_id.parent_path or "").split("/") if part]
            day = business_day(order.company_id, order.date_order)
            keys = [(product.id, False), *((False, categ_id) for categ_id in reversed(path)), (False, False)]
            chosen[line.id] = next(
                (
                    policy
                    for key in keys
                    for policy in candidates.get((order.company_id.id, *key), ())
                    if policy._holds_for(order, day)
                ),
                self.browse(),
            )
        return chosen

    def _holds_for(self, order, day):
        """Whether dates, customer, country and channel of one policy admit ``order``, placed on ``day``."""
        self.ensure_one()
        return (
            (not self.valid_from or self.valid_from <= day)
            and (not self.valid_to or day <= self.valid_to)
            and (not self.partner_id or self.partner_id.commercial_partner_id == order.partner_id.commercial_partner_id)
            and (not self.country_id or self.country_id == order.partner_shipping_id.country_id)
            and (not self.team_id or self.team_id == order.team_id)
        )

    @api.model
    def _terms(self, order_lines):
        """What the policies say of each sold line: ``{line id: ReturnTerms}``; the queries do not grow with the lines."""
        policies = self._for_lines(order_lines)
        used = self.union(*policies.values())
        invoiced = self._invoiced_on(order_lines) if any(used.mapped("invoice_window_days")) else {}
        completed = self._completed_on(order_lines.order_id) if any(used.mapped("withdrawal")) else {}
        return {
            line.id: ReturnTerms(line, policies[line.id], invoiced.get(line.id), completed.get(line.order_id.id))
            for line in order_lines.sudo()
        }

    @api.model
    def _invoiced_on(self, order_lines):
        """Day of the last posted invoice of each order line: ``{line id: date}``, one query."""
        items = self.env["account.move.line"].sudo()
        found = items._read_group(
            [
                ("sale_line_ids", "in", order_lines.ids),
                ("parent_state", "=", "posted"),
                ("move_id.move_type", "=", "out_invoice"),
            ],
            ["sale_line_ids"],
            ["invoice_date:max"],
        )
        return {line.id: day for line, day in found}

    @api.model
    def _completed_on(self, orders):
        """Day on which the last goods of each order left, in its company's calendar: ``{order id: date}``."""
        moves = self.env["stock.move"].sudo()
        found = moves._read_group(
            [
                ("sale_line_id", "in", orders.sudo().order_line.ids),
                ("state", "=", "done"),
                ("location_dest_id.usage", "=", "customer"),
            ],
            ["sale_line_id"],
            ["date:max"],
        )
        last = {}
        for line, moment in found:
            order = line.order_id
            day = business_day(order.company_id, moment)
            last[order.id] = max(day, last.get(order.id, day))
        return last

from dataclasses import dataclass

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, float_compare
from odoo.tools.misc import formatLang

from ..common.number_words import share_words
from ..common.sale_order_line import STANDING
from .rule_price import NOISE

# discounts are entered in hundredths of a percent
DISCOUNT_DIGITS = 2


@dataclass(frozen=True)
class Giver:
    """Who gave the discount of a line, and whether the line is a discount of the whole order."""

    user_id: int
    name: str
    whole: bool


class OrderVerificationRule(models.Model):
    """The built-in rule about who may give how much discount."""

    _inherit = "order.verification.rule"

    discount_percent = fields.Float(
        "Discount for everybody (%)",
        tracking=True,
        help="What somebody may give for whom no discount limit is listed.",
    )

    @api.model
    def _parameters(self):
        return super()._parameters() | {"discount_limit": ("discount_percent",)}

    @api.constrains("discount_percent")
    def _check_discount_percent(self):
        for rule in self:
            if not 0 <= rule.discount_percent <= 100:
                raise UserError(self.env._("%s: a discount is from 0 to 100 percent.", rule.name))

    def _find_discount_limit(self, orders, memory):
        """A discount above what the person who gave it may give.

        Discount is what the net price is below the pricelist's, so one that the pricelist itself shows is nobody's, and a
        price typed lower counts like a percentage. A discount of the whole order is judged together with the lines' own:
        neither hides the other.
        """
        prices = self._expected_prices(orders, memory)
        if not self._priced_apart(orders, memory) and not any(
            line.order_discount or (line.discount and line.id not in prices) for order in orders for line in order.lines
        ):
            return []
        given = {order.id: self._given_discounts(order, prices) for order in orders}
        asked = [line_id for discounts in given.values() for line_id, percent in discounts.items() if percent > 0]
        asked += [line.id for order in orders for line in order.lines if line.order_discount]
        if not asked:
            # nobody gave anything: whose limit is what need not be read
            return []
        givers = self._givers(asked)
        limits = self._limits(orders, givers)
        findings = []
        for order in orders:
            findings += self._over_limit(order, given[order.id], givers, limits)
        return findings

    @staticmethod
    def _given_discounts(order, prices):
        """Line id to the percentage that its net price is below the pricelist's."""
        given = {}
        for line in order.subject_lines:
            expected = prices.get(line.id)
            if not expected or expected.exact <= 0:
                given[line.id] = line.discount
            elif line.net_price >= min(expected.exact, expected.net) - NOISE:
                given[line.id] = 0
            else:
                given[line.id] = (1 - line.net_price / expected.exact) * 100
        return given

    def _over_limit(self, order, given, givers, limits):
        """The findings of one order: each line by who gave its discount, then the whole by who gave the order's."""
        if not any(percent > 0 for percent in given.values()) and not any(line.order_discount for line in order.lines):
            return []
        everybody = self.discount_percent

        def limit(line_id):
            return limits[order.company_id].get(givers[line_id].user_id, everybody)

        findings = []
        rest = {line.id: line for line in order.subject_lines}
        for line_id, percent in given.items():
            if percent > 0 and float_compare(percent, limit(line_id), precision_digits=DISCOUNT_DIGITS) > 0:
                findings.append(self._discount_finding(order, rest.pop(line_id), percent, limit(line_id), givers))
        whole = [line for line in order.lines if line.order_discount and givers[line.id].whole]
        share = order.discount_share(whole)
        if not share:
            return findings
        highest = max(limit(line.id) for line in whole)
        for line_id in rest:
            percent = (1 - (1 - given[line_id] / 100) * (1 - share)) * 100
            allowed = max(highest, limit(line_id)) if given[line_id] > 0 else highest
            if float_compare(percent, allowed, precision_digits=DISCOUNT_DIGITS) > 0:
                return [*findings, self._discount_finding(order, whole[0], percent, allowed, givers)]
        return findings

    def _discount_finding(self, order, line, percent, limit, givers):
        return self._finding(
            order,
            self.env._("at most %s", share_words(self.env, limit)),
            formatLang(self.env, percent) + " %",
            self.env._(
                "%(product)s: a discount of %(percent)s was given by %(who)s, who may give %(limit)s.",
                product=line.name,
                percent=formatLang(self.env, percent) + " %",
                who=givers[line.id].name or self.env._("somebody"),
                limit=share_words(self.env, limit),
            ),
            line,
        )

    # ------------------------------------------------------------------ who, and how much

    def _limits(self, orders, givers):
        """What each giver may give, by company id and user id."""
        users = self.env["res.users"].sudo().browse({giver.user_id for giver in givers.values() if giver.user_id})
        limits = self.env["order.discount.limit"].sudo()
        companies = self.env["res.company"].sudo().browse({order.company_id for order in orders})
        return {company.id: limits._of_users(users, company) for company in companies}

    def _givers(self, line_ids):
        """Who gave the discount of each line: the last one who changed its value per unit.

        The day book says who: its last row of the line after which a unit was worth something else. A line that it does
        not know is its creator's. One statement.

        :return: dict of line id to ``Giver``
        """
        if not line_ids:
            return {}
        self.env["order.event"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                WITH standing AS (
                    SELECT line_id, id, kind, opening, user_id, currency_id, quantity, amount,
                           sum(quantity) OVER so_far AS quantity_after, sum(amount) OVER so_far AS amount_after
                      FROM order_event
                     WHERE line_id = ANY(%(lines)s) AND kind = ANY(%(standing)s)
                    WINDOW so_far AS (PARTITION BY line_id ORDER BY id)
                ), giver AS (
                    SELECT DISTINCT ON (line_id) line_id, user_id
                      FROM standing
                      JOIN res_currency currency ON currency.id = standing.currency_id
                     WHERE kind IN ('entered', 'raised', 'lowered') AND NOT opening
                       -- from nothing or to nothing; else what a unit is worth, as far as rounded amounts can tell
                       AND (quantity_after = quantity OR quantity_after = 0
                            OR abs(amount_after * (quantity_after - quantity) - (amount_after - amount) * quantity_after)
                               > currency.rounding / 2 * (abs(quantity_after) + abs(quantity_after - quantity)))
                  ORDER BY line_id, standing.id DESC
                )
                SELECT line.id, person.id, partner.name,
                       coalesce(line.extra_tax_data ->> 'computation_key', '') LIKE 'global_discount,%%'
                  FROM sale_order_line line
             LEFT JOIN giver ON giver.line_id = line.id
             LEFT JOIN res_users person ON person.id = coalesce(giver.user_id, line.create_uid)
             LEFT JOIN res_partner partner ON partner.id = person.partner_id
                 WHERE line.id = ANY(%(lines)s)
                """,
                lines=list(line_ids),
                standing=list(STANDING),
            )
        )
        return {line_id: Giver(*rest) for line_id, *rest in self.env.cr.fetchall()}

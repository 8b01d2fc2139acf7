"""Whether a quantity is far outside what is usually ordered: a robust measure over the confirmed orders."""

import math

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..common.number_words import measure_words
from ..common.sql_arrays import id_array
from .facts import plain_number

# makes the median absolute deviation of normal data its standard deviation
NORMAL = 0.6745


class OrderVerificationRule(models.Model):
    """Quantities that look like a slip of the pen.

    The measure is the modified z-score of B. Iglewicz and D. C. Hoaglin, "How to Detect and Handle Outliers", ASQC Basic
    References in Quality Control 16 (1993), section 3.3: ``0.6745 * (x - median) / MAD``, an outlier above 3.5 either way.
    ``x`` is the natural logarithm of the quantity of one product in one order, in the product's reference unit, since what
    is ordered is skewed and errs by factors (a zero too many). Median and MAD (median absolute deviation from the median)
    are those of the customer's confirmed orders of the product; where these are too few, of everybody's.

    Where more than half of the past orders were alike the MAD is zero and any other quantity would be an outlier: therefore a
    quantity must also be ``unusual_factor`` times the median, or that part of it, and with a MAD of zero that alone decides.
    """

    _inherit = "order.verification.rule"

    history_months = fields.Integer(
        "Months looked at", default=12, tracking=True, help="Confirmed orders of this many months are the history."
    )
    history_minimum = fields.Integer(
        "Orders needed",
        default=5,
        tracking=True,
        help="With fewer orders of the product by the customer, those of all customers count; with fewer of these, nothing is said.",
    )
    unusual_score = fields.Float(
        "Highest score",
        default=3.5,
        tracking=True,
        help="How far from the usual, in robust standard deviations of the logarithm. 3.5 is the common choice.",
    )
    unusual_factor = fields.Float(
        "Least multiple",
        default=3.0,
        tracking=True,
        help="A quantity that is not at least this many times the usual one, or that part of it, is never unusual.",
    )

    @api.model
    def _parameters(self):
        """The months, the orders needed, the score and the multiple."""
        names = ("history_months", "history_minimum", "unusual_score", "unusual_factor")
        return {**super()._parameters(), "quantity_unusual": names}

    @api.constrains("history_months", "history_minimum", "unusual_score", "unusual_factor")
    def _check_unusual(self):
        for rule in self:
            if rule.history_months < 1 or rule.history_minimum < 2:
                raise UserError(
                    self.env._("%s: it needs at least one month, and at least two orders, to call usual.", rule.name)
                )
            if rule.unusual_score <= 0 or rule.unusual_factor <= 1:
                raise UserError(self.env._("%s: the score is above 0, the multiple above 1.", rule.name))

    def _find_quantity_unusual(self, orders, memory):
        """A quantity outside of the usual range; open orders only; one statement for the set."""
        asked = list(self._ordered([order for order in orders if order.open], memory))
        wanted = {(order.company_id, product.id, product.uom_id) for order, product, _lines, _quantity in asked}
        history = self._quantity_history(wanted) if wanted else {}
        if not history:
            return []
        units = self._units(memory)
        findings = []
        score, factor = self.unusual_score, math.log(self.unusual_factor)
        for order, product, lines, quantity in asked:
            own = history.get((order.company_id, product.id, order.commercial_partner_id))
            usual = own or history.get((order.company_id, product.id, None))
            if not usual:
                continue
            median, deviation, count = usual
            reach = max(score * deviation / NORMAL, factor)
            # the edge itself is usual, also after a logarithm and back
            if abs(math.log(quantity) - median) <= reach + 1e-9:
                continue
            unit, line = units[product.uom_id], max(lines, key=lambda line: line.quantity * units[line.uom_id].factor)
            low, high = math.exp(median - reach), math.exp(median + reach)
            findings.append(
                self._finding_on(
                    [product.id, plain_number(quantity)],
                    order,
                    self.env._(
                        "%(low)s to %(high)s",
                        low=measure_words(self.env, float(f"{low:.3g}")),
                        high=self._quantity_text(float(f"{high:.3g}"), unit),
                    ),
                    self._quantity_text(quantity, unit),
                    self._unusual_message(line, bool(own), count, self._quantity_text(math.exp(median), unit)),
                    line,
                )
            )
        return findings

    def _unusual_message(self, line, own, count, usual):
        if own:
            return self.env._(
                "%(product)s: this customer usually orders about %(usual)s (%(count)s orders).",
                product=line.name,
                usual=usual,
                count=count,
            )
        return self.env._(
            "%(product)s: customers usually order about %(usual)s (%(count)s orders).",
            product=line.name,
            usual=usual,
            count=count,
        )

    def _quantity_history(self, wanted):
        """Median and MAD of the logarithms of past quantities, where there are enough.

        :param wanted: ``(company id, product id, id of its unit)``
        :return: dict of ``(company id, product id, commercial customer id or None for all)`` to ``(median, MAD, orders)``
        """
        since = fields.Datetime.now() - relativedelta(months=self.history_months)
        self.env.cr.execute(self._quantity_history_query(sorted(wanted), since))
        return {(row[0], row[1], row[2]): row[3:] for row in self.env.cr.fetchall()}

    def _quantity_history_query(self, wanted, since):
        units = {product_id: unit_id for _company, product_id, unit_id in wanted}
        return SQL(
            """
            -- grouped before the units are looked at: how many of these belong together cannot be estimated from their paths,
            -- and the plan would begin with them
            WITH bought AS (
                SELECT o.id, o.company_id, l.product_id, wanted.uom_id, l.product_uom_id,
                       coalesce(c.commercial_partner_id, c.id) AS customer_id, sum(l.product_uom_qty) AS quantity
                  FROM unnest(%(products)s, %(units)s) AS wanted (product_id, uom_id)
                  JOIN sale_order_line l ON l.product_id = wanted.product_id
                  JOIN sale_order o ON o.id = l.order_id
                  JOIN res_partner c ON c.id = o.partner_id
                 -- not joined with what is asked: each order of a company would be paired with all of it
                 WHERE o.company_id = ANY(%(companies)s) AND o.state = 'sale' AND o.date_order >= %(since)s
                   AND l.product_uom_qty > 0 AND NOT coalesce(l.is_downpayment, FALSE)
                   AND NOT coalesce(l.is_delivery, FALSE)
              GROUP BY o.id, l.product_id, wanted.uom_id, l.product_uom_id, c.id
            ), past AS (
                SELECT bought.company_id, bought.product_id, bought.customer_id,
                       ln((sum(bought.quantity * uom.factor) / unit.factor)::float) AS size
                  FROM bought
                  JOIN uom_uom unit ON unit.id = bought.uom_id
                  JOIN uom_uom uom ON uom.id = bought.product_uom_id
                                  AND split_part(uom.parent_path, '/', 1) = split_part(unit.parent_path, '/', 1)
              GROUP BY bought.id, bought.company_id, bought.product_id, bought.customer_id, unit.id
            ), middle AS (
                SELECT company_id, product_id, customer_id, count(*) AS orders,
                       percentile_cont(0.5) WITHIN GROUP (ORDER BY size) AS median
                  FROM past
              GROUP BY GROUPING SETS ((company_id, product_id, customer_id), (company_id, product_id))
                HAVING count(*) >= %(minimum)s
            )
            SELECT middle.company_id, middle.product_id, middle.customer_id, middle.median,
                   percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(past.size - middle.median)), middle.orders
              FROM middle
              JOIN past ON past.company_id = middle.company_id AND past.product_id = middle.product_id
                       AND (middle.customer_id IS NULL OR past.customer_id = middle.customer_id)
          GROUP BY middle.company_id, middle.product_id, middle.customer_id, middle.median, middle.orders
            """,
            companies=id_array({company_id for company_id, _product, _unit in wanted}),
            products=id_array(units),
            units=id_array(units.values()),
            since=since,
            minimum=self.history_minimum,
        )

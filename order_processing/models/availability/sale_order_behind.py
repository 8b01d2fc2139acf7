"""What is promised by priority is taken from those that come later: they are promised anew at once, not in the morning."""

from odoo import models
from odoo.tools import SQL

from ..common.sql_arrays import id_array
from .horizon import joins
from .priority import by_priority, weight
from .promise_facts import Facts, facts_query

# in the reason of a promise: by which orders goods were taken
NAMED = 3
TAKEN = "priority"


def behind_query(line_ids):
    """``SQL`` for rows ``(line id, order id, names)`` of confirmed lines that were promised goods which ``line_ids`` come before.

    They wait for the same product from the same warehouse, which serves by priority, and not all of it is reserved for them;
    ``names``: of the orders before them, the first few.
    """
    return SQL(
        """
        WITH open AS (
            SELECT DISTINCT ON (line.id, move.product_id)
                   line.id AS line_id, line.order_id, sale.name, move.product_id, sale.warehouse_id, %(weight)s AS weight,
                   coalesce(sale.commitment_date, sale.date_order) AS wanted, line.id = ANY(%(lines)s) AS asked,
                   line.order_promise_date IS NOT NULL AND move.state <> 'assigned' AS behind
              FROM stock_move move
              JOIN sale_order_line line ON line.id = move.sale_line_id
              JOIN sale_order sale ON sale.id = line.order_id
              JOIN stock_warehouse house ON house.id = sale.warehouse_id
              JOIN res_company company ON company.id = house.company_id
              %(joins)s
             WHERE move.product_id IN (SELECT product_id FROM stock_move WHERE sale_line_id = ANY(%(lines)s))
               AND move.state IN ('waiting', 'confirmed', 'partially_available', 'assigned')
               AND sale.state = 'sale' AND %(by_priority)s
          ORDER BY line.id, move.product_id, move.state <> 'assigned' DESC
        )
        SELECT later.line_id, later.order_id, (array_agg(DISTINCT sooner.name))[:%(named)s]
          FROM open AS later
          JOIN open AS sooner ON sooner.product_id = later.product_id AND sooner.warehouse_id = later.warehouse_id
                             AND sooner.asked AND NOT later.asked AND later.behind
                             AND (-sooner.weight, sooner.wanted) < (-later.weight, later.wanted)
      GROUP BY later.line_id, later.order_id
        """,
        lines=id_array(line_ids),
        weight=weight(),
        joins=joins(),
        by_priority=by_priority(),
        named=NAMED,
    )


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _promise_behind(self, facts, date):
        """Promise anew what comes later than confirmed lines of ``facts`` where goods are dealt out by priority.

        The same statements for any set, none where nobody serves by priority.

        :param facts: ``Facts`` of the lines that were promised just now
        :param date: the day to promise from, as there
        """
        houses = {fact.warehouse_id for fact in facts if fact.state == "sale" and fact.warehouse_id}
        if not self.env["stock.warehouse"].browse(houses)._promises_by_priority():
            return
        lines = [fact.line_id for fact in facts if fact.state == "sale" and fact.product_id]
        taken = {row[0]: row[1:] for row in self.env.execute_query(behind_query(lines))}
        if not taken:
            return
        orders = self.browse({order_id for order_id, _names in taken.values()})
        later = [Facts(*row) for row in self.env.execute_query(facts_query(orders.ids))]
        later = [fact for fact in later if fact.line_id in taken]
        promises = orders._promises(later, date)
        for fact in later:
            promise = promises.get(fact.line_id)
            if promise and promise.day and fact.before and promise.day > fact.before:
                names = ", ".join(taken[fact.line_id][1])
                promises[fact.line_id] = promise._replace(cause=f"{TAKEN} {names}")
        orders._keep_promises(later, promises)
        if not date:
            orders._tell_arrivals_due(later, promises)

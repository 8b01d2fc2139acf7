"""By what a line is promised: free stock, a planned receipt, or the time that it takes to replenish."""

from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL, float_compare

from ..common.sql_arrays import id_array
from .promise_days import PromiseDays
from .promise_facts import Promise

ANEW = "order_processing.promise_anew"


def short_in(unit, line_unit, cover, left):
    """What free stock does not cover of goods still to ship, in the unit of their line.

    :param unit: the product's reference unit (``uom.uom``)
    :param line_unit: the line's
    :param cover: what ``sale.order._promise_cover`` says of the line
    :param float left: what of it is still to ship, in its unit
    """
    _needed, short, part, _receipt, plain = cover
    if plain:
        return unit._compute_quantity(short, line_unit, rounding_method="HALF-UP")
    return line_unit.round(part * left) if short else 0.0


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _promise_short(self, cover):
        """``short_in`` of this line."""
        self.ensure_one()
        left = self.product_uom_qty - self.qty_delivered
        return short_in(self.product_id.uom_id, self.product_uom_id, cover, left)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.model
    def _promises(self, facts, date):
        """What is to be promised of lines from ``date`` (a day, or nothing: now) on; nothing is written.

        :param facts: list of ``Facts``
        :return: dict of line id to ``Promise``; lines without a product are left out
        """
        env = self.env
        found = self._promise_cover(env["sale.order.line"].browse(fact.line_id for fact in facts if fact.product_id))
        leads = self._promise_leads(
            {fact.template_id for fact in facts if fact.line_id in found and found[fact.line_id][1]}
        )
        waiting = {
            (fact.product_id, fact.warehouse_id, found[fact.line_id][3])
            for fact in facts
            if fact.line_id in found and found[fact.line_id][1] and found[fact.line_id][3]
        }
        reckoning = Reckoning(
            self,
            PromiseDays(
                env["res.company"].browse({fact.company_id for fact in facts}),
                env["delivery.carrier"].browse({fact.carrier_id for fact in facts} - {None}),
                date,
            ),
            leads,
            self._promise_sources(waiting),
        )
        return {fact.line_id: reckoning.promise(fact, found.get(fact.line_id)) for fact in facts if fact.product_id}

    @api.model
    def _promise_anew(self):
        """Let the cron of promises run once this transaction is committed; hook for what changes receipts."""
        precommit = self.env.cr.precommit
        if not precommit.data.get(ANEW):
            precommit.data[ANEW] = True
            cron = self.env.ref("order_processing.cron_promise", raise_if_not_found=False)
            if cron:
                precommit.add(cron.sudo()._trigger)

    @api.model
    def _promise_sources(self, waiting):
        """The receipts that lines wait for; one statement.

        :param waiting: ``(product id, warehouse id, moment)``, each once
        :return: dict of these to ``(transfer, vendor and who buys or is responsible, whether it comes from outside)``
        """
        if not waiting:
            return {}
        products, houses, moments = zip(*waiting)
        bought = "purchase_line_id" in self.env["stock.move"]._fields
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (asked.product_id, asked.warehouse_id, asked.moment)
                       asked.product_id, asked.warehouse_id, asked.moment,
                       coalesce(picking.name, move.reference), vendor.name, buyer.name,
                       origin.parent_path NOT LIKE root.parent_path || '%%'
                  FROM unnest(%(products)s, %(houses)s, %(moments)s::timestamp[]) AS asked (product_id, warehouse_id, moment)
                  JOIN stock_move move ON move.product_id = asked.product_id AND move.date = asked.moment
                                      AND move.state IN ('waiting', 'confirmed', 'partially_available', 'assigned')
                  JOIN stock_warehouse house ON house.id = asked.warehouse_id
                  JOIN stock_location root ON root.id = house.view_location_id
                  JOIN stock_location target ON target.id = coalesce(move.location_final_id, move.location_dest_id)
                                            AND target.parent_path LIKE root.parent_path || '%%'
                  JOIN stock_location origin ON origin.id = move.location_id
             LEFT JOIN stock_picking picking ON picking.id = move.picking_id
             %(purchase)s
             LEFT JOIN res_partner vendor ON vendor.id = %(vendor)s
             LEFT JOIN res_users buying ON buying.id = %(buyer)s
             LEFT JOIN res_partner buyer ON buyer.id = buying.partner_id
              ORDER BY asked.product_id, asked.warehouse_id, asked.moment, move.id
                """,
                products=id_array(products),
                houses=id_array(houses),
                moments=list(moments),
                # who bought it knows more of it than who receives it
                purchase=SQL(
                    "LEFT JOIN purchase_order_line item ON item.id = move.purchase_line_id"
                    " LEFT JOIN purchase_order purchase ON purchase.id = item.order_id"
                )
                if bought
                else SQL(""),
                vendor=SQL("coalesce(purchase.partner_id, picking.partner_id)")
                if bought
                else SQL("picking.partner_id"),
                buyer=SQL("coalesce(purchase.user_id, picking.user_id)") if bought else SQL("picking.user_id"),
            )
        )
        return {
            (product_id, warehouse_id, moment): (", ".join(filter(None, words)), outside)
            for product_id, warehouse_id, moment, *words, outside in rows
        }


class Reckoning:
    """Promises of lines one after the other, from what was read of all of them.

    :param orders: ``sale.order`` of the environment
    :param PromiseDays days: clocks and calendars
    :param dict leads: days to replenish by product template and company (ids)
    :param dict sources: as of ``_promise_sources``
    """

    def __init__(self, orders, days, leads, sources):
        self.days, self.leads, self.sources = days, leads, sources
        self.units = orders.env["uom.uom"].sudo()
        self.digits = orders.env["decimal.precision"].precision_get("Product Unit")
        self._plans, self._converted = {}, {}

    def promise(self, fact, cover):
        """The ``Promise`` of a line of goods or services.

        :param Facts fact: the line
        :param cover: what ``_promise_cover`` says of it; nothing where it is not kept in stock, or has left
        """
        if fact.state == "cancel":
            return fact.promised()._replace(short=0.0, source=None)
        if cover is None:
            return self._without_stock(fact)
        short, receipt = cover[1], cover[3]
        if not short:
            day, late = self.days.ready(fact.company_id, fact.carrier_id)
            return self._plan(fact, day, late, 0.0, "stock", None)
        source, outside = None, False
        if receipt:
            source, outside = self.sources.get((fact.product_id, fact.warehouse_id, receipt), (None, False))
            # nobody knows when a receipt comes that is overdue
            if not outside or self.days.day(fact.company_id, receipt) >= self.days.today[fact.company_id]:
                day, late = self.days.ready(fact.company_id, fact.carrier_id, receipt)
                return self._plan(fact, day, late, self._short(fact, cover), "receipt", source)
        return self._by_lead(fact, self._short(fact, cover), source)

    def _without_stock(self, fact):
        """Services, and goods that are not counted, go today; what has left keeps the day that it was promised for."""
        if not fact.before:
            today = self.days.today[fact.company_id]
            day, late = self.days.ready(fact.company_id, fact.carrier_id) if fact.goods else (today, False)
            return self._plan(fact, day, late, 0.0, fact.basis, None)
        day = self.days.leaves(fact.company_id, fact.carrier_id, fact.before, first=fact.ship_from)
        if day == fact.before and fact.arrival:
            return Promise(day, fact.arrival, 0.0, fact.basis, None)
        return Promise(day, self._arrival(fact, day), 0.0, fact.basis, None)

    def _by_lead(self, fact, short, source):
        """Nothing is planned: the time that it takes to replenish."""
        today = self.days.today[fact.company_id]
        company = self.days.companies[fact.company_id]
        lead = self.leads.get((fact.template_id, fact.company_id), company.order_lead_days)
        day = today + timedelta(days=lead)
        if fact.state != "sale":
            return self._plan(fact, day, False, short, "quoted", source)
        known = fact.basis == "lead" and fact.before and fact.before > today
        if known and float_compare(short, fact.short, precision_digits=self.digits) <= 0:
            # counted anew each morning it would never come
            day = min(day, fact.before)
        return self._plan(fact, day, False, short, "lead", source)

    def _plan(self, fact, day, late, short, basis, source):
        """What is ready on ``day`` leaves when company, carrier, window and notice let it."""
        key = (fact.company_id, fact.carrier_id, day, late, fact.ship_from)
        if key not in self._plans:
            plain = self.days.leaves(*key[:3])
            leaves = self.days.leaves(*key)
            cause = ""
            if leaves != plain:
                cause = "window" if fact.ship_from and leaves >= fact.ship_from > day else "cutoff"
            self._plans[key] = leaves, cause
        leaves, cause = self._plans[key]
        if fact.notice_hours and fact.goods:
            noticed = self.days.noticed(fact.where(), leaves, fact.notice_hours, fact.told, fact.told_at)
            leaves, cause = noticed, cause if noticed == leaves else "notice"
        return Promise(leaves, self._arrival(fact, leaves), short, basis, source, cause)

    def _arrival(self, fact, day):
        return self.days.arrives(*fact.where(), day) if fact.goods else day

    def _short(self, fact, cover):
        """What free stock does not cover of goods still to ship, in the line's unit."""
        key = (*cover[1:3], cover[4], fact.unit_id, fact.line_unit_id, fact.ordered, fact.delivered)
        if key not in self._converted:
            unit, line_unit = self.units.browse(fact.unit_id), self.units.browse(fact.line_unit_id)
            found = short_in(unit, line_unit, cover, fact.ordered - fact.delivered)
            self._converted[key] = found
        return self._converted[key]

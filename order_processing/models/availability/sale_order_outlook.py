from datetime import timedelta

from odoo import api, models

from ..common.business_day import business_day
from .outlook_query import outlook_query


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.model
    def _promise_outlook(self, wanted, warehouse, date=None):
        """What would be promised of goods that nobody has ordered yet, behind everything that is ordered; nothing is written.

        The answer of ``action_promise`` on a quotation with these lines; statements do not grow with their number.

        :param list wanted: ``(product, quantity)`` in the product's reference unit, the first one served first
        :param warehouse: the ``stock.warehouse`` that they leave; empty where the company of the environment has none
        :param date: the day to promise from (``date``), default the company's business day
        :return: list of ``(free, short, day)``, quantities in the product's reference unit: what is free before this one, what of
            it is not, and the day promised; ``free`` is ``None`` for what is not kept in stock
        """
        company = warehouse.company_id or self.env.company
        goods = self.env["product.product"].union(*(product for product, _quantity in wanted)).filtered("is_storable")
        left, receipts = self._promise_supply(goods, warehouse)
        leads, weekdays = self._promise_leads(goods), self._promise_weekdays(company)
        today = date or business_day(company)
        taken, answers = dict.fromkeys(goods.ids, 0.0), []
        for product, quantity in wanted:
            if product.id not in taken:
                answers.append((None, 0.0, self._promise_workday(today, weekdays)))
                continue
            before = max(left[product.id] - taken[product.id], 0.0)
            taken[product.id] += quantity
            missing = taken[product.id] - left[product.id]
            short = min(quantity, max(missing, 0.0))
            day = today
            if not product.uom_id.is_zero(short):
                when, outside = next(
                    (arrival[::2] for arrival in receipts.get(product.id, ()) if arrival[1] >= missing), (None, False)
                )
                arrives = when and business_day(company, when)
                if not when or (outside and arrives < today):
                    lead = leads.get((product.product_tmpl_id.id, company.id), company.order_lead_days)
                    arrives = today + timedelta(days=lead)
                day = max(today, arrives)
            answers.append((before, short, self._promise_workday(day, weekdays)))
        return answers

    @api.model
    def _promise_supply(self, goods, warehouse):
        """``(left, receipts)`` of storable products: quantity beyond all open demand by id (below zero where there is none to
        spare), and ``[(moment, received until then, whether it comes from outside)]`` by id.
        """
        left, receipts = dict.fromkeys(goods.ids, 0.0), {}
        if not goods:
            return left, receipts
        self.env.flush_all()
        rows = self.env.execute_query(outlook_query(goods.ids, warehouse.id or None))
        for product_id, moment, quantity, outside in rows:
            if moment is None:
                left[product_id] = quantity
            else:
                known = receipts.setdefault(product_id, [])
                known.append((moment, quantity + (known[-1][1] if known else 0.0), outside))
        if "is_kits" in goods._fields:
            # a kit is in stock as its components are: core's word on them
            for kit in goods.filtered("is_kits").with_context(warehouse_id=warehouse.id):
                left[kit.id] = max(kit.free_qty, 0.0)
                receipts.pop(kit.id, None)
        return left, receipts

from datetime import timedelta

from odoo import api, models

from ..common.business_day import business_day
from .outlook_query import outlook_query
from .promise_days import PromiseDays


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.model
    def _promise_outlook(self, wanted, warehouse, date=None):
        """``_promise_entering`` without a carrier, and without the arrival: list of ``(free, short, day)``."""
        return [row[:3] for row in self._promise_entering(wanted, warehouse, date)]

    @api.model
    def _promise_entering(self, wanted, warehouse, date=None, order=None):
        """What would be promised of goods that nobody has ordered yet, behind everything that is ordered; nothing is written.

        The answer of ``action_promise`` on a quotation with these lines; statements do not grow with their number.

        :param list wanted: ``(product, quantity)`` in the product's reference unit, the first one served first
        :param warehouse: the ``stock.warehouse`` that they leave; empty where the company of the environment has none
        :param date: the day to promise from (``date``), default the company's business day
        :param order: the ``sale.order``, in memory, that says who wants them where, and by which carrier
        :return: list of ``(free, short, day, arrival)``, quantities in the product's reference unit: what is free before this
            one, what of it is not, the day promised and the day of arrival; ``free`` is ``None`` for what is not kept in stock
        """
        company = warehouse.company_id or self.env.company
        goods = self.env["product.product"].union(*(product for product, _quantity in wanted)).filtered("is_storable")
        left, receipts = self._promise_supply(goods, warehouse)
        leads = self._promise_leads(goods.product_tmpl_id.ids)
        order = (order if order is not None else self.browse()).sudo()
        address = order.partner_shipping_id
        carrier = order._promise_carrier(company)
        days = PromiseDays(company, carrier, date)
        where = company.id, carrier.id or None, address.country_id.id, address.state_id.id or None
        today = days.today[company.id]
        taken, answers = dict.fromkeys(goods.ids, 0.0), []
        for product, quantity in wanted:
            before, short = None, 0.0
            day, late = days.ready(*where[:2]) if product.type == "consu" else (today, False)
            if product.id in taken:
                before = max(left[product.id] - taken[product.id], 0.0)
                taken[product.id] += quantity
                missing = taken[product.id] - left[product.id]
                short = min(quantity, max(missing, 0.0))
                if not product.uom_id.is_zero(short):
                    when, outside = next(
                        (arrival[::2] for arrival in receipts.get(product.id, ()) if arrival[1] >= missing),
                        (None, False),
                    )
                    if when and not (outside and business_day(company, when) < today):
                        day, late = days.ready(*where[:2], when)
                    else:
                        lead = leads.get((product.product_tmpl_id.id, company.id), company.order_lead_days)
                        day, late = today + timedelta(days=lead), False
            leaves = days.leaves(*where[:2], day, late)
            if order.order_notice_hours and product.type == "consu":
                leaves = days.noticed(where, leaves, order.order_notice_hours)
            arrival = days.arrives(*where, leaves) if product.type == "consu" else leaves
            answers.append((before, short, leaves, arrival))
        return answers

    def _what_if(self):
        """The answer of ``action_promise`` of orders that are entered on trial (``sudo``), lines in words of the contract."""
        answers = self.action_promise()
        lines = {line.id: line for line in self.order_line}
        for answer in answers:
            answer["lines"] = [
                {
                    "line": lines[row["line_id"]].order_sender_line or "",
                    "product": lines[row["line_id"]].product_id.default_code or "",
                    "quantity": lines[row["line_id"]].product_uom_qty,
                    "unit": lines[row["line_id"]].product_uom_id.name or "",
                    "basis": lines[row["line_id"]].order_promise_basis or "",
                    **{name: row[name] for name in ("short", "promise_date", "arrival_date")},
                }
                for row in answer["lines"]
            ]
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

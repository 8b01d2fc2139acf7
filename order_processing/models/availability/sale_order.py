from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..common.business_day import business_day
from ..common.sql_arrays import id_array
from .promise_facts import Facts, facts_query
from .promise_query import free_query, promise_query

CHUNK = 1000


class SaleOrder(models.Model):
    _inherit = "sale.order"

    order_promise_date = fields.Date("Promised", compute="_compute_order_promise", store=True)
    order_arrival_date = fields.Date(
        "Arrives",
        compute="_compute_order_promise",
        store=True,
        help="When the last of its goods are promised to arrive.",
    )
    order_is_short = fields.Boolean("Short of stock", compute="_compute_order_promise", store=True)

    @api.depends("order_line.order_promise_date", "order_line.order_arrival_date", "order_line.order_is_short")
    def _compute_order_promise(self):
        """The latest day of the lines; one statement for all orders that are saved."""
        found = dict.fromkeys((order.id for order in self if order.ids == [order.id]), (False, False, False))
        if found:
            lines = self.env["sale.order.line"].sudo()
            names = ["order_promise_date:max", "order_arrival_date:max", "order_is_short:bool_or"]
            rows = lines._read_group([("order_id", "in", list(found))], ["order_id"], names)
            found.update((order.id, values) for order, *values in rows)
        for order in self:
            values = found.get(order.id)
            if not values:
                lines = order.order_line
                values = (
                    max(filter(None, lines.mapped("order_promise_date")), default=False),
                    max(filter(None, lines.mapped("order_arrival_date")), default=False),
                    any(lines.mapped("order_is_short")),
                )
            order.order_promise_date, order.order_arrival_date, order.order_is_short = values

    def action_promise(self, date=None):
        """Promise a date for each line of goods still to ship, from stock, reservations and planned receipts.

        Free stock, first come first served or by priority (``priority.py``), is ready today; else the planned receipt that
        covers the line says when, unless it is overdue; else the vendor's lead time, or the company's: what was promised by it
        stands until its day has come, it does not recede with each morning. What is ready after the cut-off of its carrier
        leaves on the next day on which company and carrier work; nothing is promised for a day before the order's window
        (``order_ship_from``), nor for one that leaves the customer less than the hours of notice that he wants. What leaves
        arrives after the carrier's days on the way. Where goods are dealt out by priority, what comes later is promised anew.

        :param date: the day to promise from (``date`` or text), default the company's business day
        :return: ``[{order, order_id, promise_date, arrival_date, lines: [{line_id, promise_date, arrival_date, short}]}]``
            (dates as text, ``''`` for none)
        :raises AccessError: who may not write the orders
        """
        self.check_access("write")
        date = self._promise_day(date)
        orders = self.sudo()
        self.env.flush_all()
        facts = [Facts(*row) for row in self.env.execute_query(facts_query(self.ids))]
        promises = orders._promises(facts, date)
        self._keep_promises(facts, promises)
        if not date:
            orders._tell_arrivals_due(facts, promises)
        orders._promise_behind(facts, date)
        return self._promise_answer(facts, promises)

    def _promise_answer(self, facts, promises):
        """What ``action_promise`` says, an order at a time."""
        words = {None: "", False: ""}

        def text(day):
            if day not in words:
                words[day] = fields.Date.to_string(day)
            return words[day]

        found = {}
        for fact in facts:
            promise = promises.get(fact.line_id) or fact.promised()
            found.setdefault(fact.order_id, []).append((fact, promise))
        names = {}
        if len(found) < len(self):
            names = {order.id: order.name for order in self if order.id not in found}
        answer = []
        for order_id in self.ids:
            rows = found.get(order_id, ())
            answer.append(
                {
                    "order": rows[0][0].order if rows else names[order_id],
                    "order_id": order_id,
                    "promise_date": text(max((row.day for _fact, row in rows if row.day), default=None)),
                    "arrival_date": text(max((row.arrival for _fact, row in rows if row.arrival), default=None)),
                    "lines": [
                        {
                            "line_id": fact.line_id,
                            "promise_date": text(row.day),
                            "arrival_date": text(row.arrival),
                            "short": row.short,
                        }
                        for fact, row in rows
                    ],
                }
            )
        return answer

    @api.model
    def _promise_cover(self, lines, only_short=False):
        """What stock covers of the goods still to ship of ``lines`` (``sale.order.line``); one statement, nothing is written.

        :param bool only_short: leave out what free stock covers, which most lines are; where there are kits all stay in
        :return: dict of line id to ``(needed, short, part, receipt, plain)`` as ``promise_query`` says; lines of services and
            of cancelled orders are left out
        """
        self.env.flush_all()
        kits = "is_kits" in self.env["product.product"]._fields
        query = promise_query(lines.ids, only_short=only_short and not kits)
        found = {row[0]: row[1:] for row in self.env.execute_query(query)}
        if kits:
            self._promise_kits(lines, found)
        return found

    @api.model
    def _promise_scarce(self, demand):
        """Where stock may not do for new demand, so that ``_promise_cover`` must be asked; one statement, nothing is written.

        :param dict demand: quantity in the product's reference unit by ``(product id, warehouse id)``
        :return: those keys whose free stock, all open moves taken off, is less than the demand; all of them where there are
            kits, whose stock is that of their components
        """
        if not demand or "is_kits" in self.env["product.product"]._fields:
            return set(demand)
        self.env.flush_all()
        products, warehouses = ({key[part] for key in demand} - {None} for part in (0, 1))
        free = {row[:2]: row[2] for row in self.env.execute_query(free_query(products, warehouses))}
        # close to the edge the exact statement decides
        return {key for key, quantity in demand.items() if free.get(key, 0) < quantity * (1 + 1e-9)}

    @api.model
    def _promise_kits(self, lines, found):
        """A kit on a quotation has no components on moves yet: core's word on them stands in ``found`` for it."""
        kits = lines.filtered(
            lambda line: line.id in found and line.order_id.state in ("draft", "sent") and line.product_id.is_kits
        )
        for (house, company), members in kits.grouped(
            lambda line: (line.order_id.warehouse_id, line.company_id)
        ).items():
            products = members.product_id.with_company(company).with_context(warehouse_id=house.id)
            free = {product.id: max(product.free_qty, 0) for product in products}
            for line in members:
                needed, _short, _part, _receipt, plain = found[line.id]
                short = max(needed - free[line.product_id.id], 0)
                free[line.product_id.id] -= needed - short
                found[line.id] = (needed, short, short / needed if needed else 0, None, plain)

    @api.model
    def _promise_day(self, date):
        """``date`` (``date``, text or nothing) as a ``date`` or ``None``; a ``UserError`` if it is none."""
        try:
            return fields.Date.to_date(date) or None
        except ValueError as error:
            raise UserError(self.env._("“%s” is no date; write it as YYYY-MM-DD.", date)) from error

    @api.model
    def _cron_promise(self):
        """Each morning: what is short, or was promised for a day that has passed, is promised anew."""
        late = Domain.OR(
            Domain("company_id", "=", company.id) & Domain("order_promise_date", "<", business_day(company))
            for company in self.env["res.company"].sudo().search([])
        )
        domain = Domain("state", "=", "sale") & (late | Domain("order_is_short", "=", True))
        domain &= Domain("order_id.delivery_status", "in", ("pending", "started", "partial"))
        orders = self.env["sale.order.line"].sudo()._read_group(domain, ["company_id"], ["order_id:recordset"])
        left = sum(len(group) for _company, group in orders)
        for _company, group in orders:
            for start in range(0, len(group), CHUNK):
                chunk = group[start : start + CHUNK]
                chunk.action_promise()
                left -= len(chunk)
                if not self.env["ir.cron"]._commit_progress(len(chunk), remaining=left):
                    return

    @api.model
    def _promise_leads(self, template_ids):
        """Shortest vendor lead time in days per product template and company."""
        if not template_ids:
            return {}
        self.env["product.supplierinfo"].flush_model(
            ["product_tmpl_id", "company_id", "delay", "date_start", "date_end"]
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT info.product_tmpl_id, company.id, min(info.delay)
                  FROM product_supplierinfo info
                  JOIN res_company company ON info.company_id IS NULL OR info.company_id = company.id
                 WHERE info.product_tmpl_id = ANY(%s)
                   AND coalesce(info.date_start, current_date) <= current_date
                   AND coalesce(info.date_end, current_date) >= current_date
              GROUP BY 1, 2
                """,
                id_array(template_ids),
            )
        )
        return {(template, company): days for template, company, days in rows}

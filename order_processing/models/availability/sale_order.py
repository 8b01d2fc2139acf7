from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.order_processing.models.common.business_day import business_day

from .promise_query import promise_query


class SaleOrder(models.Model):
    _inherit = "sale.order"

    order_promise_date = fields.Date("Promised", compute="_compute_order_promise", store=True)
    order_is_short = fields.Boolean("Short of stock", compute="_compute_order_promise", store=True)

    @api.depends("order_line.order_promise_date", "order_line.order_short_qty")
    def _compute_order_promise(self):
        for order in self:
            dates = [date for date in order.order_line.mapped("order_promise_date") if date]
            order.order_promise_date = max(dates, default=False)
            order.order_is_short = any(line.order_short_qty > 0 for line in order.order_line)

    def action_promise(self, date=None):
        """Promise a date for each line of goods still to ship, from stock, reservations and planned receipts.

        Free stock, first come first served, goes today; then the planned receipt that covers the line; else the vendor's lead time, or
        the company's. A day on which the company does not work becomes the next one on which it does.

        :param date: the day to promise from (``date`` or text), default the company's business day
        :return: ``[{order, order_id, promise_date, lines: [{line_id, promise_date, short}]}]`` (dates as text, ``''`` for none)
        """
        self.check_access("read")
        orders = self.sudo()
        lines = orders.order_line.filtered(lambda line: not line.display_type and line.product_id)
        self.env.flush_all()
        found = {row[0]: row[1:] for row in self.env.execute_query(promise_query(lines.ids))}
        leads = self._promise_leads(lines.product_id)
        calendars = {company: self._promise_weekdays(company) for company in orders.company_id}
        rows = []
        for line in lines:
            needed, short, receipt = found.get(line.id, (0.0, 0.0, None))
            company = line.company_id
            start = fields.Date.to_date(date) or business_day(company)
            if line.id not in found or (not needed and line.order_id.state != "sale"):
                promised = (
                    start
                    if line.order_id.state != "cancel" and not line.order_promise_date
                    else line.order_promise_date
                )
            elif not short:
                promised = start
            elif receipt:
                promised = max(start, business_day(company, receipt))
            else:
                promised = start + timedelta(
                    days=leads.get(line.product_id.product_tmpl_id.id, company.order_lead_days)
                )
            promised = self._promise_workday(promised, calendars[company])
            rows += line._keep_promise(promised, short or 0.0)
        self.env["order.event"]._record(rows)
        return [
            {
                "order": order.name,
                "order_id": order.id,
                "promise_date": fields.Date.to_string(order.order_promise_date) or "",
                "lines": [
                    {
                        "line_id": line.id,
                        "promise_date": fields.Date.to_string(line.order_promise_date) or "",
                        "short": line.order_short_qty,
                    }
                    for line in order.order_line
                    if not line.display_type
                ],
            }
            for order in orders
        ]

    @api.model
    def _promise_leads(self, products):
        """Shortest vendor lead time in days per product template."""
        self.env.cr.execute(
            SQL(
                "SELECT product_tmpl_id, min(delay) FROM product_supplierinfo WHERE product_tmpl_id = ANY(%s) GROUP BY 1",
                products.product_tmpl_id.ids,
            )
        )
        return dict(self.env.cr.fetchall())

    @api.model
    def _promise_weekdays(self, company):
        """Weekdays (0 is Monday) on which ``company`` works; all if its calendar says nothing."""
        days = {int(day) for day in company.resource_calendar_id.attendance_ids.mapped("dayofweek")}
        return days or set(range(7))

    @staticmethod
    def _promise_workday(date, weekdays):
        if not date:
            return date
        while date.weekday() not in weekdays:
            date += timedelta(days=1)
        return date

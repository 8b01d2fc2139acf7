"""The built-in rule about stock: whether goods can be there when they are wished."""

from datetime import timedelta

from odoo import fields, models

from ..common.business_day import business_day


class OrderVerificationRule(models.Model):
    """Stock as the promise sees it: the availability stage's own statement, asked once for the set."""

    _inherit = "order.verification.rule"

    def _find_stock_short(self, orders, memory):
        """Goods that neither free stock nor a receipt planned until the wished day covers; open orders only.

        Confirmed orders come first, then those asked about by their date, so lines of the same order and of the other orders
        of the set count. Without a wished date the day is core's expected one, today and the lead time. What is made or
        bought for the order (core's ``is_mto``, drop-shipping too) needs no stock.
        """
        asked = [order for order in orders if order.open and any(line.quantity > 0 for line in order.subject_lines)]
        if not asked:
            return []
        scarce = self._scarce_lines(asked, memory)
        if not scarce:
            return []
        lines = self.env["sale.order.line"].sudo().browse(scarce)
        cover = self.env["sale.order"].sudo()._promise_cover(lines, only_short=True)
        units = self._units(memory)
        late = []
        short = [(order, line, *cover[line.id]) for order in asked for line in order.subject_lines if line.id in cover]
        for order, line, _needed, lacking, part, receipt, _plain in short:
            if not lacking or self._compare_quantities(line.quantity * part, 0) <= 0:
                continue
            wished, arrival = self._goods_wished(order, line, memory), self._arrival_day(order, receipt)
            if not arrival or arrival > wished:
                late.append((order, line, line.quantity * (1 - part), wished, arrival))
        made = self._made_to_order([line.id for _order, line, *_rest in late])
        return [
            self._short_finding(order, line, units[line.uom_id], covered, wished, arrival)
            for order, line, covered, wished, arrival in late
            if line.id not in made
        ]

    def _scarce_lines(self, orders, memory):
        """Ids of the lines whose product may be short where they ship from: all lines of it, since they queue for it."""
        demand, wanted = {}, {}
        for order, product, lines, quantity in self._ordered(orders, memory):
            key = (product.id, order.warehouse_id)
            if key in demand:
                demand[key] += quantity
                wanted[key] += lines
            else:
                demand[key], wanted[key] = quantity, list(lines)
        scarce = self.env["sale.order"].sudo()._promise_scarce(demand)
        return [line.id for key, lines in wanted.items() if key in scarce for line in lines]

    def _goods_wished(self, order, line, memory):
        """The day for which the goods of ``line`` are wished: the order's, else today and the lead time."""
        if order.commitment_date:
            return self._wished_day(order, memory)
        lead = line.lead if line.product_type == "consu" and line.quantity > 0 else 0
        return self._arrival_day(order, fields.Datetime.now() + timedelta(days=lead))

    def _arrival_day(self, order, moment):
        """``moment`` as a business day of the order's company; nothing stays nothing."""
        return moment and business_day(self.env["res.company"].sudo().browse(order.company_id), moment)

    def _made_to_order(self, line_ids):
        """Those of the lines that are ``is_mto``, core asked once per distinct (product, warehouse, routes of the line)."""
        lines = self.env["sale.order.line"].sudo().browse(line_ids)
        lines.fetch(["product_id", "warehouse_id", "route_ids"])
        alike = lines.grouped(lambda line: (line.product_id, line.warehouse_id, line.route_ids))
        # by themselves: the field is computed for all records that were browsed together
        made = lines.browse([group[0].id for group in alike.values()]).filtered("is_mto")
        return {line.id for group in alike.values() if group[0] in made for line in group}

    def _short_finding(self, order, line, unit, covered, wished, arrival):
        day = fields.Date.to_string(wished)
        free = self._quantity_text(covered, unit)
        if arrival:
            found = self.env._("%(free)s, the rest on %(day)s", free=free, day=fields.Date.to_string(arrival))
        else:
            found = self.env._("%s, no receipt planned for the rest", free)
        return self._finding_on(
            [line.content(), day if order.commitment_date else ""],
            order,
            self.env._("%(quantity)s on %(day)s", quantity=self._quantity_text(line.quantity, unit), day=day),
            found,
            self.env._("%(product)s is short for %(day)s: %(found)s.", product=line.name, day=day, found=found),
            line,
        )

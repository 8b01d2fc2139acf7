"""By what a line is promised: free stock, a planned receipt, or the time that it takes to replenish."""

from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ..common.business_day import business_day

ANEW = "order_processing.promise_anew"


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _promise_day_of(self, facts, today, lead):
        """``(day, basis)`` of goods still to ship.

        :param facts: what ``sale.order._promise_cover`` says of the line
        :param today: the day (``date``) to promise from
        :param int lead: days to replenish
        """
        self.ensure_one()
        _needed, short, _part, receipt, _plain = facts
        if not short:
            return today, "stock"
        if receipt:
            return max(today, business_day(self.company_id, receipt)), "receipt"
        return self._promise_lead(facts, today, lead)

    def _promise_lead(self, facts, today, lead):
        """``_promise_day_of`` where nothing is planned."""
        day, before = today + timedelta(days=lead), self.order_promise_date
        if self.state != "sale":
            return day, "quoted"
        known = self.order_promise_basis == "lead" and before and before > today
        if known and self.product_uom_id.compare(self._promise_short(facts), self.order_short_qty) <= 0:
            # counted anew each morning it would never come
            day = min(day, before)
        return day, "lead"

    def _promise_short(self, facts):
        """What free stock does not cover of goods still to ship, in the line's unit; ``facts`` as above."""
        self.ensure_one()
        _needed, short, part, _receipt, plain = facts
        if plain:
            return self.product_id.uom_id._compute_quantity(short, self.product_uom_id, rounding_method="HALF-UP")
        return self.product_uom_id.round(part * (self.product_uom_qty - self.qty_delivered)) if short else 0.0


class SaleOrder(models.Model):
    _inherit = "sale.order"

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
        """The receipts that lines wait for: line to ``(transfer, vendor and who is responsible, whether it comes from outside)``;
        one statement.

        :param dict waiting: line to what ``_promise_cover`` says of it, a receipt among it
        """
        if not waiting:
            return {}
        asked = [
            (line.id, line.product_id.id, line.order_id.warehouse_id.id, facts[3]) for line, facts in waiting.items()
        ]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (asked.line_id) asked.line_id,
                       coalesce(picking.name, move.reference), vendor.name, buyer.name, origin.parent_path NOT LIKE root.parent_path || '%%'
                  FROM unnest(%s::int[], %s::int[], %s::int[], %s::timestamp[]) AS asked (line_id, product_id, warehouse_id, moment)
                  JOIN stock_move move ON move.product_id = asked.product_id AND move.date = asked.moment
                                      AND move.state IN ('waiting', 'confirmed', 'partially_available', 'assigned')
                  JOIN stock_warehouse house ON house.id = asked.warehouse_id
                  JOIN stock_location root ON root.id = house.view_location_id
                  JOIN stock_location target ON target.id = coalesce(move.location_final_id, move.location_dest_id)
                                            AND target.parent_path LIKE root.parent_path || '%%'
                  JOIN stock_location origin ON origin.id = move.location_id
             LEFT JOIN stock_picking picking ON picking.id = move.picking_id
             LEFT JOIN res_partner vendor ON vendor.id = picking.partner_id
             LEFT JOIN res_users buying ON buying.id = picking.user_id
             LEFT JOIN res_partner buyer ON buyer.id = buying.partner_id
              ORDER BY asked.line_id, move.id
                """,
                *(list(column) for column in zip(*asked)),
            )
        )
        return {
            self.env["sale.order.line"].browse(line_id): (", ".join(filter(None, words)), outside)
            for line_id, *words, outside in rows
        }

from odoo import api, models
from odoo.tools import SQL

from ..common.business_day import business_day

# what is read raw, so written first
FLUSHED = ("sale.order", "sale.order.line", "res.partner", "stock.move", "stock.move.line", "order.hold")


class OrderStandingHold(models.Model):
    """Which orders a standing hold catches: one statement over sets."""

    _inherit = "order.standing.hold"

    def _matches(self, orders=None, leaving=False):
        """What these standing holds (empty: all that stand) catch and nobody has released by hand.

        Open quotations, and confirmed orders that have not wholly left; of these the lines with open moves. A product
        is met on the line or as a component that moves for it, a lot where a move of the line has it. Two statements.

        :param orders: look at these only; default all
        :param bool leaving: count a lot only where it is picked
        :return: list of ``(standing id, order id, line id or 0)``
        """
        standing = self._standing_now(orders.company_id if orders is not None else None)
        if not standing or (orders is not None and not orders):
            return []
        for model in (*FLUSHED, self._name):
            self.env[model].flush_model()
        lines = standing.filtered(lambda hold: hold.product_id or hold.lot_id)
        parts = []
        if standing - lines:
            parts.append(self._orders_query(standing - lines, orders))
        if lines:
            parts.append(self._lines_query(lines, orders, leaving))
        self.env.cr.execute(SQL(" UNION ALL ").join(parts))
        return sorted(self.env.cr.fetchall())

    def _standing_now(self, companies):
        """Those that stand in companies that record."""
        domain = [("state", "=", "active"), ("company_id.order_control", "!=", "off")]
        if companies is not None:
            domain.append(("company_id", "in", companies.ids))
        if self:
            domain.append(("id", "in", self.ids))
        return self.sudo().search(domain)

    @api.model
    def _orders_query(self, standing, orders):
        return SQL(
            """
            SELECT standing.id, o.id, 0
              FROM %(source)s
             WHERE %(header)s AND %(open)s
               AND NOT EXISTS (
                   SELECT FROM order_hold released
                    WHERE released.order_id = o.id AND released.standing_id = standing.id AND released.by_hand)
            """,
            source=self._header_source(),
            header=self._header_condition(standing, orders),
            open=self._open_condition(),
        )

    @api.model
    def _lines_query(self, standing, orders, leaving):
        return SQL(
            """
            SELECT standing.id, o.id, line.id
              FROM %(source)s
              JOIN sale_order_line line ON line.order_id = o.id AND line.display_type IS NULL
             WHERE %(header)s AND %(open)s
               AND (o.state <> 'sale' OR EXISTS (
                   SELECT FROM stock_move move
                    WHERE move.sale_line_id = line.id AND move.state NOT IN ('done', 'cancel')))
               AND (standing.product_id IS NULL OR line.product_id = standing.product_id OR EXISTS (
                   SELECT FROM stock_move move
                    WHERE move.sale_line_id = line.id AND move.state NOT IN ('done', 'cancel')
                      AND move.product_id = standing.product_id))
               AND (standing.lot_id IS NULL OR EXISTS (
                   SELECT FROM stock_move move
                     JOIN stock_move_line taken ON taken.move_id = move.id
                    WHERE move.sale_line_id = line.id AND move.state NOT IN ('done', 'cancel')
                      AND taken.lot_id = standing.lot_id AND (taken.picked OR NOT %(leaving)s)))
               AND NOT EXISTS (
                   SELECT FROM order_hold released
                    WHERE released.order_id = o.id AND released.line_number = line.id
                      AND released.standing_id = standing.id AND released.by_hand)
            """,
            source=self._header_source(),
            header=self._header_condition(standing, orders),
            open=self._open_condition(),
            leaving=leaving,
        )

    @api.model
    def _open_condition(self):
        """Quotations, and sales that have not wholly left."""
        return SQL(
            """(o.state IN ('draft', 'sent')
                OR (o.state = 'sale' AND o.delivery_status IN ('pending', 'started', 'partial')))"""
        )

    @api.model
    def _header_source(self):
        return SQL(
            """
                   order_standing_hold standing
              JOIN sale_order o ON o.company_id = standing.company_id
              JOIN res_partner customer ON customer.id = o.partner_id
              JOIN res_partner ship ON ship.id = o.partner_shipping_id
            """
        )

    @api.model
    def _header_condition(self, standing, orders):
        """What an order itself must meet, whatever its state."""
        return SQL(
            """
                   standing.id = ANY(%(standing)s)
               AND %(orders)s
               AND (standing.partner_id IS NULL OR standing.partner_id IN (customer.id, customer.commercial_partner_id))
               AND (standing.address_id IS NULL OR o.partner_shipping_id = standing.address_id)
               AND (standing.carrier_id IS NULL OR o.carrier_id = standing.carrier_id)
               AND (standing.country_id IS NULL OR ship.country_id = standing.country_id)
            """,
            standing=standing.ids,
            orders=SQL("TRUE") if orders is None else SQL("o.id = ANY(%s)", orders.ids),
        )

    # ------------------------------------------------------------------ holding

    def _wanted(self, orders=None, leaving=False):
        """The holds that these standing holds (empty: all that stand) want on ``orders``, default all.

        :return: dict of ``order.hold._key`` to what ``sale.order._hold_set`` takes
        """
        rows = self._matches(orders, leaving=leaving)
        if orders is None:
            orders = self.env["sale.order"].browse(sorted({row[1] for row in rows}))._verification_engine()
        own = {order.id: order for order in orders}
        standing = {hold.id: hold for hold in self.sudo().browse(sorted({row[0] for row in rows}))}
        lines = {line.id: line for line in self.env["sale.order.line"].sudo().browse(row[2] for row in rows if row[2])}
        return {
            (order_id, standing[standing_id].reason_id.id, line_id, standing_id): {
                "order": own[order_id],
                "line": lines.get(line_id),
                "reason": standing[standing_id].reason_id,
                "note": standing[standing_id].note or standing[standing_id].name,
                "owner": standing[standing_id].owner_id or standing[standing_id].reason_id.owner_id,
                "standing": standing[standing_id],
            }
            for standing_id, order_id, line_id in rows
        }

    def _words(self, order, line):
        """What it holds and why, as one line of a refusal; for what it has met only now."""
        self.ensure_one()
        return self.env._(
            "- %(order)s: standing hold: %(reason)s",
            order=", ".join(filter(None, (order.name, (line.name or "").split("\n")[0] if line else ""))),
            reason=": ".join(filter(None, (self.reason_id.name, self.name, self.note))),
        )

    def _catch(self):
        """Hold what these (empty: all that stand) catch now, and let go what they no longer do.

        :return: number of new holds
        """
        wanted = self._wanted()
        domain = [("state", "=", "open"), ("standing_id", "in", self.ids) if self else ("standing_id", "!=", False)]
        present = self.env["order.hold"].sudo().search(domain)
        gone = present.filtered(lambda hold: hold._key() not in wanted)
        if gone:
            gone._lift(self.env._("The cause is gone."))
            gone.order_id._verification_again()
            gone._resume()
        keys = {hold._key() for hold in present}
        orders = self.env["sale.order"]._verification_engine()
        created = orders._hold_set([want for key, want in wanted.items() if key not in keys])
        for reason, holds in created.grouped("reason_id").items():
            holds.order_id._transition("hold", reason.name)
        return len(created)

    @api.model
    def _held_lots(self, orders, products):
        """The lots of ``products`` that standing holds keep from ``orders``, where the company enforces; two statements.

        :return: dict of order id to a frozenset of lot ids
        """
        orders = orders.filtered(lambda order: order.company_id._order_control_enforced())
        if not orders:
            return {}
        standing = self.sudo()._standing_now(orders.company_id)
        goods = ("stops_reserve", "stops_pick", "stops_ship")
        standing = standing.filtered(
            lambda hold: hold.lot_id.product_id in products and any(hold.reason_id[step] for step in goods)
        )
        if not standing:
            return {}
        for model in ("sale.order", "res.partner", "order.hold", self._name):
            self.env[model].flush_model()
        self.env.cr.execute(
            SQL(
                "SELECT o.id, array_agg(standing.lot_id) FROM %(source)s WHERE %(header)s %(kept)s GROUP BY o.id",
                source=self._header_source(),
                header=self._header_condition(standing, orders),
                kept=SQL(
                    """
                    AND NOT EXISTS (
                        SELECT FROM order_hold released
                         WHERE released.order_id = o.id AND released.standing_id = standing.id AND released.by_hand)
                    """
                ),
            )
        )
        return {order_id: frozenset(lots) for order_id, lots in self.env.cr.fetchall()}

    # ------------------------------------------------------------------ by itself

    @api.model
    def _cron_standing(self):
        """Lift those whose date has come, and hold what the others have come to catch."""
        standing = self.search([("state", "=", "active"), ("company_id.order_control", "!=", "off")], order="id")
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(standing))
        for hold in standing:
            if hold.until and hold.until <= business_day(hold.company_id):
                hold._transition("expire", self.env._("Its date has come."))._end(self.env._("Its date has come."))
            else:
                hold._catch()
            if not progress(processed=1):
                break

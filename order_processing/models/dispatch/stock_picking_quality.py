from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

CLOSED = ("done", "cancel")
TOUCHED = "order_processing.quality_touched"
# written by what happens to the goods alone
FACTS = {"order_packed_by_ids", "order_held_back"}


class StockPicking(models.Model):
    """Which quality points look at a transfer, and their checks."""

    _inherit = "stock.picking"

    order_packed_by_ids = fields.Many2many(
        "res.users", string="Packed by", compute="_compute_order_packed_by_ids", compute_sudo=True
    )
    order_held_back = fields.Boolean(
        "Held back",
        readonly=True,
        copy=False,
        help="Goods that failed a check, taken out of the transfer of the others.",
    )
    order_quality_count = fields.Integer("Number of checks", compute="_compute_order_quality_count")

    @api.depends("order_quality_check_ids")
    def _compute_order_quality_count(self):
        counts = dict(
            self.env["order.quality.check"]
            .sudo()
            ._read_group([("picking_id", "in", self.ids)], ["picking_id"], ["__count"])
        )
        for picking in self:
            picking.order_quality_count = counts.get(picking._origin, 0)

    @api.depends("move_line_ids.order_packed_by_id")
    def _compute_order_packed_by_ids(self):
        for picking in self:
            picking.order_packed_by_ids = picking.move_line_ids.order_packed_by_id

    # ------------------------------------------------------------------ what happens to the goods alone

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([{name: vals[name] for name in vals if name not in FACTS} for vals in vals_list])

    def write(self, vals):
        """Who packed a transfer and whether it is held back is nobody's to write, nor that a delivery is a return."""
        if not FACTS.isdisjoint(vals):
            raise UserError(
                self.env._(
                    "%(transfers)s: who packed, and what is held back, is written down when it happens and cannot be entered.",
                    transfers=", ".join(self.mapped("name")),
                )
            )
        if vals.get("return_id"):
            self._quality_refuse_return(vals["return_id"])
        if "sale_id" in vals:
            self._quality_refuse_order(vals["sale_id"])
        return super().write(vals)

    def _quality_delivering(self):
        """Those of these that deliver an order, or have checks: what they are stays where checks stop goods; for ``sudo``."""
        return self.filtered(
            lambda picking: (
                picking.company_id._order_control_enforced()
                and (picking.order_quality_check_ids or (picking.picking_type_code == "outgoing" and picking.sale_id))
            )
        )

    def _quality_refuse_return(self, number):
        """:raises UserError: names those that deliver an order, or have checks, and are no return of ``number`` (id) yet"""
        delivering = self.sudo().filtered(lambda picking: picking.return_id.id != number)._quality_delivering()
        if delivering:
            raise UserError(
                self.env._(
                    "%(transfers)s: this delivers an order, and does not become a return, of which nothing is checked."
                    " Take goods back by a return of the delivery.",
                    transfers=", ".join(delivering.mapped("name")),
                )
            )

    def _quality_refuse_order(self, number):
        """:raises UserError: names those that deliver an order, or have checks, and are of another order than ``number`` (id)"""
        delivering = self.sudo().filtered(lambda picking: picking.sale_id.id != number)._quality_delivering()
        delivering._quality_keep_order()

    def _quality_keep_order(self):
        """:raises UserError: names these, where there are any: the order that they deliver is not changed"""
        if self:
            raise UserError(
                self.env._(
                    "%(transfers)s: this delivers an order, by which it is known what is checked before the goods leave, and"
                    " keeps it. Cancel the transfer, and deliver another order by a transfer of its own.",
                    transfers=", ".join(self.mapped("name")),
                )
            )

    def _quality_comes_back(self):
        """Whether this is a return: nothing of it is checked, unless goods of an order leave with it for the first time."""
        self.ensure_one()
        moves = self.move_ids.filtered("sale_line_id") if self.return_id else self.env["stock.move"]
        return bool(self.return_id) and all(move.origin_returned_move_id for move in moves)

    def _quality_put(self, vals):
        """The one door to ``FACTS``, for ``sudo``."""
        super().write(vals)

    # ------------------------------------------------------------------ goods

    def _quality_goods(self, closed=False):
        """What lies in these transfers: ``{transfer: move lines}``, for ``sudo``; one query.

        :param bool closed: with what has left
        """
        domain = Domain("picking_id", "in", self.ids) & Domain("quantity", ">", 0)
        domain &= Domain("move_id.location_dest_usage", "!=", "inventory")
        domain &= Domain("state", "!=", "cancel") if closed else Domain("state", "not in", CLOSED)
        return self.env["stock.move.line"].sudo().search(domain, order="id").grouped("picking_id")

    def _quality_leaving(self):
        """What of these transfers is picked, and so about to leave: as ``_quality_goods``.

        On the screen, where nothing is marked yet, all of it: core marks it when it validates.
        """
        screen = self.env.context.get("order_quality_screen")
        goods = {
            picking: lines.filtered("picked") or (lines if screen else lines.browse())
            for picking, lines in self._quality_goods().items()
        }
        return {picking: lines for picking, lines in goods.items() if lines}

    def _quality_pointable(self):
        """Transfers of these that a quality point may be about: goods of an order before they leave."""
        return self.filtered(
            lambda picking: picking.sale_id and picking.state not in CLOSED and not picking._quality_comes_back()
        )

    # ------------------------------------------------------------------ checks

    def _quality_checks(self):
        """See the simple form; where the company has quality points they say which checks there are.

        Checks are made where missing, follow the goods that lie there, and go where no point asks for them any more and nobody
        has answered; the same statements whatever the number of transfers.
        """
        points = self.env["order.quality.point"]._in_force(self.company_id)
        pointed = self.filtered(lambda picking: picking.company_id in points.company_id)
        checks = super(StockPicking, self - pointed)._quality_checks()
        stale = checks.filtered("point_id")._untouched() if any(check.point_id for check in checks) else checks.browse()
        stale.unlink()
        return (checks - stale) | pointed.sudo()._quality_point_checks(points)

    def _quality_point_checks(self, points):
        """The checks of transfers whose companies have ``points``, for ``sudo``."""
        Check = self.env["order.quality.check"].sudo()
        if not self:
            return Check
        pickings = self._quality_pointable()
        goods = pickings._quality_goods()
        pairs = [
            (picking, point)
            for picking in pickings
            for point in points
            if picking in goods and point._is_about(picking) and point._goods_of(goods[picking])
        ]
        domain = [("picking_id", "in", self.ids)]
        checks = Check.search(domain)
        known = {(check.picking_id, check.point_id) for check in checks}
        wanted = known.intersection(pairs)
        missing = self.env["order.quality.draw"].sudo()._hits([pair for pair in pairs if pair not in known])
        if missing:
            self._quality_insert(missing)
            checks = Check.search(domain)
        wanted.update(missing)
        checks._renew_goods(goods)
        stale = checks.filtered(
            lambda check: check.picking_state not in CLOSED and (check.picking_id, check.point_id) not in wanted
        )._untouched()
        checks -= stale
        stale.unlink()
        return checks

    def _quality_insert(self, pairs):
        """Make the checks of ``pairs`` (transfer, point) that nobody has made meanwhile, with one statement."""
        pickings = self.browse().union(*(picking for picking, _point in pairs))
        pickings.flush_recordset(["company_id", "sale_id"])
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO order_quality_check
                       (picking_id, point_id, company_id, order_id, state, create_uid, create_date, write_uid, write_date)
                SELECT picking.id, pair.point_id, picking.company_id, picking.sale_id, 'to_check', %(user)s, %(now)s, %(user)s, %(now)s
                  FROM unnest(%(pickings)s::int[], %(points)s::int[]) WITH ORDINALITY AS pair (picking_id, point_id, place)
                  JOIN stock_picking picking ON picking.id = pair.picking_id
              ORDER BY pair.place
                    ON CONFLICT (picking_id, point_id) WHERE point_id IS NOT NULL DO NOTHING
                """,
                user=self.env.uid,
                now=fields.Datetime.now(),
                pickings=[picking.id for picking, _point in pairs],
                points=[point.id for _picking, point in pairs],
            )
        )
        pickings.invalidate_recordset(["order_quality_check_ids", "order_quality_state"], flush=False)

    def _quality_held_back(self):
        """Those of these with goods that failed, until a person passes what lies there: no dispatch touches them.

        Where nothing is stopped these are the transfers that hold failed goods back, and no others.
        """

        def untouchable(picking):
            if picking.company_id._order_control_enforced():
                return picking.order_quality_state != "passed"
            return picking.order_held_back and picking.order_quality_state == "failed"

        return self._quality_suspect().filtered(untouchable)

    def _quality_suspect(self):
        """Those of these that hold goods back which failed, or that such goods were taken out of by hand."""
        return self.filtered(
            lambda picking: (
                picking.order_held_back
                or picking._quality_is_to_leave(picking.sudo().order_quality_check_ids.line_ids._taken_out())
            )
        )

    def _quality_is_to_leave(self, rows):
        """Whether goods of ``rows`` (``order.quality.check.line``) are still to leave with this transfer."""
        self.ensure_one()
        moves = self.sudo().move_ids.filtered(lambda move: move.state not in CLOSED) if rows else self.env["stock.move"]
        keys = {(move.product_id, move.sale_line_id) for move in moves}
        return any(
            # of a parcel it is not known what was in it
            (row.product_id, row.order_line_id) in keys if row.product_id else row.check_id.point_id._goods_of(moves)
            for row in rows
        )

    # ------------------------------------------------------------------ the screen before the refusal

    def _pre_action_done_hook(self):
        """Who validates on the screen is shown what waits to be checked; the refusal itself is ``_action_done``'s."""
        if self.env.context.get("order_quality_screen"):
            enforced = self.filtered(lambda picking: picking.company_id._order_control_enforced())
            waiting = enforced and enforced._quality_checks()._stopping().filtered("point_id")
            if waiting:
                return waiting.sudo(False)._screen()
        return super()._pre_action_done_hook()

    def action_order_quality(self):
        """Open the checks of these transfers, brought up to date.

        :return: an action
        """
        self.env["order.transition.mixin"]._check_order_group("stock.group_stock_user")
        self.check_access("read")
        if any(picking.company_id._order_control_records() for picking in self):
            open_ones = self.filtered(lambda picking: picking.state not in CLOSED)
            open_ones._quality_checks()
        checks = self.env["order.quality.check"].search([("picking_id", "in", self.ids)])
        return checks._screen()

    @api.model
    def _quality_renew_touched(self):
        """Before the transaction ends: checks of quality points follow the goods that were changed in it."""
        ids = self.env.cr.precommit.data.pop(TOUCHED, set())
        checks = self.env["order.quality.check"].search(
            [("picking_id", "in", list(ids)), ("point_id", "!=", False), ("picking_id.state", "not in", CLOSED)]
        )
        if checks:
            checks._renew_goods(checks.picking_id._quality_goods())


class StockMove(models.Model):
    _inherit = "stock.move"

    def write(self, vals):
        """Goods of an order stay those of that order, while checks stop them.

        :raises UserError: names the transfers of goods that would be those of another order or of none
        """
        if "sale_line_id" in vals and not self.env.su:
            order = self.env["sale.order.line"].sudo().browse(vals["sale_line_id"] or ()).order_id
            moved = self.sudo().filtered(
                lambda move: move.state not in CLOSED and move.sale_line_id and move.sale_line_id.order_id != order
            )
            moved.picking_id._quality_delivering()._quality_keep_order()
        return super().write(vals)

    def _search_picking_for_assignation_domain(self):
        """Nothing is added to a transfer of goods that failed."""
        return super()._search_picking_for_assignation_domain() + [("order_held_back", "=", False)]

from random import SystemRandom

from odoo import api, fields, models
from odoo.tools import SQL

SAMPLED = ("nth", "percent")


class OrderQualityDraw(models.Model):
    """Whether a sampled point is to look at a transfer: drawn once, kept as evidence."""

    _name = "order.quality.draw"
    _description = "Draw of a Quality Point"
    _order = "id desc"
    _rec_name = "picking_id"

    point_id = fields.Many2one("order.quality.point", required=True, readonly=True, index=True, ondelete="cascade")
    picking_id = fields.Many2one(
        "stock.picking", "Transfer", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="point_id.company_id", store=True)
    number = fields.Integer(readonly=True, help="Which of the transfers that the point is about.")
    value = fields.Float(
        "Drawn", readonly=True, digits=(9, 6), help="From 0 to 100; below the percentage it is checked."
    )
    hit = fields.Boolean("To check", readonly=True)

    _once = models.UniqueIndex("(point_id, picking_id)", "A point draws once for a transfer.")

    @api.model
    def _hits(self, pairs):
        """Those of ``pairs`` that are to be checked, for ``sudo``; what was not drawn yet is drawn now.

        A backorder goes as its first transfer went: it is the same order.

        :param list pairs: ``(stock.picking, order.quality.point)``
        :return: list of pairs, in their order
        """
        sampled = [(picking, point) for picking, point in pairs if point.frequency in SAMPLED]
        if not sampled:
            return pairs
        pickings = self.env["stock.picking"].union(*(picking for picking, _point in sampled))
        points = self.env["order.quality.point"].union(*(point for _picking, point in sampled))
        known = {
            (draw.picking_id, draw.point_id): draw.hit
            for draw in self.search(
                [("picking_id", "in", (pickings | pickings.backorder_id).ids), ("point_id", "in", points.ids)]
            )
        }
        missing = [pair for pair in sampled if pair not in known]
        inherited = {
            pair: known[pair[0].backorder_id, pair[1]] for pair in missing if (pair[0].backorder_id, pair[1]) in known
        }
        drawn = self._draw([pair for pair in missing if pair not in inherited])
        drawn += [
            {"picking_id": picking.id, "point_id": point.id, "hit": hit} for (picking, point), hit in inherited.items()
        ]
        self.create(drawn)
        by_ids = {(vals["picking_id"], vals["point_id"]): vals["hit"] for vals in drawn}
        known.update({pair: by_ids[pair[0].id, pair[1].id] for pair in missing})
        return [pair for pair in pairs if pair[1].frequency not in SAMPLED or known[pair]]

    @api.model
    def _follow(self, checks):
        """Where ``checks`` have moved to another transfer, that was drawn there, too: its backorders go as it went."""
        sampled = checks.filtered(lambda check: check.point_id.frequency in SAMPLED)
        if not sampled:
            return
        domain = [("picking_id", "in", sampled.picking_id.ids), ("point_id", "in", sampled.point_id.ids)]
        known = {(draw.picking_id, draw.point_id) for draw in self.search(domain)}
        self.create(
            [
                {"picking_id": check.picking_id.id, "point_id": check.point_id.id, "hit": True}
                for check in sampled
                if (check.picking_id, check.point_id) not in known
            ]
        )

    @api.model
    def _draw(self, pairs):
        """Values of one draw for each of ``pairs``; the counters of the points go on, under a lock of their rows."""
        counts = {}
        for _picking, point in pairs:
            counts[point] = counts.get(point, 0) + 1
        if not counts:
            return []
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE order_quality_point point SET counter = coalesce(point.counter, 0) + more.number
                  FROM unnest(%s::int[], %s::int[]) AS more (id, number)
                 WHERE point.id = more.id
             RETURNING point.id, point.counter - more.number
                """,
                [point.id for point in counts],
                list(counts.values()),
            )
        )
        self.env["order.quality.point"].browse([row[0] for row in rows]).invalidate_recordset(["counter"], flush=False)
        place, chance, drawn = dict(rows), SystemRandom(), []
        for picking, point in pairs:
            place[point.id] += 1
            value = chance.random() * 100
            hit = place[point.id] % point.every_nth == 0 if point.frequency == "nth" else value < point.percent
            drawn.append(
                {
                    "picking_id": picking.id,
                    "point_id": point.id,
                    "number": place[point.id],
                    "value": value if point.frequency == "percent" else 0.0,
                    "hit": hit,
                }
            )
        return drawn

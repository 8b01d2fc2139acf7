from odoo import api, fields, models
from odoo.tools import SQL

# minutes after which somebody who scanned nothing more is taken to have left the table
AWAY = 15


class OrderPacking(models.Model):
    """Who has a transfer on the packing table, and since when nothing more was scanned there; written by the packing alone."""

    _name = "order.packing"
    _description = "Packer of a Transfer"
    _order = "at desc, id desc"
    _rec_name = "picking_id"
    _log_access = False

    picking_id = fields.Many2one("stock.picking", "Transfer", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="picking_id.company_id", store=True, index=True)
    user_id = fields.Many2one("res.users", "Packer", required=True, readonly=True, ondelete="cascade", index=True)
    at = fields.Datetime("Last seen", required=True, readonly=True)
    last_key = fields.Char(readonly=True, help="Of what was counted last: sent again, it counts once.")

    _once = models.UniqueIndex("(picking_id, user_id)", "Somebody packs a transfer once.")

    @api.model
    def _enter(self, picking, key=None):
        """The user is at the table with ``picking`` now, and has sent what is called ``key``."""
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO order_packing AS known (picking_id, company_id, user_id, at, last_key)
                VALUES (%(picking)s, %(company)s, %(user)s, %(now)s, %(key)s)
                ON CONFLICT (picking_id, user_id) DO UPDATE
                   SET at = excluded.at, last_key = coalesce(excluded.last_key, known.last_key)
                """,
                picking=picking.id,
                company=picking.company_id.id,
                user=self.env.uid,
                now=fields.Datetime.now(),
                key=key,
            )
        )
        self.invalidate_model(flush=False)

    @api.model
    def _sent(self, picking, key):
        """Whether what is called ``key`` is what the user sent last for ``picking``; for ``sudo``."""
        domain = [("picking_id", "=", picking.id), ("user_id", "=", self.env.uid), ("last_key", "=", key)]
        return bool(key) and bool(self.search_count(domain, limit=1))

    @api.model
    def _since(self):
        """From when on somebody is taken to be at the table still."""
        return fields.Datetime.subtract(fields.Datetime.now(), minutes=AWAY)

    @api.model
    def _others(self, picking):
        """Who else is at the table with ``picking``: ``[{name, minutes}]``, the last first; for ``sudo``."""
        rows = self.search(
            [("picking_id", "=", picking.id), ("user_id", "!=", self.env.uid), ("at", ">", self._since())]
        )
        now = fields.Datetime.now()
        return [{"name": row.user_id.name, "minutes": int((now - row.at).total_seconds() // 60)} for row in rows]


class OrderPackingCount(models.Model):
    """How many of the same goods of a transfer were counted at the packing table, and by whom; written by the packing alone.

    Quantities are in the product's own unit. ``package_id`` is the parcel that the goods were brought in.
    """

    _name = "order.packing.count"
    _description = "Counted Goods of a Transfer"
    _order = "picking_id, id"
    _rec_name = "product_id"

    picking_id = fields.Many2one("stock.picking", "Transfer", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="picking_id.company_id", store=True, index=True)
    product_id = fields.Many2one("product.product", required=True, readonly=True, ondelete="cascade")
    lot_id = fields.Many2one("stock.lot", readonly=True, ondelete="cascade")
    package_id = fields.Many2one("stock.package", "Parcel", readonly=True, ondelete="cascade")
    quantity = fields.Float("Counted", digits="Product Unit", required=True, readonly=True)
    uom_id = fields.Many2one(related="product_id.uom_id")
    unscanned = fields.Boolean(
        "Not scanned one by one",
        readonly=True,
        help="Counted by hand, or by the label of their parcel: no scan check passes by it.",
    )
    user_ids = fields.Many2many("res.users", string="Counted by", readonly=True)

    _once = models.UniqueIndex(
        "(picking_id, product_id, coalesce(lot_id, 0), coalesce(package_id, 0))", "The same goods are counted once."
    )
    _positive = models.Constraint("CHECK (quantity >= 0)", "Nothing less than nothing can be counted.")

    @api.model
    def _add(self, picking, takes, unscanned=False):
        """Add to what is counted of ``picking``, with one statement.

        Who counts the same goods at the same time waits, and core tries that again: nothing is counted on an old figure.

        :param dict takes: ``(product, lot, package)`` (ids, 0 for none) to quantity
        :param bool unscanned: nobody scanned each piece
        """
        self.flush_model()
        keys = list(takes)
        columns = list(zip(*keys))
        self.env.cr.execute(
            SQL(
                """
                WITH counted AS (
                    INSERT INTO order_packing_count AS known
                           (picking_id, company_id, product_id, lot_id, package_id, quantity, unscanned,
                            create_uid, create_date, write_uid, write_date)
                    SELECT %(picking)s, %(company)s, given.product, nullif(given.lot, 0), nullif(given.package, 0),
                           given.quantity, %(unscanned)s, %(user)s, %(now)s, %(user)s, %(now)s
                      FROM unnest(%(products)s::int[], %(lots)s::int[], %(packages)s::int[], %(quantities)s::numeric[])
                           AS given (product, lot, package, quantity)
                  ORDER BY given.product, given.lot, given.package
                        ON CONFLICT (picking_id, product_id, coalesce(lot_id, 0), coalesce(package_id, 0)) DO UPDATE
                       SET quantity = known.quantity + excluded.quantity,
                           -- what is counted anew from nothing is as it was counted
                           unscanned = excluded.unscanned OR (known.unscanned AND known.quantity <> 0),
                           write_uid = excluded.write_uid,
                           write_date = excluded.write_date
                 RETURNING id
                )
                INSERT INTO order_packing_count_res_users_rel (order_packing_count_id, res_users_id)
                SELECT id, %(user)s FROM counted
                    ON CONFLICT DO NOTHING
                """,
                picking=picking.id,
                company=picking.company_id.id,
                products=list(columns[0]),
                lots=list(columns[1]),
                packages=list(columns[2]),
                quantities=[takes[key] for key in keys],
                unscanned=unscanned,
                user=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        self.invalidate_model(flush=False)

    def _take_out(self, quantity):
        """Take ``quantity`` off what is counted of these rows, the last ones first.

        :return: the rows that were changed
        """
        taken = self.browse()
        for row in reversed(self):
            part = min(quantity, row.quantity)
            if row.uom_id.compare(part, 0.0) > 0:
                quantity -= part
                row.quantity -= part
                taken |= row
        return taken

    def _packing_key(self):
        """What tells these goods from others of their transfer: ids of product, lot and parcel, 0 for none."""
        self.ensure_one()
        return (self.product_id.id, self.lot_id.id or 0, self.package_id.id or 0)

from odoo import api, fields, models
from odoo.tools import SQL

# what the trigger compares: a done line's product, places and quantity, in the product's reference unit
FUNCTION = """
CREATE OR REPLACE FUNCTION order_stock_change_log() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO order_stock_change (product_number, origin_number, target_number, quantity, era_id)
        SELECT item.product_id, item.location_id, item.location_dest_id, sum(item.quantity_product_uom), order_stock_change_era()
          FROM after_rows item
         WHERE item.state = 'done' AND item.product_id IS NOT NULL
      GROUP BY 1, 2, 3 HAVING sum(item.quantity_product_uom) <> 0;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO order_stock_change (product_number, origin_number, target_number, quantity, era_id)
        SELECT item.product_id, item.location_id, item.location_dest_id, -sum(item.quantity_product_uom), order_stock_change_era()
          FROM before_rows item
         WHERE item.state = 'done' AND item.product_id IS NOT NULL
      GROUP BY 1, 2, 3 HAVING sum(item.quantity_product_uom) <> 0;
    ELSE
        INSERT INTO order_stock_change (product_number, origin_number, target_number, quantity, era_id)
        SELECT item.product_id, item.location_id, item.location_dest_id, sum(item.quantity), order_stock_change_era()
          FROM (SELECT product_id, location_id, location_dest_id, quantity_product_uom AS quantity
                  FROM after_rows WHERE state = 'done'
             UNION ALL
                SELECT product_id, location_id, location_dest_id, -quantity_product_uom
                  FROM before_rows WHERE state = 'done') item
         WHERE item.product_id IS NOT NULL
      GROUP BY 1, 2, 3 HAVING sum(item.quantity) <> 0;
    END IF;
    RETURN NULL;
END
$body$
"""
ERA = """
CREATE OR REPLACE FUNCTION order_stock_change_era() RETURNS int4 LANGUAGE sql STABLE AS $body$
    SELECT id FROM order_event_era
     WHERE system_identifier = (SELECT system_identifier::varchar FROM pg_control_system())
$body$
"""
TRIGGERS = {
    "insert": "AFTER INSERT ON stock_move_line REFERENCING NEW TABLE AS after_rows",
    "update": "AFTER UPDATE ON stock_move_line REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows",
    "delete": "AFTER DELETE ON stock_move_line REFERENCING OLD TABLE AS before_rows",
}
BEGAN = 0


class OrderStockChange(models.Model):
    """What done move lines became, or ceased to be: the moves between two cuts, whatever they are dated on.

    A move line has no moment that can be trusted: it is dated, and edited when it is done. So the database itself keeps what
    each statement changed, with the transaction's number, as the day book does; direct SQL is seen too. A row of the product
    0 says since when: what is older is in the sums of a cut, and a cut that is older than it does not go by it.
    """

    _name = "order.stock.change"
    _description = "Changes of Done Moves"
    _log_access = False
    _rec_name = "product_number"

    product_number = fields.Integer("Product id", required=True, readonly=True, aggregator=None)
    origin_number = fields.Integer("From location id", readonly=True, aggregator=None)
    target_number = fields.Integer("To location id", readonly=True, aggregator=None)
    quantity = fields.Float(digits=0, readonly=True, help="In the product's reference unit.")
    era_id = fields.Integer(required=True, readonly=True, aggregator=None)

    def init(self):
        """Make the log and its triggers; it begins anew where they were missing."""
        super().init()
        cr = self.env.cr
        cr.execute(
            SQL(
                "ALTER TABLE order_stock_change ADD COLUMN IF NOT EXISTS xact xid8 NOT NULL DEFAULT pg_current_xact_id()"
            )
        )
        cr.execute(SQL("CREATE INDEX IF NOT EXISTS order_stock_change_cut ON order_stock_change (era_id, xact, id)"))
        cr.execute(SQL(ERA))
        cr.execute(SQL(FUNCTION))
        cr.execute(
            SQL("SELECT count(*) FROM pg_trigger WHERE starts_with(tgname, 'order_stock_change_') AND tgenabled = 'A'")
        )
        if cr.fetchone()[0] == len(TRIGGERS):
            return
        for name, event in TRIGGERS.items():
            cr.execute(
                SQL(
                    "CREATE OR REPLACE TRIGGER %s %s FOR EACH STATEMENT EXECUTE FUNCTION order_stock_change_log()",
                    SQL.identifier(f"order_stock_change_{name}"),
                    SQL(event),
                )
            )
            # also where a session replays rows as a replica: what comes round the ORM is what the log is for
            cr.execute(
                SQL(
                    "ALTER TABLE stock_move_line ENABLE ALWAYS TRIGGER %s", SQL.identifier(f"order_stock_change_{name}")
                )
            )
        cr.execute(SQL("DELETE FROM order_stock_change"))
        cr.execute(
            SQL("INSERT INTO order_stock_change (product_number, era_id) VALUES (%s, order_stock_change_era())", BEGAN)
        )

    @api.model
    def _drop(self):
        """Take the triggers away: the add-on is uninstalled, and moves go on."""
        self.env.cr.execute(SQL("DROP FUNCTION IF EXISTS order_stock_change_log() CASCADE"))
        self.env.cr.execute(SQL("DROP FUNCTION IF EXISTS order_stock_change_era()"))

    @api.model
    def _last_own(self):
        """The last row that this transaction wrote, 0 for none."""
        self.env.cr.execute(
            SQL("SELECT coalesce(max(id), 0) FROM order_stock_change WHERE era_id = order_stock_change_era()"
                " AND xact = pg_current_xact_id_if_assigned()")
        )  # fmt: skip
        return self.env.cr.fetchone()[0]

    @api.autovacuum
    def _gc_changes(self):
        """Delete what no cut asks for any more: what the cut before a company's last one has seen."""
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM order_stock_change change
                 USING (SELECT oldest.cut_era, oldest.seen
                          FROM (SELECT DISTINCT ON (last.company_id)
                                       coalesce(earlier.cut_era, last.cut_era) AS cut_era,
                                       pg_snapshot_xmin(coalesce(earlier.cut_snapshot, last.cut_snapshot)::pg_snapshot) AS seen
                                  FROM order_reconciliation last
                             LEFT JOIN order_reconciliation earlier ON earlier.id = last.previous_id
                                 WHERE last.cut_snapshot IS NOT NULL
                              ORDER BY last.company_id, last.date DESC, last.revision DESC) oldest
                      ORDER BY oldest.cut_era, oldest.seen LIMIT 1) needed
                 WHERE change.product_number <> %s AND (change.era_id, change.xact) < (needed.cut_era, needed.seen)
                """,
                BEGAN,
            )
        )

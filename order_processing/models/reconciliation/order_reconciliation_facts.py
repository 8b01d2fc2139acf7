from odoo import api, models
from odoo.tools import SQL

from . import buckets

STANDING = ("entered", "raised", "lowered", "removed", "cancelled", "closed_short", "reopened")
SHIPPED = ("shipped", "corrected")
RETURNED = ("received_back", "corrected_back")
INVOICED = ("invoiced", "uninvoiced")
CREDITED = ("credited", "uncredited")
KINDS = STANDING + SHIPPED + RETURNED + INVOICED + CREDITED
SCOPE = SQL.identifier("order_reconciliation_tmp_scope")
FACT = SQL.identifier("order_reconciliation_tmp_fact")


class OrderReconciliationFacts(models.Model):
    """The facts of a cut, as two temporary tables of the transaction: which orders, and per order line what the day book
    and the ledgers say. Entries and equations are both read from them, so they cannot disagree.
    """

    _inherit = "order.reconciliation"

    @api.model
    def _recent(self, alias, cut):
        """``SQL`` that narrows rows to those that may be younger than ``cut``; what it lets through is looked at."""
        if not cut:
            return SQL("TRUE")
        return SQL(
            "(%s, %s) >= (%s, pg_snapshot_xmin(%s::text::pg_snapshot))",
            SQL.identifier(alias, "era_id"),
            SQL.identifier(alias, "xact"),
            cut["era_id"],
            cut["snapshot"],
        )

    def _owned(self, alias):
        """``SQL`` true for the day-book rows that this statement owns."""
        before = self.previous_id._cut()
        owned = self.env["order.event"]._owned_condition(alias, self._cut(), before)
        return SQL("(%s AND %s)", self._recent(alias, before), owned)

    def _seen(self, alias):
        """``SQL`` true for the day-book rows that the cut saw."""
        return self.env["order.event"]._visible_condition(alias, self._cut())

    def _early(self, alias):
        """``SQL`` true for the rows that make the day's opening: the cut before, else the rows of the installation."""
        before = self.previous_id._cut()
        if before:
            return self.env["order.event"]._visible_condition(alias, before)
        return SQL("coalesce(%s, FALSE)", SQL.identifier(alias, "opening"))

    # ------------------------------------------------------------------ which orders

    def _make_scope(self):
        """The orders of the statement: open at the close before, or with a row in the day.

        :return: their ids
        """
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", SCOPE))
        self.env.cr.execute(
            SQL(
                """
                CREATE TEMPORARY TABLE %(scope)s ON COMMIT DROP AS
                SELECT known.order_id, bool_or(known.touched) AS touched, bool_or(known.carried) AS carried,
                       coalesce(max(sale.name), (array_agg(known.order_name ORDER BY known.place DESC)
                                                 FILTER (WHERE known.order_name IS NOT NULL))[1]) AS order_name
                  FROM (
                    SELECT event.order_id, event.order_name, NOT coalesce(event.opening, FALSE) AS touched,
                           FALSE AS carried, event.id AS place
                      FROM order_event event
                     WHERE event.company_id = %(company)s AND event.order_id IS NOT NULL AND %(owned)s
                 UNION ALL
                    SELECT line.order_number, line.order_name, FALSE, TRUE, 0
                      FROM order_reconciliation_line line
                     WHERE line.reconciliation_id = %(before)s AND line.order_number > 0
                       AND (line.bucket <> ALL(%(final)s) OR line.open_qty <> 0 OR line.open_value <> 0)) known
             LEFT JOIN sale_order sale ON sale.id = known.order_id
                 WHERE coalesce(sale.company_id, %(company)s) = %(company)s
              GROUP BY known.order_id
                """,
                scope=SCOPE,
                company=self.company_id.id,
                owned=self._owned("event"),
                before=self.previous_id.id or 0,
                final=list(buckets.FINAL),
            )
        )
        self.env.cr.execute(SQL("CREATE UNIQUE INDEX ON %s (order_id)", SCOPE))
        self.env.cr.execute(SQL("ANALYZE %s", SCOPE))
        self.env.cr.execute(SQL("SELECT order_id FROM %s ORDER BY order_id", SCOPE))
        return [row[0] for row in self.env.cr.fetchall()]

    # ------------------------------------------------------------------ what of them

    def _make_facts(self, order_ids):
        """One row per order line, product and currency: quantities (``q_``, reference unit) and values (``v_``).

        The columns are those that ``equations.py`` names; ``vo_`` are values in the order's currency.
        """
        pieces = SQL(" UNION ALL ").join(
            [
                self._book_pieces(),
                self._line_pieces(order_ids),
                self._invoice_pieces(order_ids),
                self._again_pieces(order_ids),
            ]
        )
        sums = SQL(", ").join(
            SQL(
                "coalesce(sum(piece.%s) FILTER (WHERE %s), 0) AS %s",
                SQL.identifier(measure),
                condition,
                SQL.identifier(f"{measure}_{name}"),
            )
            for name, condition, measures in self._fact_columns()
            for measure in measures
        )
        derived = SQL(", ").join(
            SQL("%s AS %s", expression, SQL.identifier(f"{measure}_{name}"))
            for measure in ("q", "v")
            for name, expression in self._derived_columns(measure)
        )
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", FACT))
        self.env.cr.execute(
            SQL(
                """
                CREATE TEMPORARY TABLE %(fact)s ON COMMIT DROP AS
                SELECT sums.*, %(derived)s, coalesce(template.type = 'consu', known.goods, FALSE) AS goods,
                       coalesce(template.type = 'service' AND line.is_downpayment IS NOT TRUE, FALSE) AS service, %(kit)s AS kit,
                       coalesce(template.uom_id, known.unit_number, %(unit)s) AS unit_id, scope.order_name,
                       coalesce(split_part(line.name, E'\n', 1), '') AS line_name
                  FROM (
                    SELECT piece.order_id, piece.line_id, piece.product_id, piece.currency_id, %(sums)s
                      FROM (%(pieces)s) AS piece (order_id, line_id, product_id, currency_id, tag, early, refund, q, v, vo)
                  GROUP BY piece.order_id, piece.line_id, piece.product_id, piece.currency_id) sums
                  JOIN %(scope)s scope ON scope.order_id = sums.order_id
             LEFT JOIN sale_order_line line ON line.id = sums.line_id
             LEFT JOIN product_product product ON product.id = sums.product_id
             LEFT JOIN product_template template ON template.id = product.product_tmpl_id
             LEFT JOIN order_reconciliation_product known ON known.company_id = %(company)s AND known.number = sums.product_id
                """,
                fact=FACT,
                scope=SCOPE,
                company=self.company_id.id,
                sums=sums,
                derived=derived,
                kit=self._leaves_as_others(),
                pieces=pieces,
                unit=self.env.ref("uom.product_uom_unit").id,
            )
        )
        self.env.cr.execute(SQL("CREATE INDEX ON %s (order_id)", FACT))
        # what the rows are grouped by: the planner asks for nothing else, and there are a hundred columns
        self.env.cr.execute(SQL("ANALYZE %s (order_id, line_id, unit_id, currency_id, goods)", FACT))
        self.env["order.reconciliation.product"]._remember(FACT, self.company_id)

    @api.model
    def _leaves_as_others(self):
        """``SQL`` true for a line whose goods leave as other products (a kit): transfers alone say where it stands."""
        if "mrp.bom" not in self.env:
            return SQL("FALSE")
        return SQL(
            """
            EXISTS (SELECT 1 FROM stock_move move
                     WHERE move.sale_line_id = sums.line_id AND move.product_id <> sums.product_id)
            """
        )

    @api.model
    def _fact_columns(self):
        """``(name, condition over piece, measures)`` of every summed column."""
        both, order = ("q", "v"), ("q", "v", "vo")

        def book(*kinds, early=None, refund=False):
            condition = SQL("piece.tag = ANY(%s)", list(kinds))
            if early is not None:
                condition = SQL("%s AND %s", condition, SQL("piece.early") if early else SQL("NOT piece.early"))
            return SQL("%s AND piece.refund", condition) if refund else condition

        yield "standing", book(*STANDING), both
        yield "standing_start", book(*STANDING, early=True), both
        yield "shipped", book(*SHIPPED), order
        yield "shipped_start", book(*SHIPPED, early=True), both
        for kind in STANDING:
            yield kind, book(kind, early=False), both
        yield "shipped_day", book("shipped", early=False), both
        yield "corrected_day", book("corrected", early=False), both
        yield "gross", book("entered", "raised", "lowered", "removed"), order
        yield "returned", book(*RETURNED), order
        yield "refund", book(*RETURNED, refund=True), both
        yield "invoiced", book(*INVOICED), order
        yield "credited", book(*CREDITED), order
        for name in (
            "ordered_raw",
            "shipped",
            "returned",
            "refund",
            "billed",
            "refunded",
            "draft",
            "to_invoice",
            "rounding",
            "due",
            "delivered",
            "unit_rounding",
            "replaced",
            "repaired",
            "invoiced",
            "credited",
        ):
            yield f"l_{name}", SQL("piece.tag = %s", f"l_{name}"), both

    @api.model
    def _derived_columns(self, measure):
        """``(name, SQL)`` of what follows from the sums of one measure."""

        def column(name):
            return SQL.identifier("sums", f"{measure}_{name}")

        ordered = column("l_ordered_raw")
        never = SQL("least(%s, greatest(%s - %s, 0))", column("l_refund"), column("l_shipped"), column("l_billed"))
        yield "l_ordered", ordered
        yield "open_start", SQL("greatest(%s - %s, 0)", column("standing_start"), column("shipped_start"))
        yield "over_start", SQL("greatest(%s - %s, 0)", column("shipped_start"), column("standing_start"))
        yield "l_open", SQL("greatest(%s - %s, 0)", ordered, column("l_shipped"))
        yield "l_over", SQL("greatest(%s - %s, 0)", column("l_shipped"), ordered)
        yield "open", SQL("greatest(%s - %s, 0)", column("standing"), column("shipped"))
        yield "l_never", never
        kept = SQL("greatest(%s - %s, 0)", column("l_returned"), column("l_refund"))
        yield "l_replaced_back", SQL("least(%s, %s)", column("l_replaced"), kept)
        yield (
            "l_repaired_back",
            SQL("least(%s, greatest(%s - %s, 0))", column("l_repaired"), kept, column("l_replaced")),
        )
        yield "l_settled", SQL("least(%s, %s - %s)", column("l_refunded"), column("l_refund"), never)

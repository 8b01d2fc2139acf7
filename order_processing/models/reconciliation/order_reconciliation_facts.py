from odoo import api, models
from odoo.tools import SQL

from . import buckets

STANDING = ("entered", "raised", "lowered", "removed", "cancelled", "closed_short", "reopened")
SHIPPED = ("shipped", "corrected")
RETURNED = ("received_back", "corrected_back")
INVOICED = ("invoiced", "uninvoiced")
CREDITED = ("credited", "uncredited")
KINDS = STANDING + SHIPPED + RETURNED + INVOICED + CREDITED
# each kind is a bit: whether a row is of some kinds is asked forty times, and numbers are compared faster than words
BITS = {kind: 1 << place for place, kind in enumerate(KINDS)}
# what a row of the facts is of; each of their sources has one row of it
KEYS = ("order_id", "line_id", "product_id", "currency_id")
SCOPE = SQL.identifier("order_reconciliation_tmp_scope")
BILLED = SQL.identifier("order_reconciliation_tmp_billed")
FACT = SQL.identifier("order_reconciliation_tmp_fact")


class OrderReconciliationFacts(models.Model):
    """The facts of a cut, as temporary tables of the transaction: which orders, what bills them, and per order line what the day book
    and the ledgers say. Entries and equations are both read from them, so they cannot disagree.
    """

    _inherit = "order.reconciliation"

    @api.model
    def _recent(self, alias, cut):
        """``SQL`` that narrows rows to those that may be younger than ``cut``; what it lets through is looked at.

        Two ranges of the index, and not a comparison of rows: of that the planner would think that it lets everything through.
        """
        if not cut:
            return SQL("TRUE")
        return SQL(
            "((%(era)s = %(cut_era)s AND %(xact)s >= pg_snapshot_xmin(%(snapshot)s::text::pg_snapshot)) OR %(era)s > %(cut_era)s)",
            era=SQL.identifier(alias, "era_id"),
            xact=SQL.identifier(alias, "xact"),
            cut_era=cut["era_id"],
            snapshot=cut["snapshot"],
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
        """The orders of the statement: open at the close before, or with a row in the day; a deleted one by its last name."""
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", SCOPE))
        carried = SQL(
            "line.reconciliation_id = %s AND line.order_number > 0 AND (line.bucket <> ALL(%s) OR line.open_units <> '{}' OR line.open_value <> 0)",
            self.previous_id.id or 0,
            list(buckets.FINAL),
        )
        self.env.cr.execute(
            SQL(
                """
                CREATE TEMPORARY TABLE %(scope)s ON COMMIT DROP AS
                SELECT known.order_id, known.touched, known.carried, sale.currency_id, sale.currency_rate,
                       coalesce(sale.name,
                                (SELECT named.order_name FROM order_event named WHERE named.id = known.named_in),
                                (SELECT max(line.order_name) FROM order_reconciliation_line line
                                  WHERE line.order_number = known.order_id AND %(carried)s)) AS order_name
                  FROM (
                    SELECT found.order_id, bool_or(found.touched) AS touched, bool_or(found.carried) AS carried,
                           max(found.named_in) AS named_in
                      FROM (
                        SELECT event.order_id, NOT coalesce(event.opening, FALSE), FALSE,
                               CASE WHEN event.order_name IS NOT NULL THEN event.id END
                          FROM order_event event
                         WHERE event.company_id = %(company)s AND event.order_id IS NOT NULL AND %(owned)s
                     UNION ALL
                        SELECT line.order_number, FALSE, TRUE, NULL FROM order_reconciliation_line line WHERE %(carried)s
                           ) AS found (order_id, touched, carried, named_in)
                  GROUP BY found.order_id) known
             LEFT JOIN sale_order sale ON sale.id = known.order_id
                 WHERE coalesce(sale.company_id, %(company)s) = %(company)s
                """,
                scope=SCOPE,
                company=self.company_id.id,
                owned=self._owned("event"),
                carried=carried,
            )
        )
        self.env.cr.execute(SQL("CREATE UNIQUE INDEX ON %s (order_id)", SCOPE))
        self.env.cr.execute(SQL("ANALYZE %s", SCOPE))
        self._make_billed()

    def _make_billed(self):
        """The documents that bill the orders of the statement, a row per order and document: their payments are asked by it."""
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", BILLED))
        self.env.cr.execute(
            SQL(
                """
                CREATE TEMPORARY TABLE %(billed)s ON COMMIT DROP AS
                SELECT DISTINCT line.order_id, item.move_id
                  FROM sale_order_line line
                  JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
                  JOIN account_move_line item ON item.id = rel.invoice_line_id
                 WHERE %(scope)s
                """,
                billed=BILLED,
                scope=self._in_scope("line"),
            )
        )
        self.env.cr.execute(SQL("ANALYZE %s", BILLED))

    @api.model
    def _in_scope(self, alias, column="order_id"):
        """``SQL`` true for rows of the orders of the statement: their numbers stay in the database, however many."""
        return SQL("%s IN (SELECT scope.order_id FROM %s scope)", SQL.identifier(alias, column), SCOPE)

    # ------------------------------------------------------------------ what of them

    def _make_facts(self):
        """One row per order line, product and currency: quantities (``q_``, reference unit) and values (``v_``).

        The columns are those that ``equations.py`` names; ``vo_`` are values in the order's currency. Each source is added up by
        itself and read once.
        """
        sources = {
            "book": self._book_sums(),
            "lines": self._line_figures(),
            "invoices": self._invoice_sums(),
            "again": self._again_sums(),
        }
        first, *others = [SQL("(%s) %s", query, SQL.identifier(name)) for name, query in sources.items()]
        keys = SQL(", ").join(map(SQL.identifier, KEYS))
        sums = [
            SQL(
                "coalesce(%s, 0) AS %s",
                SQL.identifier(source, f"{measure}_{name}"),
                SQL.identifier(f"{measure}_{name}"),
            )
            for source, name, measures in self._fact_columns()
            for measure in measures
        ]
        derived = [
            SQL("%s AS %s", expression, SQL.identifier(f"{measure}_{name}"))
            for measure in ("q", "v")
            for name, expression in self._derived_columns(measure)
        ]
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", FACT))
        self.env.cr.execute(
            SQL(
                """
                CREATE TEMPORARY TABLE %(fact)s ON COMMIT DROP AS
                SELECT sums.*, %(derived)s, coalesce(template.type = 'consu', known.goods, FALSE) AS goods,
                       coalesce(template.type = 'service' AND NOT EXISTS (
                           SELECT 1 FROM sale_order_line line WHERE line.id = sums.line_id AND line.is_downpayment), FALSE) AS service,
                       %(kit)s AS kit, coalesce(template.uom_id, known.unit_number, %(unit)s) AS unit_id, scope.order_name
                  FROM (
                    SELECT order_id, line_id, nullif(product_id, 0) AS product_id, nullif(currency_id, 0) AS currency_id, %(sums)s
                      FROM %(sources)s) sums
                  JOIN %(scope)s scope ON scope.order_id = sums.order_id
             LEFT JOIN product_product product ON product.id = sums.product_id
             LEFT JOIN product_template template ON template.id = product.product_tmpl_id
             LEFT JOIN order_reconciliation_product known ON known.company_id = %(company)s AND known.number = sums.product_id
                """,
                fact=FACT,
                scope=SCOPE,
                company=self.company_id.id,
                sums=SQL(", ").join(sums),
                derived=SQL(", ").join(derived),
                kit=self._leaves_as_others(),
                sources=SQL(" ").join([first, *(SQL("FULL JOIN %s USING (%s)", other, keys) for other in others)]),
                unit=self.env.ref("uom.product_uom_unit").id,
            )
        )
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
        """``(source, name, measures)`` of every column that a source of the facts has."""
        for name, _condition, measures in self._book_columns():
            yield "book", name, measures
        for name, _quantity, _value in self._line_columns():
            yield "lines", f"l_{name}", ("q", "v")
        for source, names in (("invoices", ("invoiced", "credited")), ("again", ("replaced", "repaired"))):
            for name in names:
                yield source, f"l_{name}", ("q", "v")

    @api.model
    def _book_columns(self):
        """``(name, condition over piece, measures)`` of what is added up from the day book."""
        both, order = ("q", "v"), ("q", "v", "vo")

        def book(*kinds, early=None, refund=False):
            condition = SQL("piece.bit & %s <> 0", sum(BITS[kind] for kind in kinds))
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

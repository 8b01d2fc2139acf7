from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..common.sql_arrays import id_array
from .tags import TAG

# documents whose pending writes the engine must see, and nothing beyond
READ = {
    "sale.order": ("state", "company_id", "currency_rate", "date_order", "commitment_date", "user_id"),
    "sale.order.line": (
        "product_id",
        "product_uom_id",
        "product_uom_qty",
        "price_subtotal",
        "price_total",
        "discount",
        "qty_delivered",
        "qty_delivered_method",
        "qty_invoiced",
        "is_downpayment",
        "currency_id",
        "company_id",
    ),
    "stock.move": (
        "state",
        "quantity",
        "product_uom_qty",
        "to_refund",
        "sale_line_id",
        "product_id",
        "product_uom",
        "location_id",
        "location_dest_id",
        "origin_returned_move_id",
        "date",
        "picking_id",
    ),
    "account.move": (
        "state",
        "move_type",
        "payment_state",
        "invoice_date",
        "invoice_date_due",
        "currency_id",
        "invoice_currency_rate",
    ),
    "account.move.line": (
        "quantity",
        "product_uom_id",
        "price_subtotal",
        "price_total",
        "discount",
        "balance",
        "currency_id",
        "sale_line_ids",
    ),
    "account.partial.reconcile": ("debit_amount_currency", "credit_amount_currency"),
}
# facts of which the first and the last business day are told, with the tags of the ledgers that say them
DATED = {
    "ordered": ("ordered",),
    "cancelled": ("cancelled",),
    "shipped": ("shipped", "resent", "replaced"),
    "returned": ("returned", "returned_refund"),
    "invoiced": ("invoiced",),
    "credited": ("credited",),
    "paid": ("paid",),
}
# quantities of the ledgers beside, each a tag and a figure
BESIDE = (
    "return_open",
    "sent_ahead",
    "paid_ahead",
    "on_account",
    "failed",
    "replace_due",
    "replace_sent",
    "misrouted",
    "altered",
    "weighed",
    "content_weight",
    "to_scan",
    "unscanned",
)


class OrderMatching(models.AbstractModel):
    """What was ordered, shipped, returned, invoiced, credited and paid per order line, from the ledgers themselves.

    One composed statement: a GROUP BY over a UNION ALL of stock moves, invoice lines, shared payments and the day
    book (ordered and cancelled: core keeps no trace of them). Quantities are in the line's unit, values in the
    order's currency. Sections, notes and down payments have no row. docs/discrepancies.md tells the rules.
    """

    _name = "order.matching"
    _description = "Order Matching"

    @api.model
    @api.readonly
    def figures(self, order_ids=None, domain=None, day=None):
        """The figures of every line of some orders.

        :param list order_ids: ids of ``sale.order`` that the user may read; ``None``: as ``domain`` and ``day`` say
        :param list domain: a domain on ``sale.order``, narrowed to the user's companies
        :param day: date (or its ISO text): the orders of which the day book has a fact of that business day
        :return: list of dicts in the order of the lines, keys as docs/architecture.md lists them; quantities in the
            line's unit, values in the order's currency; a figure that does not exist is 0, a date is text or ``""``
        :raises AccessError: no processor, or an order that the user may not read
        :raises UserError: nothing says which orders
        """
        self.env["order.transition.mixin"]._check_order_group("order_processing.group_processor")
        orders = self._asked_orders(order_ids, domain, day)
        self._flush_ledgers()
        self.env.cr.execute(
            SQL(
                "SELECT * FROM (%s) AS figures ORDER BY order_id, line_id",
                self._figures_query(order_ids=orders.ids),
            )
        )
        names = [column.name for column in self.env.cr.description]
        return [
            {name: self._plain(value) for name, value in zip(names, row, strict=True)} for row in self.env.cr.fetchall()
        ]

    @api.model
    def _asked_orders(self, order_ids, domain, day):
        """The orders that ``figures`` is asked about, each of which the user may read."""
        Order = self.env["sale.order"]
        if order_ids is None and domain is None and day is None:
            raise UserError(self.env._("Say which orders: their ids, a domain or a day."))
        asked = Domain(domain or [])
        if order_ids is not None:
            orders = Order.browse(order_ids)
            orders.check_access("read")
            if domain is None and day is None:
                return orders
            asked &= Domain("id", "in", orders.ids)
        if day is not None:
            asked &= Domain("id", "in", self._orders_of_day(fields.Date.to_date(day), self.env.companies))
        return Order.search(asked & Domain("company_id", "in", self.env.companies.ids))

    @api.model
    def _orders_of_day(self, day, companies):
        """Ids of the orders of which the day book has a fact dated ``day``, the business day of its document."""
        if not self.env.cr.readonly:
            self.env["order.event"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT DISTINCT order_id FROM order_event
                 WHERE company_id = ANY(%s) AND business_date = %s AND order_id IS NOT NULL
              ORDER BY order_id
                """,
                companies.ids,
                day,
            )
        )
        return [row[0] for row in self.env.cr.fetchall()]

    @api.model
    def _plain(self, value):
        if isinstance(value, Decimal):
            return float(value)
        if value is None:
            return ""
        return value if isinstance(value, (bool, int, float, str)) else str(value)

    @api.model
    def _flush_ledgers(self):
        """Write what is pending of the documents that the statement reads: the columns it reads, nothing else.

        On a read replica nothing can be pending, and nothing is written.
        """
        if self.env.cr.readonly:
            return
        for model_name, names in READ.items():
            self.env[model_name].flush_model(names)
        self.env["order.event"].flush_model()

    # ------------------------------------------------------------------ the statement

    @api.model
    def _figures_query(
        self, line_ids=None, order_ids=None, company_ids=None, more=None, payments=True, ordered=None, beside=True
    ):
        """``SQL`` with one row per order line; the caller flushes with ``_flush_ledgers``.

        :param line_ids: only these lines; ``order_ids``: of these orders; ``company_ids``: of these companies; each a list, or
            ``SQL`` of a query of ids where there may be many
        :param more: ``SQL`` of further columns, over ``line`` and ``sale``
        :param bool payments: whether what was paid is read; if not, its figures are 0 and empty
        :param bool beside: whether the ledgers beside are read; if not, their figures are 0
        :param ordered: ``SQL`` condition over ``line``, of which lines the day book's ordered and cancelled are read; default all
        """
        scope = [
            SQL("line.%s IN (%s)", SQL.identifier(column), ids)
            if isinstance(ids, SQL)
            else SQL("line.%s = ANY(%s)", SQL.identifier(column), id_array(ids))
            for column, ids in (("id", line_ids), ("order_id", order_ids), ("company_id", company_ids))
            if ids is not None
        ]
        scope = SQL(" AND ").join(scope) if scope else SQL("TRUE")
        if any(isinstance(ids, SQL) for ids in (line_ids, order_ids, company_ids)):
            # at the bottom of all joins: as a condition the planner would put a query on top of them, where there are many
            lines, within = SQL("(SELECT line.* FROM sale_order_line line WHERE %s)", scope), SQL("TRUE")
        else:
            lines, within = SQL("sale_order_line"), scope
        narrow = line_ids is not None or order_ids is not None
        ledgers = [
            self._ledger_book(SQL("%s AND %s", within, ordered or SQL("TRUE")), lines),
            self._ledger_stock(within, lines),
            self._ledger_invoices(within, lines),
            *([self._ledger_payments(scope, narrow)] if payments else []),
        ]
        return SQL(
            """
            SELECT line.id AS line_id, line.order_id, sale.company_id, sale.currency_id, line.product_id,
                   line.product_uom_id AS uom_id, sale.state, template.invoice_policy, template.type AS product_type,
                   line.qty_delivered_method = 'stock_move' AND NOT coalesce(sums.kit, FALSE) AS is_stock,
                   line.qty_delivered_method = 'stock_move' AS is_goods,
                   line.qty_delivered_method = 'stock_move' AND coalesce(sums.kit, FALSE) AS is_kit,
                   coalesce(sums.ordered, 0) AS ordered, coalesce(sums.cancelled, 0) AS cancelled,
                   coalesce(sums.shipped, 0) AS shipped, coalesce(sums.returned, 0) AS returned,
                   coalesce(sums.returned_refund, 0) AS returned_refund,
                   moved.delivered, coalesce(sums.invoiced, 0) AS invoiced, coalesce(sums.credited, 0) AS credited,
                   CASE WHEN sale.state <> 'sale' OR template.type = 'combo' THEN 0
                        WHEN template.invoice_policy = 'order' THEN
                             coalesce(sums.ordered - sums.cancelled, 0)
                             - coalesce(sums.invoiced, 0) + coalesce(sums.credited, 0)
                        ELSE moved.delivered - coalesce(sums.invoiced, 0) + coalesce(sums.credited, 0)
                    END AS to_invoice_net,
                   coalesce(sums.resent, 0) AS resent, coalesce(sums.replaced, 0) AS replaced,
                   coalesce(sums.open_out, 0) AS open_out, coalesce(sums.open_back, 0) AS open_back,
                   coalesce(sums.draft_invoiced, 0) AS draft_invoiced,
                   coalesce(sums.draft_credited, 0) AS draft_credited,
                   coalesce(sums.wrong, 0) AS wrong, coalesce(sums.wrong_back, 0) AS wrong_back, %(beside)s,
                   coalesce(line.price_subtotal, 0) AS subtotal, coalesce(line.price_total, 0) AS total,
                   coalesce(sums.ordered_value, 0) AS ordered_value,
                   CASE WHEN line.product_uom_qty = 0 THEN 0
                        ELSE round(line.price_subtotal * coalesce(sums.shipped, 0) / line.product_uom_qty / unit.rounding)
                             * unit.rounding END AS shipped_value,
                   CASE WHEN line.product_uom_qty = 0 THEN 0
                        ELSE round(line.price_subtotal * coalesce(sums.returned, 0) / line.product_uom_qty / unit.rounding)
                             * unit.rounding END AS returned_value,
                   round(coalesce(sums.invoiced_value, 0) / unit.rounding) * unit.rounding AS invoiced_value,
                   round(coalesce(sums.credited_value, 0) / unit.rounding) * unit.rounding AS credited_value,
                   round(coalesce(sums.invoiced_total, 0) / unit.rounding) * unit.rounding AS invoiced_total,
                   round(coalesce(sums.credited_total, 0) / unit.rounding) * unit.rounding AS credited_total,
                   round((coalesce(sums.invoiced_lost, 0) - coalesce(sums.credited_lost, 0)) / unit.rounding) * unit.rounding AS lost_value,
                   round(coalesce(sums.draft_credited_total, 0) / unit.rounding) * unit.rounding AS draft_credited_total,
                   sums.last_due,
                   round(coalesce(sums.paid_value, 0) / unit.rounding) * unit.rounding AS paid_value,
                   coalesce(sums.documents, 0) AS invoice_lines, coalesce(sums.other_currency, FALSE) AS other_currency,
                   line.product_uom_qty AS stored_ordered, coalesce(line.qty_delivered, 0) AS stored_delivered,
                   coalesce(line.qty_invoiced, 0) AS stored_invoiced, coalesce(sums.core_invoiced, 0) AS core_invoiced,
                   stored.delivered_off, stored.invoiced_off,
                   due.ledger AS amount_to_invoice, round(due.stored - due.ledger, 10) AS amount_to_invoice_off,
                   unit.rounding AS currency_unit, %(days)s%(more)s
              FROM %(lines)s line
              JOIN sale_order sale ON sale.id = line.order_id
              JOIN res_currency unit ON unit.id = sale.currency_id
         LEFT JOIN product_product product ON product.id = line.product_id
         LEFT JOIN product_template template ON template.id = product.product_tmpl_id
         LEFT JOIN (%(sums)s) sums ON sums.line_id = line.id
         %(others)s
        CROSS JOIN LATERAL (
                   SELECT CASE WHEN line.qty_delivered_method = 'stock_move' AND NOT coalesce(sums.kit, FALSE)
                               THEN coalesce(sums.delivered, 0) ELSE coalesce(line.qty_delivered, 0) END AS delivered
                   ) moved
        CROSS JOIN LATERAL (
                   SELECT coalesce(line.qty_delivered, 0) - moved.delivered AS delivered_off,
                          coalesce(line.qty_invoiced, 0) - coalesce(sums.core_invoiced, 0) AS invoiced_off
                   ) stored
        CROSS JOIN LATERAL (
                   -- core's own formula of amount_to_invoice, by the ledgers and by what core has stored
                   SELECT price.of_one * (price.considered - coalesce(sums.core_posted, 0)) AS ledger,
                          price.of_one * (price.considered_stored - coalesce(sums.core_posted, 0) - stored.invoiced_off) AS stored
                     FROM (SELECT coalesce(line.price_total / nullif(line.product_uom_qty, 0), 0) AS of_one,
                                  CASE WHEN template.invoice_policy = 'delivery' THEN moved.delivered
                                       ELSE coalesce(sums.ordered, 0) - coalesce(sums.cancelled, 0) END AS considered,
                                  CASE WHEN template.invoice_policy = 'delivery' THEN coalesce(line.qty_delivered, 0)
                                       ELSE line.product_uom_qty END AS considered_stored) price
                   ) due
             WHERE line.display_type IS NULL AND line.is_downpayment IS NOT TRUE AND %(within)s
            """,
            lines=lines,
            within=within,
            sums=self._sums(SQL(" UNION ALL ").join(ledgers)),
            beside=SQL(", ").join(
                SQL("%s AS %s", SQL("coalesce(others.%s, 0)", own) if beside else SQL("0::numeric"), own)
                for own in map(SQL.identifier, BESIDE)
            ),
            others=SQL(
                "LEFT JOIN (%s) others ON others.line_id = line.id",
                self._sums_beside(SQL(" UNION ALL ").join(self._ledgers_beside(scope, narrow))),
            )
            if beside
            else SQL(),
            days=SQL(", ").join(
                SQL("sums.%s", SQL.identifier(f"{end}_{fact}")) for fact in DATED for end in ("first", "last")
            ),
            more=SQL(", %s", more) if more else SQL(),
        )

    @api.model
    def _sums(self, ledgers):
        """One GROUP BY over the ledgers: ``tag`` says which column an amount belongs to."""

        def tagged(*tags):
            return SQL("FILTER (WHERE %s)", SQL(" OR ").join(SQL("tag = %s", TAG[tag]) for tag in tags))

        def total(column, *tags):
            # forty exact sums a line would not fit into memory; the 15 digits that are left hold any amount to the cent
            return SQL("(sum(%s::float8) %s)::numeric", SQL.identifier(column), tagged(*tags))

        columns = {
            "ordered": total("quantity", "ordered"),
            "cancelled": SQL("coalesce(%s, 0)", total("quantity", "cancelled")),
            "ordered_value": total("amount", "ordered"),
            "shipped": total("quantity", "shipped", "resent"),
            "resent": total("quantity", "resent"),
            "replaced": total("quantity", "replaced"),
            "returned": total("quantity", "returned", "returned_refund"),
            "returned_refund": total("quantity", "returned_refund"),
            "delivered": total("core", "shipped", "resent", "returned_refund"),
            "open_out": total("quantity", "open_out"),
            "open_back": total("quantity", "open_back"),
            "invoiced": total("quantity", "invoiced"),
            "credited": total("quantity", "credited"),
            "draft_invoiced": total("quantity", "draft_invoiced"),
            "draft_credited": total("quantity", "draft_credited"),
            "core_invoiced": total("core", "invoiced", "credited", "draft_invoiced", "draft_credited", "legacy"),
            "core_posted": total("core", "invoiced", "credited", "legacy"),
            "invoiced_value": total("amount", "invoiced"),
            "credited_value": total("amount", "credited"),
            "invoiced_total": total("total", "invoiced"),
            "credited_total": total("total", "credited"),
            "paid_value": total("amount", "paid"),
            "invoiced_lost": total("lost", "invoiced"),
            "credited_lost": total("lost", "credited"),
            "draft_credited_total": total("total", "draft_credited"),
            "last_due": SQL("max(due)"),
            "wrong": total("quantity", "wrong"),
            "wrong_back": total("quantity", "wrong_back"),
            "documents": SQL("count(*) %s", tagged("invoiced", "credited")),
            "other_currency": SQL("bool_or(other_currency)"),
            # without mrp a component of a kit cannot be; with it core counts whole kits, so its own figure stands
            "kit": SQL("bool_or(tag = %s) AND NOT bool_or(tag = %s)", TAG["component"], TAG["shipped"])
            if "mrp.bom" in self.env
            else SQL("FALSE"),
        }
        for fact, tags in DATED.items():
            columns[f"first_{fact}"] = SQL("min(since) %s", tagged(*tags))
            columns[f"last_{fact}"] = SQL("max(day) %s", tagged(*tags))
        return SQL(
            "SELECT line_id, %s FROM (%s) AS ledger (line_id, tag, quantity, core, amount, total, lost, day, since, due,"
            " other_currency) GROUP BY line_id",
            SQL(", ").join(SQL("%s AS %s", column, SQL.identifier(name)) for name, column in columns.items()),
            ledgers,
        )

    @api.model
    def _sums_beside(self, ledgers):
        """The ledgers beside, of few rows each: columns ``BESIDE`` per line."""
        return SQL(
            "SELECT line_id, %s FROM (%s) AS ledger (line_id, tag, quantity) GROUP BY line_id",
            SQL(", ").join(
                SQL("sum(quantity) FILTER (WHERE tag = %s) AS %s", name, SQL.identifier(name)) for name in BESIDE
            ),
            ledgers,
        )

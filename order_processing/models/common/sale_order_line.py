from odoo import api, models
from odoo.tools import SQL

from .business_day import desk_day

# sums of the book per line, in the line's unit and the order's currency
STANDING = ("entered", "raised", "lowered", "removed", "cancelled", "closed_short", "reopened")
SHIPPED = ("shipped", "corrected")
RETURNED = ("received_back", "corrected_back")
WATCHED = ("product_uom_qty", "product_uom_id", "product_id", "price_subtotal", "currency_id")
# of the cursor, so of one transaction: lines that are just closed short, with the reason's code and the note
CLOSING = "order_processing.closing_lines"
# orders that are just cancelled for a coded reason: id to code
CANCELLING = "order_processing.cancelling_orders"
OPEN_COLUMNS = (
    "kind",
    "company_id",
    "order_id",
    "order_name",
    "line_id",
    "line_name",
    "product_id",
    "uom_id",
    "currency_id",
    "quantity",
    "quantity_ref",
    "amount",
    "document_model",
    "document_id",
    "document_name",
    "business_date",
)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        """Each line enters the day book, sections and down payments with 0."""
        lines = super().create(vals_list)
        lines._book_entered()
        return lines

    def _write_multi(self, vals_list):
        """Enter every change of quantity, unit, product or value, whoever made it."""
        watched = [line.id for line, vals in zip(self, vals_list) if any(name in vals for name in WATCHED)]
        if watched:
            self.env["order.event"]._record_later(self, self._book_columns(watched), vals_list)
        super()._write_multi(vals_list)

    def unlink(self):
        """What still stood of a line leaves the book with it."""
        self._book_open("removed", SQL("line.id = ANY(%s)", list(self.ids)))
        return super().unlink()

    # ------------------------------------------------------------------ rows

    def _book_columns(self, line_ids):
        """The watched columns as they stand in the database, with what the book says was shipped."""
        self.env.cr.execute(
            SQL(
                """
                SELECT line.id, line.product_uom_qty, line.product_uom_id, line.product_id,
                       coalesce(line.price_subtotal, 0) AS price_subtotal, line.currency_id, line.order_id,
                       line.company_id, line.name, sale.name AS order_name, sale.state, sale.date_order,
                       uom.factor AS factor, unit.factor AS reference_factor,
                       moved.shipped, moved.shipped_amount, moved.returned, moved.returned_amount
                  FROM sale_order_line line
                  JOIN sale_order sale ON sale.id = line.order_id
             LEFT JOIN uom_uom uom ON uom.id = line.product_uom_id
             LEFT JOIN product_product product ON product.id = line.product_id
             LEFT JOIN product_template template ON template.id = product.product_tmpl_id
             LEFT JOIN uom_uom unit ON unit.id = template.uom_id
             LEFT JOIN LATERAL (
                       SELECT sum(event.quantity) FILTER (WHERE event.kind = ANY(%(shipped)s)) AS shipped,
                              sum(event.amount) FILTER (WHERE event.kind = ANY(%(shipped)s)) AS shipped_amount,
                              sum(event.quantity) FILTER (WHERE event.kind = ANY(%(returned)s)) AS returned,
                              sum(event.amount) FILTER (WHERE event.kind = ANY(%(returned)s)) AS returned_amount
                         FROM order_event event
                        WHERE event.line_id = line.id AND event.kind = ANY(%(shipped)s || %(returned)s)) moved ON TRUE
                 WHERE line.id = ANY(%(lines)s)
                """,
                shipped=list(SHIPPED),
                returned=list(RETURNED),
                lines=list(line_ids),
            )
        )
        columns = [column.name for column in self.env.cr.description]
        return {row[0]: dict(zip(columns, row)) for row in self.env.cr.fetchall()}

    def _book_entered(self):
        lines = self.sudo()
        self.env["order.event"]._record(
            [
                {
                    **line._book_head(),
                    "kind": "entered",
                    "quantity": line.product_uom_qty,
                    "quantity_ref": line._book_reference_quantity(line.product_uom_qty),
                    "amount": line.price_subtotal,
                }
                for line in lines
            ]
        )
        # a line added to a cancelled order stands nowhere
        cancelled = lines.filtered(lambda line: line.state == "cancel")
        if cancelled:
            self._book_open("cancelled", SQL("line.id = ANY(%s)", cancelled.ids))

    def _book_head(self):
        """What every row of this line has in common."""
        self.ensure_one()
        order = self.order_id
        return {
            "company_id": self.company_id.id or order.company_id.id,
            "order_id": order.id,
            "order_name": order.name,
            "line_id": self.id,
            "line_name": (self.name or "").split("\n")[0],
            "product_id": self.product_id.id or None,
            "uom_id": self.product_uom_id.id or None,
            "currency_id": self.currency_id.id or None,
            "document_model": "sale.order",
            "document_id": order.id,
            "document_name": order.name,
            "business_date": desk_day(order.company_id, order.date_order),
        }

    def _book_reference_quantity(self, quantity):
        """``quantity`` of the line's unit in the product's reference unit, unrounded."""
        if not self.product_id or not self.product_uom_id:
            return quantity
        return round(quantity * self.product_uom_id.factor / self.product_id.uom_id.factor, 10)

    def _book_changes(self, before):
        """Rows for the difference between ``before`` (``_book_columns`` of then) and what the database says now."""
        self.flush_model(WATCHED)
        after = self._book_columns(list(before))
        rows, cancelled = [], []
        companies = {company.id: company for company in self.env["res.company"].sudo().search([])}
        for line_id, new in after.items():
            old = before[line_id]
            changes = list(self._book_difference(old, new))
            if not changes:
                continue
            head = {
                "order_id": new["order_id"],
                "order_name": new["order_name"],
                "line_id": line_id,
                "line_name": (new["name"] or "").split("\n")[0],
                "company_id": new["company_id"],
                "document_model": "sale.order",
                "document_id": new["order_id"],
                "document_name": new["order_name"],
                "business_date": desk_day(companies[new["company_id"]]),
            }
            rows += [{**head, **self._book_closing(line_id, change)} for change in changes]
            rows += [{**head, **change} for change in self._book_shipped_value(new)]
            if new["state"] == "cancel":
                cancelled.append(line_id)
        self.env["order.event"]._record(rows)
        if cancelled:
            self._book_open("cancelled", SQL("line.id = ANY(%s)", cancelled))

    def _book_closing(self, line_id, change):
        """The row of a change; what lowers a line that is just closed short says so, with the coded reason."""
        closing = self.env.cr.cache.get(CLOSING, {})
        if line_id not in closing or change["kind"] != "lowered":
            return change
        code, note = closing[line_id]
        return {**change, "kind": "closed_short", "reason": code, "note": note}

    @staticmethod
    def _book_difference(old, new):
        """The rows of one line's change: one if only quantity or value moved, two if what is counted changed."""

        def counted(columns, sign, kind):
            quantity = float(columns["product_uom_qty"] or 0) * sign
            factor = float(columns["factor"] or 1) / float(columns["reference_factor"] or 1)
            return {
                "kind": kind,
                "product_id": columns["product_id"],
                "uom_id": columns["product_uom_id"],
                "currency_id": columns["currency_id"],
                "quantity": quantity,
                "quantity_ref": round(quantity * factor, 10),
                "amount": float(columns["price_subtotal"]) * sign,
            }

        if any(old[name] != new[name] for name in ("product_id", "product_uom_id", "currency_id")):
            yield counted(old, -1, "lowered")
            yield counted(new, 1, "raised")
            return
        # differences of binary floats: the digits beyond the precision of the columns are noise
        quantity = round(float(new["product_uom_qty"] or 0) - float(old["product_uom_qty"] or 0), 10)
        amount = round(float(new["price_subtotal"]) - float(old["price_subtotal"]), 10)
        if not quantity and not amount:
            return
        row = counted(new, 1, "raised" if quantity > 0 or (not quantity and amount > 0) else "lowered")
        factor = float(new["factor"] or 1) / float(new["reference_factor"] or 1)
        yield {**row, "quantity": quantity, "quantity_ref": round(quantity * factor, 10), "amount": amount}

    def _book_shipped_value(self, columns):
        """A changed price or quantity changes what the shipped and the returned part are worth: rows without quantity."""
        currency = self.env["res.currency"].browse(columns["currency_id"])
        for kind, moved in (("corrected", "shipped"), ("corrected_back", "returned")):
            if not columns[moved]:
                continue
            worth = self._shipped_value(columns, float(columns[moved]))
            difference = currency.round(worth - float(columns[f"{moved}_amount"] or 0))
            if difference:
                yield {
                    "kind": kind,
                    "product_id": columns["product_id"],
                    "uom_id": columns["product_uom_id"],
                    "currency_id": columns["currency_id"],
                    "quantity": 0,
                    "quantity_ref": 0,
                    "amount": difference,
                    "reason": "value",
                }

    @api.model
    def _shipped_value(self, columns, shipped):
        """What ``shipped`` (line's unit) of a line is worth at the line's present price: untaxed, order currency, rounded.

        The whole quantity is worth the whole subtotal; a part its share.
        """
        ordered = float(columns["product_uom_qty"] or 0)
        subtotal = float(columns["price_subtotal"] or 0)
        if not ordered:
            return 0.0
        currency = self.env["res.currency"].browse(columns["currency_id"])
        return currency.round(subtotal * shipped / ordered)

    @api.model
    def _book_open(self, kind, condition, opening=False):
        """Enter, for the lines of ``condition`` (``SQL`` over ``line``), what is open of them.

        ``cancelled``: what is left standing is what was shipped, as far as it is ordered; ``removed``: minus all that stands; ``reopened``: plus what the
        line has beyond what stands. One statement whatever the number of lines.
        """
        self.flush_model([*WATCHED, "name", "company_id"])
        self.env["sale.order"].flush_model(["name"])
        amounts = {
            "cancelled": SQL("least(ordered, shipped) - stands"),
            "removed": SQL("-stands"),
            "reopened": SQL("ordered - stands"),
        }[kind]
        days = {
            company.id: desk_day(company)
            for company in self.env["res.company"].sudo().with_context(active_test=False).search([])
        }
        told = self.env.cr.cache.get(CANCELLING, {}) if kind == "cancelled" else {}
        values = {
            "cancelled": SQL("CASE WHEN ordered > shipped THEN shipped_amount ELSE ordered_amount END - stands_amount"),
            "removed": SQL("-stands_amount"),
            "reopened": SQL("ordered_amount - stands_amount"),
        }[kind]
        select = SQL(
            """
            SELECT %(kind)s, company_id, order_id, order_name, id, line_name, product_id, product_uom_id,
                   currency_id, %(quantity)s, (%(quantity)s) * factor, %(amount)s,
                   'sale.order', order_id, order_name, business_date,
                   (SELECT told.reason FROM unnest(%(told)s::int[], %(reasons)s::varchar[]) AS told (id, reason)
                     WHERE told.id = order_id)
              FROM (
                SELECT line.id, line.company_id, line.order_id, sale.name AS order_name, split_part(line.name, E'\n', 1) AS line_name,
                       line.product_id, line.product_uom_id, line.currency_id,
                       coalesce(line.product_uom_qty, 0) AS ordered, coalesce(line.price_subtotal, 0) AS ordered_amount,
                       coalesce(uom.factor / unit.factor, 1) AS factor,
                       today.day AS business_date,
                       coalesce(sum(event.quantity) FILTER (WHERE event.kind = ANY(%(standing)s)), 0) AS stands,
                       coalesce(sum(event.amount) FILTER (WHERE event.kind = ANY(%(standing)s)), 0) AS stands_amount,
                       coalesce(sum(event.quantity) FILTER (WHERE event.kind = ANY(%(shipped)s)), 0) AS shipped,
                       coalesce(sum(event.amount) FILTER (WHERE event.kind = ANY(%(shipped)s)), 0) AS shipped_amount
                  FROM sale_order_line line
                  JOIN sale_order sale ON sale.id = line.order_id
                  JOIN unnest(%(companies)s::int[], %(days)s::date[]) AS today (company_id, day)
                    ON today.company_id = line.company_id
             LEFT JOIN order_event event ON event.line_id = line.id
             LEFT JOIN uom_uom uom ON uom.id = line.product_uom_id
             LEFT JOIN product_product product ON product.id = line.product_id
             LEFT JOIN product_template template ON template.id = product.product_tmpl_id
             LEFT JOIN uom_uom unit ON unit.id = template.uom_id
                 WHERE %(condition)s
              GROUP BY line.id, sale.id, uom.id, unit.id, today.day
              ORDER BY line.id) book
            """,
            kind=kind,
            quantity=amounts,
            amount=values,
            standing=list(STANDING),
            shipped=list(SHIPPED),
            condition=condition,
            companies=list(days),
            days=list(days.values()),
            told=list(told),
            reasons=list(told.values()),
        )
        self.env["order.event"]._insert_select(select, [*OPEN_COLUMNS, "reason"], opening=opening)

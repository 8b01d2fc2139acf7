from odoo import fields, models
from odoo.tools import SQL

from .business_day import desk_day
from .sale_order_line import RETURNED, SHIPPED

WATCHED = {"state", "quantity", "to_refund"}


class StockMove(models.Model):
    _inherit = "stock.move"

    def write(self, vals):
        """A back-dated document (context ``order_business_moment``, UTC) dates its moves when they are done."""
        moment = self.env.context.get("order_business_moment")
        if moment and vals.get("state") == "done":
            vals = dict(vals, date=fields.Datetime.to_datetime(moment))
        return super().write(vals)

    def _write_multi(self, vals_list):
        """Enter goods that leave, come back, or are corrected afterwards, under every ORM path."""
        touched = [
            move.id
            for move, vals in zip(self, vals_list)
            if vals.get("state") == "done" or (not WATCHED.isdisjoint(vals) and move.state == "done")
        ]
        if touched:
            self.env["order.event"]._record_later(self, self._book_facts(touched), vals_list)
        super()._write_multi(vals_list)

    def _book_facts(self, move_ids):
        """What the database says of moves for a sale line: ``{move id: facts}``, with the book's sums of the line."""
        self.env.cr.execute(
            SQL(
                """
                SELECT move.id, move.state, move.quantity, move.to_refund, move.product_id, move.date,
                       move.origin_returned_move_id, move.company_id, move.reference, move.sale_line_id AS line_id,
                       origin.usage AS origin, origin.company_id AS origin_company,
                       target.usage AS target, target.company_id AS target_company,
                       move_uom.factor AS factor, unit.factor AS reference_factor, line_uom.factor AS line_factor,
                       line.product_id AS line_product, line.product_uom_id, line.product_uom_qty, line.price_subtotal,
                       line.currency_id, line.order_id, line.name, sale.name AS order_name,
                       moved.shipped, moved.shipped_amount, moved.returned, moved.returned_amount
                  FROM stock_move move
                  JOIN sale_order_line line ON line.id = move.sale_line_id
                  JOIN sale_order sale ON sale.id = line.order_id
                  JOIN stock_location origin ON origin.id = move.location_id
                  JOIN stock_location target ON target.id = move.location_dest_id
                  JOIN uom_uom move_uom ON move_uom.id = move.product_uom
                  JOIN product_product product ON product.id = move.product_id
                  JOIN product_template template ON template.id = product.product_tmpl_id
                  JOIN uom_uom unit ON unit.id = template.uom_id
             LEFT JOIN uom_uom line_uom ON line_uom.id = line.product_uom_id
             LEFT JOIN LATERAL (
                       SELECT sum(event.quantity) FILTER (WHERE event.kind = ANY(%(shipped)s)) AS shipped,
                              sum(event.amount) FILTER (WHERE event.kind = ANY(%(shipped)s)) AS shipped_amount,
                              sum(event.quantity) FILTER (WHERE event.kind = ANY(%(returned)s)) AS returned,
                              sum(event.amount) FILTER (WHERE event.kind = ANY(%(returned)s)) AS returned_amount
                         FROM order_event event
                        WHERE event.line_id = line.id AND event.kind = ANY(%(shipped)s || %(returned)s)) moved ON TRUE
                 WHERE move.id = ANY(%(moves)s)
              ORDER BY move.id
                """,
                shipped=list(SHIPPED),
                returned=list(RETURNED),
                moves=list(move_ids),
            )
        )
        columns = [column.name for column in self.env.cr.description]
        return {row[0]: dict(zip(columns, row)) for row in self.env.cr.fetchall()}

    def _book_moved(self, before):
        """Rows for the difference between ``before`` (``_book_facts`` of then) and what the database says now."""
        self.flush_model(["state", "quantity", "to_refund", "date"])
        self.env["sale.order.line"].flush_model(["product_uom_qty", "price_subtotal"])
        now = self._book_facts(list(before))
        companies = {company.id: company for company in self.env["res.company"].sudo().search([])}
        running, rows = {}, []
        for move_id, facts in now.items():
            old_kind, old_quantity = self._book_contribution(before[move_id])
            kind, quantity = self._book_contribution(facts)
            old_flag, flag = before[move_id]["to_refund"], facts["to_refund"]
            if kind == old_kind and flag == old_flag:
                corrected = {"shipped": "corrected", "received_back": "corrected_back"}.get(kind, kind)
                steps = [(corrected if old_quantity else kind, round(quantity - old_quantity, 10), flag)]
            else:
                steps = [(old_kind, -old_quantity, old_flag), (kind, quantity, flag)]
            for step_kind, difference, step_flag in steps:
                if step_kind and difference:
                    rows.append(self._book_row(facts, step_kind, difference, step_flag, companies, running))
        self.env["order.event"]._record(rows)

    @staticmethod
    def _book_contribution(facts):
        """Kind and quantity (in the line's unit) that a move stands for: ``(None, 0.0)`` while it is not done."""
        if facts["state"] != "done":
            return None, 0.0
        outside_from = facts["origin"] == "customer" or (facts["origin"] == "transit" and not facts["origin_company"])
        outside_to = facts["target"] == "customer" or (facts["target"] == "transit" and not facts["target_company"])
        component = facts["product_id"] != facts["line_product"]
        kind = None
        if facts["target"] == "inventory":
            # scrapped or corrected in a count: no shipment and no return, as core counts
            return None, 0.0
        if outside_to and not outside_from:
            kind = "shipped"
            if component:
                kind = "shipped_component"
            elif facts["origin_returned_move_id"] and not facts["to_refund"]:
                # goods sent again in place of returned ones that are not refunded: the order's count stands
                kind = "replaced"
        elif outside_from and not outside_to:
            kind = None if component else "received_back"
        elif facts["origin"] == "internal" and facts["target"] == "internal" and not component:
            kind = "put_back" if facts["origin_returned_move_id"] else "picked"
        factor = float(facts["factor"] or 1)
        divisor = float(facts["reference_factor" if component else "line_factor"] or factor)
        return kind, round(float(facts["quantity"] or 0) * factor / divisor, 10)

    def _book_row(self, facts, kind, quantity, flag, companies, running):
        """One row; ``running`` keeps shipped and returned quantity and amount per line while a set is entered."""
        company = companies[facts["company_id"]]
        line = running.setdefault(
            facts["line_id"],
            {name: float(facts[name] or 0) for name in ("shipped", "shipped_amount", "returned", "returned_amount")},
        )
        moved = {
            "shipped": "shipped",
            "corrected": "shipped",
            "received_back": "returned",
            "corrected_back": "returned",
        }.get(kind)
        amount = None
        if moved:
            worth = self.env["sale.order.line"]._shipped_value(facts, line[moved] + quantity)
            amount = round(worth - line[f"{moved}_amount"], 10)
            line[moved] = round(line[moved] + quantity, 10)
            line[f"{moved}_amount"] = worth
        component = kind == "shipped_component"
        factor = 1 if component else float(facts["line_factor"] or 1) / float(facts["reference_factor"] or 1)
        return {
            "kind": kind,
            "company_id": facts["company_id"],
            "order_id": facts["order_id"],
            "order_name": facts["order_name"],
            "line_id": facts["line_id"],
            "line_name": (facts["name"] or "").split("\n")[0],
            "product_id": facts["product_id"],
            "uom_id": facts["product_uom_id"],
            "currency_id": facts["currency_id"],
            "quantity": quantity,
            "quantity_ref": round(quantity * factor, 10),
            "amount": amount,
            "document_model": "stock.move",
            "document_id": facts["id"],
            "document_name": facts["reference"],
            "business_date": desk_day(company, facts["date"]),
            "to_refund": bool(flag),
        }

from odoo import models
from odoo.tools import SQL

from .business_day import business_day


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _write_multi(self, vals_list):
        """Enter into the day book what happens to the state of orders, under every ORM path."""
        moved = {order.id: vals["state"] for order, vals in zip(self, vals_list) if "state" in vals}
        before = {}
        if moved:
            self.env.cr.execute(SQL("SELECT id, state FROM sale_order WHERE id = ANY(%s)", list(moved)))
            before = dict(self.env.cr.fetchall())
        super()._write_multi(vals_list)
        changed = {order: state for order, state in moved.items() if before.get(order) != state}
        if not changed:
            return
        self._book_open_quantities("cancelled", [order for order, state in changed.items() if state == "cancel"])
        self._book_open_quantities(
            "reopened", [order for order, state in changed.items() if before.get(order) == "cancel"]
        )
        self._book_confirmed([order for order, state in changed.items() if state == "sale"])

    def _book_confirmed(self, order_ids):
        orders = self.browse(order_ids).sudo()
        self.env["order.event"]._record(
            [
                {
                    "kind": "confirmed",
                    "company_id": order.company_id.id,
                    "order_id": order.id,
                    "order_name": order.name,
                    "currency_id": order.currency_id.id,
                    "document_model": "sale.order",
                    "document_id": order.id,
                    "document_name": order.name,
                    "business_date": business_day(order.company_id, order.date_order),
                }
                for order in orders
            ]
        )

    def _book_open_quantities(self, kind, order_ids):
        """Take what is still open of each line out of the book (``cancelled``, ``removed``), or put it back.

        ``reopened`` puts back what the line says beyond what the book says still stands.
        """
        if order_ids:
            self.env["sale.order.line"]._book_open(kind, SQL("line.order_id = ANY(%s)", list(order_ids)))

    def unlink(self):
        """Lines go with their order inside the database: the book is told before."""
        self._book_open_quantities("removed", self.ids)
        return super().unlink()

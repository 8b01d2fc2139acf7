from odoo import models
from odoo.tools import SQL

from .business_day import desk_day


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _write_multi(self, vals_list):
        """Enter into the day book what happens to the state of orders, under every ORM path."""
        moved = [order.id for order, vals in zip(self, vals_list) if "state" in vals]
        if moved:
            self.env["order.event"]._record_later(self, self._book_states(moved), vals_list)
        super()._write_multi(vals_list)

    def _book_states(self, order_ids):
        self.env.cr.execute(SQL("SELECT id, state FROM sale_order WHERE id = ANY(%s)", list(order_ids)))
        return dict(self.env.cr.fetchall())

    def _book_moved_to(self, before, state):
        """Ids of the orders of ``before`` (id to state of then) that are in ``state`` now and were not."""
        self.flush_model(["state"])
        now = self._book_states(before)
        return [order for order, found in now.items() if found == state and before[order] != state]

    def _order_event(self, kind):
        """The common part of a row of the day book about this order.

        :param str kind: of ``order.event``
        :return: dict of values for ``order.event._record``
        """
        self.ensure_one()
        return {
            "kind": kind,
            "company_id": self.company_id.id,
            "order_id": self.id,
            "order_name": self.name,
            "currency_id": self.currency_id.id,
            "document_model": "sale.order",
            "document_id": self.id,
            "document_name": self.name,
        }

    def _book_confirmed(self, before):
        orders = self.browse(self._book_moved_to(before, "sale"))
        self.env["order.event"]._record(
            [
                {**order._order_event("confirmed"), "business_date": desk_day(order.company_id, order.date_order)}
                for order in orders
            ]
        )

    def _book_cancelled(self, before):
        self._book_open_quantities("cancelled", self._book_moved_to(before, "cancel"))
        now = self._book_states(before)
        reopened = [order for order, state in now.items() if before[order] == "cancel" != state]
        self._book_open_quantities("reopened", reopened)

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

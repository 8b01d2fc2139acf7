from odoo import models

from .order_reconciliation_facts import CREDITED, INVOICED, RETURNED, SHIPPED, STANDING
from .order_reconciliation_payments import MONEY
from .order_reconciliation_total import TOTALS

# kinds of day-book rows that a balance adds up
BOOKED = {
    "open": STANDING + SHIPPED,
    "ordered": STANDING,
    "shipped": SHIPPED,
    "returned": RETURNED,
    "delivered": SHIPPED + RETURNED,
    "services": INVOICED + CREDITED,
    "invoiced": INVOICED,
    "credited": CREDITED,
    "settled": RETURNED,
    "refunds": CREDITED,
    "paid": ("paid", "unpaid"),
    "payments": MONEY,
    "documents": INVOICED + CREDITED,
    "envelopes": ("received",),
}
# the figure of the entries that a proven balance is about
SHOWN = {
    "open": "open",
    "ordered": "ordered",
    "shipped": "shipped",
    "returned": "returned",
    "delivered": "shipped",
    "invoiced": "invoiced",
    "credited": "credited",
    "settled": "returned",
    "refunds": "credited",
    "paid": "paid",
}


class OrderReconciliation(models.Model):
    """From a figure to the rows of the day book behind it, and so to their documents."""

    _inherit = "order.reconciliation"

    def _rows_action(self, name, kinds, more=()):
        """Open the rows of ``kinds`` that these statements own."""
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "order.event",
            "view_mode": "list",
            "views": [(False, "list")],
            "domain": [
                ("order_statement_id", "in", self.ids),
                ("opening", "=", False),
                ("kind", "in", list(kinds)),
                *more,
            ],
        }


class OrderReconciliationEquation(models.Model):
    _inherit = "order.reconciliation.equation"

    def action_open_rows(self):
        """Open what the day book says of this balance on this day; each row leads to its document.

        :return: a window action; of what has no rows of its own, what the balance is about
        """
        self.ensure_one()
        self.check_access("read")
        if self.name not in BOOKED:
            return self.action_open_documents()
        return self.reconciliation_id._rows_action(self.label, BOOKED[self.name])

    def _entries_domain(self):
        """The entries that this balance is about, as a domain."""
        domain = [("reconciliation_id", "=", self.reconciliation_id.id)]
        if self.name == "opening":
            return [*domain, ("start_value", "!=", 0)]
        if self.name not in SHOWN:
            return domain
        measure = "qty" if self.measure == "quantity" else "value"
        return [*domain, (f"{SHOWN[self.name]}_{measure}", "!=", 0)]


class OrderReconciliationTotal(models.Model):
    _inherit = "order.reconciliation.total"

    def action_open_rows(self):
        """Open the rows of the day book that make this day's figure; each row leads to its document.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        label = dict(self._fields["name"]._description_selection(self.env))[self.name]
        figure = ("amount", "!=", 0) if self.measure == "value" else ("quantity_ref", "!=", 0)
        money = [("currency_id", "=", self.unit_number)] if self.measure == "value" else []
        return self.reconciliation_id._rows_action(label, TOTALS[self.name], [figure, *money])

from odoo import models
from odoo.tools import SQL

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

    def _figure_rows(self, measure, unit, currency):
        """What narrows the rows to those of one unit (by its name in the statement) or one currency, as a domain."""
        if measure == "value":
            return [("currency_id", "=", currency), ("amount", "!=", 0)]
        if measure != "quantity":
            return []
        products = self.env.execute_query(
            SQL(
                """
                SELECT product.id FROM product_product product
                  JOIN product_template template ON template.id = product.product_tmpl_id
                  JOIN uom_uom unit ON unit.id = template.uom_id
                 WHERE unit.name ->> 'en_US' = %(unit)s AND product.id IN (%(moved)s)
             UNION
                SELECT known.number FROM order_reconciliation_product known JOIN uom_uom unit ON unit.id = known.unit_number
                 WHERE unit.name ->> 'en_US' = %(unit)s AND known.company_id = %(company)s
                   AND NOT EXISTS (SELECT 1 FROM product_product product WHERE product.id = known.number)
                """,
                unit=unit,
                company=self.company_id.id,
                moved=SQL(
                    "SELECT event.product_id FROM order_event event WHERE event.company_id = %s AND %s",
                    self.company_id.id,
                    self.sudo()._owned("event"),
                ),
            )
        )
        return [("product_id", "in", sorted(row[0] for row in products)), ("quantity_ref", "!=", 0)]


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
        day = self.reconciliation_id
        narrow = day._figure_rows(self.measure, self.unit, self.currency_id.id)
        return day._rows_action(self.label, BOOKED[self.name], narrow)

    def _entries_domain(self):
        """The entries that this balance is about, as a domain."""
        domain = [("reconciliation_id", "=", self.reconciliation_id.id)]
        if self.name == "opening":
            return [*domain, ("start_value", "!=", 0)]
        if self.name not in SHOWN:
            return domain
        if self.measure == "value":
            return [*domain, (f"{SHOWN[self.name]}_value", "!=", 0)]
        lines = self.env["order.reconciliation.line"].sudo()
        several = lines.search_fetch([*domain, ("units", "!=", False)], ["units"]).filtered(
            lambda line: dict(line._by_unit(SHOWN[self.name])).get(self.unit)
        )
        # entries of a statement that kept no units are found by their quantity alone
        figure = (f"{SHOWN[self.name]}_qty", "!=", 0)
        return [*domain, "|", ("id", "in", several.ids), "&", figure, ("unit", "in", [self.unit, False])]


class OrderReconciliationTotal(models.Model):
    _inherit = "order.reconciliation.total"

    def action_open_rows(self):
        """Open the rows of the day book that make this day's figure; each row leads to its document.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        label = dict(self._fields["name"]._description_selection(self.env))[self.name]
        narrow = self.reconciliation_id._figure_rows(self.measure, self.unit, self.unit_number)
        return self.reconciliation_id._rows_action(label, TOTALS[self.name], [("line_id", "!=", False), *narrow])

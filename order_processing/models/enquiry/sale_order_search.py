from odoo import api, models
from odoo.tools import SQL

from . import order_search

PROCESSOR = "order_processing.group_processor"
# what the statement reads, by model
READ = {
    "sale.order": ["name", "client_order_ref", "partner_id", "partner_shipping_id", "company_id"],
    "sale.order.line": ["order_id", "product_id", "company_id"],
    "res.partner": ["complete_name", "email", "phone"],
    "product.template": ["name"],
    "product.product": ["default_code", "barcode"],
    "stock.picking": ["name", "carrier_tracking_ref", "sale_id"],
    "stock.move.line": ["result_package_id"],
    "stock.package": ["name", "order_sscc"],
    "account.move": ["name"],
    "order.intake": ["reference", "order_id"],
    "order.return": ["name", "order_id"],
}


class SaleOrder(models.Model):
    """The desk's one search: whatever the customer names, or a label says."""

    _inherit = "sale.order"

    @api.model
    @api.readonly
    def order_search(self, text, limit=20):
        """Orders by what is typed or scanned: number, reference, name, phone, e-mail, product, invoice, transfer, package,
        tracking number, return (processors). One statement; the very name first, then its beginning, then the newest.

        :param str text: as typed or scanned, of any length; short words are looked for as whole names
        :param int limit: at most so many, 1 to 80
        :return: ``[{order_id, order, customer, reference, date, kind, label, found}]``: ``found`` is what matched, ``kind`` of
            which of its names
        :raises AccessError: no processor
        """
        self.env["order.transition.mixin"]._check_order_group(PROCESSOR)
        wanted = order_search.read(text if isinstance(text, str) else "")
        if not wanted:
            return []
        for name, columns in READ.items():
            self.env[name].flush_model(columns)
        rows = self.env.execute_query_dict(self._order_search_query(wanted, max(1, min(int(limit), 80))))
        labels = {kind: self.env._(label) for kind, label in order_search.KINDS}
        return [{**row, "label": labels[row["kind"]]} for row in rows]

    @api.model
    def _order_search_query(self, wanted, limit):
        """The statement, with the rules of the user's orders in it."""
        query = self._search([])
        sale = SQL.identifier(query.table)
        search = order_search.OrderSearch(wanted, self.env.companies.ids, self.env.registry.unaccent)
        query.add_join("JOIN", "hit", SQL("(%s)", search.query()), SQL("hit.order_id = %s.id", sale))
        query.add_join("JOIN", "customer", "res_partner", SQL("customer.id = %s.partner_id", sale))
        query.order = SQL("hit.rank, hit.place, hit.order_id DESC")
        query.limit = limit
        return query.select(
            SQL("hit.order_id"),
            SQL("%s.name AS order", sale),
            SQL("coalesce(customer.complete_name, '') AS customer"),
            SQL("coalesce(%s.client_order_ref, '') AS reference", sale),
            SQL("to_char(%s.date_order, 'YYYY-MM-DD') AS date", sale),
            SQL("hit.kind"),
            SQL("coalesce(hit.found, '') AS found"),
        )

    @api.model
    @api.readonly
    def name_search(self, name="", domain=None, operator="ilike", limit=100):
        """With ``order_search`` in the context a field that names an order finds it by anything that names it."""
        if not self.env.context.get("order_search") or not (name or "").strip() or operator != "ilike":
            return super().name_search(name, domain, operator, limit)
        found = self.order_search(name, limit or 80)
        if domain:
            allowed = set(self.search([*domain, ("id", "in", [row["order_id"] for row in found])]).ids)
            found = [row for row in found if row["order_id"] in allowed]
        return [(row["order_id"], self._order_search_label(row)) for row in found]

    @api.model
    def _order_search_label(self, row):
        """One found order in a line: its number, whose it is, and by what it was found where that is neither."""
        words = [row["order"], row["customer"]]
        if row["kind"] not in ("order", "customer"):
            words.append(f"{row['label']} {row['found']}".strip())
        return " · ".join(filter(None, words))

from odoo import api, models
from odoo.tools import SQL

from .facts import ADDRESS_FIELDS, CONTACT_FIELDS, LineFacts, OrderFacts

FLUSHED = (
    "sale.order",
    "sale.order.line",
    "res.partner",
    "product.product",
    "product.template",
    "delivery.carrier",
)


class OrderVerificationFacts(models.AbstractModel):
    """Reads orders, lines and addresses into plain facts: two statements, whatever the number of orders."""

    _name = "order.verification.facts"
    _description = "Facts of a Verification"

    @api.model
    def _load(self, orders):
        """The facts of ``orders``.

        :return: dict of order id to ``OrderFacts``, in the order of ids
        """
        if not orders:
            return {}
        for model in FLUSHED:
            self.env[model].flush_model()
        facts = {row["id"]: self._order_facts(row) for row in self._rows(self._orders_query(orders.ids))}
        for row in self._rows(self._lines_query(orders.ids)):
            facts[row["order_id"]].lines.append(self._line_facts(row))
        return facts

    @api.model
    def _rows(self, query):
        self.env.cr.execute(query)
        return self.env.cr.dictfetchall()

    @api.model
    def _orders_query(self, order_ids):
        return SQL(
            """
            SELECT o.id, o.name, o.state, o.company_id, o.partner_id, o.pricelist_id, o.currency_id,
                   o.validity_date, lower(trim(coalesce(o.client_order_ref, ''))) AS reference,
                   o.fiscal_position_id, o.payment_term_id, o.incoterm, o.carrier_id, o.commitment_date,
                   o.date_order, o.amount_total::float AS amount_total, o.currency_rate::float AS currency_rate,
                   coalesce(customer.commercial_partner_id, customer.id) AS commercial_partner_id,
                   %(ship)s AS ship_to, %(invoice)s AS invoice_to, %(contact)s AS contact,
                   jsonb_build_object(
                       'id', ship_country.id,
                       'format', ship_country.address_format,
                       'zip_required', ship_country.zip_required,
                       'state_required', ship_country.state_required) AS ship_country
              FROM sale_order o
              JOIN res_partner customer ON customer.id = o.partner_id
              JOIN res_partner ship ON ship.id = o.partner_shipping_id
         LEFT JOIN res_country ship_country ON ship_country.id = ship.country_id
         LEFT JOIN res_country_state ship_state ON ship_state.id = ship.state_id
              JOIN res_partner invoice ON invoice.id = o.partner_invoice_id
         LEFT JOIN res_country invoice_country ON invoice_country.id = invoice.country_id
         LEFT JOIN res_country_state invoice_state ON invoice_state.id = invoice.state_id
             WHERE o.id = ANY(%(orders)s)
             ORDER BY o.id
            """,
            ship=self._address_columns("ship", ADDRESS_FIELDS),
            invoice=self._address_columns("invoice", ADDRESS_FIELDS),
            contact=self._address_columns("ship", CONTACT_FIELDS),
            orders=list(order_ids),
        )

    @api.model
    def _address_columns(self, alias, names):
        """Fields of the partner ``alias`` as JSON, keys of ``names``, absent ones as empty text."""
        parts = []
        for name in names:
            column = {
                "state": SQL.identifier(f"{alias}_state", "code"),
                "country": SQL.identifier(f"{alias}_country", "code"),
            }.get(name, SQL.identifier(alias, name))
            parts.append(SQL("%s::text, coalesce(trim(%s), '')", name, column))
        return SQL("jsonb_build_object(%s)", SQL(", ").join(parts))

    @api.model
    def _lines_query(self, order_ids):
        line_fields = self.env["sale.order.line"]._fields
        # what says so of a line is computed and not stored: its reward is
        reward = SQL("l.reward_id IS NOT NULL") if "reward_id" in line_fields else SQL("NULL")
        return SQL(
            """
            SELECT l.id, l.order_id, l.product_id, l.product_uom_id AS uom_id, t.uom_id AS product_uom_id,
                   l.product_uom_qty::float AS quantity, l.price_unit::float AS price_unit,
                   coalesce(l.discount, 0)::float AS discount, coalesce(l.price_subtotal, 0)::float AS subtotal,
                   split_part(l.name, chr(10), 1) AS name,
                   p.active AS product_active, t.active AS template_active, t.sale_ok, t.type AS product_type,
                   ARRAY(SELECT %(tax)s FROM %(taxes)s WHERE %(tax_line)s = l.id) AS tax_ids,
                   ARRAY(SELECT %(value)s FROM %(values)s WHERE %(value_line)s = l.id) AS attribute_value_ids,
                   %(added)s AS added, coalesce(l.is_delivery, FALSE) AND t.type = 'service' AS freight,
                   coalesce(l.extra_tax_data ->> 'computation_key', '') LIKE 'global_discount,%%'
                       OR coalesce(%(reward)s, FALSE) AS discount_line,
                   l.combo_item_id IS NOT NULL AS combo_item
              FROM sale_order_line l
         LEFT JOIN product_product p ON p.id = l.product_id
         LEFT JOIN product_template t ON t.id = p.product_tmpl_id
             WHERE l.order_id = ANY(%(orders)s)
             ORDER BY l.order_id, l.sequence, l.id
            """,
            reward=reward,
            added=self._added_by_core(),
            orders=list(order_ids),
            **self._relation(line_fields["tax_ids"], "tax", "taxes"),
            **self._relation(line_fields["product_no_variant_attribute_value_ids"], "value", "values"),
        )

    @api.model
    def _added_by_core(self):
        """Whether a line is none that was ordered: sections, and what core adds.

        Core's flag alone is not enough, since anybody may set it on goods of his own: a down payment orders no
        quantity, freight at real cost is the service of a carrier that bills so, an expense is marked as core made it
        (``order_added_by_core``; unknown on lines from before the add-on).
        """
        return SQL("""(l.display_type IS NOT NULL OR l.product_id IS NULL
                       OR (l.is_downpayment AND l.product_uom_qty = 0)
                       OR (l.is_expense AND l.order_added_by_core IS DISTINCT FROM FALSE)
                       OR (l.is_delivery AND t.type = 'service' AND EXISTS (
                              SELECT FROM delivery_carrier c
                               WHERE c.product_id = l.product_id AND c.invoice_policy = 'real')))""")

    @staticmethod
    def _relation(field, name, table):
        return {
            table: SQL.identifier(field.relation),
            f"{name}_line": SQL.identifier(field.column1),
            name: SQL.identifier(field.column2),
        }

    @api.model
    def _order_facts(self, row):
        return OrderFacts(**row)

    @api.model
    def _line_facts(self, row):
        added, discount_line, combo_item = row.pop("added"), row.pop("discount_line"), row.pop("combo_item")
        # freight may cost nothing, and no pricelist knows it; a seal covers it all the same
        apart = row.pop("freight") or added or discount_line
        active = row.pop("product_active") and row.pop("template_active")
        row.pop("template_active", None)
        return LineFacts(
            order_discount=discount_line and not added,
            saleable=bool(row.pop("sale_ok")),
            archived=not active,
            # combos: the price of the whole is spread over its items by core
            priced=not (apart or combo_item or row["product_type"] == "combo"),
            subject=not apart,
            # a line of zero is how core cancels one, and how it adds what was delivered beyond the order
            sealed=not added and bool(row["quantity"]),
            **row,
        )

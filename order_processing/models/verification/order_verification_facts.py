from odoo import api, models
from odoo.tools import SQL

from ..common.sql_arrays import id_array
from .facts import ADDRESS_FIELDS, CONTACT_FIELDS, LineFacts, OrderFacts

# what a country asks of an address
COUNTRY_FIELDS = ("id", "format", "zip_required", "state_required")

FLUSHED = (
    "sale.order",
    "sale.order.line",
    "res.partner",
    "product.product",
    "product.template",
    "delivery.carrier",
)


class OrderVerificationFacts(models.AbstractModel):
    """Reads orders, addresses and lines into plain facts: three statements, whatever the number of orders."""

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
        if "order.return.line" in self.env:
            self.env["order.return.line"].flush_model(["order_line_id", "closed_qty"])
        rows = self._rows(self._orders_query(orders.ids))
        addresses = self._addresses(
            {partner_id for *_columns, ship_id, invoice_id in rows for partner_id in (ship_id, invoice_id)}
        )
        facts = {}
        for *columns, ship_id, invoice_id in rows:
            ship_to, contact, country = addresses[ship_id]
            facts[columns[0]] = OrderFacts(*columns, ship_to, addresses[invoice_id][0], contact, country)
        line = None
        for row in self._rows(self._lines_query(orders.ids)):
            if line and row[0] == line.id:
                line.tax_ids += row[-2:-1]
                continue
            line = LineFacts(*row)
            facts[line.order_id].lines.append(line)
        return facts

    @api.model
    def _rows(self, query):
        # not as dicts, which for thousands of lines cost more than the statement
        self.env.cr.execute(query)
        return self.env.cr.fetchall()

    @api.model
    def _orders_query(self, order_ids):
        """Columns as ``OrderFacts`` has its fields, at the end the ids of the delivery and of the invoice address."""
        stated = "order_stated_total" in self.env["sale.order"]._fields
        return SQL(
            """
            SELECT o.id, o.name, o.state, o.company_id, o.partner_id,
                   coalesce(customer.commercial_partner_id, customer.id), o.pricelist_id, o.currency_id,
                   o.fiscal_position_id, o.payment_term_id, o.incoterm, o.carrier_id, o.warehouse_id,
                   o.commitment_date, o.date_order,
                   o.validity_date, lower(trim(coalesce(o.client_order_ref, ''))),
                   o.amount_total::float, o.currency_rate::float, coalesce(%(stated)s, 0)::float,
                   o.partner_shipping_id, o.partner_invoice_id
              FROM sale_order o
              JOIN res_partner customer ON customer.id = o.partner_id
             WHERE o.id = ANY(%(orders)s)
             ORDER BY o.id
            """,
            stated=SQL("o.order_stated_total") if stated else SQL("NULL"),
            orders=id_array(order_ids),
        )

    @api.model
    def _addresses(self, partner_ids):
        """The addresses of partners, each once: orders that go to the same place share them.

        :return: dict of partner id to ``(address, contact, country)``: dicts of ``ADDRESS_FIELDS``, of ``CONTACT_FIELDS``, and
            of what the country asks of an address
        """
        columns = {"state": SQL("state.code"), "country": SQL("country.code")}
        texts = [
            SQL("coalesce(trim(%s), '')", columns.get(name, SQL.identifier("p", name)))
            for name in (*ADDRESS_FIELDS, *CONTACT_FIELDS)
        ]
        rows = self._rows(
            SQL(
                """
                SELECT p.id, country.id, country.address_format, country.zip_required, country.state_required, %s
                  FROM res_partner p
             LEFT JOIN res_country country ON country.id = p.country_id
             LEFT JOIN res_country_state state ON state.id = p.state_id
                 WHERE p.id = ANY(%s)
                """,
                SQL(", ").join(texts),
                id_array(partner_ids),
            )
        )
        size = len(COUNTRY_FIELDS)
        return {
            partner_id: (
                dict(zip(ADDRESS_FIELDS, values[size:])),
                dict(zip(CONTACT_FIELDS, values[size + len(ADDRESS_FIELDS) :])),
                dict(zip(COUNTRY_FIELDS, values)),
            )
            for partner_id, *values in rows
        }

    @api.model
    def _lines_query(self, order_ids):
        """Columns as ``LineFacts`` has its fields; a line with several taxes has a row for each, one after the other."""
        line_fields = self.env["sale.order.line"]._fields
        taxes = line_fields["tax_ids"]
        ordered, closed = self._ordered_quantity()
        return SQL(
            """
            -- the ids once: a thousand of them are dear to plan with
            WITH asked AS MATERIALIZED (SELECT DISTINCT unnest(%(orders)s) AS id)
            SELECT l.id, l.order_id, l.product_id, l.product_uom_id, t.uom_id,
                   -- not as floats: they are sent as text, and psycopg2 makes floats of them either way
                   %(ordered)s, coalesce(l.price_unit, 0),
                   coalesce(l.discount, 0), coalesce(l.price_subtotal, 0), coalesce(l.customer_lead, 0),
                   split_part(l.name, chr(10), 1), t.type,
                   flag.reduces AND NOT flag.added, coalesce(t.sale_ok, FALSE), NOT coalesce(p.active AND t.active, FALSE),
                   -- combos: the price of the whole is spread over its items by core
                   NOT (flag.apart OR l.combo_item_id IS NOT NULL OR coalesce(t.type = 'combo', FALSE)), NOT flag.apart,
                   -- a line of zero is how core cancels one, and how it adds what was delivered beyond the order
                   NOT flag.added AND %(ordered)s <> 0, %(tax)s, value.ids
              FROM asked
              JOIN sale_order_line l ON l.order_id = asked.id
         LEFT JOIN product_product p ON p.id = l.product_id
         LEFT JOIN product_template t ON t.id = p.product_tmpl_id
         -- put together by who reads: most lines have one, and grouping thousands takes longer than the rest of the statement
         LEFT JOIN %(taxes)s ON %(taxed)s = l.id
         LEFT JOIN %(values)s AS value ON value.line_id = l.id
         %(closed)s
     CROSS JOIN LATERAL (SELECT coalesce(%(added)s, FALSE) AS added, %(reduces)s AS reduces) AS line
     -- freight may cost nothing, and no pricelist knows it; a seal covers it all the same
     CROSS JOIN LATERAL (
               SELECT line.added, line.reduces,
                      line.added OR line.reduces OR coalesce(l.is_delivery AND t.type = 'service', FALSE) AS apart) AS flag
             ORDER BY l.order_id, l.sequence, l.id, %(tax)s
            """,
            ordered=ordered,
            closed=closed,
            added=self._added_by_core(),
            reduces=self._reduces_order(),
            orders=id_array(order_ids),
            taxes=SQL.identifier(taxes.relation),
            taxed=SQL.identifier(taxes.relation, taxes.column1),
            tax=SQL.identifier(taxes.relation, taxes.column2),
            values=self._linked(line_fields["product_no_variant_attribute_value_ids"]),
        )

    @api.model
    def _ordered_quantity(self):
        """What was ordered of the orders ``asked``, and the join that it needs: what came back for money lowers the line, and
        changes nothing of what was verified."""
        if "order.return.line" not in self.env:
            return SQL("coalesce(l.product_uom_qty, 0)"), SQL()
        closed = SQL(
            """
         LEFT JOIN (SELECT item.order_line_id, sum(item.closed_qty) AS quantity
                      FROM order_return_line item
                      JOIN sale_order_line line ON line.id = item.order_line_id
                      JOIN asked ON asked.id = line.order_id
                     WHERE item.closed_qty <> 0
                  GROUP BY item.order_line_id) AS closed ON closed.order_line_id = l.id
            """
        )
        return SQL("(coalesce(l.product_uom_qty, 0) + coalesce(closed.quantity, 0))"), closed

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

    @api.model
    def _reduces_order(self):
        """Whether a line takes off a part of the whole order: core's global discount, a reward of a loyalty programme."""
        # what says so of a line is computed and not stored: its reward is
        has_rewards = "reward_id" in self.env["sale.order.line"]._fields
        return SQL(
            "(coalesce(l.extra_tax_data ->> 'computation_key', '') LIKE 'global_discount,%%' OR %s)",
            SQL("l.reward_id IS NOT NULL") if has_rewards else SQL("FALSE"),
        )

    @staticmethod
    def _linked(field):
        """What a many2many ``field`` of the lines of the orders ``asked`` has, as ``(line_id, ids)``, ids as text; read as a set,
        not line by line."""
        line = SQL.identifier(field.relation, field.column1)
        return SQL(
            """(SELECT %(line)s AS line_id, string_agg(%(other)s::text, ',' ORDER BY %(other)s) AS ids
                  FROM asked
                  JOIN sale_order_line line ON line.order_id = asked.id
                  JOIN %(table)s ON %(line)s = line.id
              GROUP BY %(line)s)""",
            line=line,
            other=SQL.identifier(field.relation, field.column2),
            table=SQL.identifier(field.relation),
        )

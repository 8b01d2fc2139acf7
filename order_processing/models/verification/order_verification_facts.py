from functools import partial
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..common.sql_arrays import id_array
from .facts import ADDRESS_FIELDS, CONTACT_FIELDS, Destination, OrderFacts
from .line_facts import (
    COMBO_ITEM,
    DELIVERY,
    DOWN_PAYMENT,
    EXPENSE,
    NO_PRODUCT,
    REDUCES,
    TEXT,
    LineFacts,
    LineNames,
    ProductFacts,
)

# what a country asks of an address
COUNTRY_FIELDS = ("id", "format", "zip_required", "state_required")

FLUSHED = (
    "sale.order",
    "sale.order.line",
    "res.partner",
    "product.product",
    "product.template",
    "product.template.attribute.value",
    "product.attribute.value",
    "product.category",
    "uom.uom",
    "delivery.carrier",
)


class Address(NamedTuple):
    """A partner as an address: dicts of ``ADDRESS_FIELDS``, of ``CONTACT_FIELDS``, of what its country asks of an address."""

    owner_id: int
    state_id: int
    address: dict
    contact: dict
    country: dict


class OrderVerificationFacts(models.AbstractModel):
    """Reads orders, addresses, lines and products into plain facts: four statements, whatever the number of orders."""

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
        line_rows = self._rows(self._lines_query(orders.ids))
        addresses = self._addresses({partner_id for row in rows for partner_id in (row[4], *row[-2:])})
        products = self._products({row[2] for row in line_rows if row[2]})
        names = LineNames(partial(self._line_names, orders.ids))
        facts = {}
        for order_id, name, state, company_id, partner_id, *columns, ship_id, invoice_id in rows:
            customer, ship, invoice = addresses[partner_id], addresses[ship_id], addresses[invoice_id]
            facts[order_id] = OrderFacts(
                *(order_id, name, state, company_id, partner_id, customer.owner_id, *columns),
                *(ship.address, invoice.address, ship.contact, ship.country),
                self._destination(ship_id, ship, customer),
                *(products, names),
            )
        line = None
        for row in line_rows:
            if line and row[0] == line.id:
                line.tax_ids += row[-2:-1]
                continue
            line = LineFacts(*row, products.get(row[2], NO_PRODUCT), names)
            facts[line.order_id].lines.append(line)
        return facts

    @staticmethod
    def _destination(ship_id, ship, customer):
        reached = (ship.contact[name] or customer.contact[name] for name in CONTACT_FIELDS)
        return Destination(ship_id, ship.owner_id, ship.state_id, *reached)

    @api.model
    def _rows(self, query):
        # not as dicts, which for thousands of lines cost more than the statement
        self.env.cr.execute(query)
        return self.env.cr.fetchall()

    @api.model
    def _orders_query(self, order_ids):
        """Columns as ``OrderFacts`` has its fields, but for the customer's company; at the end the ids of the delivery and of the
        invoice address."""
        stated = "order_stated_total" in self.env["sale.order"]._fields
        return SQL(
            """
            SELECT o.id, o.name, o.state, o.company_id, o.partner_id, o.pricelist_id, o.currency_id,
                   o.fiscal_position_id, o.payment_term_id, o.incoterm, o.carrier_id, o.warehouse_id,
                   o.commitment_date, o.date_order,
                   o.validity_date, lower(trim(coalesce(o.client_order_ref, ''))),
                   o.amount_total::float, o.currency_rate::float, coalesce(%(stated)s, 0)::float,
                   o.partner_shipping_id, o.partner_invoice_id
              FROM sale_order o
             WHERE o.id = ANY(%(orders)s)
             ORDER BY o.id
            """,
            stated=SQL("o.order_stated_total") if stated else SQL("NULL"),
            orders=id_array(order_ids),
        )

    @api.model
    def _addresses(self, partner_ids):
        """The addresses of partners, each once: orders that go to the same place share them.

        :return: dict of partner id to ``Address``
        """
        columns = {"state": SQL("state.code"), "country": SQL("country.code")}
        texts = [
            SQL("coalesce(trim(%s), '')", columns.get(name, SQL.identifier("p", name)))
            for name in (*ADDRESS_FIELDS, *CONTACT_FIELDS)
        ]
        rows = self._rows(
            SQL(
                """
                SELECT p.id, coalesce(p.commercial_partner_id, p.id), p.state_id, country.id, country.address_format, country.zip_required, country.state_required, %s
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
            partner_id: Address(
                owner_id,
                state_id,
                dict(zip(ADDRESS_FIELDS, values[size:])),
                dict(zip(CONTACT_FIELDS, values[size + len(ADDRESS_FIELDS) :])),
                dict(zip(COUNTRY_FIELDS, values)),
            )
            for partner_id, owner_id, state_id, *values in rows
        }

    @api.model
    def _lines_query(self, order_ids):
        """Columns as ``LineFacts`` takes them; a line with several taxes has a row for each, one after the other."""
        line_fields = self.env["sale.order.line"]._fields
        taxes = line_fields["tax_ids"]
        ordered, closed = self._ordered_quantity()
        return SQL(
            """
            -- the ids once: a thousand of them are dear to plan with
            WITH asked AS MATERIALIZED (SELECT DISTINCT unnest(%(orders)s) AS id)
            SELECT l.id, l.order_id, l.product_id, l.product_uom_id,
                   -- not as floats: they are sent as text, and psycopg2 makes floats of them either way
                   %(ordered)s, coalesce(l.price_unit, 0),
                   coalesce(l.discount, 0), coalesce(l.price_subtotal, 0), coalesce(l.customer_lead, 0),
                   %(marks)s, %(tax)s, value.ids
              FROM asked
              JOIN sale_order_line l ON l.order_id = asked.id
         -- put together by who reads: most lines have one, and grouping thousands takes longer than the rest of the statement
         LEFT JOIN %(taxes)s ON %(taxed)s = l.id
         LEFT JOIN %(values)s AS value ON value.line_id = l.id
         %(closed)s
             ORDER BY l.order_id, l.sequence, l.id, %(tax)s
            """,
            ordered=ordered,
            closed=closed,
            marks=self._marks(),
            orders=id_array(order_ids),
            taxes=SQL.identifier(taxes.relation),
            taxed=SQL.identifier(taxes.relation, taxes.column1),
            tax=SQL.identifier(taxes.relation, taxes.column2),
            values=self._linked(line_fields["product_no_variant_attribute_value_ids"]),
        )

    @api.model
    def _marks(self):
        """``SQL``: what the line ``l`` has beside product, quantity and price, as bits of one number (see ``LineFacts``)."""
        marks = {
            TEXT: SQL("l.display_type IS NOT NULL OR l.product_id IS NULL"),
            DOWN_PAYMENT: SQL("l.is_downpayment IS TRUE"),
            DELIVERY: SQL("l.is_delivery IS TRUE"),
            EXPENSE: SQL("l.is_expense IS TRUE AND l.order_added_by_core IS DISTINCT FROM FALSE"),
            REDUCES: self._reduces_order(),
            COMBO_ITEM: SQL("l.combo_item_id IS NOT NULL"),
        }
        return SQL(" + ").join(SQL("CASE WHEN %s THEN %s ELSE 0 END", mark, bit) for bit, mark in marks.items())

    @api.model
    def _line_names(self, order_ids):
        """The first lines of the texts of the lines of orders, by line id."""
        self.env["sale.order.line"].flush_model(["name"])
        return dict(
            self._rows(
                SQL(
                    "SELECT id, split_part(name, chr(10), 1) FROM sale_order_line WHERE order_id = ANY(%s)",
                    id_array(order_ids),
                )
            )
        )

    @api.model
    def _products(self, product_ids):
        """The products by id as ``ProductFacts``; one statement."""
        if not product_ids:
            return {}
        template = self.env["product.template"]._fields
        variant = self.env["product.product"]._fields["product_template_attribute_value_ids"]
        rows = self._rows(
            SQL(
                """
                SELECT p.id, t.id, t.uom_id, t.type, coalesce(t.sale_ok, FALSE), NOT coalesce(p.active AND t.active, FALSE),
                       EXISTS (SELECT FROM delivery_carrier carrier
                                WHERE carrier.product_id = p.id AND carrier.invoice_policy = 'real'),
                       ARRAY(SELECT pack.id FROM %(packagings)s
                               JOIN uom_uom pack ON pack.id = %(packaging)s AND pack.active
                              WHERE %(packed)s = t.id ORDER BY pack.sequence, pack.id),
                       string_to_array(trim(BOTH '/' FROM coalesce(c.parent_path, '')), '/')::int[],
                       coalesce(p.weight, 0)::float, coalesce(p.volume, 0)::float,
                       coalesce(t.order_minimum_quantity, 0)::float, t.order_multiple_uom_id,
                       ARRAY(SELECT ptav.id FROM %(variant_values)s
                               JOIN product_template_attribute_value ptav ON ptav.id = %(variant_value)s
                               JOIN product_attribute_value value ON value.id = ptav.product_attribute_value_id
                              WHERE %(variant)s = p.id AND value.is_custom)
                  FROM product_product p
                  JOIN product_template t ON t.id = p.product_tmpl_id
             LEFT JOIN product_category c ON c.id = t.categ_id
                 WHERE p.id = ANY(%(products)s)
                """,
                packagings=SQL.identifier(template["uom_ids"].relation),
                packed=SQL.identifier(template["uom_ids"].column1),
                packaging=SQL.identifier(template["uom_ids"].column2),
                variant_values=SQL.identifier(variant.relation),
                variant=SQL.identifier(variant.column1),
                variant_value=SQL.identifier(variant.column2),
                products=id_array(product_ids),
            )
        )
        return {row[0]: ProductFacts(*row) for row in rows}

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

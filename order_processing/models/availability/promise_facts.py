"""What is known of lines before anything is promised of them, in one statement."""

from datetime import date, datetime
from typing import NamedTuple

from odoo.tools import SQL

from ..common.sql_arrays import id_array


class Promise(NamedTuple):
    """What is promised of a line.

    The day on which it leaves and the one on which it arrives; what free stock does not cover, in the line's unit; by what,
    and what it waits for; ``cause``: what else moved the day (``cutoff``, ``window``, ``notice``, or ``priority`` and the names of
    the orders that come before), else empty.
    """

    day: date | None
    arrival: date | None
    short: float
    basis: str | None
    source: str | None
    cause: str = ""


class Facts(NamedTuple):
    """A line, its order, and what was promised of it before; ids, ``None`` where there is none.

    ``carrier_id``: of the order, else the delivery address's own; ``goods``: no service; ``unit_id``: the product's reference
    unit; ``line_unit_id``: the line's; ``told``, ``told_at``: which arrival the customer was told, and when.
    """

    line_id: int
    order_id: int
    order: str
    state: str
    company_id: int
    warehouse_id: int | None
    carrier_id: int | None
    country_id: int | None
    state_id: int | None
    ship_from: date | None
    notice_hours: int | None
    told: date | None
    told_at: datetime | None
    product_id: int | None
    template_id: int | None
    goods: bool | None
    unit_id: int | None
    line_unit_id: int | None
    ordered: float
    delivered: float
    before: date | None
    first: date | None
    arrival: date | None
    basis: str | None
    source: str | None
    short: float | None
    ordered_at: datetime | None

    def promised(self):
        """The ``Promise`` that stands."""
        return Promise(self.before, self.arrival, self.short, self.basis, self.source)

    def where(self):
        """Company, carrier, country and state."""
        return self.company_id, self.carrier_id, self.country_id, self.state_id


def facts_query(order_ids):
    """``SQL`` for rows of ``Facts`` of the lines of orders that are no sections or notes, in the order of each order."""
    return SQL(
        """
        SELECT line.id, line.order_id, sale.name, sale.state, sale.company_id, sale.warehouse_id,
               coalesce(sale.carrier_id, (address.property_delivery_carrier_id ->> sale.company_id::text)::int,
                        (owner.property_delivery_carrier_id ->> sale.company_id::text)::int),
               address.country_id, address.state_id, sale.order_ship_from,
               sale.order_notice_hours, sale.order_arrival_told, sale.order_arrival_told_at,
               line.product_id, product.product_tmpl_id, template.type = 'consu', template.uom_id, line.product_uom_id,
               coalesce(line.product_uom_qty, 0), coalesce(line.qty_delivered, 0),
               line.order_promise_date, line.order_first_promise_date, line.order_arrival_date,
               line.order_promise_basis, line.order_promise_source, coalesce(line.order_short_qty, 0),
               sale.date_order
          FROM sale_order_line line
          JOIN sale_order sale ON sale.id = line.order_id
     LEFT JOIN res_partner address ON address.id = sale.partner_shipping_id
     LEFT JOIN res_partner owner ON owner.id = address.commercial_partner_id
     LEFT JOIN product_product product ON product.id = line.product_id
     LEFT JOIN product_template template ON template.id = product.product_tmpl_id
         WHERE line.order_id = ANY(%(orders)s) AND line.display_type IS NULL
      ORDER BY line.order_id, line.sequence, line.id
        """,
        orders=id_array(order_ids),
    )

"""Which demand is far off: it stands behind what is wanted before, and what is new does not count it."""

from odoo.tools import SQL


def far(days):
    """``SQL`` true where the order ``sale`` is wanted later than its horizon from now.

    The horizon is the product's, else that of the customer (its company's contact) in the order's company; without one, and
    without a day that the goods are wanted for, nothing is far off. The statement joins ``sale`` and ``customer`` (``joins``).

    :param SQL days: the product's horizon
    """
    return SQL(
        """coalesce(greatest(sale.commitment_date, sale.order_ship_from::timestamp)
                    > (now() AT TIME ZONE 'UTC')
                      + make_interval(days => coalesce(nullif(%s, 0),
                                                       nullif((customer.order_horizon_days ->> sale.company_id::text)::int, 0))),
                    FALSE)""",
        days,
    )


def joins():
    """``SQL`` that finds the ``customer`` of the order ``sale``."""
    return SQL(
        """LEFT JOIN res_partner buyer ON buyer.id = sale.partner_id
           LEFT JOIN res_partner customer ON customer.id = buyer.commercial_partner_id"""
    )

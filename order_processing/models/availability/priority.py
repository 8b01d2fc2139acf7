"""Whose turn it is where goods are scarce: first come, first served, or by the priority of order and customer before that."""

from odoo.tools import SQL

PRIORITIES = [("0", "Normal"), ("1", "High"), ("2", "Very high"), ("3", "Before all others")]
RULES = [("first", "First come, first served"), ("priority", "By priority of order and customer, then first come")]


def weight():
    """``SQL`` for the priority of the order ``sale``: its own, else its customer's in its company; a number, the higher the
    sooner. The statement joins ``sale`` and ``customer`` (``horizon.joins``).
    """
    return SQL("coalesce(sale.order_priority, customer.order_priority ->> sale.company_id::text, '0')::int")


def by_priority():
    """``SQL`` true where the warehouse ``house`` of the company ``company`` serves by priority."""
    return SQL("coalesce(house.order_promise_rule, company.order_promise_rule, 'first') = 'priority'")

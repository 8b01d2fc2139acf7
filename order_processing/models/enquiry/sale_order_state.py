from odoo import fields, models

from ..common import scalars
from . import customer_state


class SaleOrder(models.Model):
    """Where the customer is told that an order stands: one of seven states, asked once for a whole set."""

    _inherit = "sale.order"

    order_customer_state = fields.Selection(
        customer_state.LABELS,
        "Told to the customer",
        compute="_compute_order_customer_state",
        help="Where the order stands in the customer's words; the portal and programs are told the same.",
    )
    order_customer_since = fields.Date("Since", compute="_compute_order_customer_state")

    def _compute_order_customer_state(self):
        states = self._customer_states()
        for order in self:
            found = states.get(order._origin.id)
            order.order_customer_state = found["state"] if found else False
            order.order_customer_since = found["since"] if found else False

    def _customer_states(self):
        """Where these orders stand for their customers; one statement whatever their number. For ``sudo`` or who may read them.

        :return: dict of order id to ``{state, label, since, steps: [{state, label, day}]}``: ``since`` is the day of the state
            (``date``), ``day`` is ``None`` for what is still to come
        """
        orders = self._origin.filtered("id")
        if not orders:
            return {}
        orders._flush_customer_states()
        rows = self.env.execute_query_dict(customer_state.states_query(orders.ids, "mrp.bom" in self.env))
        labels = dict(self._fields["order_customer_state"]._description_selection(self.env))
        return {
            row["order_id"]: {
                "state": row["state"],
                "label": labels[row["state"]],
                "since": row[row["state"]],
                "steps": [
                    {"state": code, "label": labels[code], "day": day} for code, day in customer_state.steps_of(row)
                ],
            }
            for row in rows
        }

    def order_customer_states(self):
        """Where these orders stand in the words that customers are told, with the day of each step.

        :return: ``[{order, order_id, state, label, since, steps: [{state, label, date}]}]``; days are text, ``''`` for a step
            that is still to come
        :raises AccessError: an order that the user may not read
        """
        self.check_access("read")
        found = self._customer_states()
        return [
            {"order": order.name, "order_id": order.id, **self._plain_customer_state(found[order.id])} for order in self
        ]

    def _plain_customer_state(self, told):
        """One answer of ``_customer_states`` as plain values."""
        return {
            "state": told["state"],
            "label": told["label"],
            "since": scalars.day_text(told["since"]),
            "steps": [
                {"state": step["state"], "label": step["label"], "date": scalars.day_text(step["day"])}
                for step in told["steps"]
            ],
        }

    def _flush_customer_states(self):
        """What the statement reads is written before."""
        self.env["sale.order"].flush_model(["state"])
        self.env["sale.order.line"].flush_model(["order_id", "product_uom_qty", "is_downpayment", "is_delivery"])
        self.env["stock.move"].flush_model(["state", "picked", "sale_line_id", "location_id", "picking_id"])
        self.env["order.quality.check"].flush_model(["state", "picking_id"])
        self.env["order.return"].flush_model(["state", "order_id"])
        self.env["order.event"].flush_model()

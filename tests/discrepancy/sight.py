"""What the tests of what people see share: many shipped orders at once, and queries counted to the end."""

from odoo.fields import Command

from odoo.addons.order_processing.models.common.business_day import business_day

from tests.discrepancy.common import DiscrepancyCase


class SightCase(DiscrepancyCase):
    """Services that were sold long ago and never invoiced: the cheapest order with a discrepancy."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.order_alert_count = 0
        cls.today = business_day(cls.company)
        cls.desk = cls.users["processor"]

    def _uninvoiced(self, number=1, price=10.0, product=None, customer=None, user=None, **vals):
        """``number`` confirmed orders of a service that nobody invoiced: one discrepancy each, once compared."""
        orders = self.env["sale.order"].create(
            [
                {
                    "partner_id": (customer or self.customer).id,
                    "company_id": self.company.id,
                    "user_id": (user or self.desk).id,
                    "order_line": [
                        Command.create(
                            {"product_id": (product or self.service).id, "product_uom_qty": 1, "price_unit": price}
                        )
                    ],
                    **vals,
                }
                for _number in range(number)
            ]
        )
        orders.action_confirm()
        orders.order_line.qty_delivered = 1
        return orders

    def _found(self, *args, **kwargs):
        """The same, compared: the open discrepancies."""
        orders = self._uninvoiced(*args, **kwargs)
        self._sweep(orders)
        return orders.order_discrepancy_ids

    def _activities(self, documents):
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", documents._name),
                ("res_id", "in", documents.ids),
                ("activity_type_id", "=", self.env.ref("order_processing.mail_activity_type_discrepancy").id),
            ]
        )

    def _overdue(self, records, days=1):
        """As if they had been due so many days ago."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE order_discrepancy SET due = %s::date - %s::int WHERE id = ANY(%s)", [self.today, days, records.ids]
        )
        records.invalidate_recordset(["due"])

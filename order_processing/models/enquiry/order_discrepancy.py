from odoo import models


class OrderDiscrepancy(models.Model):
    """What the desk asks the customer about a discrepancy is logged beside what customers ask, and so is the answer."""

    _inherit = "order.discrepancy"

    def _asked_customer(self):
        """See the model: one enquiry per order, waiting for the customer."""
        asked = super()._asked_customer()
        self.env["order.enquiry"].create(
            [
                {
                    "company_id": order.company_id.id,
                    "order_id": order.id,
                    "partner_id": order.partner_id.id,
                    "channel": "mail",
                    "asked_by_us": True,
                    "question": "\n".join(questions),
                    "discrepancy_ids": (self & order.order_discrepancy_ids).ids,
                }
                for order, questions in asked.items()
                if questions
            ]
        )
        return asked

from odoo import fields, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    _inherit = "sale.order"

    order_acknowledged_at = fields.Datetime(
        "Acknowledged", related="intake_id.acknowledgement_sent_at", related_sudo=True
    )
    order_acknowledgement_problem = fields.Char(
        "Not acknowledged", related="intake_id.acknowledgement_problem", related_sudo=True
    )

    def _acknowledgement(self):
        """What became of each line against what was sent; of the orders of ``self`` that were submitted.

        :return: dict of order id to ``{result, lines, differences, errors}`` (``acknowledgement.py``)
        """
        self.check_access("read")
        found = self.sudo().intake_id._acknowledgements()
        return {order.id: found[order.sudo().intake_id.id] for order in self if order.sudo().intake_id.id in found}

    def _acknowledgement_portal(self):
        """The table for the customer's own page, ``""`` where the customer is not, or not yet, told."""
        self.ensure_one()
        intake = self.sudo().intake_id
        told = self._acknowledgement().get(self.id)
        kind = intake.acknowledgement
        if not told or kind == "never":
            return ""
        waits = kind == "review" or kind == "differences" and told["result"] == "accepted"
        if waits and not intake.acknowledgement_sent_at:
            return ""
        return intake._acknowledgement_table(told)

    def action_acknowledge(self):
        """Tell the customers by mail what became of their orders, once per content.

        :return: a notification of the web client
        :raises UserError: an order was entered by hand, or nothing could be sent
        """
        self.env["order.intake"]._check_order_group("order_processing.group_processor")
        self.check_access("read")
        by_hand = self.filtered(lambda order: not order.order_submitted)
        if by_hand:
            raise UserError(
                self.env._(
                    "Entered by hand, so there is nothing that was sent: %s. Send the quotation or the order itself.",
                    ", ".join(by_hand.mapped("name")),
                )
            )
        return self.intake_id.action_acknowledge()

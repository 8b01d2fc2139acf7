from odoo import models
from odoo.exceptions import UserError

from .rule_mends import CARRIER, TAXES, VALIDITY


class OrderVerificationCheck(models.Model):
    """The acts that mend taxes, validity and carrier of a quotation, each by core's own computation or screen."""

    _inherit = "order.verification.check"

    def action_take_taxes(self):
        """Give the lines the taxes that core takes from the fiscal position, and verify the orders again.

        :return: one dict per order, as ``sale.order.action_verify``
        :raises AccessError: the user is not of the order desk, or may not write the orders
        :raises UserError: names every finding that another act mends, that is waived or whose order is confirmed
        """
        todo = self._mend_start(TAXES, quotations=True)
        lines = todo.line_id
        before = {line: line.tax_ids.mapped("name") for line in lines}
        lines._compute_tax_ids()
        bodies = {}
        none = self.env._("no tax")
        for line in lines:
            text = self.env._(
                "%(product)s: taxes taken from the fiscal position, %(old)s → %(new)s",
                product=line.name.split("\n")[0],
                old=", ".join(before[line]) or none,
                new=", ".join(line.tax_ids.mapped("name")) or none,
            )
            bodies[line.order_id.id] = "\n".join(filter(None, (bodies.get(line.order_id.id), text)))
        return self._mend_end(bodies)

    def action_renew_validity(self):
        """Make quotations valid for as long as the company's new ones are, from today, and verify them again.

        :return: one dict per order, as ``sale.order.action_verify``
        :raises AccessError: the user is not of the order desk, or may not write the orders
        :raises UserError: as ``action_take_taxes``
        """
        orders = self._mend_start(VALIDITY, quotations=True).order_id
        before = {order: order.validity_date for order in orders}
        orders._compute_validity_date()
        return self._mend_end(
            {
                order.id: self.env._(
                    "Valid until %(new)s, before until %(old)s",
                    new=order.validity_date or self.env._("it is withdrawn"),
                    old=before[order],
                )
                for order in orders
            }
        )

    def _mend_end(self, bodies):
        """Say in the orders what was done, and verify them all again; nothing done, nothing written."""
        orders = self.order_id
        if not bodies:
            return orders._verification_answer(orders._verification_evaluate())
        done = orders.browse(bodies)
        done.sudo()._message_log_batch(bodies=bodies, author_id=self.env.user.partner_id.id)
        return orders._verification_answer(orders._verification_again())

    def action_choose_carrier(self):
        """Open core's choice of the delivery methods that serve the order; its confirmation verifies the order again.

        :return: an action of the web client
        :raises AccessError: the user is not of the order desk, or may not write the order
        :raises UserError: as ``action_take_taxes``; there are several orders
        """
        orders = self._mend_start(CARRIER, quotations=True).order_id
        if len(orders) != 1:
            raise UserError(
                self.env._("Choose a delivery method for one order at a time: %s.", ", ".join(orders.mapped("name")))
                if orders
                else self.env._("These findings are mended by now: a delivery method is chosen.")
            )
        action = orders.action_open_delivery_wizard()
        return {**action, "context": {**action["context"], "order_verify_again": True}}


class ChooseDeliveryCarrier(models.TransientModel):
    _inherit = "choose.delivery.carrier"

    def button_confirm(self):
        """Opened from a finding it verifies the order again, by the same right as the button Verify."""
        answer = super().button_confirm()
        if self.env.context.get("order_verify_again"):
            self.order_id.action_verify()
        return answer

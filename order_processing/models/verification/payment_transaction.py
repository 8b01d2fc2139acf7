from odoo import models


class PaymentTransaction(models.Model):
    """A payment is kept whatever verification says; only orders that nothing stops are confirmed by it."""

    _inherit = "payment.transaction"

    def _check_amount_and_confirm_order(self):
        """Confirm the paid orders that pass; the others wait, held, and are not among the returned ones."""
        quotations = {
            tx: tx.sale_order_ids.filtered(lambda order: order.state in ("draft", "sent"))
            for tx in self
            if len(tx.sale_order_ids) == 1
        }
        reached = self.env["sale.order"].union(
            *(orders for orders in quotations.values() if orders and orders._is_confirmation_amount_reached())
        )
        if not reached:
            return super()._check_amount_and_confirm_order()
        stopped = reached - reached._verification_keep_held(self.env._("The customer paid online"))
        free = self.filtered(lambda tx: not (quotations.get(tx, stopped.browse()) & stopped))
        return super(PaymentTransaction, free)._check_amount_and_confirm_order()

    def _post_process(self):
        """Cash on delivery confirms drafts: those that are stopped are marked as sent, which core leaves alone."""
        on_delivery = self.filtered(
            lambda tx: tx.provider_id.custom_mode == "cash_on_delivery" and tx.state == "pending"
        )
        drafts = on_delivery.sale_order_ids.filtered(lambda order: order.state == "draft")
        if drafts:
            stopped = drafts - drafts._verification_keep_held(self.env._("The customer ordered with cash on delivery"))
            if stopped:
                stopped.with_context(tracking_disable=True).action_quotation_sent()
        return super()._post_process()

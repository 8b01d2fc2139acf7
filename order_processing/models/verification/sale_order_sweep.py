from odoo import api, models

CHUNK = 100


class SaleOrder(models.Model):
    """The sweep: what changed outside an order is noticed without anybody opening it."""

    _inherit = "sale.order"

    @api.model
    def _cron_verification_sweep(self):
        """Compare the seals of confirmed orders that have not wholly left, and look again at what rules hold.

        A hold whose cause is gone lifts itself; a release by hand is not undone, since its findings are waived.
        """
        companies = self.env["res.company"].search([("order_control", "!=", "off")])
        held = self.search(
            [
                ("company_id", "in", companies.ids),
                ("verification_state", "=", "held"),
                ("state", "in", ("draft", "sent", "sale")),
                ("order_hold_ids", "any", [("state", "=", "open"), ("automatic", "=", True)]),
            ]
        )
        sealed = self.search(
            [
                ("company_id", "in", companies.ids),
                ("verification_state", "=", "verified"),
                ("state", "=", "sale"),
                ("delivery_status", "!=", "full"),
            ]
        )
        stopped = self.search(
            [
                ("company_id", "in", companies.ids),
                ("verification_state", "=", "verified"),
                ("state", "in", ("draft", "sent")),
                ("confirm_wanted_at", "!=", False),
            ]
        )
        todo = (held | sealed | stopped).sorted("id")
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(todo))
        for start in range(0, len(todo), CHUNK):
            chunk = todo[start : start + CHUNK]
            chunk._verification_sweep()
            if not progress(processed=len(chunk)):
                break

    def _verification_sweep(self):
        """Verify again those of ``self`` that are held by a rule, or whose seal is broken.

        :return: the orders that were verified again
        """
        broken = self._verification_broken()
        again = self.filtered(lambda order: order.verification_state == "held" or order.id in broken)
        if again:
            again._verification_again()
        # what was stopped at its confirmation goes on when its last cause is gone
        self._verification_resume()
        return again

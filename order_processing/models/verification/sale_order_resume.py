from odoo import fields, models

WISH = ("confirm_wanted_at", "confirm_wanted_by_id", "confirm_wanted_why", "confirm_wanted_for")


class SaleOrder(models.Model):
    """An order that was stopped as it was to be confirmed: remembered, and confirmed when nothing stops it any more."""

    _inherit = "sale.order"

    confirm_wanted_at = fields.Datetime("Stopped at confirmation", readonly=True, copy=False)
    confirm_wanted_by_id = fields.Many2one("res.users", "Confirmation wanted by", readonly=True, copy=False)
    confirm_wanted_why = fields.Selection(
        [("desk", "The desk wished to confirm it"), ("customer", "The customer signed or paid")],
        "Confirmation wanted because",
        readonly=True,
        copy=False,
    )
    confirm_wanted_for = fields.Char(readonly=True, copy=False, help="Digest of the goods, prices and terms then.")
    customer_told_at = fields.Datetime("Customer told that it is checked", readonly=True, copy=False)

    def _transition_guarded_fields(self):
        return (*super()._transition_guarded_fields(), *WISH, "customer_told_at")

    def write(self, vals):
        """A new state ends the wish of before."""
        answer = super().write(vals)
        if vals.get("state") in ("sale", "cancel", "draft"):
            self._verification_forget_stop()
        return answer

    # ------------------------------------------------------------------ stopped

    def _verification_remember_stop(self, assessments, why):
        """These orders were to be confirmed and are stopped.

        :param str why: a value of ``confirm_wanted_why``
        """
        now = fields.Datetime.now()
        for order in self.sudo().filtered(lambda order: order.state in ("draft", "sent")):
            order._transition_write(
                {
                    "confirm_wanted_at": now,
                    "confirm_wanted_by_id": self.env.uid,
                    "confirm_wanted_why": why,
                    "confirm_wanted_for": assessments[order.id].facts.agreed(),
                }
            )

    def _verification_forget_stop(self):
        wished = self.sudo().filtered("confirm_wanted_at")
        if wished:
            wished._transition_write(dict.fromkeys(WISH, False))

    def _verification_tell_customers(self):
        """Tell the customers of these stopped orders, once, that their order is being checked."""
        template = self.env.ref("order_processing.mail_order_being_checked", raise_if_not_found=False)
        orders = self._verification_engine().filtered(
            lambda order: not order.customer_told_at and order.partner_id.email
        )
        if not template or not orders:
            return
        template.with_user(orders.env.user).sudo().send_mail_batch(orders.ids)
        orders._transition_write({"customer_told_at": fields.Datetime.now()})

    # ------------------------------------------------------------------ resumed

    def _verification_after_release(self):
        """Verify again after a waiver, and confirm what had been stopped at its confirmation.

        :return: the dicts of ``action_verify_and_confirm``
        """
        return self._verification_resumed(self._verification_answer(self._verification_again()))

    def _verification_resumed(self, answer):
        """Confirm those of ``self`` that were stopped at confirmation and that nothing stops now.

        :param list answer: rows of ``_verification_answer``
        :return: the rows, with ``confirmed`` and ``error``
        """
        outcome = self._verification_resume()
        return [
            {
                **row,
                "confirmed": row["order_id"] in outcome and not outcome[row["order_id"]],
                "error": outcome.get(row["order_id"], ""),
            }
            for row in answer
        ]

    def _verification_resume(self):
        """Confirm the stopped orders of ``self`` that are verified now.

        What the customer agreed to, or the desk wished to confirm, must still be it: an order whose goods, prices or
        terms changed since waits for a person.

        :return: dict of order id to the refusal, ``''`` where it was confirmed
        """
        stopped = self.filtered(
            lambda order: (
                order.state in ("draft", "sent") and order.confirm_wanted_at and order.verification_state == "verified"
            )
        )
        if not stopped:
            return {}
        facts = self.env["order.verification.facts"].sudo()._load(stopped)
        outcome = {}
        ready = stopped.filtered(lambda order: facts[order.id].agreed() == order.confirm_wanted_for)
        for order in stopped - ready:
            outcome[order.id] = self.env._(
                "%s changed since its confirmation was stopped: confirm it yourself.", order.name
            )
        signed = ready.filtered(lambda order: order.confirm_wanted_why == "customer")
        # the wish ends with the confirmation, and the customer gets core's confirmation by mail
        for orders in (signed.with_context(send_email=True), ready - signed):
            errors = orders._verification_confirm_each()
            outcome |= {order.id: errors.get(order.id, "") for order in orders}
        return outcome

    # ------------------------------------------------------------------ the button

    def action_button_confirm(self):
        """Core's button Confirm on the form: an order that is stopped opens what stops it instead of an error.

        :return: what ``action_confirm`` returns, or an action that shows the open holds of the order
        """
        self.ensure_one()
        self.check_access("write")
        if self.state not in ("draft", "sent") or not self.company_id._order_control_enforced():
            return self.action_confirm()
        assessments = self._verification_evaluate()
        if not self.sudo()._verification_problems(assessments):
            return self.action_confirm()
        self._verification_record(assessments)
        self._verification_remember_stop(assessments, "desk")
        action = self.env["ir.actions.act_window"]._for_xml_id("order_processing.action_order_stopped")
        return {**action, "res_id": self.id, "name": self.env._("%s is held", self.name)}

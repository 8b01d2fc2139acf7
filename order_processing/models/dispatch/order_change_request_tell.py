from odoo import fields, models

from ..common import contract
from ..common.number_words import number_words

TEMPLATES = {
    "accepted": "order_processing.mail_template_change_accepted",
    "declined": "order_processing.mail_template_change_declined",
}


class OrderChangeRequest(models.Model):
    """The customer is told once, in the customer's language, what became of the request."""

    _inherit = "order.change.request"

    def _tell(self):
        """Make the mails of these requests (``sudo``), which were just answered, where their companies want it.

        Who has no address, or whose mail is refused, is to be called; an archived template is a mail that is not wanted.
        """
        waiting = self.filtered(
            lambda request: (
                request.outcome == "none" and request.state in TEMPLATES and request.company_id.order_change_mail
            )
        )
        for (company, state), requests in waiting.grouped(lambda request: (request.company_id, request.state)).items():
            template = self.env.ref(TEMPLATES[state], raise_if_not_found=False)
            if not template:
                requests.write({"outcome": "to_call", "error": self.env._("The message's template was deleted.")})
            elif template.active:
                requests._tell_by(template.sudo().with_company(company))

    def _tell_by(self, template):
        silent = self.filtered(lambda request: not request.partner_id.email_normalized)
        silent.write(
            {
                "outcome": "to_call",
                "error": self.env._("The customer has no e-mail address, or none that can be right."),
            }
        )
        ready = self - silent
        if not ready:
            return
        try:
            with contract.one_record(self.env.cr):
                template.send_mail_batch(ready.ids, email_layout_xmlid="mail.mail_notification_light")
        except contract.REFUSALS as refusal:
            if len(ready) == 1:
                ready.write({"outcome": "to_call", "error": contract.said(refusal)})
                return
            for request in ready:
                request._tell_by(template)
            return
        for email, requests in ready.grouped(lambda request: request.partner_id.email).items():
            requests.write({"outcome": "sent", "email": email, "told_at": fields.Datetime.now(), "error": False})
        ready._message_log_batch(
            bodies={
                request.id: self.env._("Told by mail: %s", request.email) for request in ready
            }
        )  # fmt: skip

    # ------------------------------------------------------------------ words of the messages

    def _told_lines(self):
        """What is wished in a message: list of dicts ``{product, before, after, unit}``, in the context's language."""
        self.ensure_one()
        return [
            {
                "product": line.product_id.display_name,
                "before": number_words(self.env, line.ordered),
                "after": number_words(self.env, line.quantity),
                "unit": line.uom_id.name or "",
            }
            for line in self.line_ids
        ] + self._head_rows()

    def _told_order(self):
        """What the customer calls the order."""
        self.ensure_one()
        return self.order_id.client_order_ref or self.order_id.name

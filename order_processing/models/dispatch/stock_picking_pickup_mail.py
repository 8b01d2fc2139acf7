from odoo import models

from ..common import contract


class StockPicking(models.Model):
    """Messages to customers about what a carrier takes, or did not take."""

    _inherit = "stock.picking"

    def _pickup_mail(self, name):
        """Send the message of the template ``name`` to the customers of these (``sudo``); where one is refused, each by itself.

        :return: those of which it was sent
        """
        template = self.env.ref(name, raise_if_not_found=False)
        reached = (
            self.filtered("sale_id.partner_id.email_normalized") if template and template.active else self.browse()
        )
        sent = []
        for company, own in reached.grouped("company_id").items():
            sent += own._pickup_mail_by(template.sudo().with_company(company)).ids
        return self.browse(sent)

    def _pickup_mail_by(self, template):
        try:
            with contract.one_record(self.env.cr):
                template.send_mail_batch(self.ids, email_layout_xmlid="mail.mail_notification_light")
        except contract.REFUSALS:
            if len(self) == 1:
                return self.browse()
            return self.browse([number for own in self for number in own._pickup_mail_by(template).ids])
        return self

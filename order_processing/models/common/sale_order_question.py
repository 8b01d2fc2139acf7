from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _ask_customer_action(self, template, **asked):
        """An action of the web client: the composer with a question to the customers of these orders.

        Several orders are asked in one go, each with its own mail in the language of its customer.

        :param template: ``mail.template`` of ``sale.order`` that words the question
        :param asked: what else the context carries, for the template to know what is asked about
        """
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask the customer"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "mass_mail" if len(self) > 1 else "comment",
                "default_template_id": template.id,
                "default_email_layout_xmlid": "mail.mail_notification_layout_with_responsible_signature",
                "email_notification_allow_footer": True,
                "hide_mail_template_management_options": True,
                "force_email": True,
                **asked,
            },
        }

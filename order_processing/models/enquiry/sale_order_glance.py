from odoo import models

PROCESSOR = "order_processing.group_processor"
# what was asked before, the newest
ASKED = 10
TEMPLATE = "order_processing.mail_template_order_status"


class SaleOrder(models.Model):
    """An order at a glance, and what the desk does from there in one click."""

    _inherit = "sale.order"

    def _glance_values(self):
        """What the desk's screen shows of this order: what the customer's page shows, and what is the house's own."""
        self.ensure_one()
        order = self.sudo()
        questions = self.env["order.enquiry"].search(
            ["|", ("order_id", "=", self.id), ("more_order_ids", "in", self.ids)], limit=ASKED
        )
        (story,) = self.order_timeline()
        return {
            **order._page_values(),
            "order": order,
            "partner": order.partner_id,
            "holds": order.order_hold_ids.filtered(lambda hold: hold.state == "open"),
            "money": self.env["order.processing"].sudo()._status_money(order),
            "cases": self.env["order.return"].search([("order_id", "=", self.id)]),
            "differences": order.order_discrepancy_ids.filtered(lambda found: found.state in ("open", "in_progress")),
            "asked": questions,
            "moments": list(reversed(self._timeline_moments(story["events"]))),
        }

    def action_glance(self):
        """This order on the desk's screen (processors)."""
        self.env["order.transition.mixin"]._check_order_group(PROCESSOR)
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("order_processing.order_enquiry_glance_action")
        return {**action, "context": {"default_order_id": self.id}}

    def action_log_enquiry(self):
        """A new question about this order (processors), to be filled in."""
        self.env["order.transition.mixin"]._check_order_group(PROCESSOR)
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Question about %s", self.name),
            "res_model": "order.enquiry",
            "views": [(False, "form")],
            "context": {"default_order_id": self.id, "default_company_id": self.company_id.id},
        }

    def action_mail_status(self):
        """The prepared mail that says where this order stands, in the composer (processors)."""
        self.env["order.transition.mixin"]._check_order_group(PROCESSOR)
        self.check_access("read")
        template = self.env.ref(TEMPLATE, raise_if_not_found=False)
        return {
            **self._ask_customer_action(template or self.env["mail.template"]),
            "name": self.env._("Tell the customer where it stands"),
        }

    def action_call_back(self):
        """A call to the customer, to be given its time (processors)."""
        self.env["order.transition.mixin"]._check_order_group(PROCESSOR)
        self.ensure_one()
        call = self.env.ref("mail.mail_activity_data_call", raise_if_not_found=False)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Call back"),
            "res_model": "mail.activity.schedule",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "active_model": self._name,
                "active_id": self.id,
                "active_ids": self.ids,
                "default_activity_type_id": call.id if call else False,
                "default_summary": self.env._("Call %s", self.partner_id.name),
            },
        }

    def order_page_url(self):
        """The links to these orders' pages, to be passed on to their customers (processors).

        :return: ``[{order, order_id, url}]``
        :raises AccessError: no processor, or an order that the user may not read
        """
        self.env["order.transition.mixin"]._check_order_group(PROCESSOR)
        self.check_access("read")
        return [{"order": order.name, "order_id": order.id, "url": order._page_url()} for order in self]

    def _status_words(self):
        """Where this order stands, as the mail says it: the words of the page, in the language of the context."""
        self.ensure_one()
        return self.env["ir.qweb"]._render("order_processing.enquiry_status_mail", self.sudo()._page_values())

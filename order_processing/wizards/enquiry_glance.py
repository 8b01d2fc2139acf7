from odoo import api, fields, models
from odoo.exceptions import UserError

PROCESSOR = "order_processing.group_processor"


class OrderEnquiryGlance(models.TransientModel):
    """The desk's screen while the customer is on the phone: one field that finds the order, and all that is to be said of it."""

    _name = "order.enquiry.glance"
    _description = "Order at a Glance"
    _rec_name = "order_id"

    order_id = fields.Many2one("sale.order")
    glance = fields.Html(compute="_compute_glance", sanitize=False)

    @api.depends("order_id")
    def _compute_glance(self):
        for screen in self:
            order = screen.order_id
            screen.glance = (
                self.env["ir.qweb"]._render("order_processing.enquiry_glance", order._glance_values())
                if order
                else False
            )

    def _found_order(self):
        self.env["order.transition.mixin"]._check_order_group(PROCESSOR)
        self.ensure_one()
        if not self.order_id:
            raise UserError(self.env._("Find the order first: by anything the customer knows of it."))
        self.order_id.check_access("read")
        return self.order_id

    def action_log(self):
        """A question about the order, to be written down and answered."""
        return self._found_order().action_log_enquiry()

    def action_mail_status(self):
        """A mail that says where the order stands, in the customer's language, to be looked at and sent."""
        return self._found_order().action_mail_status()

    def action_return(self):
        """Goods that come back: refunded, credited, replaced or exchanged."""
        return self._found_order().action_order_return()

    def action_discrepancy(self):
        """Compare the order's ledgers now, and show what differs."""
        return self._found_order().action_check_discrepancies()

    def action_ask_floor(self):
        """Cancel or change what the floor has in hand."""
        return self._found_order().action_open_ask_floor()

    def action_call_back(self):
        """A call to the customer at a time."""
        return self._found_order().action_call_back()

    def action_open_order(self):
        """The order itself."""
        order = self._found_order()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": order.id,
            "views": [(False, "form")],
        }

from odoo import api, fields, models


class OrderReturn(models.Model):
    """What a case charges the customer: goods sent in advance for which nothing came, fees found at the inspection."""

    _inherit = "order.return"

    charge_ids = fields.Many2many(
        "account.move",
        "order_return_charge_rel",
        "return_id",
        "move_id",
        "Invoices",
        readonly=True,
        copy=False,
        help="What the case charges: goods sent in advance for which nothing came, fees found at the inspection. Another "
        "product is invoiced by the order of its exchange.",
    )
    charge_count = fields.Integer(compute="_compute_charge_count")

    @api.model
    def _transition_guarded_fields(self):
        return (*super()._transition_guarded_fields(), "charge_ids")

    @api.depends("charge_ids.state")
    def _compute_charge_count(self):
        for case in self:
            case.charge_count = len(case.charge_ids.filtered(lambda move: move.state != "cancel"))

    def _charge(self, invoices):
        """Note ``invoices`` as those by which these cases charge."""
        for case in self:
            case.sudo()._transition_write({"charge_ids": [fields.Command.link(move.id) for move in invoices]})

    def action_view_charges(self):
        """Open the invoices by which these cases charge.

        :return: an action of the web client
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_move_out_invoice_type")
        return {
            **action,
            "domain": [("id", "in", self.charge_ids.ids)],
            "context": {"default_move_type": "out_invoice"},
        }

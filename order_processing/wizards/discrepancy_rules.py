from odoo import fields, models

RULES = ("order_invoice_days", "order_alert_count", "order_escalate_to_id", "order_escalate_days")


class DiscrepancyRules(models.TransientModel):
    """What a manager sets for the company about discrepancies of all kinds; the rights are those of the company's method."""

    _name = "discrepancy.rules"
    _description = "Alerts and Escalation"

    company_id = fields.Many2one("res.company", required=True, readonly=True, default=lambda self: self.env.company)
    order_invoice_days = fields.Integer(
        "Shipped goods must be invoiced", default=lambda self: self.env.company.sudo().order_invoice_days
    )
    order_alert_count = fields.Integer(
        "One alert for more than",
        default=lambda self: self.env.company.sudo().order_alert_count,
        help="When more discrepancies of one kind than this are found within a day, those of one cause become one alert;"
        " 0: never.",
    )
    order_escalate_to_id = fields.Many2one(
        "res.users",
        "Overdue ones go to",
        default=lambda self: self.env.company.sudo().order_escalate_to_id,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Where the setting of the kind names nobody, and after whom it names. Empty: they stay where they are.",
    )
    order_escalate_days = fields.Integer(
        "Days overdue until then", default=lambda self: self.env.company.sudo().order_escalate_days
    )

    def action_apply(self):
        """Set them for the company (managers)."""
        self.ensure_one()
        values = {name: self[name] for name in RULES}
        values["order_escalate_to_id"] = self.order_escalate_to_id.id
        self.company_id.order_discrepancy_set_rules(values)
        return {"type": "ir.actions.act_window_close"}

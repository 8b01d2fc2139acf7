from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    order_invoice_days = fields.Integer(
        "Days until shipped goods must be invoiced",
        default=1,
        required=True,
        help="What left and is not invoiced this many calendar days later, not even as a draft, is a discrepancy.",
    )
    order_alert_count = fields.Integer(
        "One alert for more than",
        default=10,
        required=True,
        help="When more discrepancies of one kind than this are found within a day, those of one cause become one alert;"
        " 0: never.",
    )
    order_escalate_to_id = fields.Many2one(
        "res.users",
        "Overdue discrepancies go to",
        domain=[("share", "=", False)],
        help="Where the setting of the kind names nobody, and after whom it names. Empty: they stay where they are.",
    )
    order_escalate_days = fields.Integer(
        "Days overdue until then",
        default=1,
        required=True,
        help="Calendar days after the due day, or after whom the kind names had it.",
    )

    _order_invoice_days_positive = models.Constraint(
        "CHECK (order_invoice_days >= 0)", "The days until an invoice are 0 or more."
    )
    _order_alert_count_positive = models.Constraint(
        "CHECK (order_alert_count >= 0)", "The number of discrepancies that make an alert is 0 or more."
    )
    _order_escalate_days_positive = models.Constraint(
        "CHECK (order_escalate_days >= 0)", "The days until an escalation are 0 or more."
    )

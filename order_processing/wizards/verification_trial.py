from odoo import api, fields, models
from odoo.fields import Command


class OrderVerificationTrial(models.TransientModel):
    """Shows which of the last orders a rule would have caught, with links; switches the rule on."""

    _name = "order.verification.trial"
    _description = "Test of a Verification Rule"

    rule_id = fields.Many2one("order.verification.rule", required=True, readonly=True, ondelete="cascade")
    severity = fields.Selection(related="rule_id.severity")
    active = fields.Boolean(related="rule_id.active")
    last = fields.Integer(
        "Last orders", default=200, help="How many orders to look at, the newest first; 1000 at most."
    )
    orders = fields.Integer("Looked at", compute="_compute_trial", store=True)
    caught = fields.Integer(compute="_compute_trial", store=True)
    spared = fields.Integer("Of these sales already", compute="_compute_trial", store=True)
    line_ids = fields.One2many("order.verification.trial.line", "trial_id", compute="_compute_trial", store=True)

    @api.depends("rule_id", "last")
    def _compute_trial(self):
        for trial in self:
            preview = trial.rule_id.order_rule_preview(limit=trial.last or 200)[0] if trial.rule_id else {}
            trial.orders = preview.get("orders", 0)
            trial.caught = preview.get("caught", 0)
            trial.spared = preview.get("spared", 0)
            trial.line_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "order_id": row["order_id"],
                            "spared": row["spared"],
                            "message": "; ".join(row["messages"]),
                        }
                    )
                    for row in preview.get("examples", ())
                ),
            ]

    def _open(self):
        """The action that shows this trial."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Test: %s", self.rule_id.name),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_switch_on(self):
        """Switch the rule on, having seen what it catches, and close."""
        self.ensure_one()
        self.rule_id.active = True
        return {"type": "ir.actions.act_window_close", "infos": {"done": True}}


class OrderVerificationTrialLine(models.TransientModel):
    """One order that the rule would have caught."""

    _name = "order.verification.trial.line"
    _description = "Order in the Test of a Rule"

    trial_id = fields.Many2one("order.verification.trial", required=True, ondelete="cascade")
    order_id = fields.Many2one("sale.order", required=True, ondelete="cascade")
    partner_id = fields.Many2one(related="order_id.partner_id")
    date_order = fields.Datetime(related="order_id.date_order")
    amount_total = fields.Monetary(related="order_id.amount_total")
    currency_id = fields.Many2one(related="order_id.currency_id")
    state = fields.Selection(related="order_id.state")
    spared = fields.Boolean(help="It is a sale already: the rule leaves it alone as long as nobody changes it.")
    message = fields.Char("It would say")

    def action_open_order(self):
        """Open the order."""
        self.ensure_one()
        return self.order_id.get_formview_action()

from odoo import api, fields, models


class DiscrepancyClose(models.TransientModel):
    """Ask for the reason of closing discrepancies; the rights are the actions' own."""

    _name = "discrepancy.close"
    _description = "Close Discrepancies"

    act = fields.Selection([("resolve", "Resolve"), ("accept", "Accept")], required=True, default="resolve")
    discrepancy_ids = fields.Many2many("order.discrepancy", default=lambda self: self.env.context.get("active_ids", []))
    reason = fields.Char(required=True)
    cause = fields.Selection(lambda self: self.env["order.discrepancy"]._fields["cause"].selection)

    refusal = fields.Text("What may not be accepted", compute="_compute_refusal")

    @api.depends("act", "discrepancy_ids")
    def _compute_refusal(self):
        for wizard in self:
            wizard.refusal = wizard.act == "accept" and wizard.discrepancy_ids._origin._accept_refusal()

    def action_apply(self):
        """Resolve or accept the discrepancies with the reason given (accepting needs a manager, or a limit that suffices)."""
        self.ensure_one()
        if self.cause:
            self.discrepancy_ids.cause = self.cause
        if self.act == "accept":
            self.discrepancy_ids.action_accept(reason=self.reason)
        else:
            self.discrepancy_ids.action_resolve(reason=self.reason)
        return {"type": "ir.actions.act_window_close"}

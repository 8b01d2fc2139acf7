from odoo import fields, models


class OrderHoldCreate(models.TransientModel):
    """Asks for the reason of a hold."""

    _name = "order.hold.create"
    _description = "Hold Orders"

    order_ids = fields.Many2many("sale.order", string="Orders", required=True, readonly=True)
    reason_id = fields.Many2one("order.hold.reason", required=True, domain=[("automatic", "=", False)])
    note = fields.Char()

    def action_hold(self):
        """Hold the orders and close."""
        self.ensure_one()
        self.order_ids.action_hold(self.reason_id.code, note=self.note or "")
        return {"type": "ir.actions.act_window_close"}


class OrderHoldRelease(models.TransientModel):
    """Asks why holds are released."""

    _name = "order.hold.release"
    _description = "Release Holds"

    hold_ids = fields.Many2many("order.hold", string="Holds", required=True, readonly=True)
    reason = fields.Char(required=True)

    def action_release(self):
        """Release the holds and close."""
        self.ensure_one()
        self.hold_ids.action_release(reason=self.reason)
        return {"type": "ir.actions.act_window_close"}


class OrderVerificationWaive(models.TransientModel):
    """Asks why findings are waived."""

    _name = "order.verification.waive"
    _description = "Waive Findings"

    check_ids = fields.Many2many("order.verification.check", string="Findings", required=True, readonly=True)
    reason = fields.Char(required=True)

    def action_waive(self):
        """Waive the findings and close."""
        self.ensure_one()
        self.check_ids.action_waive(reason=self.reason)
        return {"type": "ir.actions.act_window_close"}

from odoo import api, fields, models
from odoo.fields import Command


class OrderControlPreview(models.TransientModel):
    """Shows what enforced controls would catch among the open quotations, and switches them."""

    _name = "order.control.preview"
    _description = "Controls of a Company"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        domain=lambda self: [("id", "in", self.env.companies.ids)],
    )
    control = fields.Selection(related="company_id.order_control", string="Controls now")
    control_by_id = fields.Many2one(related="company_id.order_control_by_id")
    control_at = fields.Datetime(related="company_id.order_control_at")
    orders = fields.Integer("Open quotations", compute="_compute_preview", store=True)
    held = fields.Integer("Would be held", compute="_compute_preview", store=True)
    line_ids = fields.One2many("order.control.preview.line", "preview_id", compute="_compute_preview", store=True)
    example_ids = fields.Many2many("sale.order", string="For instance", compute="_compute_preview", store=True)
    reason = fields.Char()

    @api.depends("company_id")
    def _compute_preview(self):
        for wizard in self:
            preview = wizard.company_id.order_control_preview()[0] if wizard.company_id else {}
            wizard.orders = preview.get("orders", 0)
            wizard.held = preview.get("held", 0)
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create({"name": row["name"], "severity": row["severity"], "orders": row["orders"]})
                    for row in preview.get("holds", ())
                ),
            ]
            wizard.example_ids = [Command.set([row["order_id"] for row in preview.get("examples", ())])]

    def action_enforce(self):
        """Switch to enforced."""
        self.company_id.action_order_control_enforce(reason=self.reason or "")
        return self._reopen()

    def action_observe(self):
        """Switch to observing."""
        self.company_id.action_order_control_observe(reason=self.reason or "")
        return self._reopen()

    def action_off(self):
        """Switch off."""
        self.company_id.action_order_control_off(reason=self.reason or "")
        return self._reopen()

    def _reopen(self):
        self.reason = False
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Controls"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


class OrderControlPreviewLine(models.TransientModel):
    """How many open quotations a rule would catch."""

    _name = "order.control.preview.line"
    _description = "Rule in the Preview of the Controls"

    preview_id = fields.Many2one("order.control.preview", required=True, ondelete="cascade")
    name = fields.Char("Rule")
    severity = fields.Selection([("blocking", "Blocking"), ("warning", "Warning")])
    orders = fields.Integer("Quotations")

from odoo import api, fields, models
from odoo.fields import Command


class OrderVerificationSensitive(models.TransientModel):
    """What may not change on a confirmed order of a company without a person: shown as it is set, and set with a reason."""

    _name = "order.verification.sensitive"
    _description = "Sensitive Parts of Confirmed Orders"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        domain="[('id', 'in', allowed_company_ids)]",
    )
    part_ids = fields.One2many(
        "order.verification.sensitive.part",
        "wizard_id",
        "Parts",
        compute="_compute_part_ids",
        store=True,
        readonly=False,
    )
    reason = fields.Char(help="Why it is set so. It is kept with your name.")
    set_by_id = fields.Many2one(related="company_id.order_sensitive_by_id", string="Last set by")
    set_at = fields.Datetime(related="company_id.order_sensitive_at", string="Last set at")
    set_reason = fields.Char(related="company_id.order_sensitive_reason", string="Last reason")

    @api.depends("company_id")
    def _compute_part_ids(self):
        labels = self.env["sale.order"]._verification_parts()
        for wizard in self:
            chosen = wizard.company_id._order_sensitive_parts() if wizard.company_id else ()
            wizard.part_ids = [
                Command.clear(),
                *(
                    Command.create({"code": code, "name": label, "sensitive": code in chosen})
                    for code, label in labels.items()
                ),
            ]

    def action_save(self):
        """Set them for the company.

        :return: an action of the web client
        :raises AccessError: the user is no manager, or the company is none of the user's
        :raises UserError: no reason
        """
        self.ensure_one()
        parts = self.part_ids.filtered("sensitive").mapped("code")
        self.company_id.action_order_sensitive(parts, self.reason or "")
        return {"type": "ir.actions.act_window_close"}


class OrderVerificationSensitivePart(models.TransientModel):
    """One part of an order, and whether its change needs a person."""

    _name = "order.verification.sensitive.part"
    _description = "Part of an Order"

    wizard_id = fields.Many2one("order.verification.sensitive", required=True, ondelete="cascade")
    code = fields.Char(required=True, readonly=True)
    name = fields.Char("Part", required=True, readonly=True)
    sensitive = fields.Boolean("Needs a person")

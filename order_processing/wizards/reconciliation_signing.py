from odoo import api, fields, models


class ReconciliationSigning(models.TransientModel):
    """Whether a second person signs the days of a company: shown as it is set, and set with a reason."""

    _name = "reconciliation.signing"
    _description = "Who Signs a Day"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        domain="[('id', 'in', allowed_company_ids)]",
    )
    second_person = fields.Boolean(
        "The signer is another than who drew the day",
        compute="_compute_second_person",
        store=True,
        readonly=False,
        help="A day that was drawn by itself is signed by any manager.",
    )
    reason = fields.Char(help="Why it is set so. It is kept with your name, and stands in the day book.")
    set_by_id = fields.Many2one(related="company_id.order_sign_by_id", string="Last set by")
    set_at = fields.Datetime(related="company_id.order_sign_at", string="Last set at")
    set_reason = fields.Char(related="company_id.order_sign_reason", string="Last reason")

    @api.depends("company_id")
    def _compute_second_person(self):
        for wizard in self:
            wizard.second_person = wizard.company_id.order_sign_second_person

    def action_save(self):
        """Set it for the company.

        :return: an action of the web client
        :raises AccessError: the user is no manager, or the company is none of the user's
        :raises UserError: no reason
        """
        self.ensure_one()
        self.company_id.action_order_sign_second_person(self.second_person, self.reason or "")
        return {"type": "ir.actions.act_window_close"}

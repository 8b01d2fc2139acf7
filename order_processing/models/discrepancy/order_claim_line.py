from odoo import api, fields, models
from odoo.exceptions import UserError


class OrderClaimLine(models.Model):
    """One thing that is claimed."""

    _name = "order.claim.line"
    _description = "Line of a Claim"
    _check_company_auto = True

    claim_id = fields.Many2one("order.claim", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="claim_id.company_id", store=True)
    discrepancy_id = fields.Many2one(
        "order.discrepancy", readonly=True, index="btree_not_null", ondelete="set null", check_company=True
    )
    name = fields.Char("For what", required=True)
    product_id = fields.Many2one("product.product", check_company=True)
    quantity = fields.Float(digits="Product Unit")
    uom_id = fields.Many2one("uom.uom", "Unit")
    currency_id = fields.Many2one(related="claim_id.currency_id")
    amount = fields.Monetary(required=True)

    _amount_positive = models.Constraint("CHECK (amount >= 0)", "What is claimed is 0 or more.")

    @api.model_create_multi
    def create(self, vals_list):
        """Lines are added to drafts alone."""
        lines = super().create(vals_list)
        lines._check_draft()
        return lines

    def write(self, vals):
        """What was filed stands: nothing of it is changed, and nothing is moved to it."""
        self._check_draft()
        answer = super().write(vals)
        if "claim_id" in vals:
            self._check_draft()
        return answer

    @api.ondelete(at_uninstall=False)
    def _unlink_draft(self):
        self._check_draft()

    def _check_draft(self):
        filed = self.claim_id.filtered(lambda claim: claim.state != "draft")
        if filed:
            raise UserError(self.env._("%s was filed and stands as it is.", ", ".join(filed.mapped("display_name"))))


class OrderDiscrepancy(models.Model):
    _inherit = "order.discrepancy"

    claim_count = fields.Integer("Claims", compute="_compute_claim_count")

    def _compute_claim_count(self):
        counts = dict(
            self.env["order.claim.line"]._read_group(
                [("discrepancy_id", "in", self.ids)], ["discrepancy_id"], ["claim_id:count_distinct"]
            )
        )
        for record in self:
            record.claim_count = counts.get(record, 0)

    def action_open_claims(self):
        """Open the claims over this discrepancy."""
        self.ensure_one()
        claims = self.env["order.claim"].search([("line_ids.discrepancy_id", "=", self.id)])
        return self._open("order.claim", claims, self.env._("Claims"))

from odoo import api, fields, models
from odoo.exceptions import UserError


class OrderReconciliationPart(models.AbstractModel):
    """A row of a statement that is drawn with it, by the database, and written by nobody."""

    _name = "order.reconciliation.part"
    _description = "Part of a Daily Statement"
    _order = "reconciliation_id desc, sequence, id"
    _log_access = False

    reconciliation_id = fields.Many2one(
        "order.reconciliation", "Statement", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    sequence = fields.Integer(readonly=True, aggregator=None)

    def _refuse(self):
        raise UserError(
            self.env._(
                "%s of a statement are drawn with it and never written by hand.",
                self.env["ir.model"]._get(self._name).sudo().name,
            )
        )

    @api.model_create_multi
    def create(self, vals_list):
        """Refused: a statement inserts its parts."""
        self._refuse()

    def write(self, vals):
        """Refused for everybody."""
        self._refuse()

    def _write_part(self, vals):
        """Write what a part lets a user say to it; private, so that no remote call reaches it."""
        # super() skips the guard of `write` and nothing else
        return super().write(vals)

    def unlink(self):
        """Refused for everybody."""
        self._refuse()

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# what a file is, not what it is called or belongs to
CONTENT = {"datas", "raw", "db_datas", "store_fname", "url", "type"}


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def write(self, vals):
        """The proof of a filed claim keeps its content."""
        if not CONTENT.isdisjoint(vals):
            self._order_check_proof()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_proof(self):
        self._order_check_proof()

    def _order_check_proof(self):
        """Raise if one of these files is proof of a claim that was filed."""
        if not self.ids:
            return
        proof = self.env["order.claim"]._fields["proof_ids"]
        self.env.cr.execute(
            SQL(
                "SELECT DISTINCT claim.id FROM %(rel)s rel JOIN order_claim claim ON claim.id = rel.%(claim)s"
                " WHERE rel.%(file)s = ANY(%(ids)s) AND claim.state <> 'draft' ORDER BY claim.id",
                rel=SQL.identifier(proof.relation),
                claim=SQL.identifier(proof.column1),
                file=SQL.identifier(proof.column2),
                ids=list(self.ids),
            )
        )
        claims = self.env["order.claim"].sudo().browse([row[0] for row in self.env.cr.fetchall()])
        if claims:
            raise UserError(
                self.env._(
                    "It is proof of a claim that was filed and stays as it is: %s. Add another file instead.",
                    ", ".join(claims.mapped("display_name")),
                )
            )

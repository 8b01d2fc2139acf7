from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..common.sql_arrays import id_array


class OrderVerification(models.Model):
    """One run of the rules over one order, kept for good: what passed, and the seal over the content if all did.

    Written by the verification alone, never changed.
    """

    _name = "order.verification"
    _description = "Verification of an Order"
    _order = "id desc"
    _rec_name = "order_name"

    order_id = fields.Many2one("sale.order", required=True, readonly=True, ondelete="cascade")
    order_name = fields.Char("Order at that time", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    result = fields.Selection(
        [("verified", "Verified"), ("held", "Held"), ("failed", "Failed, not held")], required=True, readonly=True
    )
    digest = fields.Char("Seal", readonly=True, help="SHA-256 of the content.")
    content = fields.Json(readonly=True)
    passed = fields.Json("Rules passed", readonly=True, help="Code of each rule that passed, with its version.")
    verified_by_id = fields.Many2one("res.users", "By", readonly=True)
    verified_at = fields.Datetime("At", readonly=True)

    _order_run = models.Index("(order_id, id)")

    @api.model
    def _last_seals(self, order_ids):
        """The last seal of each order that has one; one statement.

        :return: dict of order id to ``(digest, content)``
        """
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT DISTINCT ON (order_id) order_id, digest, content
                  FROM order_verification
                 WHERE order_id = ANY(%s) AND result = 'verified'
              ORDER BY order_id, id DESC
                """,
                id_array(order_ids),
            )
        )
        return {order_id: (digest, content) for order_id, digest, content in self.env.cr.fetchall()}

    def write(self, vals):
        """Refused: a run is evidence."""
        raise UserError(self.env._("A verification is not changed afterwards; verify the order again."))

from odoo import api, fields, models
from odoo.tools import SQL


class OrderReturn(models.Model):
    """What a case charges the customer: goods sent in advance for which nothing came, fees found at the inspection."""

    _inherit = "order.return"

    charge_ids = fields.Many2many(
        "account.move",
        "order_return_charge_rel",
        "return_id",
        "move_id",
        "Invoices",
        readonly=True,
        copy=False,
        help="What the case charges: goods sent in advance for which nothing came, fees found at the inspection. Another "
        "product is invoiced by the order of its exchange.",
    )
    charge_count = fields.Integer(compute="_compute_charge_count")

    @api.model
    def _transition_guarded_fields(self):
        return (*super()._transition_guarded_fields(), "charge_ids")

    @api.depends("charge_ids.state")
    def _compute_charge_count(self):
        for case in self:
            case.charge_count = len(case.charge_ids.filtered(lambda move: move.state != "cancel"))

    @api.model
    def _charge(self, charges):
        """Note by which invoices cases charge, one statement for the set; ``charges``: case to ``account.move``."""
        pairs = [(case.id, move.id) for case, moves in charges.items() for move in moves]
        if not pairs:
            return
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO order_return_charge_rel (return_id, move_id)
                SELECT * FROM unnest(%s::int[], %s::int[]) ON CONFLICT DO NOTHING
                """,
                *map(list, zip(*pairs)),
            )
        )
        cases = self.browse(case.id for case in charges)
        cases.invalidate_recordset(["charge_ids"])
        cases.modified(["charge_ids"])

    def action_view_charges(self):
        """Open the invoices by which these cases charge.

        :return: an action of the web client
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_move_out_invoice_type")
        return {
            **action,
            "domain": [("id", "in", self.charge_ids.ids)],
            "context": {"default_move_type": "out_invoice"},
        }

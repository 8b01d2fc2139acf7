from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

PROCESSOR = "order_processing.group_processor"
CLOSED = ("done", "cancel")


class StockPicking(models.Model):
    _inherit = "stock.picking"

    order_quality_check_ids = fields.One2many("order.quality.check", "picking_id", "Checks")
    order_quality_state = fields.Selection(
        [("to_check", "To check"), ("passed", "Passed"), ("failed", "Failed")],
        "Check",
        compute="_compute_order_quality_state",
    )

    @api.depends("order_quality_check_ids.state")
    def _compute_order_quality_state(self):
        """Of several checks the worst one counts."""
        for picking in self:
            states = set(picking.sudo().order_quality_check_ids.mapped("state"))
            picking.order_quality_state = next(
                (state for state in ("failed", "to_check", "passed") if state in states), False
            )

    def _quality_needed(self):
        """Transfers of these that a check belongs to: goods of an order on their way out."""
        return self.filtered(
            lambda picking: (
                picking.picking_type_code == "outgoing" and picking.sale_id and not picking._quality_comes_back()
            )
        )

    def _quality_checks(self):
        """The checks of these transfers, made where missing; the same two statements whatever their number.

        A check that was made counts, whatever its transfer has become since.
        """
        if not self:
            return self.env["order.quality.check"].sudo()
        needed = self._quality_needed()
        if needed:
            needed._quality_insert_simple()
        return self.env["order.quality.check"].sudo().search([("picking_id", "in", self.ids)])

    def _quality_insert_simple(self):
        """Make the simple checks of these transfers that nobody has made meanwhile, with one statement."""
        self.flush_recordset(["company_id", "sale_id"])
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO order_quality_check (picking_id, company_id, order_id, state, create_uid, create_date, write_uid, write_date)
                SELECT id, company_id, sale_id, 'to_check', %(user)s, %(now)s, %(user)s, %(now)s
                  FROM stock_picking WHERE id = ANY(%(pickings)s) ORDER BY id
                    ON CONFLICT (picking_id) WHERE point_id IS NULL DO NOTHING
                """,
                user=self.env.uid,
                now=fields.Datetime.now(),
                pickings=self.ids,
            )
        )
        if self.env.cr.rowcount:
            self.invalidate_recordset(["order_quality_check_ids", "order_quality_state"], flush=False)

    def action_quality_pass(self, note=""):
        """The goods of these transfers are as ordered and whole.

        :param str note: what the record shall say
        :return: number of checks that have passed (transfers that need no check count none)
        :raises UserError: a transfer that is done or cancelled, or whose check has failed
        """
        checks = self._quality_open()
        checks.action_pass(reason=note)
        return len(checks)

    def action_quality_fail(self, note=""):
        """The goods of these transfers may not leave; ``note`` says why.

        :return: number of checks that have failed
        :raises UserError: no note, a transfer that is done or cancelled, or whose check has passed
        """
        checks = self._quality_open()
        checks.action_fail(reason=note)
        return len(checks)

    def _quality_open(self):
        """The checks of these transfers for a verdict by the user, who may write them; closed transfers are refused."""
        self.env["order.transition.mixin"]._check_order_group(PROCESSOR)
        self.check_access("write")
        closed = self.filtered(lambda picking: picking.state in CLOSED)
        if closed:
            raise UserError(
                self.env._(
                    "%s are done or cancelled: there is nothing left to check before they leave.",
                    ", ".join(closed.mapped("name")),
                )
            )
        return self._quality_checks().sudo(False)

    def _action_done(self):
        """Goods leave only when their check has passed, on every path, where the company enforces it."""
        self.filtered(lambda picking: picking.state not in CLOSED)._quality_gate()
        return super()._action_done()

    def _quality_gate(self):
        recorded = self.filtered(lambda picking: picking.company_id._order_control_records())
        if not recorded:
            return
        waiting = recorded._quality_checks()._stopping()
        waiting = waiting.filtered(lambda check: check.company_id._order_control_enforced())
        if waiting:
            raise UserError(
                self.env._(
                    "These transfers have not passed their check, so they cannot leave:\n%(checks)s\n"
                    "Check the goods and mark them as passed (Shipping > Checks), or ask a manager for a concession.",
                    checks="\n".join(check._stop_text() for check in waiting),
                )
            )

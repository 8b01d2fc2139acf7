from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.common.business_day import business_day


def show_results(wizard, rows, done):
    """The results of a set as lines of ``wizard``; a single order needs none.

    :raises UserError: all of them were refused
    """
    refused = [row["error"] for row in rows if row.get("error")]
    if rows and len(refused) == len(rows):
        raise UserError("\n".join(dict.fromkeys(refused)))
    if len(rows) == 1 and not rows[0].get("message"):
        return {"type": "ir.actions.act_window_close"}
    wizard.result_ids = [Command.clear()] + [
        Command.create(
            {
                "order_id": row["order_id"],
                "ok": not row.get("error") and not row.get("message"),
                "message": row.get("error") or row.get("message") or done,
            }
        )
        for row in rows
    ]
    return {
        "type": "ir.actions.act_window",
        "name": done,
        "res_model": wizard._name,
        "res_id": wizard.id,
        "view_mode": "form",
        "target": "new",
    }


class OrderHoldCreate(models.TransientModel):
    """Holds a set of orders, or lines of them, and says what became of each."""

    _name = "order.hold.create"
    _description = "Hold Orders"

    order_ids = fields.Many2many("sale.order", string="Orders", required=True, readonly=True)
    reason_id = fields.Many2one("order.hold.reason", required=True, domain=[("automatic", "=", False)])
    stops = fields.Char("It stops", compute="_compute_stops")
    note = fields.Char()
    until = fields.Date(
        compute="_compute_defaults",
        store=True,
        readonly=False,
        help="On this day it is released, or somebody is told, as the reason says.",
    )
    owner_id = fields.Many2one(
        "res.users",
        compute="_compute_defaults",
        store=True,
        readonly=False,
        domain=[("share", "=", False)],
        help="Who sees to it that the orders go on.",
    )
    line_ids = fields.Many2many(
        "sale.order.line",
        string="Lines only",
        domain="[('order_id', 'in', order_ids), ('display_type', '=', False)]",
        help="Empty: the orders as a whole.",
    )
    result_ids = fields.One2many("order.hold.result", "create_id", "Results", readonly=True)

    @api.depends("reason_id")
    def _compute_stops(self):
        for wizard in self:
            wizard.stops = wizard.reason_id._step_names()

    @api.depends("reason_id")
    def _compute_defaults(self):
        for wizard in self:
            reason = wizard.reason_id
            today = business_day(wizard.order_ids.company_id[:1] or self.env.company)
            wizard.until = fields.Date.add(today, days=reason.days) if reason.days else False
            wizard.owner_id = reason.owner_id

    def action_hold(self):
        """Hold the orders that can be held, and show one line of result for each.

        :return: the same window with the results; closes it where a single order was held
        :raises AccessError: the user is not of the order desk, or may not write the orders
        :raises UserError: none of them could be held
        """
        self.ensure_one()
        self.order_ids._check_order_group("order_processing.group_processor")
        self.order_ids.check_access("write")
        rows = self.order_ids._verification_hold_each(
            self.reason_id.code, self.note or "", self.until, self.owner_id.id, self.line_ids.ids
        )
        return show_results(self, rows, self.env._("Held"))


class OrderHoldRelease(models.TransientModel):
    """Asks why holds are released, and says what became of each order."""

    _name = "order.hold.release"
    _description = "Release Holds"

    hold_ids = fields.Many2many("order.hold", string="Holds", required=True, readonly=True)
    reason_id = fields.Many2one("order.waive.reason", "Kind of reason", default=lambda self: self._default_reason_id())
    reason = fields.Char(required=True)
    result_ids = fields.One2many("order.hold.result", "release_id", "Results", readonly=True)

    @api.model
    def _default_reason_id(self):
        return self.env["order.waive.reason"]._by_code("other")

    def action_release(self):
        """Release the holds, and show one line of result for each order.

        :return: the same window with the results; closes it where a single order was released
        """
        self.ensure_one()
        rows = self.hold_ids.action_release(reason=self.reason, reason_code=self.reason_id.code or "other")
        return show_results(self, rows, self.env._("Released"))


class OrderHoldResult(models.TransientModel):
    """What became of one order."""

    _name = "order.hold.result"
    _description = "Result of Holding or Releasing"

    create_id = fields.Many2one("order.hold.create", ondelete="cascade")
    release_id = fields.Many2one("order.hold.release", ondelete="cascade")
    order_id = fields.Many2one("sale.order", readonly=True, ondelete="cascade")
    ok = fields.Boolean("Done", readonly=True)
    message = fields.Text("Result", readonly=True)
    hold_reasons = fields.Char("Held because", related="order_id.hold_reasons")


class OrderHoldTake(models.TransientModel):
    """Asks why holds are taken over."""

    _name = "order.hold.take"
    _description = "Take Holds Over"

    hold_ids = fields.Many2many("order.hold", string="Holds", required=True, readonly=True)
    reason = fields.Char(required=True)

    def action_take(self):
        """Take the holds over and close."""
        self.ensure_one()
        self.hold_ids.action_take_over(reason=self.reason)
        return {"type": "ir.actions.act_window_close"}


class OrderStandingLift(models.TransientModel):
    """Asks why standing holds are lifted."""

    _name = "order.standing.lift"
    _description = "Lift Standing Holds"

    standing_ids = fields.Many2many("order.standing.hold", string="Standing holds", required=True, readonly=True)
    reason = fields.Char(required=True)

    def action_lift(self):
        """Lift them, release their holds, and close."""
        self.ensure_one()
        self.standing_ids.action_lift(reason=self.reason)
        return {"type": "ir.actions.act_window_close"}


class OrderVerificationWaive(models.TransientModel):
    """Asks why findings are waived, a change is accepted, or a waiver is asked for."""

    _name = "order.verification.waive"
    _description = "Waive Findings"

    check_ids = fields.Many2many("order.verification.check", string="Findings", required=True, readonly=True)
    act = fields.Selection(
        [("waive", "Waive"), ("accept", "Accept"), ("request", "Ask for a waiver")],
        default="waive",
        required=True,
        readonly=True,
    )
    reason_id = fields.Many2one("order.waive.reason", "Kind of reason", default=lambda self: self._default_reason_id())
    reason = fields.Char(required=True)

    @api.model
    def _default_reason_id(self):
        return self.env["order.waive.reason"]._by_code("other")

    def action_waive(self):
        """Do to the findings what the dialogue was opened for, and close; their methods check who may."""
        self.ensure_one()
        if self.act == "request":
            self.check_ids.action_request_waiver(reason=self.reason)
        else:
            act = self.check_ids.action_accept if self.act == "accept" else self.check_ids.action_waive
            act(reason=self.reason, reason_code=self.reason_id.code or "other")
        return {"type": "ir.actions.act_window_close"}

from odoo import api, fields, models

from ..common.transition import Transition, transition

PROCESSOR = "order_processing.group_processor"
MANAGER = "order_processing.group_manager"
EVIDENCE = {"who": "checked_by_id", "when": "checked_at", "why": "note"}


class OrderQualityCheck(models.Model):
    """The check of one outgoing transfer before it leaves."""

    _name = "order.quality.check"
    _inherit = ["order.transition.mixin", "mail.thread"]
    _description = "Check before Dispatch"
    _order = "id desc"
    _rec_name = "picking_id"

    _transition_initial = "to_check"
    _transitions = (
        Transition("pass", ("to_check",), "passed", group=PROCESSOR, **EVIDENCE),
        Transition("fail", ("to_check",), "failed", group=PROCESSOR, reason=True, **EVIDENCE),
        Transition("check_again", ("failed", "passed"), "to_check", group=PROCESSOR, reason=True, why="note"),
        Transition(
            "concede", ("failed",), "passed", group=MANAGER, reason=True, second_person="checked_by_id", **EVIDENCE
        ),
        # other goods than those that were judged lie in the transfer: no person's act
        Transition("renew", ("passed", "failed"), "to_check", reason=True, why="note"),
    )

    # made by ``stock.picking._quality_checks`` alone: a verdict cannot be moved to other goods
    _transition_guarded = ("picking_id", "point_id")

    picking_id = fields.Many2one(
        "stock.picking", "Transfer", required=True, readonly=True, ondelete="cascade", index=True
    )
    point_id = fields.Many2one(
        "order.quality.point", "Quality point", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    company_id = fields.Many2one(related="picking_id.company_id", store=True)
    order_id = fields.Many2one(related="picking_id.sale_id", store=True, string="Order")
    partner_id = fields.Many2one(related="picking_id.partner_id")
    move_ids = fields.One2many("stock.move", string="Goods", compute="_compute_move_ids")
    state = fields.Selection(
        [("to_check", "To check"), ("passed", "Passed"), ("failed", "Failed")],
        default="to_check",
        required=True,
        readonly=True,
    )
    checked_by_id = fields.Many2one("res.users", "Checked by", readonly=True)
    checked_at = fields.Datetime("Checked at", readonly=True)
    note = fields.Text(readonly=True)

    _one_a_transfer = models.UniqueIndex("(picking_id) WHERE point_id IS NULL", "A transfer has one simple check.")
    _one_a_point = models.UniqueIndex(
        "(picking_id, point_id) WHERE point_id IS NOT NULL", "A transfer has one check of a quality point."
    )

    @api.depends("picking_id.move_ids.quantity")
    def _compute_move_ids(self):
        """What lies on the checking table: not what the transfer still waits for."""
        for check in self:
            check.move_ids = check.picking_id.move_ids.filtered("quantity")

    @transition("pass")
    def action_pass(self, reason=""):
        """The goods are as ordered and whole; ``reason`` is a note."""
        self._judged("pass", reason)

    @transition("fail")
    def action_fail(self, reason=""):
        """The goods may not leave; ``reason`` says what is wrong."""
        self._judged("fail", reason)

    @transition("check_again")
    def action_check_again(self, reason=""):
        """Back to the checking table, with a ``reason``; the check of a quality point is re-opened by managers."""
        self._judged("check_again", reason)

    @transition("concede")
    def action_concede(self, reason=""):
        """Let failed goods leave all the same: a manager who did not check them, with a ``reason``."""
        self._judged("concede", reason)

    def _judged(self, act, reason):
        """What follows from the verdict ``act`` (name of a transition) on these checks, which have moved."""
        if act in ("pass", "concede"):
            self._book_checked()

    def _stopping(self):
        """Those that keep what is about to leave of their transfers from leaving."""
        return self.filtered(lambda check: check.state != "passed")

    def _stop_text(self):
        """Which check stops its transfer, and why, as one line."""
        self.ensure_one()
        labels = dict(self._fields["state"]._description_selection(self.env))
        return f"- {self.display_name}: {labels[self.state]} {self.note or ''}".strip()

    def _book_checked(self, kind="checked"):
        self.env["order.event"]._record(
            [
                {
                    "kind": kind,
                    "company_id": check.company_id.id,
                    "order_id": check.order_id.id,
                    "order_name": check.order_id.name,
                    "document_model": "stock.picking",
                    "document_id": check.picking_id.id,
                    "document_name": check.picking_id.name,
                    "note": check.note or None,
                }
                for check in self.sudo()
                if check.order_id
            ]
        )

    @api.depends("picking_id.name", "order_id.name")
    def _compute_display_name(self):
        for check in self:
            check.display_name = " / ".join(filter(None, (check.picking_id.name, check.order_id.name)))

import json

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.order_processing.models.common.transition import Transition, transition

PROCESSOR = "order_processing.group_processor"


class OrderIntake(models.Model):
    """The envelope of one submitted order: what came, from whom, what became of it."""

    _name = "order.intake"
    _inherit = ["order.transition.mixin", "mail.thread"]
    _description = "Submitted Order"
    _order = "id desc"
    _rec_name = "reference"

    _transition_initial = "received"
    _transitions = (
        Transition("accept", ("received", "rejected"), "accepted", when="decided_at"),
        Transition("reject", ("received",), "rejected", when="decided_at"),
        Transition("receive_again", ("rejected",), "received"),
        Transition("cancel", ("received", "rejected"), "cancelled", group=PROCESSOR, reason=True, why="cancel_reason"),
    )
    _transition_guarded = ("order_id", "attempts", "digest")

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    source = fields.Char(required=True, readonly=True, help="Who sent it: one name per program, file or desk.")
    reference = fields.Char("Sender's reference", required=True, readonly=True)
    payload = fields.Json("As received", readonly=True)
    digest = fields.Char(readonly=True)
    received_at = fields.Datetime(default=fields.Datetime.now, readonly=True)
    received_by_id = fields.Many2one("res.users", default=lambda self: self.env.user, readonly=True)
    decided_at = fields.Datetime(readonly=True)
    business_date = fields.Date("Order date", readonly=True)
    state = fields.Selection(
        [("received", "Received"), ("accepted", "Accepted"), ("rejected", "Rejected"), ("cancelled", "Cancelled")],
        default="received",
        required=True,
        readonly=True,
        tracking=False,
    )
    error_ids = fields.One2many("order.intake.error", "intake_id", "Errors", readonly=True)
    first_error_code = fields.Char("Reason", readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True, index="btree_not_null", ondelete="set null")
    attempts = fields.Integer(readonly=True)
    value = fields.Float(
        "Value as submitted", readonly=True, digits=0, help="Quantity times price of its lines, untaxed."
    )
    cancel_reason = fields.Char(readonly=True)
    payload_text = fields.Text("Content", compute="_compute_payload_text", inverse="_inverse_payload_text")
    payload_html = fields.Html("Lines", compute="_compute_payload_html", sanitize=False)

    _once = models.UniqueIndex("(company_id, source, reference)", "This reference was submitted before.")
    _open = models.Index("(company_id, state) WHERE state IN ('received', 'rejected')")

    @api.depends("payload")
    def _compute_payload_text(self):
        for intake in self:
            intake.payload_text = json.dumps(intake.payload or {}, indent=2, ensure_ascii=False)

    def _inverse_payload_text(self):
        for intake in self:
            if intake.state != "rejected":
                raise UserError(self.env._("%s is not rejected: only rejected content is mended.", intake.reference))
            try:
                payload = json.loads(intake.payload_text)
            except ValueError as error:
                raise UserError(
                    self.env._("%(ref)s: this is no JSON: %(why)s", ref=intake.reference, why=error)
                ) from None
            intake.payload = payload

    @api.depends("payload", "error_ids")
    def _compute_payload_html(self):
        for intake in self:
            payload = intake.payload if isinstance(intake.payload, dict) else {}
            lines = payload.get("lines") if isinstance(payload.get("lines"), list) else []
            faults = intake.error_ids.grouped("path")
            rows = [
                {
                    "line": line if isinstance(line, dict) else {},
                    "faults": [
                        error.message
                        for path, errors in faults.items()
                        if (path or "").startswith(f"lines[{position}]")
                        for error in errors
                    ],
                }
                for position, line in enumerate(lines)
            ]
            intake.payload_html = self.env["ir.qweb"]._render("order_processing.intake_payload", {"rows": rows})

    def action_resubmit(self):
        """Evaluate rejected envelopes anew, with their content as mended.

        :return: one result per envelope, as ``submit``
        :raises UserError: an envelope is not rejected
        """
        self._check_order_group(PROCESSOR)
        self.check_access("write")
        wrong = self.filtered(lambda intake: intake.state != "rejected")
        if wrong:
            raise UserError(self.env._("Not rejected: %s.", ", ".join(wrong.mapped("reference"))))
        answers = []
        for (company, source), found in self.grouped(lambda intake: (intake.company_id, intake.source)).items():
            answers += self.submit([intake.payload for intake in found], source, company.id)
        return answers

    @transition("cancel")
    def action_cancel(self, reason=""):
        """Give a rejected order up, with a ``reason``."""

    def action_open_order(self):
        """Open the order that came of it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.order_id.id,
            "view_mode": "form",
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Submitted orders are kept: cancel them with a reason instead."))

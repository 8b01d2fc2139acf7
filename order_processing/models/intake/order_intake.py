import json
import re

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.transition import Transition, transition
from . import reading
from .parcel import NAMELESS
from .places import in_words, labels, said

PROCESSOR = "order_processing.group_processor"
LINE = re.compile(r"lines\[(\d+)\]")


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
    # what came is evidence: mended content goes in by `payload_text`, and only while it is rejected
    _transition_guarded = (
        *(
            "company_id",
            "source",
            "reference",
            "payload",
            "sent_payload",
            "digest",
            "received_at",
            "received_by_id",
            "business_date",
        ),
        *("first_error_code", "order_id", "attempts", "value"),
        *("acknowledgement_state", "acknowledgement_digest", "acknowledgement_sent_at", "acknowledgement_sent_by_id"),
        *("acknowledgement_mail_id", "acknowledgement_error", "acknowledgement_told", "acknowledgement_again_at"),
        *("acknowledgement_tries", "refused_change"),
    )

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    source = fields.Char(required=True, readonly=True, help="Who sent it: one name per program, file or desk.")
    reference = fields.Char("Sender's reference", required=True, readonly=True)
    payload = fields.Json("Content", readonly=True)
    sent_payload = fields.Json("As sent, before it was mended", readonly=True)
    refused_change = fields.Json(
        readonly=True,
        help="Content and errors of the last change that was sent, where it was refused and none came since.",
    )
    digest = fields.Char(readonly=True)
    received_at = fields.Datetime("Received at", default=fields.Datetime.now, readonly=True)
    received_by_id = fields.Many2one("res.users", "Received by", default=lambda self: self.env.user, readonly=True)
    decided_at = fields.Datetime("Decided at", readonly=True)
    business_date = fields.Date("Order date", readonly=True)
    state = fields.Selection(
        [("received", "Received"), ("accepted", "Accepted"), ("rejected", "Rejected"), ("cancelled", "Cancelled")],
        default="received",
        required=True,
        readonly=True,
        tracking=False,
    )
    error_ids = fields.One2many("order.intake.error", "intake_id", "Errors", readonly=True)
    attempt_ids = fields.One2many("order.intake.attempt", "intake_id", "Earlier attempts", readonly=True)
    first_error_code = fields.Selection(list(reading.ERROR_CODES.items()), "Reason", readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True, index="btree_not_null", ondelete="set null")
    attempts = fields.Integer(readonly=True)
    value = fields.Float(
        "Value as submitted", readonly=True, digits=0, help="Quantity times price of its lines, untaxed."
    )
    cancel_reason = fields.Char(readonly=True)
    payload_text = fields.Text("Content as text", compute="_compute_payload_text", inverse="_inverse_payload_text")
    payload_html = fields.Html("Lines", compute="_compute_payload_html", sanitize=False)

    _once = models.UniqueIndex("(company_id, source, reference)", "This reference was submitted before.")
    _open = models.Index("(company_id, state) WHERE state IN ('received', 'rejected')")

    @api.depends("payload")
    def _compute_payload_text(self):
        for intake in self:
            intake.payload_text = json.dumps(reading.in_order(intake.payload or {}), indent=2, ensure_ascii=False)

    def _inverse_payload_text(self):
        for intake in self:
            try:
                payload = json.loads(intake.payload_text)
            except ValueError as error:
                raise UserError(
                    self.env._("%(ref)s: this is no JSON: %(why)s", ref=intake.reference, why=error)
                ) from None
            intake._mend(payload)

    def _mend(self, payload):
        """Put mended content in the place of what was refused, which is kept with its errors.

        :param payload: any JSON value
        :raises UserError: the envelope is not rejected, or the reference was changed
        """
        self.ensure_one()
        if self.state != "rejected":
            raise UserError(self.env._("%s is not rejected: only rejected content is mended.", self.reference))
        mended = payload.get("reference") if isinstance(payload, dict) else None
        mended = mended.strip() if isinstance(mended, str) else mended
        if mended != self.reference and not self.reference.startswith(NAMELESS):
            raise UserError(
                self.env._(
                    "%s: the reference is the sender's and stays. Another reference is another order.", self.reference
                )
            )
        payload = reading.plain(payload)
        if reading.canonical(payload) == reading.canonical(self.payload):
            return
        self._keep_refused()
        self._transition_write({"payload": payload, "sent_payload": self.sent_payload or self.payload})

    def _keep_refused(self):
        """Keep the content of rejected envelopes with the errors that were found in it, before other content takes its place.

        Content that was mended and not yet evaluated is no attempt: what was found was found in the one before, which is kept.
        """
        self.env["order.intake.attempt"].sudo().create(
            [
                {
                    "intake_id": intake.id,
                    "at": intake.decided_at,
                    "payload": intake.payload,
                    "result": "rejected",
                    "reason": "\n".join(said(self.env, intake.payload, error) for error in intake.error_ids),
                }
                for intake in self
                if intake.state == "rejected" and intake._evaluated()
            ]
        )

    def _evaluated(self):
        """Whether the present content is the one that was evaluated last."""
        self.ensure_one()
        content = self.payload
        if isinstance(content, dict):
            content = content.get("as_received", content) if len(content) == 1 else content
            if isinstance(content, dict):
                content = {key: value for key, value in content.items() if key != "replace"}
        return self.digest == reading.canonical(content)

    def _evaluated_payload(self):
        """The content in which the present errors were found: places of errors are places in it."""
        self.ensure_one()
        before = None if self._evaluated() else self.sudo().attempt_ids.sorted("id")[-1:]
        return before.payload if before and before.result == "rejected" else self.payload

    @api.depends("payload", "error_ids")
    @api.depends_context("lang")
    def _compute_payload_html(self):
        words = labels(self.env)
        for intake in self:
            payload = intake.payload if isinstance(intake.payload, dict) else {}
            lines = payload.get("lines") if isinstance(payload.get("lines"), list) else []
            faults = self._faults_by_part(intake, len(lines))
            sent = [key for key in payload if key != "lines"]
            head = [
                {
                    "label": words.get(key) or key.replace("_", " ").capitalize(),
                    "value": _shown(payload.get(key)) if key != "lines" else "",
                    "faults": faults.get(key, []),
                }
                for key in dict.fromkeys(
                    [*reading.in_order(payload), *(key for key in faults if key and "[" not in key)]
                )
                if key in sent or key in faults
            ]
            rows = [
                {
                    "line": {key: _shown(value) for key, value in line.items()} if isinstance(line, dict) else {},
                    "faults": faults.get(f"lines[{place}]", []),
                }
                for place, line in enumerate(lines)
            ]
            intake.payload_html = self.env["ir.qweb"]._render(
                "order_processing.intake_payload", {"head": head, "rows": rows, "whole": faults.get("", [])}
            )

    @api.model
    def _faults_by_part(self, intake, line_count):
        """What is wrong with each part that is shown: a key of the order, ``lines[2]``, ``""`` for the whole."""
        found = {}
        for error in intake.error_ids:
            path = error.path or ""
            line = LINE.match(path)
            if line and int(line[1]) < line_count:
                part, rest = line[0], path[line.end() :].lstrip(".")
            else:
                part = path.partition(".")[0].partition("[")[0]
                # of a charge or of a part of an address the words say which
                rest = path if path != part else ""
            where = in_words(self.env, intake.payload, rest)
            found.setdefault(part, []).append(f"{where}: {error.message}" if where else error.message)
        return found

    def action_resubmit(self):
        """Evaluate rejected envelopes anew, with their content as mended; what is entered is verified.

        :return: one result per envelope, as ``submit``
        :raises UserError: an envelope is not rejected
        """
        self._check_order_group(PROCESSOR)
        self.check_access("write")
        wrong = self.filtered(lambda intake: intake.state != "rejected")
        if wrong:
            raise UserError(self.env._("Not rejected: %s.", ", ".join(wrong.mapped("reference"))))
        answers = {}
        for (company, source), found in self.grouped(lambda intake: (intake.company_id, intake.source)).items():
            for intake, answer in zip(
                found, self._submit([intake.payload for intake in found], source, company, mended=True)
            ):
                answers[intake] = answer
                if answer["intake_id"] != intake.id:
                    # it had no reference and was given one: that one's envelope goes on
                    intake.action_cancel(reason=self.env._("Goes on as %s.", answer["reference"]))
        fresh = [answer["order_id"] for answer in answers.values() if answer["code"] == "accepted"]
        self.env["sale.order"].browse(fresh).action_verify()
        return [answers[intake] for intake in self]

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


def _shown(value):
    """A value of the payload as a person reads it."""
    if isinstance(value, dict):
        return ", ".join(_shown(item) for item in reading.in_order(value).values() if reading.present(item))
    if isinstance(value, list):
        return "; ".join(_shown(item) for item in value if reading.present(item))
    return "" if value is None else str(value)

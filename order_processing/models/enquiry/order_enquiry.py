from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.transition import Transition, transition

PROCESSOR = "order_processing.group_processor"


class OrderEnquiry(models.Model):
    """One question of a customer, and its answer."""

    _name = "order.enquiry"
    _inherit = ["order.transition.mixin", "order.company.mixin", "mail.thread", "mail.activity.mixin"]
    _description = "Enquiry"
    _order = "asked_at desc, id desc"
    _rec_name = "question"
    _check_company_auto = True

    _transition_initial = "new"
    _transitions = (
        Transition(
            "answer", ("new", "reopened"), "answered", group=PROCESSOR, who="answered_by_id", when="answered_at"
        ),
        Transition("close", ("new", "answered", "reopened"), "closed", group=PROCESSOR),
        Transition("reopen", ("answered", "closed"), "reopened", group=PROCESSOR, reason=True),
    )
    _transition_guarded = ("answer",)

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    order_id = fields.Many2one("sale.order", index="btree_not_null", check_company=True)
    partner_id = fields.Many2one(
        "res.partner", "Customer", compute="_compute_partner_id", store=True, readonly=False, precompute=True
    )
    channel = fields.Selection(
        [("phone", "Phone"), ("mail", "Mail"), ("portal", "Portal"), ("chat", "Chat"), ("visit", "Visit")],
        default="phone",
        required=True,
    )
    question = fields.Text(required=True)
    answer = fields.Text(readonly=True)
    draft_answer = fields.Text("Answer to give", help="Written here, then given with the button.")
    state = fields.Selection(
        [("new", "New"), ("answered", "Answered"), ("reopened", "Asked again"), ("closed", "Closed")],
        default="new",
        required=True,
        readonly=True,
    )
    owner_id = fields.Many2one("res.users", default=lambda self: self.env.user)
    asked_at = fields.Datetime("Asked at", default=fields.Datetime.now, required=True)
    answered_at = fields.Datetime("Answered at", readonly=True)
    answered_by_id = fields.Many2one("res.users", "Answered by", readonly=True)
    answer_hours = fields.Float("Hours to the answer", compute="_compute_answer_hours", store=True, aggregator="avg")

    _open = models.Index("(company_id, asked_at) WHERE state IN ('new', 'reopened')")

    @api.depends("order_id")
    def _compute_partner_id(self):
        for enquiry in self:
            enquiry.partner_id = enquiry.partner_id or enquiry.order_id.partner_id

    @api.depends("asked_at", "answered_at")
    def _compute_answer_hours(self):
        for enquiry in self:
            spent = enquiry.answered_at - enquiry.asked_at if enquiry.answered_at and enquiry.asked_at else None
            enquiry.answer_hours = spent.total_seconds() / 3600 if spent else 0.0

    @api.model_create_multi
    def create(self, vals_list):
        """A question asked is a row of the day book."""
        enquiries = super().create(vals_list)
        enquiries._book("asked", "question")
        return enquiries

    def action_give_answer(self):
        """Give the answer that was written: it is kept as it stands."""
        self._check_order_group(PROCESSOR)
        self.check_access("write")
        empty = self.filtered(lambda enquiry: not (enquiry.draft_answer or "").strip())
        if empty:
            raise UserError(self.env._("Write the answer first: %s.", ", ".join(empty.mapped("display_name"))))
        return self.action_answer()

    @transition("answer")
    def action_answer(self, answer="", reason=""):
        """Record the ``answer`` (default: the one that was written) as given by this user, now."""
        for enquiry in self:
            enquiry._transition_write({"answer": answer or reason or enquiry.draft_answer})
        self._book("answered", "answer")

    @transition("close")
    def action_close(self, reason=""):
        """Nothing is left to say."""

    @transition("reopen")
    def action_reopen(self, reason=""):
        """The customer asked again; ``reason`` is what."""

    def _book(self, kind, field):
        self.env["order.event"]._record(
            [
                {
                    "kind": kind,
                    "company_id": enquiry.company_id.id,
                    "order_id": enquiry.order_id.id,
                    "order_name": enquiry.order_id.name,
                    "document_model": self._name,
                    "document_id": enquiry.id,
                    "note": (enquiry[field] or "")[:500],
                    "reason": enquiry.channel,
                }
                for enquiry in self.sudo()
                if enquiry.order_id
            ]
        )

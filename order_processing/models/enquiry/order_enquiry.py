from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.transition import Transition, transition

PROCESSOR = "order_processing.group_processor"
STATES = [
    ("new", "New"),
    ("waiting_us", "Waiting for us"),
    ("waiting_customer", "Waiting for the customer"),
    ("answered", "Answered"),
    ("reopened", "Asked again"),
    ("closed", "Closed"),
]
# it is the desk's turn; it is not over
OURS = ("new", "waiting_us", "reopened")
OPEN = (*OURS, "waiting_customer")
CHANNELS = [("phone", "Phone"), ("mail", "Mail"), ("portal", "Portal"), ("chat", "Chat"), ("visit", "Visit")]
# what would have made the question needless
CAUSES = [
    ("tracking", "The parcel could not be followed"),
    ("delay", "A delay that was not told"),
    ("promise", "No date was promised, or a wrong one"),
    ("fault", "Goods that were wrong, damaged or missing"),
    ("document", "A document that was missing or not understood"),
    ("money", "An invoice, payment or credit that was not understood"),
    ("terms", "Terms that were not understood"),
    ("product", "A description of a product that was not understood"),
    ("none", "Nothing: it had to be asked"),
]


class OrderEnquiry(models.Model):
    """One question of a customer, and its answer; or one of the desk about what differs, and what the customer said."""

    _name = "order.enquiry"
    _inherit = ["order.transition.mixin", "order.company.mixin", "mail.thread", "mail.activity.mixin"]
    _description = "Enquiry"
    _order = "asked_at desc, id desc"
    _rec_name = "question"
    _check_company_auto = True

    _transition_initial = "new"
    _transitions = (
        Transition("wait_us", ("new", "waiting_customer", "reopened"), "waiting_us", group=PROCESSOR),
        Transition("wait_customer", OURS, "waiting_customer", group=PROCESSOR),
        Transition("answer", OPEN, "answered", group=PROCESSOR, who="answered_by_id", when="answered_at"),
        Transition("close", (*OPEN, "answered"), "closed", group=PROCESSOR),
        Transition("reopen", ("answered", "closed"), "reopened", group=PROCESSOR, reason=True),
        # the customer's own, from the portal and by mail
        Transition("reply", ("waiting_customer",), "waiting_us"),
        Transition("ask_again", ("answered", "closed"), "reopened"),
    )
    _transition_guarded = ("answer", "asked_back")

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    order_id = fields.Many2one("sale.order", index="btree_not_null", check_company=True)
    more_order_ids = fields.Many2many(
        "sale.order", string="Other orders", check_company=True, help="Where the question is about several."
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
    )
    channel = fields.Selection(CHANNELS, default="phone", required=True)
    kind_id = fields.Many2one(
        "order.enquiry.kind", "About", index="btree_not_null", domain="[('company_id', 'in', (False, company_id))]"
    )
    cause = fields.Selection(CAUSES, "Needless with", help="What would have made the question needless.")
    product_id = fields.Many2one("product.product", index="btree_not_null", check_company=True)
    carrier_id = fields.Many2one(
        "delivery.carrier", compute="_compute_carrier_id", store=True, readonly=False, precompute=True
    )
    asked_by_us = fields.Boolean(
        readonly=True, help="The desk asked the customer, whose answer is awaited; else the customer asked."
    )
    discrepancy_ids = fields.Many2many(
        "order.discrepancy", string="Discrepancies", check_company=True, help="What the question is about."
    )
    return_ids = fields.Many2many(
        "order.return", string="Returns", check_company=True, help="What the question is about, or what came of it."
    )
    question = fields.Text(required=True)
    answer = fields.Text(readonly=True)
    draft_answer = fields.Text("Answer to give", help="Written here, then given with the button.")
    asked_back = fields.Text("Asked of the customer", readonly=True, help="What we wait for the customer to say.")
    asked_again = fields.Text("What is asked now", copy=False, help="Written here, then asked again with the button.")
    state = fields.Selection(STATES, default="new", required=True, readonly=True)
    owner_id = fields.Many2one("res.users", default=lambda self: self.env.user, domain=[("share", "=", False)])
    asked_at = fields.Datetime("Asked at", default=fields.Datetime.now, required=True)
    answered_at = fields.Datetime("Answered at", readonly=True)
    answered_by_id = fields.Many2one("res.users", "Answered by", readonly=True)

    _open = models.Index("(company_id, asked_at) WHERE state IN ('new', 'waiting_us', 'waiting_customer', 'reopened')")

    @api.depends("order_id")
    def _compute_partner_id(self):
        for enquiry in self:
            enquiry.partner_id = enquiry.partner_id or enquiry.order_id.partner_id

    @api.depends("order_id")
    def _compute_carrier_id(self):
        for enquiry in self:
            enquiry.carrier_id = enquiry.order_id.carrier_id or enquiry.carrier_id

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
        self._check_draft()
        return self.action_answer()

    def action_ask_again(self):
        """The customer asked again what was written: the question is open, and the clock runs (processors).

        :raises UserError: names every question of which nothing was written
        """
        self._check_order_group(PROCESSOR)
        self.check_access("write")
        empty = self.filtered(lambda enquiry: not (enquiry.asked_again or "").strip())
        if empty:
            raise UserError(self.env._("Write what is asked now first: %s.", ", ".join(empty.mapped("display_name"))))
        for words, enquiries in self.grouped("asked_again").items():
            enquiries.action_reopen(words)
        self.asked_again = False
        return True

    def action_ask_back(self):
        """Ask the customer what was written instead of answering: the clock stops until the reply."""
        self._check_order_group(PROCESSOR)
        self.check_access("write")
        self._check_draft()
        return self.action_wait_customer()

    def _check_draft(self):
        empty = self.filtered(lambda enquiry: not (enquiry.draft_answer or "").strip())
        if empty:
            raise UserError(self.env._("Write the answer first: %s.", ", ".join(empty.mapped("display_name"))))

    @transition("wait_us")
    def action_wait_us(self, reason=""):
        """It is taken: the desk looks into it."""

    @transition("wait_customer")
    def action_wait_customer(self, reason=""):
        """The customer is to say something first: ``reason``, else what was drafted."""
        words = {enquiry.id: reason or enquiry.draft_answer for enquiry in self}
        for text, enquiries in self.grouped(lambda enquiry: words[enquiry.id]).items():
            enquiries._transition_write({"asked_back": text})
        self._tell(words)
        self.filtered("draft_answer").write({"draft_answer": False})

    @transition("answer")
    def action_answer(self, answer="", reason=""):
        """Record the ``answer`` (default: the one that was written) as given by this user, now."""
        for enquiry in self:
            enquiry._transition_write({"answer": answer or reason or enquiry.draft_answer})
        bodies = {
            record.id: self.env._("The customer's answer: %s", enquiry.answer)
            for enquiry in self
            for record in enquiry.discrepancy_ids
            if enquiry.asked_by_us
        }
        if bodies:
            self.discrepancy_ids._message_log_batch(bodies=bodies)
        self._tell({enquiry.id: enquiry.answer for enquiry in self if not enquiry.asked_by_us})
        self._end_reported()
        self._book("answered", "answer")

    @transition("close")
    def action_close(self, reason=""):
        """Nothing is left to say."""
        self._end_reported()

    @transition("reopen")
    def action_reopen(self, reason=""):
        """The customer asked again; ``reason`` is what."""

    def _end_reported(self):
        """What was reported with these questions is over with them."""
        self.sudo().discrepancy_ids._end_reported(self.env._("The customer has got the answer"))

    def _tell(self, words):
        """Give the customers the ``words`` (dict of id to text) in the way in which they asked; stages of the talk add theirs."""

    def _book(self, kind, field):
        """Rows of the day book; ``field``: whose words they carry, or the words themselves."""
        self.env["order.event"]._record(
            [
                {
                    "kind": kind,
                    "company_id": enquiry.company_id.id,
                    "order_id": enquiry.order_id.id,
                    "order_name": enquiry.order_id.name,
                    "document_model": self._name,
                    "document_id": enquiry.id,
                    "note": ((enquiry[field] if field in self._fields else field) or "")[:500],
                    "reason": enquiry.channel,
                }
                for enquiry in self.sudo()
                if enquiry.order_id
            ]
        )

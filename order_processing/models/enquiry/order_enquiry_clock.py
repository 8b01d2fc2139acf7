from odoo import api, fields, models
from odoo.tools import SQL

from .order_enquiry import OPEN, OURS
from .working_hours import AHEAD, WorkingHours

CHUNK = 200


class OrderEnquiry(models.Model):
    """How long customers wait for us: hours of work of the company, while it is our turn.

    The clock runs while the desk is to do something, and stops while the customer is. The first word to the customer and the
    solution are counted apart; what is overdue is handed over once, and again when it was asked anew.
    """

    _inherit = "order.enquiry"

    clock_since = fields.Datetime("Our turn since", readonly=True, help="Empty while the customer is to answer.")
    clock_hours = fields.Float(
        "Hours of work before", readonly=True, aggregator=None, help="What we took in earlier turns."
    )
    first_answer_at = fields.Datetime("First answer at", readonly=True)
    answer_hours = fields.Float("Hours to the first answer", readonly=True, aggregator="avg")
    solved_at = fields.Datetime("Solved at", readonly=True)
    solution_hours = fields.Float("Hours to the solution", readonly=True, aggregator="avg")
    due_at = fields.Datetime("Due", readonly=True, help="When our turn has taken as long as the kind allows.")
    escalated_at = fields.Datetime("Escalated at", readonly=True)
    overdue = fields.Boolean(compute="_compute_overdue", search="_search_overdue")

    _transition_guarded = (
        *("answer", "asked_back"),
        *("clock_since", "clock_hours", "first_answer_at", "answer_hours", "solved_at", "solution_hours"),
        *("due_at", "escalated_at"),
    )
    _due = models.Index("(due_at) WHERE due_at IS NOT NULL")

    @api.depends("due_at")
    def _compute_overdue(self):
        now = fields.Datetime.now()
        for enquiry in self:
            enquiry.overdue = bool(enquiry.due_at and enquiry.due_at < now)

    def _search_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = [("due_at", "<", fields.Datetime.now())]
        return late if True in value else ["!", *late]

    @api.model_create_multi
    def create(self, vals_list):
        """A question waits from when it was asked."""
        enquiries = super().create(vals_list)
        enquiries._run_clock()
        return enquiries

    def write(self, vals):
        """Another kind has other hours."""
        answer = super().write(vals)
        if "kind_id" in vals:
            self._run_clock()
        return answer

    def _transition(self, name, reason=""):
        moved = super()._transition(name, reason)
        moved._run_clock()
        return moved

    def _our_turn(self):
        """Whether the desk is to do something about this one."""
        self.ensure_one()
        return self.state in OURS and not (self.asked_by_us and self.state == "new")

    def _run_clock(self):
        """Start and stop the clocks of these enquiries by their states; calendars are read once a company."""
        now = fields.Datetime.now()
        for company, enquiries in self.sudo().grouped("company_id").items():
            first = min((enquiry.clock_since or enquiry.asked_at or now) for enquiry in enquiries)
            hours = WorkingHours(company, first, now + AHEAD)
            for enquiry in enquiries:
                enquiry._transition_write(enquiry._clock_values(hours, now))

    def _clock_values(self, hours, now):
        self.ensure_one()
        values = {}
        since, spent = self.clock_since, self.clock_hours
        if self._our_turn():
            if not since:
                # the first turn began when the customer asked
                since = now if self.first_answer_at or spent else min(self.asked_at, now)
        elif since:
            spent += hours.between(since, now)
            since = False
        told = not self.asked_by_us and self.state in ("waiting_customer", "answered", "closed")
        if told and not self.first_answer_at:
            values |= {"first_answer_at": now, "answer_hours": spent}
        if self.state not in OPEN:
            values |= {"solved_at": self.solved_at or now, "solution_hours": spent}
        else:
            values |= {"solved_at": False, "solution_hours": 0.0}
        if self.state == "reopened":
            values["escalated_at"] = False
        target = self._target_hours(values)
        due = hours.after(since, target - spent) if since and target else False
        return {**values, "clock_since": since, "clock_hours": spent, "due_at": due}

    def _target_hours(self, values):
        """The hours that the kind allows: until the first word, then until the solution."""
        answered = self.first_answer_at or values.get("first_answer_at")
        return self.kind_id.solution_hours if answered else self.kind_id.answer_hours or self.kind_id.solution_hours

    # ------------------------------------------------------------------ overdue

    @api.model
    def _cron_escalate(self):
        """Hand over what is overdue, each once a turn."""
        due = self.sudo().search(
            [("due_at", "<", fields.Datetime.now()), ("escalated_at", "=", False), ("state", "in", OURS)]
        )
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(due))
        for (company, user), enquiries in due.grouped(lambda item: (item.company_id, item._escalate_to())).items():
            for start in range(0, len(enquiries), CHUNK):
                chunk = enquiries[start : start + CHUNK]
                chunk.with_company(company)._escalate(user)
                if not progress(processed=len(chunk)):
                    return

    def _escalate_to(self):
        """Who is to look at this one: whom its kind names, whom the company does, else its owner."""
        self.ensure_one()
        for user in (self.kind_id.escalate_to_id, self.company_id.order_escalate_to_id):
            if user.active and self.company_id in user.company_ids:
                return user
        return self.owner_id

    def _escalate(self, user):
        """Tell ``user`` and the chatter; the day book keeps it of those with an order."""
        self.env.cr.execute(
            SQL("SELECT id FROM order_enquiry WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", self.ids)
        )
        self._transition_write({"escalated_at": fields.Datetime.now()})
        words = self.env._("Overdue: to %s", user.name) if user else self.env._("Overdue")
        self._message_log_batch(bodies=dict.fromkeys(self.ids, words))
        if user:
            self.activity_schedule(
                "mail.mail_activity_data_todo", summary=self.env._("Overdue question of a customer"), user_id=user.id
            )
        self._book("escalated", words)

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import plaintext2html

from ..common.transition import Transition, transition

PROCESSOR = "order_processing.group_processor"
ANSWER = {"who": "answered_by_id", "when": "answered_at", "why": "answer"}
KINDS = [
    ("cancel", "Cancel the order"),
    ("change", "Change quantities"),
    ("address", "Another delivery address"),
    ("date", "Another day"),
]
OUTCOMES = [
    ("none", "Not told"),
    ("sent", "Sent"),
    ("to_call", "To be told by phone"),
    ("told", "Told by phone"),
]


class OrderChangeRequest(models.Model):
    """What is asked of the floor about an order that it has in hand: to cancel it, to send other quantities, to another address
    or on another day.

    Made by ``sale.order.action_request_change`` alone, and changed by its transitions alone: nobody writes it.
    """

    _name = "order.change.request"
    _inherit = ["order.transition.mixin", "mail.thread"]
    _description = "Request to the Floor"
    _order = "id desc"
    # nobody writes a request, and whoever sees it may say something to it
    _mail_post_access = "read"

    _transition_initial = "requested"
    # who may see a request may act on it as far as the group of the act, or the act itself, says so
    _transition_access = "read"
    _transitions = (
        Transition("accept", ("requested",), "accepted", group=PROCESSOR, **ANSWER),
        Transition("decline", ("requested",), "declined", group=PROCESSOR, reason=True, **ANSWER),
        Transition("withdraw", ("requested",), "withdrawn", **ANSWER),
        # no person's answer: the goods have left meanwhile, or the order was cancelled by another way
        Transition("miss", ("requested",), "declined", reason=True, **ANSWER),
        Transition("overtake", ("requested",), "withdrawn", reason=True, **ANSWER),
    )
    _transition_guarded = ("by_itself",)

    name = fields.Char(default="/", readonly=True, copy=False)
    order_id = fields.Many2one("sale.order", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="order_id.partner_id")
    kind = fields.Selection(KINDS, "What", required=True, readonly=True)
    reason = fields.Text("Why", required=True, readonly=True)
    state = fields.Selection(
        [
            ("requested", "Requested"),
            ("accepted", "Accepted"),
            ("declined", "Declined"),
            ("withdrawn", "Withdrawn"),
        ],
        default="requested",
        required=True,
        readonly=True,
    )
    requested_by_id = fields.Many2one("res.users", "Asked by", required=True, readonly=True)
    requested_at = fields.Datetime("Asked at", required=True, readonly=True)
    answered_by_id = fields.Many2one("res.users", "Answered by", readonly=True)
    answered_at = fields.Datetime("Answered at", readonly=True)
    answer = fields.Text(readonly=True, help="What the floor says; the customer reads it too.")
    by_itself = fields.Boolean(
        readonly=True, help="Nobody answered: the goods have left, or the order was cancelled otherwise."
    )
    line_ids = fields.One2many("order.change.request.line", "request_id", "Quantities", readonly=True)
    goods_ids = fields.One2many("order.change.request.goods", "request_id", "Back to the shelf", readonly=True)
    picking_ids = fields.Many2many(
        "stock.picking", string="Transfers", readonly=True, help="Those in hand when it was asked."
    )
    source = fields.Char("Sender", readonly=True, help="The program that asks; it reads the answer itself.")
    external_key = fields.Char("Sender's key", readonly=True)
    payload = fields.Json(readonly=True)
    outcome = fields.Selection(OUTCOMES, "Customer", default="none", required=True, readonly=True)
    email = fields.Char("Sent to", readonly=True)
    told_at = fields.Datetime("Told at", readonly=True)
    error = fields.Char("Why it was not sent", readonly=True)

    _one_open = models.UniqueIndex(
        "(order_id) WHERE state = 'requested'", "The floor is asked about this order already."
    )

    _one_key = models.UniqueIndex(
        "(company_id, source, external_key) WHERE external_key IS NOT NULL", "This key was used for another request."
    )

    @api.depends("name", "order_id.name")
    def _compute_display_name(self):
        for request in self:
            request.display_name = " / ".join(filter(None, (request.name, request.sudo().order_id.name)))

    @api.model_create_multi
    def create(self, vals_list):
        """Requests get their number from the sequence of their company, those of one company with one query."""
        orders = self.env["sale.order"].browse([vals["order_id"] for vals in vals_list])
        numbered = {}
        for vals, order in zip(vals_list, orders):
            if vals.get("name", "/") == "/":
                numbered.setdefault(order.company_id, []).append(vals)
        for company, rows in numbered.items():
            sequence, numbers = self.env["stock.package"]._draw_numbers("order.change.request", company, len(rows))
            for place, vals in enumerate(rows):
                vals["name"] = (
                    sequence.get_next_char(numbers[place]) if numbers else sequence and sequence.next_by_id()
                ) or "/"
        return super().create(vals_list)

    # ------------------------------------------------------------------ what people do

    @transition("accept")
    def action_accept(self, reason=""):
        """The floor accepts (processors): the orders are cancelled or changed, what lies in hand goes back to its shelf, parcels
        that lose goods and their papers are void, checks follow, the customer is told.

        :param str reason: what is to be said, also to the customer
        :raises UserError: names the requests that cannot be done any more, and why; nothing is changed then
        """
        self._check_possible()
        self._carry_out()
        self._answered("change_accepted")

    @transition("decline")
    def action_decline(self, reason=""):
        """The floor declines (processors): everything leaves as it was; ``reason`` is told to the customer."""
        self._answered("change_declined")

    @transition("withdraw")
    def action_withdraw(self, reason=""):
        """Take a request back: who asked, or a processor. The customer is told nothing.

        :raises AccessError: it is another's request
        """
        others = self.filtered(lambda request: request.requested_by_id != self.env.user)
        if others and not self._has_order_group(PROCESSOR):
            raise AccessError(
                self.env._(
                    "%s was asked for by somebody else, who may take it back; so may a processor.",
                    ", ".join(others.mapped("display_name")),
                )
            )
        self._book("change_withdrawn")

    def action_told(self):
        """The customers were told by phone (processors).

        :return: number of requests whose customers were to be called
        :raises AccessError: no processor, or a request of another company
        """
        self._check_order_group(PROCESSOR)
        self.check_access("read")
        todo = self.sudo().filtered(lambda request: request.outcome == "to_call")
        todo.write({"outcome": "told", "told_at": fields.Datetime.now()})
        todo._message_log_batch(
            bodies=dict.fromkeys(todo.ids, self.env._("Told by phone.")), author_id=self.env.user.partner_id.id
        )
        return len(todo)

    def action_print_put_back(self):
        """Print what goes back to the shelf, by place."""
        self.check_access("read")
        return self.env.ref("order_processing.action_report_put_back").report_action(self)

    def _put_back_direction(self):
        """``rtl`` where the reader's language is written from right to left, else ``ltr``."""
        return self.env["res.lang"]._get_data(code=self.env.lang or self.env.user.lang).direction or "ltr"

    # ------------------------------------------------------------------ what cannot be done any more

    def _wishes(self):
        """What is wished: of other quantities order line to quantity in its unit, else the order's field to its value."""
        self.ensure_one()
        return {line.order_line_id: line.quantity for line in self.line_ids} | self._head_wishes()

    def _check_possible(self):
        """:raises UserError: names the requests that cannot be done, and why"""
        rows = []
        for request in self.sudo():
            order, wishes = request.order_id, request._wishes()
            why = order._change_gone(request.kind, wishes) or order._change_barred(request.kind, wishes)
            if why:
                rows.append(self.env._("%(request)s cannot be accepted: %(why)s", request=request.name, why=why))
        if rows:
            raise UserError("\n".join(rows))

    @api.model
    def _miss(self, orders):
        """Goods of ``orders`` have left: what the floor was asked and cannot do any more is declined by itself; for ``sudo``."""
        found = self.search([("order_id", "in", orders.ids), ("state", "=", "requested")]) if orders else self
        gone = {request: request.order_id._change_gone(request.kind, request._wishes()) for request in found}
        late = found.filtered(gone.get)
        if not late:
            return
        late._transition("miss", reason=self.env._("Goods have left."))
        for request in late:
            # each with its own words; the ORM writes them together
            request._transition_write({"answer": gone[request], "by_itself": True})
        late._answered("change_declined")

    @api.model
    def _overtake(self, orders):
        """``orders`` are cancelled: nothing is left to ask about them; for ``sudo``."""
        found = self.search([("order_id", "in", orders.ids), ("state", "=", "requested")])
        if found:
            found._transition("overtake", reason=self.env._("The order was cancelled."))
            found._transition_write({"by_itself": True})
            found._book("change_withdrawn")

    # ------------------------------------------------------------------ who is told

    def _answered(self, kind):
        """What follows from an answer, whatever it is: the day book, the order, who asked, the customer."""
        self._book(kind)
        self._tell_asker()
        self.sudo()._tell()

    def _book(self, kind):
        """Enter ``kind`` of these requests into the day book and into the chatter of their orders."""
        requests = self.sudo()
        label = dict(self.env["order.event"]._fields["kind"]._description_selection(self.env))[kind]
        self.env["order.event"]._record(
            [
                {
                    **request.order_id._order_event(kind),
                    "document_model": self._name,
                    "document_id": request.id,
                    "document_name": request.name,
                    "note": (request.answer if request.state != "requested" else request.reason) or None,
                }
                for request in requests
            ]
        )
        requests.order_id._message_log_batch(
            bodies={
                request.order_id.id: "\n".join(
                    [
                        self.env._("%(what)s (%(request)s): %(kind)s.", what=label, request=request.name,
                                   kind=request._kind_words()),
                        *request._wish_words(),
                        *filter(None, [request.answer if request.state != "requested" else request.reason]),
                    ]
                )
                for request in requests
            },
            author_id=self.env.user.partner_id.id,
        )  # fmt: skip

    def _kind_words(self):
        self.ensure_one()
        return dict(self._fields["kind"]._description_selection(self.env))[self.kind].lower()

    def _tell_asker(self):
        """Who asked gets a to-do with the answer, unless they gave it, or are a program; one insertion for all."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        todo = self.sudo().filtered(
            lambda request: (
                request.requested_by_id != self.env.user and request.requested_by_id.active and not request.external_key
            )
        )
        if not todo:
            return
        # core asks each document for its name alone: read them together first
        todo.order_id.mapped("display_name")
        kind = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
        model = self.env["ir.model"]._get_id("sale.order")
        self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=True).create(
            [
                {
                    "activity_type_id": kind.id if kind else False,
                    "automated": True,
                    "res_model_id": model,
                    "res_id": request.order_id.id,
                    "user_id": request.requested_by_id.id,
                    "summary": self.env._("%(request)s: %(state)s", request=request.name, state=labels[request.state]),
                    "note": plaintext2html(request.answer or ""),
                }
                for request in todo
            ]
        )

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common import contract

PROCESSOR = "order_processing.group_processor"
TEMPLATE = "order_processing.mail_template_delay"
# orders that a notice is called by
NAMED = 3
OUTCOMES = [
    ("sent", "Sent"),
    ("to_call", "To be told by phone"),
    ("told", "Told by phone"),
    ("overtaken", "Overtaken"),
]


class OrderDelayNotice(models.Model):
    """What one customer was told, at one time, of goods that come later than promised; and what the customer wants.

    Made by ``sale.order._tell_delays`` alone. What was told stands on the order lines (``order_told_date``): it is what the next
    slip is measured against, so nothing is told twice.
    """

    _name = "order.delay.notice"
    _inherit = ["portal.mixin"]
    _description = "Delay Notice"
    _order = "id desc"

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, index=True, ondelete="restrict"
    )
    line_ids = fields.One2many("order.delay.notice.line", "notice_id", "Goods", readonly=True)
    order_ids = fields.Many2many("sale.order", string="Orders", compute="_compute_order_ids")
    outcome = fields.Selection(
        OUTCOMES,
        required=True,
        readonly=True,
        help="Overtaken: before anybody was told, the goods were promised for another day, came or were cancelled.",
    )
    email = fields.Char("Sent to", readonly=True)
    told_at = fields.Datetime("Told at", readonly=True)
    told_by_id = fields.Many2one("res.users", "Told by", readonly=True)
    error = fields.Char("Why it was not sent", readonly=True)
    answered_at = fields.Datetime("Answered at", readonly=True)
    to_settle = fields.Boolean("To settle", compute="_compute_to_settle", search="_search_to_settle")

    _to_call = models.Index("(company_id) WHERE outcome = 'to_call'")

    @api.depends("line_ids.order_id.name")
    def _compute_name(self):
        for notice in self:
            names = notice.line_ids.order_id.mapped("name")
            notice.name = ", ".join(names[:NAMED]) + ("…" if len(names) > NAMED else "")

    @api.depends("line_ids.order_id")
    def _compute_order_ids(self):
        for notice in self:
            notice.order_ids = notice.line_ids.order_id

    @api.depends("line_ids.to_settle")
    def _compute_to_settle(self):
        for notice in self:
            notice.to_settle = any(notice.line_ids.mapped("to_settle"))

    def _search_to_settle(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("line_ids", "any" if True in value else "not any", [("to_settle", "!=", False)])]

    def _compute_access_url(self):
        super()._compute_access_url()
        for notice in self:
            notice.access_url = f"/my/delays/{notice.id}"

    # ------------------------------------------------------------------ words of the message

    def _told_table(self):
        """The orders with their new dates and choices, in the language of the context."""
        self.ensure_one()
        return self.env["ir.qweb"]._render("order_processing.delay_told_table", {"notice": self})

    def _choice_link(self, order, choice):
        """The page of this notice with a choice for ``order`` made beforehand."""
        self.ensure_one()
        return f"{self.get_base_url()}{self.get_portal_url(query_string=f'&order={order.id}&choice={choice}')}"

    # ------------------------------------------------------------------ telling

    def _send(self):
        """Make the mails of these notices (``sudo``); who has no address, or whose mail is refused, is to be called."""
        silent = self.filtered(lambda notice: not notice.partner_id.email_normalized)
        silent.error = self.env._("The customer has no e-mail address, or none that can be right.")
        template = self.env.ref(TEMPLATE, raise_if_not_found=False)
        if not template or not template.active:
            (self - silent).error = self.env._("The message's template was archived or deleted.")
            return
        for company, notices in (self - silent).grouped("company_id").items():
            notices._send_by(template.sudo().with_company(company))

    def _send_by(self, template):
        try:
            with contract.one_record(self.env.cr):
                template.send_mail_batch(self.ids, email_layout_xmlid="mail.mail_notification_light")
        except contract.REFUSALS as error:
            if len(self) == 1:
                self.error = contract.said(error)
                return
            for notice in self:
                notice._send_by(template)
            return
        for email, notices in self.grouped(lambda notice: notice.partner_id.email).items():
            notices.write({"email": email, "error": False})
        self._told("sent")

    def action_told(self):
        """The customer was told by phone (processors).

        :return: number of notices that were to be told so
        :raises AccessError: no processor, or a notice of another company
        """
        self.env["order.transition.mixin"]._check_order_group(PROCESSOR)
        self.check_access("read")
        todo = self.sudo().filtered(lambda notice: notice.outcome == "to_call")
        todo._told("told")
        return len(todo)

    def _told(self, outcome):
        """The customers know: it stands on the lines, in the day book and in the orders' chatter."""
        self.write({"outcome": outcome, "told_at": fields.Datetime.now(), "told_by_id": self.env.uid})
        for day, lines in self.line_ids.grouped("promised").items():
            lines.order_line_id.order_told_date = day
        self.line_ids._book("delay_told")
        by_order = self.line_ids.grouped("order_id")
        told = {"sent": self.env._("Told of a delay by mail:"), "told": self.env._("Told of a delay by phone:")}[
            outcome
        ]
        self.line_ids.order_id._message_log_batch(
            bodies={order.id: "\n".join((told, *lines._words())) for order, lines in by_order.items()},
            author_id=self.env.user.partner_id.id,
        )

    def action_settled(self):
        """What these customers wish and could not be done at once is done (processors).

        :return: number of notices of which something was left to do
        :raises AccessError: no processor, or a notice of another company
        :raises UserError: nothing was left to do of any of them
        """
        self.env["order.transition.mixin"]._check_order_group(PROCESSOR)
        self.check_access("read")
        open_lines = self.sudo().line_ids.filtered("to_settle")
        if not open_lines:
            raise UserError(self.env._("%s: nothing is left to do.", ", ".join(self.mapped("name")) or "-"))
        open_lines.to_settle = False
        return len(open_lines.notice_id)

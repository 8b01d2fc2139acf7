from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_amount

from ..common import contract
from ..common.business_day import business_day
from .order_return_notice import STEPS
from .order_return_receive import NOT_HERE
from .return_process import ARRIVED, DONE, EXPECTED, PROCESSOR

CHUNK = 50
# what was asked for so many days ago, when it arrives, is history that is being entered
HISTORY_DAYS = 7
# the step that a transition is to the customer
STEP_OF = {
    "approve": "approved",
    "override": "approved",
    "reject": "rejected",
    "cancel": "cancelled",
    "receive": "received",
    "inspect": "inspected",
    "settle": "settled",
    "settle_again": "settled",
}
# the states in which a step still holds when its message leaves; others: it was taken back meanwhile
HOLDS_IN = {
    "requested": ("requested", *EXPECTED, *ARRIVED),
    "approved": (*EXPECTED, *ARRIVED),
    "received": ARRIVED,
    "inspected": ("inspected", *DONE),
    "settled": DONE,
    "rejected": ("rejected",),
    "cancelled": ("cancelled",),
    # what follows of goods sent in advance follows whatever becomes of the case
    "overdue": (*EXPECTED, *ARRIVED, "cancelled"),
}


class OrderReturnTell(models.Model):
    """The customer is told of each step by mail, once, in the customer's language, after the step is committed.

    Of several steps of one case that wait together the last is told. Silent: companies that switched it off, and what is
    entered for a past day (history, demonstrations).
    """

    _inherit = "order.return"

    notice_ids = fields.One2many("order.return.notice", "return_id", "Told to the customer", readonly=True)
    untold = fields.Boolean("Customer not told", compute="_compute_untold", search="_search_untold")

    @api.depends("notice_ids.outcome")
    def _compute_untold(self):
        for case in self:
            case.untold = "failed" in case.notice_ids.mapped("outcome")

    def _search_untold(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("notice_ids", "any" if True in value else "not any", [("outcome", "=", "failed")])]

    def _transition(self, name, reason=""):
        moved = super()._transition(name, reason)
        if name in STEP_OF:
            moved._tell_later(STEP_OF[name])
        return moved

    @api.model
    def _request(self, parcels, source, company):
        answers = super()._request(parcels, source, company)
        fresh = self.browse(parcel.record.id for parcel in parcels if parcel.fresh)
        last = business_day(company) - timedelta(days=HISTORY_DAYS)
        fresh.filtered(lambda case: not case.business_date or case.business_date >= last)._tell_later("requested")
        return answers

    def _tell_later(self, step):
        """Queue ``step`` for the customers of ``self``; a cron sends it once this has been committed."""
        cases = self.sudo().filtered(
            lambda case: case.partner_id and case.company_id.order_return_mail and not case._is_history()
        )
        if self.env["order.return.notice"].sudo()._queue(cases, step):
            # without it they wait for the hour; a step never fails over it
            cron = self.env.ref("order_processing.cron_return_tell", raise_if_not_found=False)
            if cron:
                cron.sudo()._trigger()

    def _is_history(self):
        """Whether the present call enters what happened on another day."""
        day = self.env.context.get("order_business_date") or self.env.context.get("order_business_moment")
        return bool(day) and fields.Date.to_date(str(day)[:10]) != business_day(self.company_id)

    @api.model
    def _cron_tell(self):
        """Send the messages that wait, the cases of a chunk at a time; what cannot be sent keeps its reason."""
        cases = self.env["order.return.notice"].sudo().search([("outcome", "=", "to_send")], order="id").return_id
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(cases))
        for start in range(0, len(cases), CHUNK):
            chunk = cases[start : start + CHUNK]
            chunk._tell()
            if not progress(processed=len(chunk)):
                break

    def action_tell(self):
        """Try again to tell the customers what they could not be told (processors).

        :return: True
        """
        self._check_order_group(PROCESSOR)
        self.check_access("write")
        failed = self.sudo().notice_ids.filtered(lambda notice: notice.outcome == "failed")
        failed.write({"outcome": "to_send", "error": False})
        self.sudo()._tell()
        return True

    def _tell(self):
        """Send what waits of these cases (``sudo``), the last step of each."""
        waiting = self.notice_ids.filtered(lambda notice: notice.outcome == "to_send")
        gone = waiting.filtered(lambda notice: not notice.return_id._holds(notice.step))
        waiting -= gone
        # what does not hold was never told: when it comes again, it is
        gone.unlink()
        order = [step for step, _label in STEPS]
        ready = self.env["order.return.notice"]
        for own in waiting.grouped("return_id").values():
            last = max(own, key=lambda notice: order.index(notice.step))
            ready |= last
            (own - last).write({"outcome": "passed"})
        silent = ready.filtered(lambda notice: not notice.return_id.partner_id.email)
        silent.write(
            {
                "outcome": "failed",
                "error": self.env._("The customer has no e-mail address: enter one, then tell the customer."),
            }
        )
        for (company, step), notices in (ready - silent).grouped(lambda item: (item.company_id, item.step)).items():
            notices._mail(company, step)

    def _holds(self, step):
        """Whether the customer is still to be told of ``step``."""
        self.ensure_one()
        return self.state in HOLDS_IN[step] and (step != "inspected" or self._surprises())

    def _surprises(self):
        """Whether the inspection found otherwise than the customer expects: another quantity, or not as new."""
        self.ensure_one()
        return self.differs or any(line.condition and line.condition != "new" for line in self.line_ids)

    # ------------------------------------------------------------------ words of the templates

    def _told_lines(self, step):
        """The table of the case's lines in a message, in the language of the context.

        :param str step: one of ``STEPS``: which columns are told
        """
        self.ensure_one()
        return self.env["ir.qweb"]._render("order_processing.return_told_lines", {"case": self, "step": step})

    def _told_amounts(self):
        """What was given back: list of dicts ``{name, amount, open}``, texts in the note's currency; posted notes alone."""
        self.ensure_one()
        return self._told_documents(self.credit_ids)

    def _told_charges(self):
        """What the case charged, as ``_told_amounts``; an exchange's other product is invoiced by its own order."""
        self.ensure_one()
        return self._told_documents(self.charge_ids.filtered(lambda move: move.payment_state != "reversed"))

    def _told_documents(self, moves):
        return [
            {
                "name": move.name,
                "amount": format_amount(self.env, move.amount_total, move.currency_id),
                "open": move.amount_residual and format_amount(self.env, move.amount_residual, move.currency_id),
            }
            for move in moves.filtered(lambda move: move.state == "posted").sorted("id")
        ]

    def _told_overdue(self):
        """What was sent in advance and what it replaces did not come: the lines."""
        return self.line_ids.filtered("advance_outcome")

    def _comes_back(self):
        """The lines whose goods the customer is to send."""
        return self.line_ids.filtered(lambda line: line.disposition not in NOT_HERE)


class OrderReturnNotice(models.Model):
    _inherit = "order.return.notice"

    def _mail(self, company, step):
        """Make the mails of notices of one company and step; where that fails for the set, each by itself, and why is kept."""
        template = self.env.ref(f"order_processing.mail_template_return_{step}", raise_if_not_found=False)
        if not template:
            self.write({"outcome": "failed", "error": self.env._("The message's template was deleted.")})
            return
        if not template.active:
            # the company does not want this one
            self.write({"outcome": "passed"})
            return
        try:
            with contract.one_record(self.env.cr):
                self._mail_by(template.sudo().with_company(company))
        except contract.REFUSALS as error:
            if len(self) == 1:
                self.write({"outcome": "failed", "error": contract.said(error)})
                return
            for notice in self:
                notice._mail(company, step)

    def _mail_by(self, template):
        cases = self.return_id
        mails = template.send_mail_batch(cases.ids, email_layout_xmlid="mail.mail_notification_light")
        for mail, case in zip(mails, cases):
            if mail.attachment_ids and not case._comes_back():
                # nothing goes into a parcel
                mail.attachment_ids.unlink()
        for email, notices in self.grouped(lambda notice: notice.return_id.partner_id.email).items():
            notices.write({"outcome": "sent", "email": email, "sent_at": fields.Datetime.now(), "error": False})

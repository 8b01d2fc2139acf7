import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ..common import contract
from . import reading
from .order_intake_acknowledgement import AUTOMATIC

_logger = logging.getLogger(__name__)

CHUNK = 50
# hours after which one that failed unexpectedly is tried again, twice as many each time, and how often in all
AGAIN_HOURS = 1
TRIES = 7


class OrderIntakeAcknowledge(models.Model):
    """Sending what the sender is told: queued with the order, mailed by a cron or by the desk."""

    _inherit = "order.intake"

    def _acknowledge_later(self):
        """Queue those of ``self`` whose customers are told by themselves; a cron sends them once this has been committed."""
        queued = self.filtered(lambda intake: intake.acknowledgement in AUTOMATIC)
        if queued:
            waits = {"acknowledgement_state": "to_send", "acknowledgement_again_at": False, "acknowledgement_tries": 0}
            queued._transition_write(waits)
            # without it they wait for whoever looks; a submission never fails over it
            cron = self.env.ref("order_processing.cron_acknowledge", raise_if_not_found=False)
            if cron:
                cron.sudo()._trigger()

    @api.model
    def _cron_acknowledge(self):
        """Send the acknowledgements that wait, a chunk at a time; what cannot be sent keeps its reason."""
        again = [("acknowledgement_state", "=", "failed"), ("acknowledgement_again_at", "<=", fields.Datetime.now())]
        todo = self.search(["|", ("acknowledgement_state", "=", "to_send"), "&", *again], order="id")
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(todo))
        for start in range(0, len(todo), CHUNK):
            chunk = todo[start : start + CHUNK]
            chunk._acknowledge_each()
            if not progress(processed=len(chunk)):
                break

    def _acknowledge_each(self):
        """Send those of ``self``; one that fails unexpectedly spoils no other, keeps its reason and is tried again later.

        :raises psycopg2.OperationalError, ConcurrencyError: these go up, and the whole job is run again
        """
        try:
            with contract.one_record(self.env.cr):
                self._acknowledge(automatic=True)
        except contract.CONCURRENCY:
            raise
        except Exception as error:  # pylint: disable=broad-except
            if len(self) > 1:
                for intake in self:
                    intake._acknowledge_each()
                return
            _logger.exception("The acknowledgement of %s failed", self.reference)
            self._acknowledge_again(contract.said(error) or type(error).__name__)

    def _acknowledge_again(self, why):
        """Try the one of ``self`` again later, or, when that was done often enough, leave it to the desk with its reason."""
        tries = self.acknowledgement_tries + 1
        values = {"acknowledgement_state": "failed", "acknowledgement_tries": tries}
        if tries < TRIES:
            values["acknowledgement_again_at"] = fields.Datetime.now() + timedelta(hours=AGAIN_HOURS * 2 ** (tries - 1))
            values["acknowledgement_error"] = self.env._("It failed unexpectedly and is tried again by itself: %s", why)
        else:
            values["acknowledgement_again_at"] = False
            values["acknowledgement_error"] = self.env._(
                "It failed %(count)s times and is not tried again by itself; press Acknowledge when the cause is mended: "
                "%(why)s",
                count=tries,
                why=why,
            )
        self._transition_write(values)

    def action_acknowledge(self):
        """Tell the senders by mail what became of their orders; whoever was told the same before is not told again.

        :return: a notification of the web client that names what was sent and what was not, and why
        :raises UserError: nothing could be sent
        """
        self.env["order.intake"]._check_order_group("order_processing.group_processor")
        self.check_access("read")
        answers = self._acknowledge()
        wrong = [answer for answer in answers if answer["code"] == "failed"]
        if wrong and len(wrong) == len(answers):
            raise UserError("\n".join(f"{answer['reference']}: {answer['message']}" for answer in wrong))
        lines = [f"{answer['reference']}: {answer['message']}" for answer in answers]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if wrong else "success",
                "message": "\n".join(lines),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _acknowledge(self, automatic=False):
        """Send, once per content.

        :param automatic: only to those who want it by themselves, and only with differences if so agreed
        :return: one dict per envelope: ``{reference, code, message}``, code sent, repeated, same, failed
        """
        self = self.sudo()
        told = self._acknowledgements()
        recipients = self._acknowledgement_recipients()
        answers, ready = {}, []
        for intake in self:
            code, words = intake._acknowledgement_stop(told.get(intake.id), recipients.get(intake), automatic)
            if code:
                answers[intake] = (code, words)
            else:
                ready.append(intake)
        answers |= self._acknowledgement_mail(ready, told, recipients)
        for code in ("same", "failed", "repeated"):
            for words, found in _by_words(answers, code).items():
                state = "sent" if code == "repeated" else code
                error = words if code == "failed" else False
                self.browse(found)._transition_write(
                    {
                        "acknowledgement_state": state,
                        "acknowledgement_error": error,
                        "acknowledgement_again_at": False,
                        "acknowledgement_tries": 0,
                    }
                )
        return [
            {"reference": intake.reference, "code": answers[intake][0], "message": answers[intake][1]}
            for intake in self
        ]

    def _acknowledgement_stop(self, told, recipient, automatic):
        """Why nothing is sent: ``(code, words)``, ``("", "")`` where it is."""
        if not told:
            return "failed", self.env._("It is not settled yet.")
        if self.acknowledgement == "never":
            return "failed", self.env._("This customer is never told: change the setting at the customer.")
        if automatic and self.acknowledgement not in AUTOMATIC:
            return "same", self.env._("The customer is told after review.")
        # who was told of a difference is told that there is none any more
        same = told["result"] == "accepted" and self.acknowledgement_told in (False, "accepted")
        if automatic and self.acknowledgement == "differences" and same:
            return "same", self.env._("No differences.")
        if self.acknowledgement_digest == reading.canonical(_facts(told)):
            return "repeated", self.env._("Sent before; nothing has changed since.")
        if not recipient or not recipient["email"]:
            return "failed", self.env._("No e-mail address of the customer is known.")
        return "", ""

    def _acknowledgement_recipients(self):
        """Whom to tell: dict of envelope to ``{email, partner, lang}``; of a refused order the customer that it names."""
        found = {}
        for intake, partner in self._acknowledgement_customers().items():
            customer = (
                intake.payload.get("customer") if isinstance(intake.payload, dict) and not intake.order_id else ""
            )
            email = customer.get("email") if isinstance(customer, dict) else customer
            email = email_normalize(email) if isinstance(email, str) else False
            found[intake] = {"email": partner.email or email, "partner": partner, "lang": partner.lang}
        return found

    def _acknowledgement_mail(self, ready, told, recipients):
        """Make the mails of ``ready``; where that fails for the set, each by itself, and the reason is kept."""
        if not ready:
            return {}
        try:
            with contract.one_record(self.env.cr):
                self._acknowledgement_make(ready, told, recipients)
        except contract.REFUSALS as error:
            if len(ready) == 1:
                return {ready[0]: ("failed", contract.said(error))}
            answers = {}
            for intake in ready:
                answers |= self._acknowledgement_mail([intake], told, recipients)
            return answers
        return {intake: ("sent", self.env._("Sent to %s.", recipients[intake]["email"])) for intake in ready}

    def _acknowledgement_make(self, ready, told, recipients):
        sender, now, notes = self.env.user, fields.Datetime.now(), {}
        template = self.env.ref("order_processing.mail_template_acknowledgement").sudo()
        groups = {}
        for intake in ready:
            groups.setdefault((recipients[intake]["lang"], intake.company_id), []).append(intake.id)
        for (lang, company), ids in groups.items():
            speaking = template.with_company(company).with_context(lang=lang or self.env.lang)
            mails = speaking.send_mail_batch(ids, email_layout_xmlid="mail.mail_notification_light")
            for mail, intake in zip(mails, self.browse(ids)):
                to = recipients[intake]
                known = to["partner"]
                mail.write({"recipient_ids": [(6, 0, known.ids)], "email_to": False if known else to["email"]})
                intake._transition_write(
                    {
                        "acknowledgement_state": "sent",
                        "acknowledgement_digest": reading.canonical(_facts(told[intake.id])),
                        "acknowledgement_sent_at": now,
                        "acknowledgement_sent_by_id": sender.id,
                        "acknowledgement_mail_id": mail.id,
                        "acknowledgement_told": told[intake.id]["result"],
                        "acknowledgement_error": False,
                        "acknowledgement_again_at": False,
                        "acknowledgement_tries": 0,
                    }
                )
                notes[intake] = self.env._("Acknowledgement sent to %s.", to["email"])
        author = sender.partner_id.id
        done = self.browse([intake.id for intake in ready])
        done._message_log_batch({intake.id: notes[intake] for intake in done}, author_id=author)
        orders = {intake.order_id.id: notes[intake] for intake in done if intake.order_id}
        if orders:
            self.env["sale.order"].browse(orders)._message_log_batch(orders, author_id=author)


def _facts(told):
    """What the customer is told without words, which differ by language."""
    lines = [
        {key: value for key, value in line.items() if key not in ("shown", "message", "name")} for line in told["lines"]
    ]
    errors = [[error["path"], error["code"], error["found"]] for error in told["errors"]]
    differences = [[row["key"], row["sent"]] for row in told["differences"]]
    facts = {"result": told["result"], "lines": lines, "errors": errors, "differences": differences}
    refused = [[error["path"], error["code"], error["found"]] for error in told["refused_change"]]
    return {**facts, "refused_change": refused} if refused else facts


def _by_words(answers, code):
    found = {}
    for intake, (own, words) in answers.items():
        if own == code:
            found.setdefault(words, []).append(intake.id)
    return found

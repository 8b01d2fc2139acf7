from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ..common import contract
from . import reading
from .acknowledgement import acknowledgement, reasons_by_mark
from .lookup_partner import PartnerLookup
from .order_intake_profile import ACKNOWLEDGEMENTS
from .parcel import Parcel
from .places import in_words

CHUNK = 50
AUTOMATIC = ("always", "differences")


class OrderIntakeAcknowledgement(models.Model):
    """What the sender is told of its order: computed from what stands, mailed once per content."""

    _inherit = "order.intake"

    acknowledgement = fields.Selection(
        ACKNOWLEDGEMENTS,
        compute="_compute_acknowledgement",
        compute_sudo=True,
        help="The customer's setting, else that of the sender's profile, else after review.",
    )
    acknowledgement_result = fields.Selection(
        [("accepted", "As ordered"), ("changed", "With differences"), ("refused", "Refused")],
        "Result",
        compute="_compute_acknowledgement_html",
    )
    acknowledgement_html = fields.Html(compute="_compute_acknowledgement_html", sanitize=False)
    acknowledgement_state = fields.Selection(
        [("to_send", "Waiting"), ("sent", "Sent"), ("failed", "Failed"), ("same", "No differences")], readonly=True
    )
    acknowledgement_digest = fields.Char(readonly=True)
    acknowledgement_sent_at = fields.Datetime("Acknowledged at", readonly=True)
    acknowledgement_sent_by_id = fields.Many2one("res.users", "Acknowledged by", readonly=True)
    acknowledgement_mail_id = fields.Many2one(
        "mail.mail", readonly=True, ondelete="set null", groups="base.group_system"
    )
    acknowledgement_error = fields.Char(readonly=True)
    acknowledgement_problem = fields.Char(
        "Why it was not sent", compute="_compute_acknowledgement_problem", compute_sudo=True
    )

    _to_acknowledge = models.Index("(id) WHERE acknowledgement_state = 'to_send'")

    @api.depends("source", "company_id", "order_id.partner_id")
    def _compute_acknowledgement(self):
        for company, intakes in self.grouped("company_id").items():
            profiles = self.env["order.intake.profile"].search(
                [("company_id", "=", company.id), ("source", "in", intakes.mapped("source"))]
            )
            by_source = {profile.source: profile.acknowledgement for profile in profiles}
            for intake in intakes:
                house = intake.with_company(company).order_id.partner_id.commercial_partner_id
                intake.acknowledgement = house.order_acknowledgement or by_source.get(intake.source) or "review"

    @api.depends("acknowledgement_error", "acknowledgement_mail_id.state")
    def _compute_acknowledgement_problem(self):
        for intake in self:
            mail = intake.acknowledgement_mail_id
            bounced = mail.failure_reason or mail.failure_type if mail.state == "exception" else False
            intake.acknowledgement_problem = intake.acknowledgement_error or bounced

    @api.depends("state", "order_id", "payload", "acknowledgement_state")
    def _compute_acknowledgement_html(self):
        found = self._acknowledgements()
        for intake in self:
            told = found.get(intake.id)
            intake.acknowledgement_result = told["result"] if told else False
            intake.acknowledgement_html = intake._acknowledgement_table(told) if told else False

    def _acknowledgements(self):
        """What became of the submitted orders of ``self``, line by line against what was sent.

        :return: dict of envelope id to ``{result, lines, differences, errors}``; envelopes that are not settled are left out
        """
        self.check_access("read")
        settled = self.sudo().filtered(lambda intake: intake.state != "received")
        # of one set, so that what each needs is read for all
        orders = {order.id: order for order in settled.order_id}
        products = settled.order_id.order_line.product_id
        known = {
            product.id: {
                str(code).strip().casefold().lstrip("0")
                for code in (
                    product.default_code,
                    product.barcode,
                    product.name,
                    *product.seller_ids.mapped("product_code"),
                )
                if code
            }
            for product in products
        }
        for packaging in (
            self.env["product.uom"].sudo().search([("product_id", "in", products.ids)]) if products else ()
        ):
            known[packaging.product_id.id].add(packaging.barcode.casefold().lstrip("0"))
        codes = self.env["order.customer.code"].sudo().search([("product_id", "in", products.ids)]) if products else ()
        for own in codes:
            known[own.product_id.id].add(own.code.casefold().lstrip("0"))
        none = self.env["sale.order"].sudo()
        sent = [intake.sent_payload or intake.payload for intake in settled if intake.order_id]
        units = none._comparison_units([payload for payload in sent if isinstance(payload, dict)])
        return {
            intake.id: acknowledgement(intake, orders.get(intake.order_id.id, none), known, units) for intake in settled
        }

    def _acknowledgement_table(self, told):
        """The table that mail, portal and form show, in the language of the context."""
        self.ensure_one()
        order, content = self.sudo().order_id, self.sudo().payload
        shown = {line["line"] for line in told["lines"]}
        listed = [
            error for mark, own in reasons_by_mark(content, told["errors"]).items() if mark in shown for error in own
        ]
        whole = [
            {**error, "where": in_words(self.env, content, error["path"])}
            for error in told["errors"]
            if error not in listed
        ]
        return self.env["ir.qweb"]._render(
            "order_processing.intake_acknowledgement",
            {
                "told": told,
                "order": order,
                "labels": self._acknowledgement_labels(),
                "currency": order.currency_id,
                "whole": whole,
            },
        )

    @api.model
    def _acknowledgement_labels(self):
        env = self.env
        return {
            "accepted": env._("as ordered"),
            "changed_product": env._("product changed"),
            "changed_quantity": env._("quantity changed"),
            "changed_price": env._("price changed"),
            "changed_date": env._("date changed"),
            "added": env._("added"),
            "refused": env._("refused"),
        }

    def _acknowledgement_subject(self):
        """What became of it, in a few words, for the mail template."""
        self.ensure_one()
        return {
            "accepted": self.env._("entered as ordered"),
            "changed": self.env._("entered with differences"),
            "refused": self.env._("not accepted"),
        }[self.acknowledgement_result]

    def _acknowledgement_mailed(self):
        """The table of one envelope, for the mail template."""
        self.ensure_one()
        return self._acknowledgement_table(self._acknowledgements()[self.id])

    # ------------------------------------------------------------------ sending

    def _acknowledge_later(self):
        """Queue those of ``self`` whose customers are told by themselves; a cron sends them once this has been committed."""
        queued = self.filtered(lambda intake: intake.acknowledgement in AUTOMATIC)
        if queued:
            queued._transition_write({"acknowledgement_state": "to_send"})
            # without it they wait for whoever looks; a submission never fails over it
            cron = self.env.ref("order_processing.cron_acknowledge", raise_if_not_found=False)
            if cron:
                cron.sudo()._trigger()

    @api.model
    def _cron_acknowledge(self):
        """Send the acknowledgements that wait, a chunk at a time; what cannot be sent keeps its reason."""
        todo = self.search([("acknowledgement_state", "=", "to_send")], order="id")
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(todo))
        for start in range(0, len(todo), CHUNK):
            chunk = todo[start : start + CHUNK]
            chunk._acknowledge(automatic=True)
            if not progress(processed=len(chunk)):
                break

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
                self.browse(found)._transition_write({"acknowledgement_state": state, "acknowledgement_error": error})
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
        if automatic and self.acknowledgement == "differences" and told["result"] == "accepted":
            return "same", self.env._("No differences.")
        if self.acknowledgement_digest == reading.canonical(_facts(told)):
            return "repeated", self.env._("Sent before; nothing has changed since.")
        if not recipient or not recipient["email"]:
            return "failed", self.env._("No e-mail address of the customer is known.")
        return "", ""

    def _acknowledgement_recipients(self):
        """Whom to tell: dict of envelope to ``{email, partner, lang}``; of a refused order the customer that it names."""
        found = {}
        for intake in self.filtered("order_id"):
            partner = intake.order_id.partner_id
            found[intake] = {"email": partner.email, "partner": partner, "lang": partner.lang}
        for company, intakes in (self - self.filtered("order_id")).grouped("company_id").items():
            settings = self.env["order.intake.profile"]._settings_of("", company)
            parcels = {intake: Parcel(intake.payload) for intake in intakes if isinstance(intake.payload, dict)}
            lookup = PartnerLookup(self.env, company, settings)
            lookup.find(list(parcels.values()))
            for intake, parcel in parcels.items():
                partner = lookup.fill(parcel, {})
                partner = partner if partner and partner.id else self.env["res.partner"]
                customer = parcel.payload.get("customer")
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
                        "acknowledgement_error": False,
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
    return {"result": told["result"], "lines": lines, "errors": errors, "differences": differences}


def _by_words(answers, code):
    found = {}
    for intake, (own, words) in answers.items():
        if own == code:
            found.setdefault(words, []).append(intake.id)
    return found

import codecs
import logging
import re

from markupsafe import Markup, escape

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import html2plaintext, plaintext2html
from odoo.tools.mail import email_normalize

_logger = logging.getLogger(__name__)

# how much of a mail is read and kept
TEXT = 10_000
BODY = 200_000
FILES = 20
FILE_BYTES = 10 * 1024 * 1024
ALL_BYTES = 20 * 1024 * 1024
# what may do something when it is opened
REFUSED = (
    *("exe", "bat", "cmd", "com", "scr", "pif", "msi", "js", "jse", "vbs", "vbe", "wsf", "ps1", "hta", "jar", "lnk"),
    *("html", "htm", "xhtml", "svg", "shtml", "mht", "mhtml", "xml", "swf", "reg"),
)
# words that may be the number of an order
WORD = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9/_.\-]{2,60})")
WORDS = 200
OPEN_ORDERS = 20
OTHERS = 10


class OrderEnquiry(models.Model):
    """Questions by mail: a mail to a mailbox becomes one and finds its order, a reply goes on with it, an answer is sent."""

    _inherit = "order.enquiry"
    _primary_email = "email_from"

    email_from = fields.Char("Mail of", readonly=True, index="btree_not_null")
    subject = fields.Char(readonly=True)

    # ------------------------------------------------------------------ what comes in

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """A mail becomes a question: of whom, about which order, and what of it was too much."""
        values = dict(custom_values or {})
        company = self.env["res.company"].browse(values.get("company_id")) or self.env.company
        self = self.with_company(company)  # noqa: PLW0642 (as core's own)
        left_out = _limit(msg_dict)
        subject = _clean(msg_dict.get("subject"))[:200]
        text = _mail_text(msg_dict)
        partner = self.env["res.partner"].browse(msg_dict.get("author_id") or ())
        email = email_normalize(msg_dict.get("email_from") or "") or ""
        named = self._mail_named(company, f"{subject}\n{text}") | self._mail_thread(company, msg_dict)
        orders, foreign = self._mail_orders(company, partner, email, named)
        enquiry = self.create(
            {
                **values,
                "company_id": company.id,
                "channel": "mail",
                "email_from": _clean(msg_dict.get("email_from"))[:250],
                "subject": subject,
                "question": text or subject or self.env._("(a mail without words)"),
                "order_id": orders[:1].id,
                "more_order_ids": orders[1:OTHERS].ids,
                "partner_id": partner.id or orders[:1].partner_id.id,
                "owner_id": values.get("owner_id") or orders[:1].user_id.id,
            }
        )
        notes = []
        if left_out:
            notes.append(
                self.env._("Left out, too many, too large or of a kind that is not kept: %s", ", ".join(left_out))
            )
        if foreign:
            notes.append(
                self.env._(
                    "The mail names %s, which is another customer's: look who writes before you say anything of it.",
                    ", ".join(foreign.mapped("name")),
                )
            )
        if notes:
            enquiry._message_log(body="\n".join(notes))
        return enquiry

    def message_update(self, msg_dict, update_vals=None):
        """A reply of the customer goes on with the question."""
        left_out = _limit(msg_dict)
        answer = super().message_update(msg_dict, update_vals)
        if left_out:
            self._message_log(
                body=self.env._("Left out, too many, too large or of a kind that is not kept: %s", ", ".join(left_out))
            )
        if self._from_customer(msg_dict):
            self._customer_said(_mail_text(msg_dict))
        return answer

    @api.model
    def _from_customer(self, msg_dict):
        """Whether a person who is none of us wrote: no automatic answer, no colleague."""
        if self.env.context.get("order_mail_automatic") or msg_dict.get("is_internal"):
            return False
        author = self.env["res.partner"].sudo().browse(msg_dict.get("author_id") or ())
        return not any(not user.share for user in author.user_ids)

    def _customer_said(self, text):
        """It is our turn again: the customer answered, or asks on."""
        enquiries = self.with_user(SUPERUSER_ID)
        enquiries.filtered(lambda enquiry: enquiry.state == "waiting_customer")._transition("reply")
        enquiries.filtered(lambda enquiry: enquiry.state in ("answered", "closed"))._transition(
            "ask_again", text[:200] or self.env._("A mail without words")
        )

    # ------------------------------------------------------------------ whose order

    @api.model
    def _mail_orders(self, company, partner, email, named):
        """The orders that a mail is about, for ``sudo``: of those that it names (``named``) the sender's own, else the sender's
        only open one.

        :return: ``(orders, foreign)``: the sender's own, newest first, and those it names that are another's
        """
        Order = self.env["sale.order"].sudo()
        family = self._mail_family(partner, email)
        own = named.filtered(
            lambda order: (
                (order.partner_id | order.partner_invoice_id | order.partner_shipping_id).commercial_partner_id & family
            )
        )
        if own or not family:
            return own, named - own
        recent = Order.search(
            [
                ("company_id", "=", company.id),
                ("partner_id.commercial_partner_id", "in", family.ids),
                ("state", "in", ("draft", "sent", "sale")),
            ],
            order="id desc",
            limit=OPEN_ORDERS,
        )
        states = recent._customer_states()
        waiting = recent.filtered(lambda order: states[order.id]["state"] not in ("complete", "cancelled"))
        return waiting if len(waiting) == 1 else Order, named - own

    @api.model
    def _mail_family(self, partner, email):
        """The customers (commercial partners) for whom who writes may speak."""
        partners = partner.sudo()
        if email:
            partners |= self.env["res.partner"].sudo().search([("email_normalized", "=", email)], limit=20)
        return partners.commercial_partner_id

    @api.model
    def _mail_thread(self, company, msg_dict):
        """The orders to whose messages a mail replies, wherever it was sent."""
        text = f"{msg_dict.get('references') or ''} {msg_dict.get('in_reply_to') or ''}"
        numbers = re.findall(r"<[^<>\s]+>", text)[-OTHERS:]
        Message = self.env["mail.message"].sudo()
        found = Message.search([("message_id", "in", numbers), ("model", "=", "sale.order")]) if numbers else Message
        orders = self.env["sale.order"].sudo().browse(found.mapped("res_id")).exists()
        return orders.filtered(lambda order: order.company_id == company)

    @api.model
    def _mail_named(self, company, text):
        words = list(dict.fromkeys(word.rstrip(".-/_") for word in WORD.findall(text[:TEXT])))
        words = [word for word in words if any(sign.isdigit() for sign in word)][:WORDS]
        if not words:
            return self.env["sale.order"].sudo()
        names = list({*words, *(word.upper() for word in words)})
        return (
            self.env["sale.order"]
            .sudo()
            .search(
                [("company_id", "=", company.id), "|", ("name", "in", names), ("client_order_ref", "in", names)],
                order="id desc",
                limit=OTHERS,
            )
        )

    # ------------------------------------------------------------------ what goes out

    def _tell(self, words):
        """Who wrote to us gets the words by mail, with the link to the order's page; on the page they stand anyway."""
        super()._tell(words)
        for enquiry in self:
            text = words.get(enquiry.id)
            to = enquiry.partner_id
            if not text or enquiry.channel not in ("mail", "portal") or not (to.email or enquiry.email_from):
                continue
            body = plaintext2html(text)
            # whoever is answered about another's order gets no link to it
            if enquiry.order_id and enquiry.order_id.partner_id.commercial_partner_id == to.commercial_partner_id:
                body += Markup('<p><a href="%s">%s</a></p>') % (
                    escape(enquiry.order_id._page_url()),
                    enquiry.with_context(lang=enquiry._lang()).env._("Follow your order"),
                )
            enquiry.message_post(
                body=body,
                subject=f"Re: {enquiry.subject}" if enquiry.subject else enquiry.order_id.name or None,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                partner_ids=to.ids if to.email else [],
                outgoing_email_to=False if to.email else enquiry.email_from,
            )


class SaleOrder(models.Model):
    """A customer's reply to a message of an order is a question about it."""

    _inherit = "sale.order"

    def message_update(self, msg_dict, update_vals=None):
        """See the class: what is open already goes on, else it is a new one."""
        answer = super().message_update(msg_dict, update_vals)
        Enquiry = self.env["order.enquiry"].sudo()
        if Enquiry._from_customer(msg_dict):
            text = _mail_text(msg_dict)
            for order in self.sudo():
                order._reply_asks(text, msg_dict)
        return answer

    def _reply_asks(self, text, msg_dict):
        Enquiry = self.env["order.enquiry"].sudo()
        known = Enquiry.search(
            [("order_id", "=", self.id), ("channel", "=", "mail"), ("state", "not in", ("answered", "closed"))], limit=1
        )
        if known:
            known._message_log(body=text)
            known._customer_said(text)
            return
        Enquiry.create(
            {
                "company_id": self.company_id.id,
                "order_id": self.id,
                "partner_id": msg_dict.get("author_id") or self.partner_id.id,
                "channel": "mail",
                "email_from": _clean(msg_dict.get("email_from"))[:250],
                "subject": _clean(msg_dict.get("subject"))[:200],
                "question": text or self.env._("(a mail without words)"),
                "owner_id": self.user_id.id,
            }
        )


class MailThread(models.AbstractModel):
    """What a machine answered by itself is no question: it is kept where it replies to, and asks nothing."""

    _inherit = "mail.thread"

    @api.model
    def message_parse(self, message, save_original=False):
        """Words in an encoding that nobody knows are read as far as they can be."""
        for part in message.walk():
            if part.get_content_maintype() == "text" and not _known(part.get_content_charset()):
                part.set_param("charset", "utf-8")
        return super().message_parse(message, save_original)

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        if routes and _automatic(message):
            kept = [route for route in routes if route[0] != "order.enquiry"]
            if len(kept) < len(routes):
                _logger.info("An automatic mail asks nothing: %s", message_dict.get("message_id"))
            return super(MailThread, self.with_context(order_mail_automatic=True))._message_route_process(
                message, message_dict, kept
            )
        return super()._message_route_process(message, message_dict, routes)


def _automatic(message):
    """Whether a mail says of itself that no person wrote it."""
    said = str(message.get("Auto-Submitted") or "no").split(";")[0].strip().lower()
    precedence = str(message.get("Precedence") or "").strip().lower()
    return (
        said != "no"
        or precedence in ("auto_reply", "bulk", "junk", "list")
        or any(message.get(name) for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply"))
    )


def _known(charset):
    try:
        return not charset or bool(codecs.lookup(charset))
    except (LookupError, ValueError):
        return False


def _clean(text):
    return str(text or "").replace("\x00", "").strip()


def _mail_text(msg_dict):
    """The words of a mail, without what it quotes at its end being cut: as much as is kept of a question."""
    return _clean(html2plaintext(str(msg_dict.get("body") or "")[:BODY]))[:TEXT]


def _limit(msg_dict):
    """Take out of a mail what is not kept of it; names of the files that were left out."""
    if len(str(msg_dict.get("body") or "")) > BODY:
        msg_dict["body"] = plaintext2html(_mail_text(msg_dict))
    kept, left_out, size = [], [], 0
    for file in msg_dict.get("attachments") or ():
        name, content = file[0] or "file", file[1]
        weight = len(content.as_bytes() if hasattr(content, "as_bytes") else content or b"")
        kind = name.rpartition(".")[2].lower()
        if kind in REFUSED or weight > FILE_BYTES or size + weight > ALL_BYTES or len(kept) >= FILES:
            left_out.append(_clean(name)[:100])
            continue
        size += weight
        kept.append(file)
    msg_dict["attachments"] = kept
    return left_out

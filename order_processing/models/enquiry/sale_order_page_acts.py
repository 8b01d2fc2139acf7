from datetime import timedelta

from odoo import SUPERUSER_ID, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.mimetypes import guess_mimetype

from ..common import scalars

# questions of one order from its page in a day, and how long one may be
A_DAY = 10
LONGEST = 4000
PROBLEMS = ("missing", "damaged", "wrong", "other")
REASON = "customer"


class SaleOrder(models.Model):
    """What the customer does on the page of an order. All of it is for ``sudo``: who may is asked by the page."""

    _inherit = "sale.order"

    def _page_ask(self, text):
        """A question: an enquiry of the portal; or the answer to what the desk waits for.

        :raises UserError: there is no text, or too much was asked today
        """
        text = self._page_text(text)
        waiting = self.env["order.enquiry"].search(
            [("order_id", "=", self.id), ("state", "=", "waiting_customer")], limit=1
        )
        if waiting:
            waiting._message_log(body=text, author_id=self.partner_id.id)
            waiting._customer_said(text)
            return waiting
        return self._page_enquiry(text)

    def _page_change(self, text):
        """A wish to change the order, for the desk to do.

        :raises UserError: there is no text, too much was asked today, or nothing is left to change
        """
        if self._customer_states()[self.id]["state"] in ("complete", "returning", "cancelled"):
            raise UserError(
                self.env._("Nothing of %s can be changed any more. Ask us, or ask for a return.", self.name)
            )
        kind = self.env.ref("order_processing.enquiry_kind_change", raise_if_not_found=False)
        return self._page_enquiry(self._page_text(text), kind_id=kind)

    def _page_problem(self, problem, line_id, text, photos, quantity=None):
        """A problem with goods: an enquiry about the line, with the photos (pairs of name and bytes), and a discrepancy.

        :raises UserError: names what is wrong with it
        """
        self.ensure_one()
        if problem not in PROBLEMS:
            raise UserError(self.env._("Say what is wrong with the goods."))
        line = self.order_line.filtered(lambda line: not line.display_type and str(line.id) == str(line_id or ""))
        if not line:
            raise UserError(self.env._("Say which of the goods it is."))
        amount = scalars.number(quantity) if quantity else 1.0
        if not amount or amount <= 0 or line.product_uom_id.compare(amount, line.product_uom_qty) > 0:
            raise UserError(
                self.env._(
                    "Say how many it are: more than none, and at most the %(ordered)s that were ordered.",
                    ordered=line.product_uom_id._quantity_words(line.product_uom_qty),
                )
            )
        self.env["order.return"]._check_photos(photos)
        words = dict(self._page_problems())[problem]
        enquiry = self._page_enquiry(
            f"{words}: {line.name.splitlines()[0]}\n{self._page_text(text, needed=problem == 'other')}".strip(),
            kind_id=self.env.ref("order_processing.enquiry_kind_goods", raise_if_not_found=False),
            product_id=line.product_id.id,
            cause="fault",
        )
        enquiry.discrepancy_ids = self.env["order.discrepancy"]._report(line, amount, enquiry.question)
        self.env["ir.attachment"].create(
            [
                {
                    "name": name[-100:] or "photo",
                    "raw": content,
                    "mimetype": guess_mimetype(content),
                    "res_model": enquiry._name,
                    "res_id": enquiry.id,
                }
                for name, content in photos
            ]
        )
        return enquiry

    def _page_problems(self):
        """``[(code, words)]`` of what can be wrong with goods."""
        return [
            ("missing", self.env._("It is missing")),
            ("damaged", self.env._("It is damaged")),
            ("wrong", self.env._("It is not what was ordered")),
            ("other", self.env._("Something else")),
        ]

    def _page_cancel(self, text):
        """Cancel the order where that can be, else ask the floor.

        :return: ``"done"`` or ``"asked"``
        :raises UserError: says why it is too late
        """
        self.ensure_one()
        way = self._page_may_cancel()
        if not way:
            raise UserError(self.env._("%s can no longer be cancelled. Ask us, or ask for a return.", self.name))
        if way == "now":
            code, message = self._order_cancel_each(REASON)[self.id]
            if code not in ("accepted", "repeated"):
                raise UserError(message)
            return "done"
        words = (text or "").strip()[:LONGEST] or self.env._("The customer wishes it.")
        self.with_user(SUPERUSER_ID).action_request_change("cancel", words)
        return "asked"

    def _page_text(self, text, needed=True):
        text = (text or "").replace("\x00", "").strip()
        if needed and not text:
            raise UserError(self.env._("Write what you want to tell us."))
        if len(text) > LONGEST:
            raise UserError(self.env._("Please write less than %s letters.", LONGEST))
        return text

    def _page_enquiry(self, text, kind_id=None, **vals):
        self.ensure_one()
        # one after the other, so that they are counted
        self.env.cr.execute(SQL("SELECT id FROM sale_order WHERE id = %s FOR NO KEY UPDATE", self.id))
        Enquiry = self.env["order.enquiry"]
        since = fields.Datetime.now() - timedelta(days=1)
        mine = [("order_id", "=", self.id), ("channel", "=", "portal"), ("asked_at", ">", since)]
        if Enquiry.search_count(mine) >= A_DAY:
            raise UserError(
                self.env._(
                    "You have written to us %(count)s times about this order today. We answer as soon as we can; call %(phone)s if"
                    " it cannot wait.",
                    count=A_DAY,
                    phone=self.company_id.phone or self.company_id.name,
                )
            )
        return Enquiry.create(
            {
                "company_id": self.company_id.id,
                "order_id": self.id,
                "partner_id": self.partner_id.id,
                "channel": "portal",
                "question": text,
                "owner_id": self.user_id.id,
                "kind_id": kind_id.id if kind_id else False,
                **vals,
            }
        )

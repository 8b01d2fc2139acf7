from datetime import timedelta

from odoo import api, fields, models

from ..common.business_day import business_day
from .order_return_receive import NOT_HERE

BATCH = 100


class OrderReturnExpire(models.Model):
    """An approval holds what was delivered for so many days; what did not come by then is free again."""

    _inherit = "order.return"

    expires_on = fields.Date(
        "Kept until", readonly=True, index="btree_not_null", help="The last business day on which the goods may come."
    )
    expired_at = fields.Datetime("Expired at", readonly=True)
    expiry_told_at = fields.Datetime("Customer told of the end at", readonly=True)

    def _transition_guarded_fields(self):
        return (*super()._transition_guarded_fields(), "expires_on", "expiry_told_at")

    def _keep_until(self):
        """Set the last day of approved cases by their company's setting."""
        for company in self.company_id:
            days = company.order_return_approval_days
            last = business_day(company) + timedelta(days=days) if days else False
            own = self.filtered(lambda case, company=company: case.company_id == company)
            own._transition_write({"expires_on": last})

    @api.model
    def _cron_expire(self):
        """End approvals to which nothing came in time: the quantity is free again and the customer is told, once.

        What is on its way, or came, does not expire. Each company by its own business day; worked in sets.
        """
        for company in self.env["res.company"].sudo().search([]):
            cases = self.sudo().search(
                [
                    ("company_id", "=", company.id),
                    ("state", "=", "approved"),
                    ("expires_on", "<", business_day(company)),
                    # what was sent in advance has a day of its own
                    ("line_ids", "not any", [("advance_until", "!=", False)]),
                    # what needs no sending is not late
                    ("line_ids", "any", [("disposition", "not in", NOT_HERE), ("quantity", ">", 0)]),
                ],
                order="id",
            )
            for start in range(0, len(cases), BATCH):
                chunk = cases[start : start + BATCH]
                chunk.with_company(company)._apart("expire", lambda own: own._expire())
                self.env["ir.cron"]._commit_progress(len(chunk))

    def _expire(self):
        """End these approvals, take back what of their money is a draft, and tell the customers that were not told before.

        What needs no sending (goods that stay, or never arrived) does not end with it.
        """
        going_on = self.filtered(lambda case: any(not line._is_awaited() for line in case.line_ids))
        going_on._expire_awaited()
        by_day = (self - going_on).grouped("expires_on")
        for day, cases in by_day.items():
            cases._transition("expire", reason=self.env._("Nothing came until %s", day))
            cases._call_ahead_off()
        untold = self.filtered(
            lambda case: not case.expiry_told_at and case.partner_id.email and case.company_id.order_return_mail
        )
        template = self.env.ref("order_processing.mail_template_return_expired", raise_if_not_found=False)
        if template and untold:
            template.sudo().send_mail_batch(untold.ids, email_layout_xmlid="mail.mail_notification_light")
            untold._transition_write({"expiry_told_at": fields.Datetime.now()})

    def _expire_awaited(self):
        """Wait no more for what was to come of cases of which something needs no sending: it is free again. A case of which all
        the rest is given for is settled, another waits for the desk to settle it."""
        awaited = self.line_ids.filtered(lambda line: line._is_awaited())
        drafts = self.credit_ids.sudo().filtered(lambda move: move.state == "draft")
        # made anew at the settlement for what stays
        drafts.filtered(lambda move: move.invoice_line_ids.order_return_line_id & awaited).button_cancel()
        for line in awaited:
            line._set({"quantity": 0.0})
        owed_again = awaited.filtered("credited_qty")
        if owed_again:
            self._settle_fees(owed_again)
        for day, cases in self.grouped("expires_on").items():
            given = cases.filtered(lambda case: all(line._is_given() for line in case.line_ids))
            given._transition("expire_rest", reason=self.env._("Nothing came until %s", day))
            given.line_ids.filtered("quantity")._book_settled()
            waiting = cases - given
            waiting._message_log_batch(
                bodies=dict.fromkeys(
                    waiting.ids,
                    self.env._(
                        "Nothing came until %s, and nothing is waited for: what needs no sending is to be settled.", day
                    ),
                )
            )


class OrderReturnLine(models.Model):
    _inherit = "order.return.line"

    def _is_awaited(self):
        """Whether the customer is to send the goods of this line."""
        self.ensure_one()
        return self.disposition not in NOT_HERE and not self.uom_id.is_zero(self.quantity)

    def _is_given(self):
        """Whether nothing is left to give for this line: it counts for nothing, or was credited in full."""
        self.ensure_one()
        return self.uom_id.compare(self.credited_qty, self.quantity) >= 0

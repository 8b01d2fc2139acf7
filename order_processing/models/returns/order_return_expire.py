from datetime import timedelta

from odoo import api, fields, models

from ..common.business_day import business_day

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
                ],
                order="id",
            )
            for start in range(0, len(cases), BATCH):
                chunk = cases[start : start + BATCH]
                chunk.with_company(company)._apart("expire", lambda own: own._expire())
                self.env["ir.cron"]._commit_progress(len(chunk))

    def _expire(self):
        """End these approvals, take back what of their money is a draft, and tell the customers that were not told before."""
        by_day = self.grouped("expires_on")
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

import logging
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.business_day import business_day, company_tz, day_bounds

_logger = logging.getLogger(__name__)
ACTIVITY = "order_processing.mail_activity_sign_day"


class OrderReconciliationNotice(models.Model):
    """The closing hour, who is told of a draft, who gets the signed day."""

    _inherit = "order.reconciliation"

    @api.model
    def _cron_draft(self):
        """Draw today's statement of each company whose closing hour has come and that has none yet.

        Each company in a transaction of its own: its snapshot is the cut, and one that fails holds nobody up.
        """
        companies = self.env["res.company"].search([("order_control", "!=", "off")]).filtered(self._is_due)
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(companies))
        for company in companies:
            try:
                with self.env.cr.savepoint():
                    self._draw_at_closing(company)
            except UserError as error:
                _logger.warning("The day of %s was not drawn: %s", company.name, error)
            progress(1)

    @api.model
    def _is_due(self, company):
        """Whether the closing hour of today has come and nobody drew the day."""
        now = fields.Datetime.now()
        day = business_day(company, now)
        opens = day_bounds(company, day)[0]
        # wall-clock hours of that day, as the setting means them
        local_noon = company_tz(company).utcoffset(opens + timedelta(hours=12))
        midnight = fields.Datetime.to_datetime(day) - local_noon
        if now < midnight + timedelta(hours=company.order_closing_hour):
            return False
        if self.search_count([("company_id", "=", company.id), ("date", ">=", day)], limit=1):
            return False
        return bool(self.env["order.event"].search_count([("company_id", "=", company.id)], limit=1))

    @api.model
    def _draw_at_closing(self, company):
        answer = self.draft_day(business_day(company), company.id)
        self.browse(answer["id"])._ask_for_signature()

    def _ask_for_signature(self):
        """Give each manager of the company an activity."""
        managers = self.env.ref("order_processing.group_manager").all_user_ids
        for statement in self:
            for user in managers.filtered(
                lambda user, company=statement.company_id: (
                    user.active and not user.share and company in user.company_ids
                )
            ):
                statement.activity_schedule(ACTIVITY, user_id=user.id, date_deadline=statement.date)

    def _notify_signed(self):
        """Mail the statement to the company's subscribers; a mail that cannot be made stops no signature."""
        template = self.env.ref("order_processing.mail_template_reconciliation", raise_if_not_found=False)
        for statement in self:
            partners = statement.company_id.order_statement_partner_ids
            if not template or not partners:
                continue
            try:
                with self.env.cr.savepoint():
                    template.send_mail(statement.id, email_values={"recipient_ids": partners.ids})
            except OperationalError:
                raise  # core tries the whole signature again
            except Exception as error:  # pylint: disable=broad-except
                _logger.warning("The statement %s was not mailed: %s", statement.display_name, error)
                statement._message_log(body=self.env._("The statement could not be mailed: %s", error))

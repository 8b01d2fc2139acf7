import logging

from psycopg2 import OperationalError

from odoo import api, models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)
ACTIVITY = "order_processing.mail_activity_sign_day"


class OrderReconciliationNotice(models.Model):
    """The closing hour, who is told of a draft, who gets the signed day."""

    _inherit = "order.reconciliation"

    @api.model
    def _cron_draft(self):
        """Draw the statement of each company whose closing has come and that has none yet.

        Each company in a transaction of its own: its snapshot is the cut, and one that fails holds nobody up.
        """
        companies = self.env["res.company"].search([("order_control", "!=", "off")]).filtered(self._due_day)
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(companies))
        for company in companies:
            try:
                with self.env.cr.savepoint():
                    self._draw_at_closing(company)
            except UserError as error:
                _logger.warning("The day of %s was not drawn: %s", company.name, error)
            except Exception:  # pylint: disable=broad-except
                # whatever is wrong with one company, the days of the others are drawn; this one is tried again next time
                _logger.exception("The day of %s was not drawn", company.name)
            progress(1)

    @api.model
    def _draw_at_closing(self, company):
        day = self._due_day(company)
        if day:
            self.browse(self.draft_day(day, company.id)["id"])._ask_for_signature()

    def _ask_for_signature(self):
        """Give each manager of the company an activity, who has none yet."""
        managers = self.env.ref("order_processing.group_manager").all_user_ids
        for statement in self:
            asked = statement.activity_search([ACTIVITY]).user_id
            for user in (managers - asked).filtered(
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

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_datetime

from ..common.business_day import desk_bounds, desk_day, wall_moment
from .order_reconciliation import MANAGER


class OrderReconciliationCutoff(models.Model):
    """The closing of one day at another moment than the company's closing hour, with a reason; signed with the day."""

    _name = "order.reconciliation.cutoff"
    _description = "Moved Closing of a Day"
    _inherit = ["order.company.mixin", "mail.thread"]
    _order = "date desc, id desc"
    _rec_name = "date"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    date = fields.Date("Business day", required=True, default=lambda self: desk_day(self.env.company), tracking=True)
    closing = fields.Datetime("Closes at", required=True, tracking=True, help="The day is drawn then by itself.")
    reason = fields.Char(required=True, tracking=True)

    _once = models.UniqueIndex("(company_id, date)", "The closing of this day is moved already: change that one.")

    @api.constrains("reason")
    def _check_reason(self):
        if any(not (cutoff.reason or "").strip() for cutoff in self):
            raise ValidationError(self.env._("Say why the closing is moved."))

    @api.constrains("date", "closing", "company_id")
    def _check_closing(self):
        statements = self.env["order.reconciliation"]
        for cutoff in self:
            opens = desk_bounds(cutoff.company_id, cutoff.date)[0]
            # not beyond its neighbours: a day that closes after the next one would never be drawn
            before, following = (
                statements._closes_at(cutoff.company_id, cutoff.date + timedelta(days=step)) for step in (-1, 1)
            )
            if not max(opens, before) <= cutoff.closing < following:
                raise ValidationError(
                    self.env._(
                        "%(day)s closes on that day or in the night after it: after the day before has closed, and before the "
                        "next one does, at %(next)s.",
                        day=cutoff.display_name,
                        next=format_datetime(self.env, following),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Move closings (managers).

        :raises UserError: the day is drawn already
        """
        self._check_manager()
        cutoffs = super().create(vals_list)
        cutoffs._check_free()
        return cutoffs

    def write(self, vals):
        """Change what is not drawn yet (managers).

        :raises UserError: the day is drawn already
        """
        self._check_manager()
        self._check_free()
        answer = super().write(vals)
        self._check_free()
        return answer

    @api.ondelete(at_uninstall=False)
    def _unlink_only_free(self):
        self._check_manager()
        self._check_free()

    def _check_manager(self):
        self.env["order.reconciliation"]._check_order_group(MANAGER)

    def _check_free(self):
        """Raise where the day, or a later one, is drawn: its cut is what it is."""
        statements = self.env["order.reconciliation"].sudo()
        for cutoff in self.sudo():
            drawn = statements.search(
                [
                    ("company_id", "=", cutoff.company_id.id),
                    ("date", ">=", cutoff.date),
                    ("state", "!=", "superseded"),
                    ("cut_snapshot", "!=", False),
                ],
                limit=1,
            )
            if drawn:
                raise UserError(
                    self.env._(
                        "%(day)s is drawn already, so the closing of %(date)s is not moved any more. A draft may be drawn "
                        "again at any time.",
                        day=drawn.display_name,
                        date=cutoff.date,
                    )
                )


class OrderReconciliation(models.Model):
    """When a day closes: at the company's hour, or where it was moved to."""

    _inherit = "order.reconciliation"

    cutoff_at = fields.Datetime("Closing moved to", readonly=True)
    cutoff_reason = fields.Char("Why the closing was moved", readonly=True)
    cutoff_by_id = fields.Many2one("res.users", "Closing moved by", readonly=True, ondelete="restrict")

    @api.model
    def _cutoff(self, company, day):
        """The moved closing of a day, if there is one."""
        return (
            self.env["order.reconciliation.cutoff"]
            .sudo()
            .search([("company_id", "=", company.id), ("date", "=", day)], limit=1)
        )

    def _cutoff_values(self):
        """What a statement keeps of the moved closing of its day."""
        moved = self._cutoff(self.company_id, self.date)
        return {"cutoff_at": moved.closing, "cutoff_reason": moved.reason, "cutoff_by_id": moved.write_uid.id}

    @api.model
    def _closes_at(self, company, day):
        """The moment (naive UTC) at which a day closes: moved, else wall-clock hours of that day as the setting means them."""
        moved = self._cutoff(company, day)
        if moved:
            return moved.closing
        opens, ends = desk_bounds(company, day)
        closes = wall_moment(company, day, company.order_closing_hour)
        if not company.order_cutoff_hour:
            return closes
        # of a day that runs into the next one, the hour may be that of the night; never after the day has ended
        if closes <= opens:
            closes = wall_moment(company, day + timedelta(days=1), company.order_closing_hour)
        return min(closes, ends)

    @api.model
    def _due_day(self, company):
        """The day whose closing has come and that nobody drew: today, or the day before where that closes when it has ended.

        :return: a date, or None
        """
        if not self.env["order.event"].search_count([("company_id", "=", company.id)], limit=1):
            return None
        day = self._next_day(company)
        drawn = self.search_count([("company_id", "=", company.id), ("date", ">=", day)], limit=1)
        return day if fields.Datetime.now() >= self._closes_at(company, day) and not drawn else None

    @api.model
    def _next_day(self, company):
        """The day that is drawn next: today, or the day before where that closes when it has ended and is not drawn yet."""
        today = desk_day(company)
        before = today - timedelta(days=1)
        late = self._cutoff(company, before) or self._closes_at(company, before) >= desk_bounds(company, today)[0]
        waits = late and not self.search_count([("company_id", "=", company.id), ("date", ">=", before)], limit=1)
        return before if waits else today

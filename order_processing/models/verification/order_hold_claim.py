from odoo import models
from odoo.exceptions import UserError

from ..common.business_day import business_day
from .sale_order_record import html_lines

PROCESSOR = "order_processing.group_processor"
CHUNK = 100


class OrderHold(models.Model):
    """Whose a hold is, and what its date brings."""

    _inherit = "order.hold"

    # ------------------------------------------------------------------ owners

    def action_claim(self):
        """Take open holds that are nobody's (processors); those that are the user's own already stay as they are.

        :return: one dict per hold ``{hold_id, order, order_id, reason, owner}``
        :raises AccessError: the user is not of the order desk, or may not see the holds
        :raises UserError: names every hold that is closed or somebody else's; nothing is taken then
        """
        self._claim_check()
        rows = [
            self.env._("%(hold)s is %(owner)s's: take it over, and say why.", hold=hold.display_name, owner=owner.name)
            for hold in self.sudo()
            if (owner := hold.owner_id) and owner != self.env.user
        ]
        if rows:
            raise UserError("\n".join(rows))
        return self._claim_for_me()

    def action_take_over(self, reason=""):
        """Take open holds whoever has them (processors).

        :param str reason: why, required where somebody else has one
        :return: see ``action_claim``
        :raises AccessError: the user is not of the order desk, or may not see the holds
        :raises UserError: names every hold that is closed; a missing reason
        """
        self._claim_check()
        reason = (reason or "").strip()
        others = self.sudo().filtered(lambda hold: hold.owner_id and hold.owner_id != self.env.user)
        if others and not reason:
            raise UserError(
                self.env._("Say why: a reason is required to take over %s.", ", ".join(others.mapped("display_name")))
            )
        return self._claim_for_me(reason)

    def _claim_check(self):
        """Rights, then the rows: the second of two users waits and sees what the first took."""
        self._check_order_group(PROCESSOR)
        self.check_access("read")
        foreign = self._transition_foreign_company()
        if foreign:
            raise UserError(
                self.env._(
                    "%s belong to a company that you are not working in. Switch the company first.",
                    ", ".join(foreign.mapped("display_name")),
                )
            )
        self._transition_lock()
        closed = self.sudo().filtered(lambda hold: hold.state != "open")
        if closed:
            raise UserError(
                self.env._("Released already, so nobody can have it: %s.", ", ".join(closed.mapped("display_name")))
            )

    def _claim_for_me(self, reason=""):
        me = self.env.user
        taken = self.sudo().filtered(lambda hold: hold.owner_id != me)
        before = {hold: hold.owner_id.name for hold in taken}
        if taken:
            taken._transition_write({"owner_id": me.id})
        for former, holds in taken.grouped(lambda hold: before[hold]).items():
            text = self.env._("%(new)s, before: %(old)s", new=me.name, old=former or self.env._("nobody"))
            holds._record_event("claimed", reason=reason or None, note=text)
        bodies = {}
        for hold in taken:
            line = f"{hold.display_name}: {before[hold] or '-'} → {me.name}" + (f": {reason}" if reason else "")
            bodies.setdefault(hold.order_id, []).append(line)
        self._claim_log(bodies)
        return [
            {
                "hold_id": hold.id,
                "order": hold.order_id.name,
                "order_id": hold.order_id.id,
                "reason": hold.reason_code,
                "owner": hold.owner_id.name,
            }
            for hold in self.sudo()
        ]

    def _claim_log(self, bodies):
        """Say it in the orders' chatters; one query."""
        orders = self.env["sale.order"].sudo().union(*bodies)
        orders._message_log_batch(
            bodies={order.id: html_lines(bodies[order]) for order in orders}, author_id=self.env.user.partner_id.id
        )

    def action_open_take_over(self):
        """Open the wizard that asks why."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Take over"),
            "res_model": "order.hold.take",
            "view_mode": "form",
            "target": "new",
            "context": {"default_hold_ids": self.ids},
        }

    # ------------------------------------------------------------------ dates

    def _cron_until(self):
        """On their until-date holds are released, or somebody is told, as their reasons say."""
        due = self._until_due()
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(due))
        for start in range(0, len(due), CHUNK):
            chunk = due[start : start + CHUNK]
            chunk._until_act()
            if not progress(processed=len(chunk)):
                break

    def _until_due(self):
        """The open holds whose day has come in the time zone of their company, and that nobody was told of yet."""
        due = self.browse()
        for company in self.env["res.company"].search([("order_control", "!=", "off")]):
            due |= self.search(
                [
                    ("company_id", "=", company.id),
                    ("state", "=", "open"),
                    ("until", "<=", business_day(company)),
                    ("escalated_at", "=", False),
                ],
                order="id",
            )
        return due

    def _until_act(self):
        self._transition_lock()
        due = self.filtered(lambda hold: hold.state == "open" and not hold.escalated_at)
        # what a rule found is not gone because a day has come
        going = due.filtered(lambda hold: hold.reason_id.at_until == "release" and not hold.automatic)
        if going:
            moved = going._lift(self.env._("Its date has come."))
            moved.order_id._verification_again()
            moved._resume()
        (due - going)._escalate()

    def _escalate(self):
        """Tell the owners, and whom the reasons name: an activity on the order for each, and a row of the day book."""
        if not self:
            return
        self._transition_write({"escalated_at": self.env.cr.now()})
        self._record_event("escalated", reason=self.env._("Its date has come."))
        kind = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
        model = self.env["ir.model"]._get_id("sale.order")
        self.env["mail.activity"].create(
            [
                {
                    "activity_type_id": kind.id if kind else False,
                    "res_model_id": model,
                    "res_id": hold.order_id.id,
                    "user_id": user.id,
                    "date_deadline": business_day(hold.company_id),
                    "summary": self.env._("Still held: %s", hold.reason_id.name),
                    "note": html_lines([hold._words(), self.env._("It was to last until %s.", hold.until)]),
                }
                for hold in self
                for user in hold._escalate_to()
            ]
        )

    def _escalate_to(self):
        """The owner and whom the reason names, as far as they are still there; else who looks after the order."""
        self.ensure_one()
        told = (self.owner_id | self.reason_id.escalate_to_id).filtered(
            lambda user: user.active and self.company_id in user.company_ids
        )
        return told or self.order_id._verification_owner()

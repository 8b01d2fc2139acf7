from contextlib import contextmanager

from odoo import api, models
from odoo.exceptions import UserError

from .sale_order_record import html_lines

SALE_STATES = ("sale", "done")
# of the cursor, so of one transaction; no remote call can reach it
PASSING = "order_verification_passing"


class SaleOrder(models.Model):
    """Every way in which an order becomes a sale goes through one gate.

    ``action_confirm`` is the front door; ``write`` and ``create`` with a confirmed state and ``_action_confirm``
    by another add-on are the others. Signature and payment do not raise: the order stays, held.
    """

    _inherit = "sale.order"

    @contextmanager
    def _verification_passing(self):
        """Let these orders, just verified, through the gates below the one they stand at."""
        passing = self.env.cr.cache.setdefault(PASSING, set())
        mine = set(self.ids) - passing
        passing |= mine
        try:
            yield
        finally:
            passing -= mine

    def _verification_gate(self):
        """Verify what is about to become a sale, all or nothing.

        Where enforced, any open blocking finding or hold in the set raises one error that lists every order, line
        and reason, and nothing is written. Where observing, the findings are recorded.

        :raises UserError: see above
        """
        passing = self.env.cr.cache.get(PASSING, ())
        orders = self.sudo().filtered(
            lambda order: order.id and order.id not in passing and order.company_id._order_control_records()
        )
        if not orders:
            return
        # nobody reads what is found on an order that is not his to confirm
        self.browse(orders.ids).check_access("write")
        assessments = orders._verification_evaluate(confirming=True)
        problems = orders._verification_problems(assessments)
        if problems:
            raise UserError(
                "\n".join(
                    [
                        self.env._("These orders cannot be confirmed:"),
                        *(row for rows in problems.values() for row in rows),
                        self.env._(
                            "Correct them and verify again, or ask a manager of the order desk to waive or release."
                        ),
                    ]
                )
            )
        self.browse(orders.ids)._verification_record(assessments)

    def _verification_problems(self, assessments, step="stops_confirm", lines=None, leaving=False):
        """What stops each order at ``step`` (a field of ``order.hold.reason``), where the company enforces.

        :param lines: the order lines that holds of lines are asked about; default all
        :param bool leaving: goods are leaving: a held lot counts where it is picked
        :return: dict of order to list of lines for people; orders that nothing stops are not in it
        """
        enforced = self.filtered(lambda order: order.company_id._order_control_enforced())
        held = enforced._hold_problems(step, assessments, lines, leaving)
        problems = {}
        for order in enforced:
            assessment = assessments.get(order.id)
            rows = []
            for finding in assessment.blocking if assessment else ():
                rows.append(
                    self.env._(
                        "- %(order)s: %(message)s (expected: %(expected)s; found: %(found)s)",
                        order=order.name,
                        message=finding.message,
                        expected=finding.expected,
                        found=finding.found,
                    )
                )
            rows += held.get(order.id, [])
            if rows:
                problems[order] = rows
        return problems

    # ------------------------------------------------------------------ the doors

    def action_confirm(self):
        """Verify first; where enforced one blocking finding or hold in the set stops the whole set."""
        self._verification_gate()
        with self._verification_passing():
            answer = super().action_confirm()
        # core moves an order to its pick-up point while it confirms it
        self.filtered("pickup_location_data")._verification_reseal()
        return answer

    def _action_confirm(self):
        """The same gate for whoever comes here without ``action_confirm``."""
        self._verification_gate()
        return super()._action_confirm()

    def write(self, vals):
        """Writing a confirmed state is confirming."""
        if vals.get("state") in SALE_STATES:
            self.filtered(lambda order: order.state not in SALE_STATES)._verification_gate()
        return super().write(vals)

    @api.model_create_multi
    def create(self, vals_list):
        """An order born confirmed is verified at its birth, whether the state came from values, defaults or a copy."""
        orders = super().create(vals_list)
        orders.filtered(lambda order: order.state in SALE_STATES)._verification_gate()
        return orders

    # ------------------------------------------------------------------ customers

    def _validate_order(self):
        """Signed or paid online: what is held stays, with its signature, and its owner gets an activity."""
        ready = self._verification_keep_held(self.env._("The customer signed or paid online"))
        if ready:
            return super(SaleOrder, ready)._validate_order()
        return None

    def _verification_keep_held(self, why):
        """Record what stops these orders and tell their owners.

        :param str why: what the customer did
        :return: the orders of ``self`` that nothing stops
        """
        orders = self.filtered(lambda order: order.state in ("draft", "sent")).sudo()
        watched = orders.filtered(lambda order: order.company_id._order_control_enforced())
        if not watched:
            return self
        assessments = watched._verification_evaluate()
        problems = watched._verification_problems(assessments)
        stopped = watched.browse([order.id for order in problems])
        stopped._verification_record({order.id: assessments[order.id] for order in stopped})
        stopped._verification_remember_stop(assessments, "customer")
        for order in stopped:
            order._verification_tell_owner(why, problems[order])
        stopped._verification_tell_customers()
        return self - self.browse(stopped.ids)

    def _verification_tell_owner(self, why, rows):
        """One to-do for the order's owner, not one per attempt."""
        self.ensure_one()
        order = self._verification_engine()
        summary = order.env._("Held: %s", why)
        if any(activity.summary == summary for activity in order.activity_ids):
            return
        note = html_lines(rows)
        order.activity_schedule(
            "mail.mail_activity_data_todo", summary=summary, note=note, user_id=order._verification_owner().id
        )

    def _verification_owner(self):
        """Who looks after the order: its salesperson, else its creator, else OdooBot."""
        self.ensure_one()
        for user in (self.user_id, self.create_uid):
            if user.active and not user.share:
                return user
        return self.env.ref("base.user_root")

from odoo import models
from odoo.exceptions import UserError

from ..common.transition import transition


class OrderReconciliationReview(models.Model):
    """A day in review: the cut stands while a manager looks at it, what is entered meanwhile is the next day's."""

    _inherit = "order.reconciliation"

    @transition("review")
    def action_review(self, reason=""):
        """Lay drafts before the managers (processors): each gets an activity, and nobody draws the day again meanwhile.

        :raises UserError: a statement that was never drawn
        """
        for statement in self.sudo():
            if not statement.cut_snapshot:
                raise UserError(self.env._("%s was never drawn: draw it again.", statement.display_name))
            statement._ask_for_signature()

    @transition("take_back")
    def action_take_back(self, reason=""):
        """Take days in review back to draft (processors, with a ``reason``): they may be drawn again."""
        self._transition_write({"review_by_id": False, "review_at": False})

    def _refuse_reviewed(self):
        raise UserError(
            self.env._(
                "%(day)s is in review, sent by %(user)s. Take it back to draft first, with a reason.",
                day=self[:1].display_name,
                user=self[:1].sudo().review_by_id.name,
            )
        )

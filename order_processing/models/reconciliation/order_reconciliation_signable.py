from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .order_reconciliation import OPEN

# what a document of the cut may not suffer between the cut and the signature
TAKEN_BACK = ("uninvoiced", "uncredited", "unpaid", "corrected", "corrected_back", "payment_undone")


class OrderReconciliationSignable(models.Model):
    """What stops the drawing or the signature of a day, each with the way out."""

    _inherit = "order.reconciliation"

    def _check_last(self):
        """Raise if a later day is drawn."""
        later = self._later()
        if not later:
            return
        words = self.env._(
            "%(day)s cannot be drawn any more: %(later)s is drawn already, and days are closed in order. What was "
            "entered late stands in the later day.",
            day=self.date,
            later=later[:1].display_name,
        )
        if set(later.mapped("state")) <= set(OPEN):
            words += "\n" + self._delete_first(later)
        raise UserError(words)

    def _later(self):
        """The statements of later days, the last first."""
        return self.search(
            [("company_id", "=", self.company_id.id), ("date", ">", self.date), ("state", "!=", "superseded")],
            order="date desc",
        )

    def _delete_first(self, later):
        return self.env._(
            "To draw %(day)s again a manager first deletes the draft of %(later)s (a day in review is taken back before): it is "
            "drawn anew afterwards.",
            day=self.date,
            later=", ".join(later.mapped("display_name")),
        )

    def _check_signable(self, together):
        """Raise unless all days before are signed (or in ``together``) and no document of the cut was taken back after it."""
        open_before = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("date", "<", self.date),
                ("state", "in", OPEN),
                ("id", "not in", together.ids),
            ],
            order="date",
        )
        if open_before:
            raise UserError(
                self.env._(
                    "%(day)s cannot be signed before %(open)s: days are closed in order.",
                    day=self.display_name,
                    open=", ".join(open_before.mapped("display_name")),
                )
            )
        if not self.cut_snapshot:
            raise UserError(self.env._("%s was never drawn: draw it again.", self.display_name))
        self._check_second_person()
        self._check_fit()
        if changed := self._changed_since():
            words = self.env._(
                "%(day)s cannot be signed as it stands: %(documents)s changed after the cut. Draw the day again, so that it "
                "says what they say now.",
                day=self.display_name,
                documents=", ".join(changed),
            )
            if later := self._later():
                words += "\n" + self._delete_first(later)
            raise UserError(words)

    def _changed_since(self):
        """Names of documents whose rows the cut owns and that were taken back or corrected after it."""
        event = self.env["order.event"]
        event.flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT DISTINCT late.document_name
                  FROM order_event late
                  JOIN order_event event ON event.document_model = late.document_model AND event.document_id = late.document_id
                 WHERE late.company_id = %(company)s AND late.kind = ANY(%(kinds)s)
                   AND %(late)s AND NOT %(seen)s AND event.company_id = %(company)s AND %(owned)s
              ORDER BY 1
                """,
                company=self.company_id.id,
                kinds=list(TAKEN_BACK),
                late=self._recent("late", self._cut()),
                seen=event._visible_condition("late", self._cut()),
                owned=self._owned("event"),
            )
        )
        return [row[0] or "?" for row in self.env.cr.fetchall()]

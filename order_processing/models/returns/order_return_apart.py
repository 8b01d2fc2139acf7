from odoo import api, fields, models

from ..common import contract


class OrderReturnApart(models.Model):
    """What the calendar and the documents do to cases by themselves is tried for a set; a case that refuses it holds up no other
    and says why, once for each reason."""

    _inherit = "order.return"

    held_up = fields.Json("Refused to follow", readonly=True, help="By act of a cron: why the case could not follow.")
    held_up_why = fields.Text("What holds it up", compute="_compute_held_up_why")

    def _transition_guarded_fields(self):
        return (*super()._transition_guarded_fields(), "held_up")

    @api.depends("held_up")
    def _compute_held_up_why(self):
        for case in self:
            held = case.held_up or {}
            case.held_up_why = "\n".join(self._held_up_words(act, held[act]) for act in sorted(held))

    def _apart(self, act, work):
        """``work(cases)`` for all of ``self``, or for each case alone where that is refused for one: it is told on that case,
        once for each reason, and tried again at the next run.

        :param str act: one of those of ``_held_up_words``
        :param work: a callable that takes the cases
        :raises ConcurrencyError: and the database's own: they go up, and core runs the whole again
        """
        try:
            with contract.one_record(self.env.cr):
                work(self)
        except contract.REFUSALS as refusal:
            if len(self) > 1:
                for case in self:
                    case._apart(act, work)
                return
            self._hold_up(act, contract.said(refusal))
            return
        for case in self.filtered(lambda case: act in (case.held_up or {})):
            held = {name: why for name, why in case.held_up.items() if name != act}
            case._transition_write({"held_up": held or False})

    def _hold_up(self, act, why):
        """Keep why this case could not follow, and tell it where it was not told yet."""
        held = dict(self.held_up or {})
        if held.get(act) == why:
            return
        self._transition_write({"held_up": {**held, act: why}})
        self._message_log(body=self._held_up_words(act, why))

    @api.model
    def _held_up_words(self, act, why):
        """The sentence over a refusal ``why`` of ``act``: advance, expire or follow; over ``parts`` of kits sent in advance."""
        return {
            "advance": self.env._("What did not come for goods sent in advance is not charged yet: %s", why),
            "parts": self.env._("What left in advance is neither charged nor written off: %s", why),
            "expire": self.env._("The approval could not be ended: %s", why),
            "follow": self.env._("The case could not follow its documents: %s", why),
        }[act]

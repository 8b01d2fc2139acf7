import logging
from time import monotonic

from odoo import SUPERUSER_ID, models

_logger = logging.getLogger(__name__)
# seconds after which whoever waits is told how far it is
PATIENCE = 2


class OrderReconciliationProgress(models.Model):
    """How far the drawing of a day is, told to who waits for it."""

    _inherit = "order.reconciliation"

    def _tell_progress(self, started, step, steps, what):
        """Tell the user who draws the day, if it takes longer than two seconds; in a transaction of its own, since this
        one says nothing before it ends.

        :param float started: ``monotonic()`` of the beginning
        """
        if monotonic() - started < PATIENCE or self.env.uid == SUPERUSER_ID:
            return
        message = self.env._(
            "%(day)s is drawn, step %(step)s of %(steps)s: %(what)s",
            day=self.display_name,
            step=step,
            steps=steps,
            what=what,
        )
        try:
            self._send_progress(message)
        except Exception:
            # a courtesy: no day is drawn anew because nobody could be told how far it was
            _logger.info("%s: nobody could be told how far it is", self.display_name, exc_info=True)

    def _send_progress(self, message):
        with self.env.registry.cursor() as cr:
            user = self.env["res.users"].with_env(self.env(cr=cr)).browse(self.env.uid)
            user._bus_send("simple_notification", {"type": "info", "message": message, "sticky": False})

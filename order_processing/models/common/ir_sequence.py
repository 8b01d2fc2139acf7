from contextlib import contextmanager

from odoo import models

# key of what the cursor keeps until its commit: unlike its cache it outlives a savepoint that is rolled back
DRAWN = "order_processing_drawn"


@contextmanager
def no_numbers(cr):
    """While what is done will be taken back, no number is drawn from a sequence: the database would not give it back.

    :param cr: the cursor; documents made meanwhile have names that are no numbers
    """
    data = cr.postcommit.data
    within = DRAWN in data
    data.setdefault(DRAWN, 0)
    try:
        yield
    finally:
        if not within:
            data.pop(DRAWN, None)


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    def _next(self, sequence_date=None):
        """Inside ``no_numbers`` a name that no document has, and no number."""
        data = self.env.cr.postcommit.data
        if DRAWN not in data:
            return super()._next(sequence_date=sequence_date)
        data[DRAWN] += 1
        return f"PREVIEW/{self.env.cr.now():%Y%m%d%H%M%S%f}/{data[DRAWN]}"

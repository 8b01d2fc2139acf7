from odoo import models

# key of the cursor's cache: how many numbers the preview that is running has drawn
PREVIEW = "order_discrepancy_preview"


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    def _next(self, sequence_date=None):
        """A preview is rolled back, but a number drawn from a sequence of the database would be lost: it draws none."""
        cache = self.env.cr.cache
        if PREVIEW not in cache:
            return super()._next(sequence_date=sequence_date)
        cache[PREVIEW] += 1
        return f"PREVIEW/{self.env.cr.now():%Y%m%d%H%M%S%f}/{cache[PREVIEW]}"

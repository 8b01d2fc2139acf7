from odoo import models

from .number_words import number_words


class UomUom(models.Model):
    _inherit = "uom.uom"

    def _quantity_words(self, quantity):
        """``quantity`` of this unit in words, as ``1,234.5 kg``; the number alone without a unit."""
        return " ".join(filter(None, (number_words(self.env, quantity), self.name)))

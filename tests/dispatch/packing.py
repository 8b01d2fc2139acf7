"""What the tests of the packing table share."""

from odoo.exceptions import UserError

from tests.dispatch.quality import QualityCase

BARCODE = "5901234123457"


class PackingCase(QualityCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.barcode = BARCODE

    def _two_and_one(self, **vals):
        """A transfer of 2 pieces of the goods and 1 of the others, as a processor sees it."""
        return self._as("processor", self._ready((self.product, 2), (self.other_product, 1), **vals))

    def _counted(self, picking):
        """What is counted of ``picking``: code of the product and lot to quantity."""
        counts = self.env["order.packing.count"].search([("picking_id", "=", picking.id), ("quantity", ">", 0)])
        return {(count.product_id.default_code, count.lot_id.name or ""): count.quantity for count in counts}

    def _refused(self, words, picking, method, *args, **kwargs):
        """``method`` says ``words``, and nothing is counted by it."""
        before = self._counted(picking)
        with self.assertRaisesRegex(UserError, words):
            getattr(picking, method)(*args, **kwargs)
        self.assertEqual(self._counted(picking), before)

    def _scan_all(self, picking):
        """Scan what is left of ``picking``, piece by piece of one product after the other."""
        for row in picking.packing_state()["rows"]:
            picking.packing_scan(row["lot"] or row["code"], row["wanted"] - row["counted"])

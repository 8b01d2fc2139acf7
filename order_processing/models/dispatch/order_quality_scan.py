from odoo import fields, models
from odoo.exceptions import UserError


class OrderQualityCheck(models.Model):
    """Scan to verify: each product, quantity and lot is counted against what the order gets."""

    _inherit = "order.quality.check"

    def action_scan(self, barcode, quantity=1.0):
        """Count what was scanned: a product, the barcode of a packaging, a lot or serial number, or a GS1 code of these.

        When everything is counted the check passes by itself.

        :param str barcode: as the scanner read it
        :param float quantity: how many of it, default one
        :return: ``{product, lot, counted, wanted, left, state}``: of the scanned goods how many are counted of how many, how many
            are left in the whole check, and its state
        :raises AccessError: no processor, or of another company
        :raises UserError: an unknown or foreign code, goods of another order, another lot, more than there are; nothing is
            changed then
        """
        self.ensure_one()
        self._answer_begin()
        check = self.sudo()
        check._renew_goods(check.picking_id._quality_goods())
        if check.point_id.kind != "scan":
            raise UserError(self.env._("%s is no check to scan for: answer it on its screen.", check.display_name))
        code, quantity = check.env["order.scan"]._scanned(barcode, quantity)
        rows, counted = check.env["order.scan"]._scanned_rows(
            check.line_ids._present(), check.picking_id, code, quantity
        )
        check._scan_count(rows, counted)
        self._answer_end("")
        return {
            "product": rows.product_id.display_name,
            "lot": ", ".join(rows.lot_id.mapped("name")),
            "counted": sum(rows.exists().mapped("passed_qty")),
            "wanted": sum(rows.exists().mapped("quantity")),
            "left": sum(row._left() for row in check.line_ids._present()),
            "state": check.state,
        }

    def _scan_count(self, rows, quantity):
        """Count ``quantity`` of the goods of ``rows``, the first ones first."""
        unit = rows.uom_id
        left = sum(row._left() for row in rows)
        if unit.compare(quantity, left) > 0:
            wanted = sum(rows.mapped("quantity"))
            self.env["order.scan"]._refuse_surplus(rows[0].display_name, unit, quantity, wanted, left)
        counted = rows.browse()
        for row in rows:
            taken = min(quantity, row._left())
            if unit.compare(taken, 0.0) > 0:
                quantity -= taken
                counted |= row
                row.write(
                    {
                        "passed_qty": row.passed_qty + taken,
                        "answered_by_id": self.env.uid,
                        "answered_at": fields.Datetime.now(),
                    }
                )
        counted._seen()

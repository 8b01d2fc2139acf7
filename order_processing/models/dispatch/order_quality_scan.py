from math import isfinite

from odoo import fields, models
from odoo.exceptions import UserError

# GS1 application identifiers: article, article contained in a logistic unit, lot, serial number, counts of articles
ARTICLE, LOT, COUNT = ("01", "02"), ("10", "21"), ("30", "37")


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
        if not isinstance(barcode, str) or not barcode.strip():
            raise UserError(self.env._("Nothing was scanned."))
        if (
            isinstance(quantity, bool)
            or not isinstance(quantity, (int, float))
            or not isfinite(quantity)
            or quantity <= 0
        ):
            raise UserError(self.env._("“%s” is no quantity: count at least one.", quantity))
        rows, counted = check._scanned_rows(barcode.strip(), float(quantity))
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
            name = rows[0].display_name
            if unit.is_zero(left):
                raise UserError(
                    self.env._(
                        "All %(quantity)g %(unit)s of %(goods)s are counted already: this one is too many.",
                        quantity=sum(rows.mapped("quantity")),
                        unit=unit.name,
                        goods=name,
                    )
                )
            raise UserError(
                self.env._(
                    "%(quantity)g %(unit)s of %(goods)s are too many: only %(left)g are left to count.",
                    quantity=quantity,
                    unit=unit.name,
                    goods=name,
                    left=left,
                )
            )
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

    def _scanned_rows(self, code, quantity):
        """The rows that ``code`` is about, and how many it stands for; for ``sudo``.

        :raises UserError: says what the code is, where it is none of this transfer
        """
        self.ensure_one()
        rows = self.line_ids._present()
        own = rows.filtered(lambda row: row.lot_id.name == code)
        if own:
            return self._one_product(own, code), quantity
        own, factor = self._rows_of_article(rows, code)
        if own:
            return self._without_lot(own, code), quantity * factor
        read = self._read_gs1(code)
        if read:
            own, factor = self._rows_of_article(rows, read["article"])
            if own and read["lot"]:
                lots = own.filtered(lambda row: row.lot_id.name == read["lot"])
                if not lots:
                    self._refuse_lot(own[0].product_id, read["lot"])
                own = lots
            elif own:
                own = self._without_lot(own, code)
            if own:
                return own, quantity * factor * read["count"]
        return self._refuse_code(code, read)

    def _rows_of_article(self, rows, code):
        """Those of ``rows`` whose product or packaging is called ``code``, and how many of the product that is."""
        forms = {code, code.lstrip("0")} if code.isdigit() else {code}
        own = rows.filtered(
            lambda row: (
                row.product_id.default_code == code
                or (row.product_id.barcode and {row.product_id.barcode, row.product_id.barcode.lstrip("0")} & forms)
            )
        )
        if own:
            return own, 1.0
        packaging = rows.product_id.product_uom_ids.filtered(
            lambda unit: {unit.barcode, unit.barcode.lstrip("0")} & forms
        )[:1]
        own = rows.filtered(lambda row: row.product_id == packaging.product_id)
        return own, packaging.uom_id._compute_quantity(1.0, packaging.product_id.uom_id) if packaging else 1.0

    def _one_product(self, rows, code):
        if len(rows.product_id) > 1:
            raise UserError(
                self.env._(
                    "%(code)s is a lot of %(products)s: scan the GS1 code with product and lot.",
                    code=code,
                    products=", ".join(rows.product_id.mapped("display_name")),
                )
            )
        return rows

    def _without_lot(self, rows, code):
        """Rows of a product of which no lot was scanned."""
        if rows.lot_id:
            raise UserError(
                self.env._(
                    "%s is tracked: scan its lot or serial number.", ", ".join(rows.product_id.mapped("display_name"))
                )
            )
        return self._one_product(rows, code)

    def _read_gs1(self, code):
        """Article, lot and count of a GS1 code, by core's own rules; ``None`` where it is none."""
        rules = self.env.ref("barcodes_gs1_nomenclature.default_gs1_nomenclature", raise_if_not_found=False)
        parts = rules and rules.gs1_decompose_extended(code)
        if not parts:
            return None
        read = {"article": "", "lot": "", "count": 1.0}
        for part in parts:
            if part["ai"] in ARTICLE:
                read["article"] = part["value"]
            elif part["ai"] in LOT:
                read["lot"] = part["value"]
            elif part["ai"] in COUNT:
                read["count"] = float(part["value"])
        return read if read["article"] else None

    # ------------------------------------------------------------------ what else it may be

    def _refuse_lot(self, product, name):
        raise UserError(
            self.env._(
                "%(lot)s is not the lot of %(product)s that lies in %(transfer)s: take the right one, or change the lot there.",
                lot=name,
                product=product.display_name,
                transfer=self.picking_id.name,
            )
        )

    def _refuse_code(self, code, read):
        """Say what ``code`` is, if it is known at all; it counts for nothing."""
        article = (read or {}).get("article") or code
        names = [code, article, article.lstrip("0")] if article.isdigit() else [code, article]
        transfer = self.picking_id.name
        product = self.env["product.product"].search(
            ["|", ("barcode", "in", names), ("default_code", "=", code)], limit=1
        )
        product = product or self.env["product.uom"].search([("barcode", "in", names)], limit=1).product_id
        if product:
            raise UserError(
                self.env._(
                    "%(product)s is not wanted in %(transfer)s: put it back.",
                    product=product.display_name,
                    transfer=transfer,
                )
            )
        lot = self.env["stock.lot"].search(
            [("name", "=", code), ("company_id", "in", [False, self.company_id.id])], limit=1
        )
        if lot:
            self._refuse_lot(lot.product_id, code)
        parcel = self.env["stock.move.line"].search(
            [("result_package_id.name", "=", code), ("company_id", "=", self.company_id.id)], order="id desc", limit=1
        )
        if parcel and parcel.picking_id != self.picking_id:
            raise UserError(
                self.env._(
                    "%(parcel)s is a parcel of %(other)s, not of %(transfer)s.",
                    parcel=code,
                    other=parcel.picking_id.name,
                    transfer=transfer,
                )
            )
        raise UserError(self.env._("No product, lot or packaging is known by “%s”. Nothing was counted.", code))

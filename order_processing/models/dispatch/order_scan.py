from math import isfinite

from odoo import api, models
from odoo.exceptions import UserError, ValidationError

from ..common.number_words import number_words

# GS1 application identifiers: article, article contained in a logistic unit, lot, serial number, counts of articles
ARTICLE, LOT, COUNT = ("01", "02"), ("10", "21"), ("30", "37")
# GTINs are written with and without the zeros before them
LENGTHS = (8, 12, 13, 14)


class OrderScan(models.AbstractModel):
    """What a scanned code stands for among goods that lie in a transfer, and what it is where it is none of them.

    Goods are records of any model with ``product_id`` and ``lot_id``. All of this is for ``sudo``: who may scan is asked before.
    """

    _name = "order.scan"
    _description = "Reading of Scanned Codes"

    @api.model
    def _scanned(self, barcode, quantity):
        """``(code, quantity)`` as they are counted.

        :raises UserError: nothing was scanned, or ``quantity`` is none
        """
        if not isinstance(barcode, str) or not barcode.strip():
            raise UserError(self.env._("Nothing was scanned."))
        number = isinstance(quantity, (int, float)) and not isinstance(quantity, bool)
        if not number or not isfinite(quantity) or quantity <= 0:
            raise UserError(self.env._("“%s” is no quantity: count at least one.", quantity))
        return barcode.strip(), float(quantity)

    @api.model
    def _scanned_rows(self, rows, picking, code, quantity):
        """Those of ``rows``, goods in ``picking``, that ``code`` is about, and how many it stands for.

        :raises UserError: says what the code is, where it is none of this transfer
        """
        own, quantity = self._find_rows(rows, picking, code, quantity)
        return (own, quantity) if own else self._refuse_code(picking, code)

    @api.model
    def _find_rows(self, rows, picking, code, quantity):
        """As ``_scanned_rows``; no rows where ``code`` is none of these goods.

        :raises UserError: another lot than the one that lies there, or a lot is to be scanned
        """
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
                    self._refuse_lot(own[0].product_id, read["lot"], picking)
                own = lots
            elif own:
                own = self._without_lot(own, code)
            if own:
                return own, quantity * factor * read["count"]
        return rows.browse(), quantity

    @api.model
    def _forms(self, code):
        """What goods that ``code`` is about may be called: ``(barcodes, lots)``."""
        read = self._read_gs1(code)
        articles = [code, *([read["article"]] if read else [])]
        barcodes = set(articles)
        for article in articles:
            if article.isdigit():
                bare = article.lstrip("0")
                barcodes.update([bare, *(bare.zfill(length) for length in LENGTHS)])
        return sorted(barcodes - {""}), [code, *([read["lot"]] if read and read["lot"] else [])]

    @api.model
    def _without_code(self, row):
        """Whether the goods of ``row`` carry no code by which they could be scanned."""
        product = row.product_id
        return not (product.barcode or product.default_code or row.lot_id or product.product_uom_ids)

    @api.model
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

    @api.model
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

    @api.model
    def _without_lot(self, rows, code):
        """Rows of a product of which no lot was scanned."""
        if rows.lot_id:
            raise UserError(
                self.env._(
                    "%s is tracked: scan its lot or serial number.", ", ".join(rows.product_id.mapped("display_name"))
                )
            )
        return self._one_product(rows, code)

    @api.model
    def _read_gs1(self, code):
        """Article, lot and count of a GS1 code, by core's own rules; ``None`` where it is none."""
        rules = self.env.ref("barcodes_gs1_nomenclature.default_gs1_nomenclature", raise_if_not_found=False)
        try:
            parts = rules and rules.gs1_decompose_extended(code)
        except (ValidationError, ValueError):
            # it begins as a GS1 code does and goes on as none, such as with a thirteenth month
            parts = None
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

    # ------------------------------------------------------------------ refusals

    @api.model
    def _refuse_surplus(self, goods, unit, quantity, wanted, left):
        """:raises UserError: ``quantity`` of ``goods`` (a name) is more than the ``left`` of ``wanted`` that are to be counted"""
        if unit.is_zero(left):
            raise UserError(
                self.env._(
                    "All %(quantity)s %(unit)s of %(goods)s are counted already: this one is too many.",
                    quantity=number_words(self.env, wanted),
                    unit=unit.name,
                    goods=goods,
                )
            )
        raise UserError(
            self.env._(
                "%(quantity)s %(unit)s of %(goods)s are too many: only %(left)s are left to count.",
                quantity=number_words(self.env, quantity),
                unit=unit.name,
                goods=goods,
                left=number_words(self.env, left),
            )
        )

    @api.model
    def _refuse_lot(self, product, name, picking):
        raise UserError(
            self.env._(
                "%(lot)s is not the lot of %(product)s that lies in %(transfer)s: take the right one, or change the lot there.",
                lot=name,
                product=product.display_name,
                transfer=picking.name,
            )
        )

    @api.model
    def _refuse_code(self, picking, code):
        """Say what ``code`` is, if it is known at all; it counts for nothing."""
        # what goods may be called is known here: core need not guess it once more
        env = self.with_context(skip_preprocess_gs1=True).env
        company, transfer = picking.company_id, picking.name
        barcodes, lots = self._forms(code)
        own = ("company_id", "in", [False, company.id])
        product = env["product.product"].search(
            [own, "|", ("barcode", "in", barcodes), ("default_code", "=", code)], limit=1
        )
        packaging = env["product.uom"]
        if not product:
            packaging = packaging.search([("barcode", "in", barcodes), ("product_id.company_id", *own[1:])], limit=1)
            product = packaging.product_id
        if not product:
            found = env["stock.lot"].search([("name", "in", lots), own])
            wanted = found.product_id & picking.move_ids.product_id
            if wanted:
                self._refuse_lot(wanted[0], code, picking)
            product = found.product_id[:1]
        if product:
            raise UserError(
                self.env._(
                    "%(product)s is not wanted in %(transfer)s: put it back.",
                    product=product.display_name,
                    transfer=transfer,
                )
            )
        sscc = self.env["stock.package"]._scanned_sscc(code)
        parcel = env["stock.move.line"].search(
            [
                ("company_id", "=", company.id),
                "|",
                ("result_package_id.name", "in", [code, sscc]),
                ("result_package_id.order_sscc", "=", sscc),
            ],
            order="id desc",
            limit=1,
        )
        if parcel and parcel.picking_id != picking:
            raise UserError(
                self.env._(
                    "%(parcel)s is a parcel of %(other)s, not of %(transfer)s.",
                    parcel=parcel.result_package_id.name,
                    other=parcel.picking_id.name,
                    transfer=transfer,
                )
            )
        raise UserError(self.env._("No product, lot or packaging is known by “%s”. Nothing was counted.", code))

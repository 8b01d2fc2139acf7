"""What the tests of quality points share."""

from odoo.fields import Command

from tests.common import OrderCase

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


class QualityCase(OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gram = cls.env.ref("uom.product_uom_gram")

    def _point(self, name="All well", user="manager", **vals):
        """A quality point, made by a manager."""
        return self.env["order.quality.point"].with_user(self.users[user]).create({"name": name, **vals}).sudo(False)

    def _measure(self, **vals):
        return self._point(
            "Weigh one", kind="measure", norm=10, tolerance_min=9.5, tolerance_max=10.5, uom_id=self.gram.id, **vals
        )

    def _ready(self, *lines, stock=True, **vals):
        """The reserved transfer of a confirmed order."""
        for product, quantity in lines if stock else ():
            self._stock(product, quantity)
        order = self._make_order(*lines, **vals)
        order.action_confirm()
        order.picking_ids.action_assign()
        return order.picking_ids

    def _lots(self, *quantities, product=None):
        """Lots of a tracked product with ``quantities`` in stock."""
        product = product or self._tracked()
        lots = self.env["stock.lot"].create(
            [
                {"name": f"{product.default_code}-L{number}", "product_id": product.id}
                for number in range(len(quantities))
            ]
        )
        for lot, quantity in zip(lots, quantities):
            self.env["stock.quant"]._update_available_quantity(
                product, self.warehouse.lot_stock_id, quantity, lot_id=lot
            )
        return lots

    def _tracked(self, code="TL", tracking="lot"):
        return self._make_product(f"Tracked {code}", code, 10.0, tracking=tracking)

    def _checks(self, picking):
        """The checks of a transfer, as a processor sees them."""
        return self._as("processor", picking.order_quality_check_ids)

    def _answer(self, check, reason="", user="processor", **values):
        """Answer all rows of a check alike."""
        answers = [{"line": line.id, **values} for line in check.line_ids if not line.disposition]
        return self._as(user, check).action_answer(answers, reason=reason)

    def _parcel(self, lines, name="P-1", user=None):
        """Put move lines into a parcel."""
        parcel = self.env["stock.package"].create({"name": name})
        (self._as(user, lines) if user else lines).result_package_id = parcel
        return parcel

    def _leave(self, picking):
        """Validate what is reserved of a transfer; the rest becomes a backorder."""
        picking.move_ids.filtered("quantity").picked = True
        picking.with_context(skip_backorder=True, skip_sms=True).button_validate()
        return picking.state

    def _sold(self, product, *uoms):
        """Barcodes of the packagings of a product."""
        product.product_uom_ids = [Command.create({"uom_id": uom.id, "barcode": barcode}) for uom, barcode in uoms]

    def _queries(self, act):
        """Number of statements of ``act()`` on a cold cache, with what is written at the end."""
        # with what waits for the end of the transaction
        self.cr.flush()
        self.env.invalidate_all()
        start = self.cr.sql_log_count
        act()
        self.cr.flush()
        return self.cr.sql_log_count - start

"""Documents that touch an order: what is written to them, by whatever path of the ORM, marks it to be compared."""

from odoo import api, models

MARK = "order.discrepancy.mark"


class TouchMixin(models.AbstractModel):
    """For models of which a written field in ``_order_touching`` changes what the ledgers say."""

    _name = "order.touch.mixin"
    _description = "Marks Orders to Compare"
    _order_touching = frozenset()

    def _order_touch(self, ids):
        """Mark the orders of the documents ``ids`` of this model."""
        self.env[MARK]._touch(self._name, ids)

    @api.model_create_multi
    def create(self, vals_list):
        """A new document may settle or make a difference."""
        records = super().create(vals_list)
        self._order_touch(records._ids)
        return records

    def _write_multi(self, vals_list):
        """Only fields that the comparison reads count."""
        touching = self._order_touching
        self._order_touch([record_id for record_id, vals in zip(self._ids, vals_list) if not touching.isdisjoint(vals)])
        super()._write_multi(vals_list)


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "order.touch.mixin"]
    _order_touching = frozenset(("state", "commitment_date", "partner_shipping_id", "currency_rate"))

    def _promises_kept(self):
        """Promises are written by statements of their own."""
        super()._promises_kept()
        self._order_touch(self._ids)


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line", "order.touch.mixin"]
    _order_touching = frozenset(
        ("product_id", "product_uom_qty", "product_uom_id", "price_subtotal", "price_total", "discount", "qty_delivered",
         "qty_invoiced", "order_promise_date")
    )  # fmt: skip


class StockMove(models.Model):
    _name = "stock.move"
    _inherit = ["stock.move", "order.touch.mixin"]
    _order_touching = frozenset(
        ("state", "quantity", "product_uom_qty", "to_refund", "sale_line_id", "product_id", "location_dest_id", "date")
    )

    def unlink(self):
        """What is gone names its order no more."""
        self.env[MARK]._touch("sale.order", self.sudo().sale_line_id.order_id.ids)
        return super().unlink()


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["stock.picking", "order.touch.mixin"]
    _order_touching = frozenset(("partner_id", "date_done", "order_carrier_scanned_at"))


class StockPackage(models.Model):
    _name = "stock.package"
    _inherit = ["stock.package", "order.touch.mixin"]
    _order_touching = frozenset(("shipping_weight", "package_type_id", "order_carrier_scanned_at"))


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "order.touch.mixin"]
    # with payments the state of payment changes
    _order_touching = frozenset(
        ("state", "payment_state", "amount_residual", "invoice_date", "invoice_date_due", "currency_id")
    )


class AccountMoveLine(models.Model):
    _name = "account.move.line"
    _inherit = ["account.move.line", "order.touch.mixin"]
    _order_touching = frozenset(("quantity", "price_subtotal", "price_total", "product_uom_id", "discount"))

    def unlink(self):
        """What is gone names its order no more."""
        self.env[MARK]._touch("sale.order", self.sudo().sale_line_ids.order_id.ids)
        return super().unlink()


class OrderQualityCheck(models.Model):
    _name = "order.quality.check"
    _inherit = ["order.quality.check", "order.touch.mixin"]
    _order_touching = frozenset(("state",))


class OrderVerificationCheck(models.Model):
    _name = "order.verification.check"
    _inherit = ["order.verification.check", "order.touch.mixin"]
    _order_touching = frozenset(("state",))


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def _write_multi(self, vals_list):
        """When a product is invoiced decides what is missing on its orders; a new product has none."""
        self.env[MARK]._touch(
            self._name, [record_id for record_id, vals in zip(self._ids, vals_list) if "invoice_policy" in vals]
        )
        super()._write_multi(vals_list)


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _write_multi(self, vals_list):
        """Another weight is another content of the parcels that were weighed."""
        self.env[MARK]._touch(
            self._name, [record_id for record_id, vals in zip(self._ids, vals_list) if "weight" in vals]
        )
        super()._write_multi(vals_list)

"""What the tests of requests to the floor share: orders in hand."""

from .papers import PapersMixin


class ChangesMixin(PapersMixin):
    """Orders whose picking has begun, and what is asked about them."""

    def _in_hand(self, *lines, printed=True, picked=False, stock=True, **vals):
        """A confirmed order whose goods are reserved, with its pick list printed and, where asked, all of it picked."""
        lines = lines or [(self.product, 5)]
        for product, quantity in lines if stock else ():
            self._stock(product, quantity)
        order = self._make_order(*lines, **vals)
        order.action_confirm()
        order.picking_ids.action_assign()
        if printed:
            self._print("pick_list", order.picking_ids)
        if picked:
            order.picking_ids.move_ids.picked = True
        return order

    def _ask(self, order, kind="cancel", quantities=None, user="processor", reason="The customer rang"):
        """The request, as the superuser."""
        rows = [{"line": line.id, "quantity": quantity} for line, quantity in (quantities or {}).items()] or None
        answer = self._as(user, order).action_request_change(kind, reason, rows)
        return self.env["order.change.request"].browse(answer[0]["request_id"])

    def _packed(self, picking, name):
        """All goods of a transfer in one parcel with an SSCC, as the processor packs them."""
        parcel = self._as("processor", self.env["stock.package"]).create({"name": name})
        picking.move_line_ids.with_user(self.users["processor"]).result_package_id = parcel
        return parcel.sudo(False).with_user(self.env.user)

    def _free(self, product, location=None):
        return self.env["stock.quant"]._get_available_quantity(product, location or self.warehouse.lot_stock_id)

    def _mails(self, request):
        return self.env["mail.mail"].search([("model", "=", request._name), ("res_id", "=", request.id)])

    def _back(self, request):
        """What goes back to the shelf: product, quantity, shelf and whether it is in hand for sure."""
        return [(row.product_id, row.quantity, row.location_id, row.taken) for row in request.goods_ids]

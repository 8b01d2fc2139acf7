from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command


class OrderReturnSettle(models.Model):
    _inherit = "order.return"

    def _settle(self):
        """Settle received cases as one set: order quantities closed, credit notes posted, replacements sent, book told."""
        # what did not come is not settled
        lines = self.line_ids.filtered(lambda line: not line.uom_id.is_zero(line.quantity))
        refunds = lines.filtered(lambda line: line.settlement == "refund")
        refunds._close_short()
        self._credit(refunds)
        again = lines.filtered(lambda line: line.settlement == "replacement")
        # a case that is settled a second time has sent its replacements
        self._send_again(again - again._sent_again().order_return_line_id)
        self.env["order.event"]._record(
            [line._book_row("settled", line.quantity, line.credited_amount) for line in lines]
        )

    def _send_again(self, lines):
        """Outgoing transfers for the same product again, straight from stock and reserved where stock covers them.

        Their moves are returns of the returned ones without ``to_refund``, as core's own exchange of a receipt makes them:
        delivered and invoiced quantities of the order stay what they are. They leave by the desk's usual dispatch.
        """
        groups = {}
        for line in lines:
            key = (line.return_id, line.move_id.picking_id)
            groups.setdefault(key, self.env["order.return.line"])
            groups[key] |= line
        back = {move.order_return_line_id: move for move in lines._returned_moves()} if lines else {}
        for (case, original), items in groups.items():
            stock = original.picking_type_id.warehouse_id.lot_stock_id
            if original.picking_type_code != "outgoing" or not stock:
                raise UserError(
                    self.env._(
                        "%(case)s: %(transfer)s did not leave from a warehouse, so nothing can be sent again from it. Choose a refund.",
                        case=case.name,
                        transfer=original.name,
                    )
                )
            transfer = original.copy(
                {
                    "move_ids": [],
                    "return_id": False,
                    "backorder_id": False,
                    "origin": case.name,
                    "location_id": stock.id,
                    "order_return_id": case.id,
                }
            )
            for line in items:
                line.move_id.copy(
                    {
                        "picking_id": transfer.id,
                        "product_uom_qty": line.uom_id._compute_quantity(line.quantity, line.move_id.product_uom),
                        "origin_returned_move_id": back.get(line, back.get(line.split_from_id, line.move_id)).id,
                        "to_refund": False,
                        "move_orig_ids": [Command.clear()],
                        "move_dest_ids": [Command.clear()],
                        "procure_method": "make_to_stock",
                        "state": "draft",
                        "location_id": stock.id,
                        "location_dest_id": original.location_dest_id.id,
                        "order_return_line_id": line.id,
                    }
                )
            transfer.action_confirm()
            transfer.action_assign()


class OrderReturnLine(models.Model):
    _inherit = "order.return.line"

    def _sent_again(self):
        """The moves by which the same product goes to the customer again, called off ones left out."""
        return self.stock_move_ids.filtered(
            lambda move: move.state != "cancel" and move.location_dest_id.usage == "customer"
        )

    def _close_short(self):
        """What was ordered, invoiced by order, came back and is not sent again is no longer ordered.

        Where a product is invoiced as ordered core would ask to invoice it again; where it is invoiced as delivered the
        returned delivery says enough. Price and discount stay: a smaller quantity must not find another price.
        """
        closed = {}
        for line in self:
            if line.disposition != "customer_keeps" and line.product_id.invoice_policy == "order":
                closed[line.order_line_id] = closed.get(line.order_line_id, 0.0) + line.quantity
        for order_line, quantity in closed.items():
            # what was shipped beyond the order and came back was never ordered
            quantity = min(quantity, order_line.product_uom_qty - order_line.qty_delivered)
            if order_line.product_uom_id.compare(quantity, 0.0) <= 0:
                continue
            # a kept quantity would be procured anew, a locked order refuse it: neither is what happens here
            order_line = order_line.with_context(skip_procurement=True)
            locked = order_line.order_id.locked
            if locked:
                order_line.order_id.locked = False
            order_line.write(
                {
                    "product_uom_qty": max(order_line.product_uom_id.round(order_line.product_uom_qty - quantity), 0.0),
                    "price_unit": order_line.price_unit,
                    "technical_price_unit": order_line.technical_price_unit,
                    "discount": order_line.discount,
                }
            )
            if locked:
                order_line.order_id.locked = True

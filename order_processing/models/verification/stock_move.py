from odoo import models
from odoo.exceptions import UserError


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        """Goods leave only as they were verified: the seals of their orders are compared again."""
        leaving = self.filtered(lambda move: move.picked and move.quantity > 0 and move.state not in ("done", "cancel"))
        leaving._order_gate_picking()
        outgoing = leaving.filtered(lambda move: move.sale_line_id and move.location_dest_id.usage == "customer")
        outgoing.sale_line_id.order_id._verification_gate_shipping(outgoing.sale_line_id)
        return super()._action_done(cancel_backorder=cancel_backorder)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _verification_gate_shipping(self, lines=None):
        """Compare the seals of orders whose goods are about to leave; a broken one is verified again at once.

        An order that was never sealed (confirmed before the controls were on) passes.

        :param lines: the order lines whose goods leave; default all
        :raises UserError: where enforced, a broken seal with a blocking finding, or a hold that stops shipping
        """
        orders = self.sudo().filtered(lambda order: order.company_id._order_control_records())
        if not orders:
            return
        broken = orders._verification_broken()
        again = orders.filtered(
            lambda order: order.id in broken or (order.verification_state == "held" and order.verified_at)
        )
        assessments = again._verification_evaluate() if again else {}
        problems = orders._verification_problems(assessments, step="stops_ship", lines=lines, leaving=True)
        if problems:
            texts = orders._verification_change_texts(broken)
            rows = []
            for order, found in problems.items():
                rows += found
                if order.id in broken:
                    rows.append(
                        self.env._(
                            "  changed since it was verified: %s",
                            texts[order.id].replace("\n", "; "),
                        )
                    )
            raise UserError(
                "\n".join(
                    [
                        self.env._("The goods of these orders cannot leave:"),
                        *rows,
                        self.env._(
                            "Correct the order and verify it again, or ask a manager of the order desk to waive or release."
                        ),
                    ]
                )
            )
        if again:
            self.browse(again.ids)._verification_record(assessments)

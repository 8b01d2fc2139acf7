from odoo import models

from ..common import contract
from ..common.sale_order_line import CANCELLING


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _order_cancel_each(self, reason_code):
        """Cancel those of ``self`` of which nothing has left yet, by core's own cancellation; the book keeps the reason.

        :param str reason_code: code of an ``order.close.reason``
        :return: dict of order id to ``(code, message)``: accepted, repeated, too_late or refused
        :raises UserError: no such reason
        """
        reason = self.env["order.close.reason"]._by_code(reason_code)
        answer, ready = {}, self.browse()
        for order in self:
            if order.state == "cancel":
                answer[order.id] = ("repeated", self.env._("%s was cancelled before.", order.name))
            elif late := order._order_cancel_late():
                answer[order.id] = ("too_late", late)
            else:
                ready |= order
        return answer | ready._order_cancel_set(reason)

    def _order_cancel_late(self):
        """Why it is too late to cancel this order, else ``''``."""
        self.ensure_one()
        left = self.picking_ids.filtered(lambda picking: picking.state == "done")
        if left:
            told = {"order": self.name, "transfers": ", ".join(left.mapped("name"))}
            return self.env._("Goods of %(order)s have left with %(transfers)s: ask for a return.", **told)
        posted = self.invoice_ids.filtered(lambda move: move.state == "posted")
        if posted:
            told = {"order": self.name, "invoices": ", ".join(posted.mapped("name"))}
            return self.env._("%(order)s is invoiced with %(invoices)s: that is credited first.", **told)
        return ""

    def _order_cancel_set(self, reason):
        """Cancel the set at once; if Odoo refuses one of them, each by itself."""
        if not self:
            return {}
        # what was changed until now is entered without this reason
        self.env["order.event"].flush_model()
        cache = self.env.cr.cache
        cache[CANCELLING] = dict.fromkeys(self.ids, reason.code)
        try:
            with contract.one_record(self.env.cr):
                self.action_cancel()
                self.env["order.event"].flush_model()
            return dict.fromkeys(self.ids, ("accepted", ""))
        except contract.REFUSALS as refusal:
            if len(self) == 1:
                return {self.id: ("refused", contract.said(refusal))}
        finally:
            cache.pop(CANCELLING, None)
        answer = {}
        for order in self:
            answer |= order._order_cancel_set(reason)
        return answer

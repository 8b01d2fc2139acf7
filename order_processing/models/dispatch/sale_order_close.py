from odoo import models

CLOSED = ("done", "cancel")


class SaleOrderLine(models.Model):
    """What becomes of printed transfers of a line that is closed short: core leaves these alone, and sends goods back instead."""

    _inherit = "sale.order.line"

    def _close(self, reason, note, wanted=None):
        """Take what is closed out of printed transfers first, and let core see to all others."""
        wanted = wanted or {line: line.qty_delivered for line in self}
        taken = self._close_in_hand(wanted, reason.name)
        super(SaleOrderLine, self - taken)._close(reason, note, wanted)
        super(SaleOrderLine, taken.with_context(skip_procurement=True))._close(reason, note, wanted)

    def _close_in_hand(self, wanted, reason):
        """Take out of printed transfers what is too much where ``wanted`` (line to quantity) is ordered.

        What has left its shelf by a step before is left to core, whose way back is walked.

        :param str reason: why their papers are void
        :return: the lines of which that is done, so that core has nothing to take back
        """
        printed = self.sudo().move_ids.filtered(lambda move: move.state not in CLOSED and move.picking_id.printed)
        taken, cuts = self.browse(), {}
        for line in self & printed.sale_line_id.sudo(False).with_env(self.env):
            own, backs = {}, []
            line.sudo()._change_plan(wanted[line], own, backs)
            if not any(backs):
                taken |= line
                cuts |= own
        moves = self.env["stock.move"].sudo().union(*cuts)
        if moves:
            pickings = moves.picking_id
            opened, _rows = moves._change_cut(cuts)
            pickings.filtered("printed").printed = False
            self._close_papers(pickings, opened, reason)
        return taken

    def _close_papers(self, pickings, opened, reason):
        """What was printed of ``pickings`` says more than is to go; parcels that lost goods are void with their labels."""
        prints, why = self.env["order.print"], self.env._("Closed short: %s", reason)
        prints._void(("pick_list", "slip"), pickings, why)
        prints._void(("label", "return_label"), opened._change_open(), why)
        opened._void(why)
        pickings._change_check_again(why)

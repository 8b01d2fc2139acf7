from odoo import models
from odoo.exceptions import UserError


class StockPicking(models.Model):
    """Goods that failed leave their transfer by the acts of their check, not by a wave, which makes one that knows of nothing."""

    _inherit = "stock.picking"

    def _quality_failed(self):
        """Those of these with goods that failed and that nobody has let leave since, where checks stop goods."""
        enforced = self.filtered(lambda picking: picking.company_id._order_control_enforced())
        return enforced._quality_held_back() | enforced.filtered(
            lambda picking: (
                picking.order_quality_state == "failed" or picking.sudo().order_quality_check_ids.line_ids._failing()
            )
        )

    def _quality_refuse_part(self, lines):
        """:raises UserError: names those with goods that failed, of which ``lines`` (move lines) are a part"""
        failed = self.filtered(lambda picking: not picking._quality_goes_whole(lines))._quality_failed()
        if failed:
            raise UserError(
                self.env._(
                    "%(transfers)s: some of these goods failed their check, so a wave does not take a part of them."
                    " Add the whole transfer, or open its checks and say what becomes of what failed.",
                    transfers=", ".join(failed.mapped("name")),
                )
            )

    def _quality_goes_whole(self, lines):
        """Whether a wave takes this transfer as it is for ``lines``, as core decides."""
        self.ensure_one()
        own = lines.filtered(lambda line: line.picking_id == self)
        return (
            own == self.move_line_ids
            and own.move_id == self.move_ids
            and not any(move.product_uom.is_zero(move.quantity) for move in self.move_ids)
        )


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _add_to_wave(self, wave=False, description=False):
        """See core; a transfer with goods that failed goes whole or not at all.

        :raises UserError: names the transfers with goods that failed, of which these lines are a part
        """
        self.picking_id._quality_refuse_part(self)
        return super()._add_to_wave(wave=wave, description=description)

    def _is_auto_waveable(self):
        return super()._is_auto_waveable() and not self.picking_id._quality_failed()

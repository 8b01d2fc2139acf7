from odoo import api, fields, models
from odoo.exceptions import UserError

from .stock_picking_quality import CLOSED, TOUCHED

# what of a move line is another thing to check
GOODS = {"quantity", "product_id", "lot_id", "lot_name", "result_package_id", "move_id", "picking_id", "product_uom_id"}
# written by what happens to the goods alone
PACKER = "order_packed_by_id"


class StockMoveLine(models.Model):
    """What changes of the goods in a transfer is looked at again once, at the end of the transaction."""

    _inherit = "stock.move.line"

    order_packed_by_id = fields.Many2one("res.users", "Packed by", readonly=True, index="btree_not_null")

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create([{name: vals[name] for name in vals if name != PACKER} for vals in vals_list])
        lines._quality_touched()
        if any(vals.get("result_package_id") for vals in vals_list):
            lines.filtered("result_package_id")._quality_packed()
        return lines

    def write(self, vals):
        """Who puts goods into a parcel has packed them, and nobody enters who that was.

        :raises UserError: who packed was given
        """
        if PACKER in vals:
            raise UserError(
                self.env._(
                    "%(transfers)s: who packed is written down when it happens and cannot be entered.",
                    transfers=", ".join(self.picking_id.mapped("name")),
                )
            )
        before = self.picking_id if "picking_id" in vals else self.env["stock.picking"]
        known = self._quality_packers_known() if "result_package_id" in vals else {}
        answer = super().write(vals)
        if not GOODS.isdisjoint(vals):
            self._quality_touched(before)
        if "result_package_id" in vals:
            self._quality_packed(known)
        return answer

    def copy(self, default=None):
        """Goods that lie in the same parcel were packed by who packed them."""
        copies = super().copy(default)
        same = [
            (new, line.order_packed_by_id.id)
            for line, new in zip(self, copies)
            if new.result_package_id and new.result_package_id == line.result_package_id
        ]
        copies.browse([new.id for new, _packer in same])._quality_packed_by([packer for _new, packer in same])
        return copies

    def unlink(self):
        self._quality_touched()
        return super().unlink()

    def _quality_packers_known(self):
        """Who packed these lines: line to ``(parcel, id of a user)``, where a quality point asks for a second person."""
        if not self.env["order.quality.point"]._second_person_companies():
            return {}
        return {line.id: (line.result_package_id, line.order_packed_by_id.id) for line in self.sudo()}

    def _quality_packed(self, known=None):
        """Note who packed, where a quality point asks for a second person.

        :param dict known: what ``_quality_packers_known`` said before these lines got their parcels
        """
        companies = self.env["order.quality.point"]._second_person_companies()
        if companies:
            lines = self.filtered(lambda line: line.company_id.id in companies and line.picking_id.state not in CLOSED)
            lines._quality_packed_by([line._quality_packer((known or {}).get(line.id)) for line in lines.sudo()])

    def _quality_packer(self, known=None):
        """Id of who packed this line, which has got its parcel by the user: a whole parcel was packed before; for ``sudo``.

        :param known: ``(parcel, id of who packed)`` of the line until now
        """
        self.ensure_one()
        parcel = self.result_package_id
        if not parcel or parcel != self.package_id:
            return parcel and self.env.uid
        packed = self.move_id.move_orig_ids.move_line_ids.filtered(
            lambda line: line.state == "done" and line.result_package_id == parcel
        )
        # to call the parcel whole does not make it packed by nobody
        before = known[1] if known and known[0] == parcel else False
        return packed.order_packed_by_id[:1].id or before

    def _quality_packed_by(self, packers):
        """The one door to who packed: ``packers`` are the ids of users, one for each of these lines."""
        lines = {}
        for line, packer in zip(self.sudo(), packers):
            lines.setdefault(packer or False, []).append(line.id)
        for packer, ids in lines.items():
            super(StockMoveLine, self.sudo().browse(ids)).write({PACKER: packer})

    def _quality_touched(self, pickings=None):
        """Note that the goods of the transfers of these lines, and of ``pickings``, have changed in this transaction."""
        ids = {*self.picking_id.ids, *(pickings.ids if pickings else ())}
        if not ids or not self.env["order.quality.point"]._are_used():
            return
        precommit = self.env.cr.precommit
        if TOUCHED not in precommit.data:
            precommit.data[TOUCHED] = set()
            precommit.add(self.env["stock.picking"].sudo()._quality_renew_touched)
        precommit.data[TOUCHED].update(ids)

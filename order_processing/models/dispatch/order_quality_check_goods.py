from math import ceil

from odoo import api, models
from odoo.tools import SQL, float_compare

CLOSED = ("done", "cancel")
WEIGHT_DIGITS = 6


class OrderQualityCheck(models.Model):
    """What a check of a point is about follows what lies in its transfer: made with it, renewed when it changes."""

    _inherit = "order.quality.check"

    def _renew_goods(self, goods):
        """Bring the rows of these checks in line with what lies in their transfers; a verdict on other goods is taken back.

        For ``sudo``; the same statements whatever the number of checks.

        :param dict goods: ``stock.picking._quality_goods`` of their transfers
        """
        checks = self.filtered(lambda check: check.point_id and check.picking_id.state not in CLOSED)
        new = []
        for check in checks:
            check._renew_own(goods.get(check.picking_id, self.env["stock.move.line"]), new)
        checks.line_ids._empty().unlink()
        if new:
            rows = self.env["order.quality.check.line"]
            # whoever brings the same rows up to date at the same time waits, and core tries that again
            self.env.cr.execute(
                SQL(
                    "UPDATE order_quality_check SET write_date = write_date WHERE id = ANY(%s)",
                    sorted({vals["check_id"] for vals in new}),
                )
            )
            # what was taken out of a transfer makes room for the same goods
            rows.flush_model()
            rows.create(new)
        checks._fall_back()

    def _renew_own(self, lines, new):
        """Shrink the rows of one check that stand for more than lies there; values of what is missing, and of the evidence of what
        failed of the surplus, are added to ``new``."""
        self.ensure_one()
        wanted = self._wanted_goods(self.point_id._goods_of(lines))
        rows = self.line_ids._present().grouped(lambda row: row._key())
        for key, own in rows.items():
            surplus = sum(own.mapped("quantity")) - wanted.get(key, 0.0)
            # what has no answer goes first, what failed and was not conceded last
            for row in own.sorted(
                lambda row: (row.state == "failed", row.failed_qty > 0, row.passed_qty > 0, -row.number)
            ):
                if row._compare(surplus) <= 0:
                    break
                surplus -= sum(row._shrink(min(surplus, row.quantity), new))
        if self.point_id.kind == "weight":
            self._weigh_again(lines)
        for key, quantity in wanted.items():
            own = rows.get(key, self.line_ids.browse())._present()
            missing = quantity - sum(own.mapped("quantity"))
            unit = key[0].uom_id or self.env.ref("uom.product_uom_unit")
            if unit.compare(missing, 0.0) > 0:
                self._add_goods(key, missing, own, new)

    def _add_goods(self, key, missing, own, new):
        product, order_line, lot, package = key
        # what was conceded are those goods and no more of them
        same = own.filtered(lambda row: not row.conceded)
        if same and not self.point_id._singly():
            same[0].quantity += missing
            return
        number = max(own.mapped("number"), default=0)
        pieces = ceil(round(missing, 6)) if self.point_id._singly() else 1
        for piece in range(pieces):
            new.append(
                {
                    "check_id": self.id,
                    "number": number + piece + 1,
                    "product_id": product.id,
                    "order_line_id": order_line.id,
                    "lot_id": lot.id,
                    "package_id": package.id,
                    "quantity": min(missing - piece, 1.0) if pieces > 1 else missing,
                }
            )

    def _wanted_goods(self, lines):
        """What of the move lines ``lines`` is to be checked: ``{key of a row: quantity in the product's unit}``."""
        self.ensure_one()
        wanted, parcels = {}, self.point_id.kind == "weight"
        for line in lines:
            key = self._key_of(line)
            wanted[key] = 1.0 if parcels else wanted.get(key, 0.0) + line.quantity_product_uom
        return wanted

    def _key_of(self, line):
        """The key of the row that the move line ``line`` belongs to."""
        if self.point_id.kind == "weight":
            key = (line.product_id.browse(), line.move_id.sale_line_id.browse(), line.lot_id.browse())
            return (*key, line.result_package_id)
        return (line.product_id, line.move_id.sale_line_id, line.lot_id, self.env["stock.package"])

    def _weigh_again(self, lines):
        """A parcel whose content is another than the one that was weighed is weighed anew."""

        def changed(row):
            weight = self._content_weight(lines, row.package_id)[0]
            return float_compare(weight, row.expected_value, precision_digits=WEIGHT_DIGITS)

        rows = self.line_ids._present().filtered("answered_at").filtered(changed)
        if rows:
            rows._clear()

    @api.model
    def _content_weight(self, lines, package):
        """What a parcel should weigh: its packaging and the sum of its contents, in the database's unit of weight.

        :return: the weight, and the products in it that have none
        """
        inside = lines.filtered(lambda line: line.result_package_id == package)
        content = sum(line.quantity_product_uom * line.product_id.weight for line in inside)
        unknown = inside.product_id.filtered(lambda product: product.weight <= 0)
        return content + (package.package_type_id.base_weight or 0.0), unknown

    # ------------------------------------------------------------------ what the rows say

    def _said_by_goods(self):
        """The state that the rows of this check give it."""
        self.ensure_one()
        rows = self.line_ids._present()
        if not rows or rows._open():
            return "failed" if self.state == "failed" and rows._failing() else "to_check"
        return "failed" if rows._failing() else "passed"

    def _fall_back(self):
        """Take verdicts back that the goods in the transfer do not bear any more."""
        lapsed = self.filtered(lambda check: check.state not in ("to_check", check._said_by_goods()))
        if lapsed:
            reason = self.env._("The goods in the transfer have changed.")
            lapsed._renew(reason)
            lapsed._take_from_goods(reason)

    def _renew(self, reason):
        """Back to be checked, by what happened to the goods and not by a person's word; for ``sudo``."""
        if not self:
            return
        declared = self._transition_declared("renew")
        before = {check.id: check.state for check in self}
        self._transition_write(
            {**self._transition_values(declared, reason), "checked_by_id": False, "checked_at": False}
        )
        self._transition_log(declared, before, reason)

    def _take_from_goods(self, reason):
        """Give checks that nobody has judged as a whole the verdict of their rows, with who gave that and when; for ``sudo``."""
        for target in ("passed", "failed"):
            found = self.filtered(
                lambda check, target=target: (
                    check.state == "to_check" and check.line_ids and check._said_by_goods() == target
                )
            )
            declared = self._transition_declared("pass" if target == "passed" else "fail")
            before = {check.id: check.state for check in found}
            for check in found:
                rows = check.line_ids._present()
                last = rows.filtered("answered_at").sorted("answered_at")[-1:]
                telling = rows._failing() if target == "failed" else rows
                check._transition_write(
                    {
                        "state": target,
                        "checked_by_id": last.answered_by_id.id,
                        "checked_at": last.answered_at,
                        "note": telling._notes() or reason,
                    }
                )
            if found:
                found._transition_log(declared, before, reason)

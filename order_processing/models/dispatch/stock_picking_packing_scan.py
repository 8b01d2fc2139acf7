from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..common.number_words import number_words
from ..common.scalars import times

CLOSED = ("done", "cancel")
# letters of a key that are compared
KEY = 64


class StockPicking(models.Model):
    """The packing table: what is scanned is counted against what lies in the transfer, or refused and said what it is."""

    _inherit = "stock.picking"

    def packing_scan(self, barcode, quantity=1.0, key=""):
        """Count what was scanned: a product, the barcode of a packaging, a lot or serial number, a GS1 code of these, or the
        parcel in which goods were brought; typed with a quantity before it (``12*CODE``), so many of it.

        The name of another transfer or order is the wish to pack that one, as long as nothing is counted here.

        :param str barcode: as the scanner read it
        :param float quantity: how many of it, default one
        :param str key: the caller's name for this scan: sent twice in a row, because an answer was lost, it counts once
        :return: ``{opened, product, lot, quantity, counted, wanted, unit, rows, total, others}``: of the scanned goods how many were
            counted now, and are of how many; ``rows`` (``{key, counted}``), ``total`` and ``others`` as of ``packing_state``;
            ``opened`` is the id of the transfer to be shown (anew), then nothing else is there
        :raises AccessError: who may not handle transfers, or not this one
        :raises UserError: an unknown or foreign code, goods or a parcel of another order, another lot, more than there are, goods
            that are held or failed their check, a transfer that is closed; nothing is changed then
        """
        self._packing_begin()
        return self._packing_once(key, lambda: self._packing_scan(*self._packing_read(barcode, quantity)))

    def _packing_scan(self, code, quantity):
        """See ``packing_scan``."""
        picking, scan = self.sudo(), self.env["order.scan"].sudo()
        lines = picking._packing_lines(picking._packing_called(code))
        own, counted = scan._find_rows(lines, picking, code, quantity)
        if own:
            return picking._packing_count(own, counted)
        parcel = picking._packing_brought(code)
        if parcel:
            return picking._packing_count_parcel(*parcel)
        other = self._packing_named(code)
        if other:
            return self._packing_go(other)
        picking._packing_refuse_packed(code)
        return scan._refuse_code(picking, code)

    def packing_by_hand(self, product_id, quantity=1.0, key=""):
        """Count goods that carry no code by which they could be scanned.

        :param int product_id: which
        :param float quantity: how many, negative to take them out again
        :param str key: as of ``packing_scan``
        :return: as of ``packing_scan``
        :raises AccessError: who may not handle transfers, or not this one
        :raises UserError: they have a code, are not in this transfer, or are too many; nothing is changed then
        """
        self._packing_begin()
        return self._packing_once(key, lambda: self._packing_hand(product_id, quantity))

    def _packing_hand(self, product_id, quantity):
        """See ``packing_by_hand``."""
        picking, scan = self.sudo(), self.env["order.scan"].sudo()
        number = product_id if isinstance(product_id, int) and not isinstance(product_id, bool) else 0
        out = isinstance(quantity, (int, float)) and quantity < 0
        _code, quantity = scan._scanned("#", -quantity if out else quantity)
        lines = picking._packing_lines(Domain("product_id", "=", number))
        if not lines:
            raise UserError(self.env._("These goods are not wanted in %s: put them back.", picking.name))
        if not scan._without_code(lines[0]):
            raise UserError(self.env._("%s has a code: scan it.", lines[0].product_id.display_name))
        if out:
            counts = picking._packing_counts(lines.product_id)
            return picking._packing_take(counts, quantity, lines.product_id.display_name)
        return picking._packing_count(lines, quantity, unscanned=True)

    def packing_take_out(self, barcode, quantity=1.0, key=""):
        """Count what was scanned as taken out again.

        :param str barcode: as of ``packing_scan``
        :param float quantity: how many of it, default one
        :param str key: as of ``packing_scan``
        :return: as of ``packing_scan``
        :raises AccessError: who may not handle transfers, or not this one
        :raises UserError: not so many of it are counted, or its check has passed already; nothing is changed then
        """
        self._packing_begin()
        return self._packing_once(key, lambda: self._packing_out(*self._packing_read(barcode, quantity)))

    def _packing_out(self, code, quantity):
        """See ``packing_take_out``."""
        picking, scan = self.sudo(), self.env["order.scan"].sudo()
        counts = picking._packing_counts()
        own, counted = scan._find_rows(counts, picking, code, quantity)
        if not own:
            sscc = self.env["stock.package"]._scanned_sscc(code)
            own = counts.filtered(
                lambda count: (
                    count.package_id and (count.package_id.name in (code, sscc) or count.package_id._sscc() == sscc)
                )
            )
            if own:
                return picking._packing_take_parcel(own)
        return picking._packing_take(own, counted, code)

    def packing_reset(self):
        """Count this transfer from nothing again.

        :return: as of ``packing_state``
        :raises AccessError: who may not handle transfers, or not this one
        :raises UserError: a check has passed on what was counted
        """
        self._packing_begin()
        picking = self.sudo()
        picking._packing_check()
        counts = picking._packing_counts()
        picking._packing_check_judged(counts)
        counts.unlink()
        return self.packing_state()

    # ------------------------------------------------------------------ what is scanned

    def _packing_once(self, key, act):
        """What ``act()`` answers; where the user has just sent the same ``key`` it is not done again."""
        key = key[:KEY] if isinstance(key, str) else ""
        packing, picking = self.env["order.packing"].sudo(), self.sudo()
        if packing._sent(picking, key):
            return {"opened": self.id}
        picking._packing_check_scan()
        answer = act()
        if not answer["opened"]:
            packing._enter(picking, key or None)
        return answer

    @api.model
    def _packing_read(self, barcode, quantity):
        """``(code, quantity)`` of what was scanned or typed.

        :raises UserError: nothing was scanned, or no quantity
        """
        scan = self.env["order.scan"]
        code, quantity = scan._scanned(barcode, quantity)
        many, code = times(code)
        return scan._scanned(code, quantity * many)

    def _packing_check_scan(self):
        """:raises UserError: goods of this transfer cannot be counted now; what is asked for each scan, with few queries"""
        if self.state in CLOSED or not self.sale_id or self.order_held_back or self.order_quality_state == "failed":
            self._packing_check()

    def _packing_lines(self, domain):
        """The move lines in this transfer that ``domain`` is about; for ``sudo``."""
        lines = self.env["stock.move.line"].with_context(active_test=False, skip_preprocess_gs1=True)
        here = Domain("picking_id", "=", self.id) & Domain("quantity", ">", 0) & Domain("state", "not in", CLOSED)
        return lines.search(here & Domain("move_id.location_dest_usage", "!=", "inventory") & domain, order="id")

    def _packing_called(self, code):
        """The goods that may be called ``code``, as a domain on move lines: few of a thousand."""
        barcodes, lots = self.env["order.scan"]._forms(code)
        return (
            Domain("lot_id.name", "in", lots)
            | Domain("product_id.default_code", "in", [code, *barcodes])
            | Domain("product_id.barcode", "in", barcodes)
            | Domain("product_id.product_uom_ids.barcode", "in", barcodes)
        )

    def _packing_brought(self, code):
        """``(parcel, move lines)`` where ``code`` is the label of a parcel that goods of this transfer were brought in."""
        sscc = self.env["stock.package"]._scanned_sscc(code)
        names = Domain("package_id.name", "in", [code, sscc]) | Domain("package_id.order_sscc", "=", sscc)
        lines = self._packing_lines(Domain("package_id", "!=", False) & names)
        parcel = lines.package_id[:1]
        return parcel and (parcel, lines.filtered(lambda line: line.package_id == parcel))

    def _packing_go(self, others):
        """What is answered where ``others``, transfers, were scanned in place of goods."""
        self.ensure_one()
        if self in others:
            return {"opened": self.id}
        if self.sudo()._packing_counts():
            raise UserError(
                self.env._(
                    "%(other)s is another order's transfer. Finish %(transfer)s first, or leave it: what is counted stays.",
                    other=", ".join(others.mapped("name")),
                    transfer=self.name,
                )
            )
        problems = others.sudo()._packing_problems()
        free = others.filtered(lambda picking: picking not in problems)
        if not free:
            raise UserError("\n".join(problems.values()))
        return {"opened": free[0].id}

    def _packing_refuse_packed(self, code):
        """:raises UserError: ``code`` is a parcel into which goods of this transfer were packed"""
        sscc = self.env["stock.package"]._scanned_sscc(code)
        for parcel in self.move_line_ids.result_package_id:
            if parcel.name in (code, sscc) or parcel._sscc() == sscc:
                raise UserError(
                    self.env._(
                        "%(parcel)s is a parcel of %(transfer)s that is packed here: scan the goods in it.",
                        parcel=parcel.name,
                        transfer=self.name,
                    )
                )

    # ------------------------------------------------------------------ counting

    def _packing_counts(self, products=None):
        """What is counted of this transfer (``order.packing.count``), of ``products`` or all; for ``sudo``."""
        domain = Domain("picking_id", "=", self.id) & Domain("quantity", ">", 0)
        if products is not None:
            domain &= Domain("product_id", "in", products.ids)
        return self.env["order.packing.count"].search(domain, order="id")

    def _packing_wanted(self, lines):
        """What is to be counted of the move lines ``lines``, goods in no parcel first: key of a count to quantity.

        :raises UserError: all of it is held
        """
        held = lines.move_id._order_held_here()
        free = lines.filtered(lambda line: line.move_id not in held)
        if not free:
            raise UserError(self._packing_held_words())
        wanted = {}
        for line in free.sorted(lambda line: (bool(line.package_id), line.id)):
            key = line._packing_key()
            wanted[key] = wanted.get(key, 0.0) + line.quantity_product_uom
        return wanted

    def _packing_count(self, lines, quantity, unscanned=False):
        """Count ``quantity`` of the goods of ``lines``, move lines of one product."""
        product, unit = lines.product_id, lines.product_id.uom_id
        wanted = self._packing_wanted(lines)
        counted = {count._packing_key(): count.quantity for count in self._packing_counts(product)}
        left = {key: max(there - counted.get(key, 0.0), 0.0) for key, there in wanted.items()}
        if unit.compare(quantity, sum(left.values())) > 0:
            names = [product.display_name, *lines.lot_id.mapped("name")]
            self.env["order.scan"]._refuse_surplus(
                ", ".join(names), unit, quantity, sum(wanted.values()), sum(left.values())
            )
        takes, rest = {}, quantity
        for key, most in left.items():
            taken = min(rest, most)
            if unit.compare(taken, 0.0) > 0:
                takes[key] = taken
                rest -= taken
        self.env["order.packing.count"]._add(self, takes, unscanned)
        return self._packing_answer(product, lines.lot_id, quantity, list(wanted), sum(wanted.values()))

    def _packing_count_parcel(self, parcel, lines):
        """Count all that is in ``parcel``, the move lines ``lines``, by its label."""
        self._packing_check_parcel(parcel, lines)
        wanted = self._packing_wanted(lines)
        counts = {count._packing_key(): count for count in self._packing_counts(lines.product_id)}
        takes = {}
        for key, there in wanted.items():
            left = there - (counts[key].quantity if key in counts else 0.0)
            if lines.product_id.browse(key[0]).uom_id.compare(left, 0.0) > 0:
                takes[key] = left
        if not takes:
            raise UserError(
                self.env._("All that was brought in %s is counted already: this one is too many.", parcel.name)
            )
        self.env["order.packing.count"]._add(self, takes, unscanned=True)
        answer = self._packing_answer(
            lines.product_id[:1], lines.lot_id, sum(takes.values()), list(wanted), sum(wanted.values())
        )
        return {**answer, "product": parcel.name, "lot": "", "unit": ""}

    def _packing_check_parcel(self, parcel, lines):
        """:raises UserError: the label of ``parcel`` does not say what of it is in ``lines``, or each piece is to be scanned"""
        held = lines.move_id._order_held_here()
        if held:
            raise UserError(self._packing_held_words())
        waiting = self.order_quality_check_ids.filtered(
            lambda check: check._packing_how() == "scan" and check.state != "passed" and check.point_id._goods_of(lines)
        )
        if waiting:
            raise UserError(
                self.env._(
                    "%(parcel)s is closed, and %(check)s wants each piece scanned: open it and scan what is in it.",
                    parcel=parcel.name,
                    check=waiting[0].point_id.name,
                )
            )
        here = {}
        for line in lines:
            key = (line.product_id, line.lot_id)
            here[key] = here.get(key, 0.0) + line.quantity_product_uom
        for quant in parcel.quant_ids:
            if quant.product_id.uom_id.compare(quant.quantity, here.get((quant.product_id, quant.lot_id), 0.0)) > 0:
                raise UserError(
                    self.env._(
                        "%(parcel)s holds more than %(transfer)s takes of it: open it and scan what you take.",
                        parcel=parcel.name,
                        transfer=self.name,
                    )
                )

    # ------------------------------------------------------------------ taking out

    def _packing_check_judged(self, counts):
        """:raises UserError: a check has passed on what of ``counts`` was counted"""
        passed = self.order_quality_check_ids.filtered(
            lambda check: (
                check.point_id.kind == "scan"
                and check.state == "passed"
                and check.line_ids._present().product_id & counts.product_id
            )
        )
        if passed:
            raise UserError(
                self.env._(
                    "%s has passed on what was counted. A manager of the order desk can have it checked again.",
                    ", ".join(passed.mapped("display_name")),
                )
            )

    def _packing_take(self, counts, quantity, name):
        """Take ``quantity`` off ``counts``, of one product called ``name``."""
        there, unit = sum(counts.mapped("quantity")), counts.product_id.uom_id
        if not counts or unit.compare(quantity, there) > 0:
            raise UserError(
                self.env._(
                    "%(counted)s of “%(goods)s” are counted in %(transfer)s, so %(quantity)s cannot be taken out.",
                    counted=number_words(self.env, there),
                    goods=name,
                    transfer=self.name,
                    quantity=number_words(self.env, quantity),
                )
            )
        self._packing_check_judged(counts)
        keys = [count._packing_key() for count in counts]
        counts._take_out(quantity)
        wanted = self._packing_lines(Domain("product_id", "in", counts.product_id.ids))
        there = sum(line.quantity_product_uom for line in wanted if line._packing_key() in keys)
        return self._packing_answer(counts.product_id, counts.lot_id, -quantity, keys, there)

    def _packing_take_parcel(self, counts):
        """Take all of ``counts``, brought in one parcel, out again."""
        self._packing_check_judged(counts)
        taken, keys = sum(counts.mapped("quantity")), [count._packing_key() for count in counts]
        parcel = counts.package_id[:1].name
        counts.quantity = 0.0
        answer = self._packing_answer(counts.product_id[:1], counts.lot_id, -taken, keys, taken)
        return {**answer, "product": parcel, "lot": "", "unit": ""}

    # ------------------------------------------------------------------ the answer

    def _packing_answer(self, product, lots, quantity, keys, wanted):
        """See ``packing_scan``."""
        counts = self.env["order.packing.count"].search(
            [("picking_id", "=", self.id), ("product_id", "in", list({key[0] for key in keys}))]
        )
        counted = {count._packing_key(): count.quantity for count in counts}
        here = Domain("picking_id", "=", self.id)
        lying = here & Domain("quantity", ">", 0) & Domain("state", "not in", CLOSED)
        lying &= Domain("move_id.location_dest_usage", "!=", "inventory")
        (there,) = self.env["stock.move.line"]._read_group(lying, [], ["quantity_product_uom:sum"])[0]
        (all_counted,) = self.env["order.packing.count"]._read_group(here, [], ["quantity:sum"])[0]
        return {
            "opened": False,
            "product": product.display_name,
            "lot": ", ".join(lots.mapped("name")),
            "quantity": quantity,
            "counted": sum(counted.get(key, 0.0) for key in keys),
            "wanted": wanted,
            "unit": product.uom_id.name,
            "rows": [{"key": "-".join(map(str, key)), "counted": counted.get(key, 0.0)} for key in keys],
            "total": [there or 0.0, all_counted or 0.0],
            "others": self.env["order.packing"]._others(self),
        }

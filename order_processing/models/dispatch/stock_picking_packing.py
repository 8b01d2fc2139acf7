from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..common.business_day import business_day
from ..common.sql_arrays import id_array
from ..common.turn import take_turn

WAREHOUSE_USER = "stock.group_stock_user"
CLOSED = ("done", "cancel")
# transfers of the queue that are looked at together for one that can be packed
CHUNK = 20


class StockPicking(models.Model):
    """The packing table: which transfer is packed there, and what the screen is told of it.

    Who handles transfers may pack them. What is public answers with plain values, and refuses with a reason.
    """

    _inherit = "stock.picking"

    def action_packing(self):
        """Open the packing screen with this transfer on the table.

        :return: an action of the web client
        """
        self._packing_begin()
        action = self.env["ir.actions.client"]._for_xml_id("order_processing.packing_action")
        return {**action, "params": {"picking_id": self.id}}

    def packing_state(self):
        """Put this transfer on the user's table.

        :return: ``{id, name, order, customer, carrier, promise, held, asked, rows, total, parcels, loose, checks, others}``:
            ``asked`` what is asked of the floor about its order and waits for an answer; ``rows``
            are the same goods each, ``{key, product_id, product, code, lot, parcel, wanted, held, counted, unit, by_hand}`` in the
            product's unit; ``total`` is ``[what lies there, what of it is counted]``; ``parcels`` the names of those that are
            packed, ``loose`` whether something counted is in none; ``checks`` ``{id, name, state, label, how}`` (``scan``: the
            count answers it, ``hand``: it is passed or failed, ``other``); ``others`` who else packs it, ``{name, minutes}``
        :raises AccessError: who may not handle transfers, or not this one
        :raises UserError: it has left, is cancelled, held or failed its check, or nothing of it is reserved
        """
        self._packing_begin()
        picking = self.sudo()
        picking._packing_check()
        if picking.company_id._order_control_records():
            picking._quality_checks()
        self.env["order.packing"].sudo()._enter(picking)
        return picking._packing_told()

    @api.model
    def packing_resume(self):
        """Put the transfer that the user had last on the table there again.

        :return: as of ``packing_state``; without one ``{id: False, waiting}``: the number of transfers that could be packed
        :raises AccessError: who may not handle transfers
        """
        self._packing_rights()
        packing = self.env["order.packing"]
        domain = [
            ("user_id", "=", self.env.uid),
            ("at", ">", packing._since()),
            ("picking_id.state", "not in", CLOSED),
        ]
        last = packing.search(domain, limit=1).picking_id
        if last and last.has_access("write") and not last.sudo()._packing_problems():
            return last.packing_state()
        return self._packing_none()

    @api.model
    def packing_next(self, skip=None):
        """Put the next transfer on the user's table: of those that are ready and that nobody else packs the oldest promise.

        :param list skip: ids of transfers that the user has passed over
        :return: as of ``packing_resume``
        :raises AccessError: who may not handle transfers
        """
        self._packing_rights()
        skip = [number for number in skip or [] if isinstance(number, int)]
        ids = self._packing_queue(skip)
        for start in range(0, len(ids), CHUNK):
            pickings = self.browse(ids[start : start + CHUNK])
            problems = pickings.sudo()._packing_problems()
            free = pickings.filtered(lambda picking, problems=problems: picking not in problems)
            if free:
                return free._packing_first().packing_state()
        return self._packing_none()

    def _packing_first(self):
        """The first of these transfers that nobody else takes at this moment: who presses at once gets another one.

        Where others hold them all, the first one: whoever waited for it is tried again by core, and finds it on a table.
        """
        self.env.cr.execute(
            SQL(
                """
                SELECT id FROM stock_picking WHERE id = ANY(%(ids)s) ORDER BY array_position(%(ids)s, id)
                   FOR NO KEY UPDATE SKIP LOCKED LIMIT 1
                """,
                ids=id_array(self.ids),
            )
        )
        row = self.env.cr.fetchone()
        taken = self.browse(row or self.ids[:1])
        take_turn(self.env.cr, "stock_picking", taken.ids)
        return taken

    @api.model
    def packing_find(self, code):
        """Put the transfer on the table that ``code`` names: its own name, its order's, or that of a parcel in it.

        :return: as of ``packing_state``
        :raises AccessError: who may not handle transfers
        :raises UserError: nothing is called so, or it cannot be packed
        """
        self._packing_rights()
        code, _quantity = self.env["order.scan"]._scanned(code, 1)
        found = self._packing_named(code) or self._packing_holding(code)
        if not found:
            self._packing_refuse_unknown(code)
        problems = found.sudo()._packing_problems()
        free = found.filtered(lambda picking: picking not in problems)
        # of what cannot be packed, why not; first of what has not left yet
        return (free or found.sorted(lambda picking: picking.state in CLOSED))[0].packing_state()

    def packing_leave(self):
        """Take this transfer off the user's table; what is counted stays.

        :return: ``{id: False, waiting}``, as ``packing_resume`` without a transfer
        :raises AccessError: who may not handle transfers, or not this one
        """
        self._packing_begin()
        self.env["order.packing"].sudo().search([("picking_id", "=", self.id), ("user_id", "=", self.env.uid)]).unlink()
        return self._packing_none()

    # ------------------------------------------------------------------ who may, and what

    @api.model
    def _packing_rights(self):
        self.env["order.transition.mixin"]._check_order_group(WAREHOUSE_USER)
        self.browse().check_access("write")

    def _packing_begin(self):
        """:raises AccessError: the user may not handle transfers, or not this one"""
        self.ensure_one()
        self._packing_rights()
        self.check_access("write")

    def _packing_check(self):
        """:raises UserError: why this transfer cannot be packed"""
        problems = self._packing_problems()
        if problems:
            raise UserError("\n".join(problems.values()))

    def _packing_problems(self):
        """Which of these transfers cannot be packed, and why: ``{transfer: words}``; for ``sudo``, the same queries for all."""
        goods = self._quality_goods()
        failed = self._quality_held_back() | self._quality_failed()
        moves = self.move_ids.filtered(lambda move: move.quantity and move.state not in CLOSED)
        held = moves._order_held_here()
        found = {}
        for picking in self:
            words = picking._packing_problem(picking in goods)
            if not words and picking in failed:
                words = self.env._(
                    "%(transfer)s: goods failed their check and may not leave:\n%(checks)s",
                    transfer=picking.name,
                    checks="\n".join(
                        check._stop_text() for check in picking.order_quality_check_ids if check.state == "failed"
                    ),
                )
            if not words and goods[picking].move_id <= held:
                words = picking._packing_held_words()
            if words:
                found[picking] = words
        return found

    def _packing_problem(self, reserved):
        """What speaks against packing this transfer by its state, in words, or ``""``."""
        self.ensure_one()
        name = self.name
        if self.state == "done":
            return self.env._("%s has left already.", name)
        if self.state == "cancel":
            return self.env._("%s is cancelled: put the goods back.", name)
        if not self.move_ids._order_outward() or self._quality_comes_back():
            return self.env._("%s delivers no order: it is not packed here.", name)
        if not reserved:
            return self.env._("Nothing of %s is reserved: there is nothing to pack yet.", name)
        if self.move_type == "one" and self.state != "assigned":
            return self.env._("%s ships complete, and is not fully in stock.", name)
        return ""

    def _packing_held_words(self):
        self.ensure_one()
        return self.env._(
            "%(transfer)s is held: %(holds)s. Ask a manager of the order desk to release it.",
            transfer=self.name,
            holds=self.order_hold_text,
        )

    # ------------------------------------------------------------------ which transfer

    @api.model
    def _packing_domain(self):
        """The transfers whose goods are packed: those that leave the house, or the step before them that is for packing."""
        warehouses = self.env["stock.warehouse"].sudo().search([("company_id", "in", self.env.companies.ids)])
        apart = warehouses.filtered(lambda warehouse: warehouse.delivery_steps == "pick_pack_ship")
        leaving = Domain("picking_type_id.code", "=", "outgoing") & Domain(
            "picking_type_id.warehouse_id", "not in", apart.ids
        )
        domain = Domain("company_id", "in", self.env.companies.ids) & Domain("sale_id", "!=", False)
        return domain & (leaving | Domain("picking_type_id", "in", apart.pack_type_id.ids))

    @api.model
    def _packing_none(self):
        """What is told of an empty table: how many transfers could be packed."""
        return {"id": False, "waiting": self.search_count(self._packing_waiting())}

    @api.model
    def _packing_waiting(self):
        """The transfers that are ready, within the windows in which their orders may leave."""
        domain = self._packing_domain() & Domain("state", "=", "assigned") & Domain("return_id", "=", False)
        # each company's day by its own clock
        windows = [
            Domain("company_id", "=", company.id) & Domain("sale_id.order_ship_from", "<=", business_day(company))
            for company in self.env.companies
        ]
        return domain & (Domain("sale_id.order_ship_from", "=", False) | Domain.OR(windows))

    @api.model
    def _packing_queue(self, skip):
        """Ids of what is ready and on nobody else's table, the oldest promise first."""
        query = self._search(self._packing_waiting() & Domain("id", "not in", skip))
        packing = self.env["order.packing"]
        for model, names in (
            ("sale.order.line", ["order_promise_date"]),
            ("stock.move", ["picking_id", "sale_line_id", "state"]),
            ("order.packing", None),
        ):
            self.env[model].flush_model(names)
        query.add_where(
            SQL(
                """
                NOT EXISTS (SELECT FROM order_packing packer
                             WHERE packer.picking_id = stock_picking.id AND packer.user_id <> %s AND packer.at > %s)
                """,
                self.env.uid,
                packing._since(),
            )
        )
        query.order = SQL(
            """
            (SELECT min(line.order_promise_date)
               FROM stock_move move
               JOIN sale_order_line line ON line.id = move.sale_line_id
              WHERE move.picking_id = stock_picking.id AND move.state NOT IN ('done', 'cancel')) NULLS LAST,
            stock_picking.priority DESC NULLS LAST, stock_picking.scheduled_date, stock_picking.id
            """
        )
        return list(query.get_result_ids())

    @api.model
    def _packing_named(self, code):
        """The transfers that are called ``code``, or whose order is."""
        domain = self._packing_domain() & Domain("state", "!=", "cancel")
        own = self.search([("name", "=", code), ("company_id", "in", self.env.companies.ids)])
        return own or self.search(domain & Domain("sale_id.name", "=", code), order="scheduled_date, id")

    @api.model
    def _packing_holding(self, code):
        """The open transfers that a parcel called ``code``, or with that SSCC, goes with."""
        sscc = self.env["stock.package"]._scanned_sscc(code)
        names = Domain("name", "in", [code, sscc]) | Domain("order_sscc", "=", sscc)
        packages = self.env["stock.package"].search(names)
        lines = Domain("result_package_id", "in", packages.ids) | Domain("package_id", "in", packages.ids)
        domain = self._packing_domain() & Domain("state", "not in", CLOSED)
        return self.search(domain & Domain("move_line_ids", "any", lines), order="scheduled_date, id")

    @api.model
    def _packing_refuse_unknown(self, code):
        """:raises UserError: what comes before packing, where ``code`` is an order, or that it is none"""
        before = self.search(
            [
                ("sale_id.name", "=", code),
                ("state", "not in", CLOSED),
                ("company_id", "in", self.env.companies.ids),
            ]
        )
        if before:
            raise UserError(
                self.env._(
                    "%(order)s is not packed yet: %(transfers)s comes before.",
                    order=code,
                    transfers=", ".join(before.mapped("name")),
                )
            )
        raise UserError(self.env._("No transfer, order or parcel is known by “%s”.", code))

    # ------------------------------------------------------------------ what the screen is told

    def _packing_told(self):
        """See ``packing_state``; for ``sudo``."""
        self.ensure_one()
        lines = self._quality_goods().get(self, self.env["stock.move.line"])
        rows = self._packing_rows(lines)
        promises = [day for day in lines.move_id.sale_line_id.mapped("order_promise_date") if day]
        return {
            "id": self.id,
            "name": self.name,
            "order": self.sale_id.name or "",
            "customer": self.partner_id.display_name or "",
            "carrier": self.carrier_id.name or "",
            "promise": min(promises).isoformat() if promises else "",
            "held": self.order_hold_text or "",
            "asked": self.order_change_text or "",
            "rows": list(rows.values()),
            "total": [sum(lines.mapped("quantity_product_uom")), sum(row["counted"] for row in rows.values())],
            "parcels": lines.result_package_id.mapped("name"),
            "loose": bool(self._packing_loose()),
            "checks": self._packing_checks(),
            "others": self.env["order.packing"]._others(self),
        }

    def _packing_rows(self, lines):
        """What is to be counted of the move lines ``lines``, and what was: key to a row of ``packing_state``."""
        held = lines.move_id._order_held_here()
        rows = {}
        for line in lines:
            row = self._packing_row(rows, line)
            row["held" if line.move_id in held else "wanted"] += line.quantity_product_uom
        for count in self.env["order.packing.count"].search([("picking_id", "=", self.id), ("quantity", ">", 0)]):
            self._packing_row(rows, count)["counted"] = count.quantity
        return rows

    @api.model
    def _packing_row(self, rows, goods):
        """The one of ``rows`` that ``goods`` (a move line or a count) belongs to, made where it is missing."""
        key = goods._packing_key()
        if key not in rows:
            product = goods.product_id.with_context(display_default_code=False)
            rows[key] = {
                "key": "-".join(map(str, key)),
                "product_id": product.id,
                "product": product.display_name,
                "code": product.default_code or product.barcode or "",
                "lot": goods.lot_id.name or "",
                "parcel": goods.package_id.name or "",
                "wanted": 0.0,
                "held": 0.0,
                "counted": 0.0,
                "unit": product.uom_id.name,
                "by_hand": self.env["order.scan"]._without_code(goods),
            }
        return rows[key]

    def _packing_checks(self):
        """The checks of this transfer as the screen shows them, those that wait first."""
        labels = dict(self.env["order.quality.check"]._fields["state"]._description_selection(self.env))
        return [
            {
                "id": check.id,
                "name": check.point_id.name or self.env._("Goods are as ordered and whole"),
                "state": check.state,
                "label": labels[check.state],
                "how": check._packing_how(),
            }
            for check in self.order_quality_check_ids.sorted(lambda check: (check.state == "passed", check.id))
        ]


class OrderQualityCheck(models.Model):
    _inherit = "order.quality.check"

    def _packing_how(self):
        """How the packing table answers this check: by the count (``scan``), by passing it (``hand``), or not (``other``)."""
        self.ensure_one()
        point = self.point_id
        if point.kind == "scan" and not point.second_person:
            return "scan"
        return "hand" if not point or point.kind == "pass_fail" else "other"

import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.common.number_words import number_words
from .returns_counter import EXPECTED


class OrderReturnCounterScan(models.TransientModel):
    """What is scanned at the counter: the case, by its slip or by a package or serial number that left with its goods; then
    products, lots, serial numbers and packages."""

    _inherit = "order.return.counter"

    package_ids = fields.Many2many("stock.package", string="Packages", readonly=True, help="That were counted.")
    found_id = fields.Many2one("stock.picking", "Left with", readonly=True, help="For which no case is open.")
    found_order_id = fields.Many2one(
        "sale.order", "Order", readonly=True, help="That was scanned and has no open case."
    )
    found_product_id = fields.Many2one(
        "product.product", "Product", readonly=True, help="That was scanned without a case."
    )

    @api.onchange("code")
    def _onchange_code(self):
        """A scan: the case where none is chosen, else what is to be counted; what is unknown is said."""
        code = (self.code or "").strip()
        self.code = False
        if not code:
            return
        if not self.return_id:
            self._scan_case(code)
        elif self.step != "count":
            self.said = self.env._("%s was counted: say what the inspection finds.", self.return_id.name)
        else:
            self._scan_goods(code)

    def _scan_case(self, code):
        self.return_id = self._find_case(code)
        self.said = self.found_id = self.found_order_id = self.found_product_id = False
        self.line_ids = self._lines()
        sent = self._sent_as(code)
        several = not self.return_id and self._several_orders(code, sent)
        if self.return_id:
            if sent and self.step == "count":
                self._scan_goods(code)
        elif several:
            self.said = self.env._(
                "Several orders answer to %(code)s: %(orders)s. Look which it is, and open the return from that order.",
                code=code,
                orders=", ".join(
                    f"{order.name} ({order.partner_id.commercial_partner_id.display_name})" for order in several
                ),
            )
        elif sent.picking_id:
            self.found_id = sent.picking_id.sorted("id")[-1]
            self.said = self.env._(
                "%(code)s left with %(transfer)s, and no case is open for it: take it back.",
                code=code,
                transfer=self.found_id.name,
            )
        else:
            self._scan_without_case(code)

    def _scan_without_case(self, code):
        """An order or a product of which goods may be taken back though no case is open."""
        orders = self._orders_called(code)
        if orders:
            self.found_order_id = orders
            self.said = self.env._("No case is open for %s: take its goods back.", orders.name)
            return
        self.found_product_id = self._product_of(code)
        if self.found_product_id:
            self.said = self.env._(
                "%s and no case: take it back, of the order that it left with.", self.found_product_id.display_name
            )
        else:
            self.said = self.env._("No open case is known by %s.", code)

    def _orders_called(self, code):
        """Orders of this name; where none has it, of which the customer calls it so."""
        Order = self.env["sale.order"]
        own = [("company_id", "=", self.env.company.id), ("state", "=", "sale")]
        # the order of an exchange has the reference of the one that it came from
        called = [*own, ("client_order_ref", "=", code), ("order_return_id", "=", False)]
        return Order.search([*own, ("name", "=", code)]) or Order.search(called)

    def _several_orders(self, code, sent):
        """The orders that answer to a code where there are several: none of them is taken silently.

        A serial number that left with several came back between, so its last is meant.
        """
        if sent:
            lots = sent.lot_id
            serial = lots.product_id.filtered(lambda product: product.tracking == "serial")
            orders = sent.move_id.sale_line_id.order_id if not serial or len(lots) > 1 else self.env["sale.order"]
        else:
            orders = self._orders_called(code)
        return orders.sorted("id") if len(orders) > 1 else orders.browse()

    def _product_of(self, code):
        return self.env["product.product"].search(
            ["|", ("barcode", "=", code), ("default_code", "=", code)], order="barcode", limit=1
        )

    def _sent_as(self, code):
        """The delivered move lines of orders that left in a package (its label says ``code``), or with a lot or serial number."""
        sscc = self.env["stock.package"]._scanned_sscc(code)
        return self.env["stock.move.line"].search(
            [
                ("state", "=", "done"),
                ("company_id", "=", self.env.company.id),
                ("move_id.location_dest_id.usage", "=", "customer"),
                ("move_id.sale_line_id", "!=", False),
                "|",
                "|",
                ("result_package_id.name", "in", [code, sscc]),
                ("result_package_id.order_sscc", "=", sscc),
                ("lot_id.name", "=", code),
            ]
        )

    def _find_case(self, code):
        """The only open case that is called ``code``, whose order or sender calls it so, or whose goods left as ``code``."""
        Case = self.env["order.return"]
        domain = [
            ("state", "in", (*EXPECTED, "received")),
            ("unmatched", "=", False),
            ("company_id", "=", self.env.company.id),
        ]
        for name in ("name", "external_key", "line_ids.order_id.name"):
            found = Case.search([*domain, (name, "=", code)], limit=2)
            if len(found) == 1:
                return found
        sent = self._sent_as(code)
        lines = sent and self.env["order.return.line"].search(
            [
                ("order_line_id", "in", sent.move_id.sale_line_id.ids),
                ("move_id.picking_id", "in", sent.picking_id.ids),
                ("return_id", "any", domain),
            ]
        )
        return lines.return_id if lines and len(lines.return_id) == 1 else Case

    def _scan_goods(self, code):
        product = self._product_of(code)
        package = not product and self._package_of_case(code)
        lot = (
            not product
            and not package
            and self.env["stock.lot"].search(
                [("name", "=", code), ("product_id", "in", self.line_ids.return_line_id._goods_products().ids)], limit=1
            )
        )
        if product:
            self._scan_product(product)
        elif package:
            self._scan_package(package)
        elif lot:
            self._scan_lot(lot)
        else:
            self.said = self.env._("No product is known by %s.", code)

    def _package_of_case(self, code):
        """The package called ``code``, which is no unique name: one in which goods of the case left before any other."""
        packages = self.env["stock.package"]
        sscc = packages._scanned_sscc(code)
        packages = packages.search(["|", ("name", "in", [code, sscc]), ("order_sscc", "=", sscc)])
        own = self.line_ids.return_line_id.move_id.move_line_ids.result_package_id
        return (packages & own or packages)[:1]

    def _scan_product(self, product):
        own = self.line_ids.filtered(lambda line: line.product_id == product)
        kit = self.line_ids.return_line_id.filtered(lambda line: line._has_part(product))[:1]
        if kit and not own:
            self.said = self.env._(
                "%(part)s is a part of %(kit)s, which is counted whole: scan or enter the kit once all its parts are there.",
                part=product.display_name,
                kit=kit.product_id.display_name,
            )
            return
        line = own.filtered(lambda line: line.quantity < line.announced)[:1] or own[:1]
        if line:
            line.quantity += 1
            self.said = self.env._(
                "%(product)s: %(count)s", product=product.display_name, count=number_words(self.env, line.quantity)
            )
        else:
            self.line_ids = [
                Command.create(
                    {"product_id": product.id, "announced": 0.0, "quantity": 1.0, "disposition": "quarantine"}
                )
            ]
            self.said = self.env._("%s: nobody announced it", product.display_name)

    def _scan_lot(self, lot):
        """One piece of a lot; of a kit, that its part is this one."""
        product = lot.product_id
        own = self.line_ids.filtered(lambda line: line.product_id == product and line.return_line_id)
        line = own.filtered(lambda line: line.quantity < line.announced)[:1] or own[:1]
        kit = self.line_ids.filtered(lambda line: line.return_line_id._has_part(product))[:1]
        if product.tracking == "serial" and lot in self.line_ids.lot_ids._origin:
            self.said = self.env._("%s was scanned already.", lot.name)
            return
        if line:
            line.quantity += 1
            line._count_lot(lot, 1.0)
        (line or kit).lot_ids = [Command.link(lot.id)]
        self.said = self.env._(
            "%(lot)s of %(product)s: %(count)s",
            lot=lot.name,
            product=(line or kit).product_id.display_name,
            count=number_words(self.env, (line or kit).quantity),
        )

    def _scan_package(self, package):
        """All that left in this package, once; kits are counted whole."""
        if package in self.package_ids._origin:
            self.said = self.env._("%s was scanned already.", package.name)
            return
        counted = []
        for item in self._sent_as(package.name).filtered(lambda item: item.result_package_id == package):
            line = self.line_ids.filtered(
                lambda line, item=item: (
                    line.return_line_id.move_id == item.move_id and line.product_id == item.product_id
                )
            )[:1]
            if not line:
                continue
            quantity = item.product_uom_id._compute_quantity(item.quantity, line.return_line_id.uom_id)
            line.quantity += quantity
            if item.lot_id:
                line._count_lot(item.lot_id, quantity)
                line.lot_ids = [Command.link(item.lot_id.id)]
            counted.append(f"{line.product_id.display_name}: {number_words(self.env, line.quantity)}")
        if counted:
            self.package_ids = [Command.link(package.id)]
        self.said = ", ".join(counted) or self.env._("%s: nothing of this case left in it.", package.name)

    def action_take_back(self):
        """Open the return wizard on the transfer or the order of what was scanned; of a product that left with several orders
        their list, the latest first.

        :return: an action of the web client
        :raises UserError: nothing was scanned that left
        """
        self.ensure_one()
        if self.found_product_id:
            return self._take_product_back()
        found = self.found_id or self.found_order_id
        if not found:
            raise UserError(self.env._("Scan what comes back first."))
        return found.action_order_return()

    def _take_product_back(self):
        domain = [
            ("company_id", "=", self.env.company.id),
            ("state", "=", "sale"),
            ("order_line", "any", [("product_id", "=", self.found_product_id.id), ("qty_delivered", ">", 0)]),
        ]
        orders = self.env["sale.order"].search(domain, limit=2)
        if not orders:
            raise UserError(
                self.env._(
                    "%(product)s left with no order of %(company)s. Take it in as unannounced goods.",
                    product=self.found_product_id.display_name,
                    company=self.env.company.name,
                )
            )
        if len(orders) == 1:
            return orders.action_order_return()
        action = self.env["ir.actions.act_window"]._for_xml_id("sale.action_orders")
        name = self.env._("Orders with %s", self.found_product_id.display_name)
        return {**action, "name": name, "domain": domain, "context": {}}


class OrderReturnCounterLine(models.TransientModel):
    _inherit = "order.return.counter.line"

    lot_ids = fields.Many2many(
        "stock.lot",
        string="Lots/serials",
        domain="[('product_id', 'in', goods_ids)]",
        help="Which came; of a kit those of its parts.",
    )
    lot_counts = fields.Char(help="How much of each lot was scanned, in the line's unit: JSON, by id of the lot.")
    goods_ids = fields.Many2many("product.product", compute="_compute_goods_ids")
    came_ids = fields.Many2many("stock.lot", compute="_compute_came_ids", help="Of these the inspection says which.")

    def _count_lot(self, lot, quantity):
        counts = json.loads(self.lot_counts or "{}")
        counts[str(lot.id)] = counts.get(str(lot.id), 0.0) + quantity
        self.lot_counts = json.dumps(counts)

    def _lots_counted(self):
        """Which lots came as ``action_receive`` of a case takes them: with how much of each, where all of it was scanned by lots;
        what was typed says that only of the lots."""
        self.ensure_one()
        counts, item = json.loads(self.lot_counts or "{}"), self.return_line_id
        same = {str(lot_id) for lot_id in self.lot_ids.ids} == set(counts)
        if not counts or not same or item.kit or item.uom_id.compare(sum(counts.values()), self.quantity):
            return self.lot_ids.ids
        unit = item.product_id.uom_id
        return [
            {"lot_id": int(lot_id), "quantity": item.uom_id._compute_quantity(quantity, unit)}
            for lot_id, quantity in counts.items()
        ]

    @api.depends("return_line_id", "product_id")
    def _compute_goods_ids(self):
        for line in self:
            line.goods_ids = line.return_line_id._goods_products() or line.product_id

    @api.depends("return_line_id", "step")
    def _compute_came_ids(self):
        inspected = self.filtered(lambda line: line.step == "inspect")
        items = inspected.return_line_id._returned_moves().move_line_ids
        for line in self:
            own = line.return_line_id | line.return_line_id.split_from_id
            line.came_ids = items.filtered(lambda item, own=own: item.move_id.order_return_line_id in own).lot_id

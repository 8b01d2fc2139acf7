from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..common.business_day import business_day
from ..common.number_words import measure_words

# customs rules of one union: goods cross no border inside it
UNION = "base.europe"


class StockPicking(models.Model):
    """Papers for customs: a commercial invoice and a packing list go with what leaves the customs area."""

    _inherit = "stock.picking"

    def _export_needed(self):
        """Those of these transfers that go to another country, but for what stays inside the union."""
        union = self.env.ref(UNION, raise_if_not_found=False)
        inside = union.sudo().country_ids if union else self.env["res.country"]
        found = self.browse()
        for picking in self:
            home, there = picking._label_home().country_id, picking.partner_id.country_id
            if picking.picking_type_code != "outgoing" or not home or not there or home == there:
                continue
            if home in inside and there in inside:
                continue
            found += picking
        return found

    def _export_moves(self):
        """The goods that leave with this transfer."""
        self.ensure_one()
        return self.move_ids.filtered(
            lambda move: move.state != "cancel" and move.product_uom.compare(move.quantity, 0) > 0
        )

    def _export_problems(self):
        """What customs would ask for and nobody has entered, in words; a line for each."""
        rows = []
        for picking in self:
            moves = picking._export_moves()
            if not moves:
                rows.append(self.env._("- %s: nothing is picked, so there is nothing to declare.", picking.name))
            for product in moves.product_id:
                missing = [
                    name
                    for name, value in (
                        (self.env._("HS code"), product.hs_code),
                        (self.env._("origin"), product.country_of_origin),
                        (self.env._("weight"), product.weight),
                    )
                    if not value
                ]
                if missing:
                    told = {"transfer": picking.name, "product": product.display_name, "missing": ", ".join(missing)}
                    rows.append(self.env._("- %(transfer)s, %(product)s: no %(missing)s on the product.", **told))
            if not picking._export_incoterm():
                rows.append(self.env._("- %s: no incoterm, neither on the order nor on the company.", picking.name))
        return rows

    def _export_check(self):
        """:raises UserError: names each product and transfer of which customs would ask for what nobody has entered"""
        rows = self._export_problems()
        if rows:
            raise UserError(
                "\n".join(
                    [
                        self.env._("These papers for customs would be incomplete:"),
                        *rows,
                        self.env._("Enter it, and print again."),
                    ]
                )
            )

    def _export_incoterm(self):
        self.ensure_one()
        return self.sale_id.sudo().incoterm or self.company_id.sudo().incoterm_id

    def _export_facts(self):
        """What stands at the head of the papers: ``[(what, value)]``, values as text."""
        self.ensure_one()
        order, incoterm = self.sale_id.sudo(), self._export_incoterm()
        bill = order.invoice_ids.filtered(lambda move: move.state == "posted" and move.move_type == "out_invoice")
        packages = self._label_packages()
        gross = sum(packages.mapped(lambda package: package.shipping_weight or package.weight)) or self.weight
        place = order.incoterm_location or self.partner_id.city or ""
        facts = [
            (self.env._("Number"), self.name),
            (
                self.env._("Date"),
                format_date(
                    self.env,
                    self.date_done and business_day(self.company_id, self.date_done) or business_day(self.company_id),
                ),
            ),
            (self.env._("Order"), order.name),
            (self.env._("Invoice"), ", ".join(bill.mapped("name"))),
            (self.env._("Incoterm"), incoterm and f"{incoterm.code} {place}".strip()),
            (self.env._("Carrier"), self.carrier_id.name),
            (self.env._("Tracking number"), self.carrier_tracking_ref),
            (self.env._("Parcels"), str(len(packages) or 1)),
            (self.env._("Net weight"), f"{self.weight:.2f} {self.weight_uom_name}"),
            (self.env._("Gross weight"), f"{max(gross, self.weight):.2f} {self.weight_uom_name}"),
        ]
        return [(name, value) for name, value in facts if value]

    def _export_parties(self):
        """Who sends and who gets it: ``[(who, lines)]``."""
        self.ensure_one()
        company, buyer = self.company_id, self.sale_id.partner_invoice_id
        parties = [
            (self.env._("Exporter"), self._label_lines(self._label_home(), company.name), company.vat),
            (self.env._("Consignee"), self._label_lines(self.partner_id, self.partner_id.name), self.partner_id.vat),
        ]
        if buyer and buyer != self.partner_id:
            parties.append((self.env._("Buyer"), self._label_lines(buyer, buyer.name), buyer.vat))
        return [(who, [*lines, *([self.env._("VAT %s", vat)] if vat else [])]) for who, lines, vat in parties]

    def _export_lines(self):
        """The goods of the commercial invoice, a row per product and price.

        :return: ``{rows: [{name, code, hs_code, origin, quantity, unit, weight, price, value}], total, currency}``; what was not
            sold counts with the price of its product
        """
        self.ensure_one()
        currency = self.sale_id.currency_id or self.company_id.currency_id
        found = {}
        for move in self._export_moves():
            product, line = move.product_id, move.sale_line_id.sudo()
            if line and line.product_id == product and line.product_uom_qty:
                quantity = move.product_uom._compute_quantity(move.quantity, line.product_uom_id)
                price, unit = line.price_subtotal / line.product_uom_qty, line.product_uom_id
            else:
                quantity, unit = move.product_uom._compute_quantity(move.quantity, product.uom_id), product.uom_id
                price = self.company_id.currency_id._convert(product.lst_price, currency, self.company_id)
            row = found.setdefault(
                (product, unit, round(price, 6)),
                {
                    "name": product.with_context(display_default_code=False).display_name,
                    "code": product.default_code or "",
                    "hs_code": product.hs_code or "",
                    "origin": product.country_of_origin.code or "",
                    "quantity": 0.0,
                    "unit": unit.name,
                    "weight": 0.0,
                    "price": price,
                    "value": 0.0,
                },
            )
            row["quantity"] += quantity
            row["weight"] += move.product_uom._compute_quantity(move.quantity, product.uom_id) * product.weight
            row["value"] = currency.round(row["quantity"] * row["price"])
        rows = list(found.values())
        return {"rows": rows, "total": sum(row["value"] for row in rows), "currency": currency}

    def _export_parcels(self):
        """What is in which parcel: ``[{parcel, kind, size, weight, rows: [{name, code, quantity, unit, lot}]}]``."""
        self.ensure_one()
        lines = self.move_line_ids.filtered(lambda line: line.quantity)
        parcels = []
        for package in [*self._label_packages(), self.env["stock.package"]]:
            own = lines.filtered(lambda line, package=package: line.result_package_id == package)
            if not own:
                continue
            kind = package.package_type_id
            size = (kind.packaging_length, kind.width, kind.height)
            sides = " x ".join(measure_words(self.env, side) for side in size)
            parcels.append(
                {
                    "parcel": package.name or self.name,
                    "kind": kind.name or "",
                    "size": f"{sides} {kind.length_uom_name}" if any(size) else "",
                    "weight": package.shipping_weight
                    or sum(line.quantity_product_uom * line.product_id.weight for line in own),
                    "rows": [
                        {
                            "name": line.product_id.with_context(display_default_code=False).display_name,
                            "code": line.product_id.default_code or "",
                            "quantity": line.quantity,
                            "unit": line.product_uom_id.name,
                            "lot": line.lot_id.name or "",
                        }
                        for line in own
                    ],
                }
            )
        return parcels


class OrderPickup(models.Model):
    _inherit = "order.pickup"

    def _export_pickings(self):
        """The transfers of this pickup with which papers for customs go, in the order of their names.

        :raises UserError: customs would ask for what nobody has entered
        """
        self.ensure_one()
        if not self.company_id.sudo().order_export_papers:
            return self.env["stock.picking"]
        needed = self.picking_ids._export_needed().filtered(lambda picking: picking._export_moves())
        needed._export_check()
        return needed.sorted("name")

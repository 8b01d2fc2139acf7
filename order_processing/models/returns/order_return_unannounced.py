import math
from collections import defaultdict
from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .case_payload import Case, number, text
from .order_return_linked import working
from .return_process import PROCESSOR


class OrderReturnUnannounced(models.Model):
    """A parcel without a request, a product nobody announced: taken in at once, matched with a delivery then or later."""

    _inherit = "order.return"

    origin_id = fields.Many2one(
        "order.return", "Came with", readonly=True, index="btree_not_null", help="The case in whose parcel it lay."
    )
    unannounced_ids = fields.One2many("order.return", "origin_id", "Came with it", readonly=True)
    is_unannounced = fields.Boolean("Taken in unannounced", readonly=True)

    def _transition_guarded_fields(self):
        return (*super()._transition_guarded_fields(), "origin_id", "is_unannounced")

    @api.model
    def receive_unannounced(self, goods, customer="", reference="", note="", key="", origin=None, warehouse=None):
        """Take goods in that no case announces; they wait outside the stock until the case is matched and worked.

        Makes one case of the source ``scan``, matched with a delivery at once where there is one. Once per ``key``.

        :param list goods: dicts ``{product (code or barcode), quantity, lot (name), reason}``, in the product's unit
        :param str customer: reference, e-mail or VAT number; may be empty
        :param str reference: of the order, where the parcel names one
        :param str key: of the parcel; the same key takes in once
        :param int origin: id of the case in whose parcel it lay
        :param int warehouse: id of the warehouse; default the company's first
        :return: dict as ``request`` answers, with ``transfer``: the name of the receipt
        :raises AccessError: no processor
        :raises UserError: names what is no product, no quantity, no lot
        """
        self._check_order_group(PROCESSOR)
        company = self.env.company
        house = self.env["stock.warehouse"].search(
            [("company_id", "=", company.id), *([("id", "=", warehouse)] if warehouse else [])], limit=1
        )
        if not house:
            raise UserError(self.env._("%s has no such warehouse to take goods in.", company.name))
        rows = self._read_goods(goods, company)
        known = self.browse(origin or [])
        known.check_access("read")
        payload = {
            "key": key or uuid4().hex,
            "note": note,
            "lines": [
                {
                    "product": text(row["product"]),
                    "quantity": row["quantity"],
                    **({"reason": row["reason"]} if row.get("reason") else {}),
                }
                for row in goods
            ],
            **({"customer": customer} if customer else {}),
            **({"reference": reference} if reference else {}),
        }
        room = self.sudo().with_company(company)
        answer = room._request([Case(payload)], "scan", company.sudo())[0]
        case = self.browse(answer["return_id"])
        if answer["code"] != "conflict" and not case.is_unannounced:
            case._transition_write({"is_unannounced": True, "origin_id": known.id})
            case._take_in(rows, house)
            if known:
                known.sudo()._message_log_batch(
                    bodies={known.id: self.env._("Came with it, unannounced: %s", case._goods_text(rows))},
                    author_id=self.env.user.partner_id.id,
                )
            # what it completes is matched with it
            case.sudo()._join_parts()
            answer = case.sudo()._answer()
        return {**answer, "transfer": case._own_receipt().name or ""}

    def _own_receipt(self):
        """The receipt by which this parcel came, whichever case its goods are matched with by now."""
        self.ensure_one()
        transfers = self.transfer_ids | self.joined_id.transfer_ids
        return transfers.filtered(lambda one: one.origin == self.name and one.location_id.usage == "customer")[:1]

    def match_with(self, order_id):
        """Match an unmatched case with the order it came from, now that it is known (processors).

        :param int order_id: id of the order
        :return: dict as ``request`` answers
        :raises UserError: the case is matched or ended
        """
        self.ensure_one()
        self._check_order_group(PROCESSOR)
        self.check_access("write")
        if not self.unmatched or self.state != "requested":
            raise UserError(self.env._("%s is matched or ended: nothing is looked for.", self.name))
        order = self.env["sale.order"].browse(order_id).exists()
        order.check_access("read")
        if order.company_id != self.company_id:
            raise UserError(self.env._("%s: choose an order of its company.", self.name))
        payload = {name: value for name, value in (self.payload or {}).items() if name not in ("reference", "customer")}
        self._transition_write({"payload": {**payload, "order_id": order.id}})
        return self.action_match()[0]

    def _read_goods(self, goods, company):
        """``[(product, quantity, lot)]`` of what is taken in."""
        if not isinstance(goods, list) or not goods or not all(isinstance(row, dict) for row in goods):
            raise UserError(self.env._("Say what came: at least one product with its quantity."))
        codes = {text(row.get("product")) for row in goods}
        products = self.env["product.product"].search(
            [
                ("company_id", "in", [False, company.id]),
                "|",
                ("default_code", "in", list(codes)),
                ("barcode", "in", list(codes)),
            ]
        )
        by_code = {code: product for product in products for code in (product.default_code, product.barcode) if code}
        names = {text(row.get("lot")) for row in goods} - {""}
        lots = self.env["stock.lot"].search([("product_id", "in", products.ids), ("name", "in", list(names))])
        by_name = {(lot.product_id, lot.name): lot for lot in lots}
        kits = self._kits_of(products, company)
        found, wrong = [], []
        for row in goods:
            product, quantity = by_code.get(text(row.get("product"))), number(row.get("quantity"))
            lot = by_name.get((product, text(row.get("lot"))), lots.browse())
            if not product:
                wrong.append(self.env._("%s is no product: enter it as one, then take it in.", row.get("product")))
            elif product in kits:
                wrong.append(
                    self.env._("%s is a kit: take its parts in, each under its own code.", product.display_name)
                )
            elif not quantity or quantity <= 0:
                wrong.append(self.env._("%s: the quantity must be a number above zero.", product.display_name))
            elif product.tracking != "none" and not lot:
                wrong.append(self.env._("%s: name the lot or serial number that came.", product.display_name))
            else:
                found.append((product, quantity, lot))
        if wrong:
            raise UserError("\n".join(wrong))
        return found

    @api.model
    def _kits_of(self, products, company):
        """Those of ``products`` that are kits."""
        if not products or not self.env["sale.order.line"]._order_has_kits():
            return products.browse()
        recipes = self.env["mrp.bom"].sudo()._bom_find(products, company_id=company.id, bom_type="phantom")
        return products.filtered(lambda product: recipes.get(product))

    def _goods_text(self, rows):
        return ", ".join(
            f"{product.uom_id._quantity_words(quantity)} {product.display_name}" for product, quantity, _lot in rows
        )

    @working
    def _take_in(self, rows, warehouse):
        """The receipt of unannounced goods, done: from the customers to where returns wait to be inspected."""
        self.ensure_one()
        source = self.env.ref("stock.stock_location_customers")
        place = self.company_id._order_inspection_location()
        transfer = self.env["stock.picking"].create(
            {
                "picking_type_id": (warehouse.out_type_id.return_picking_type_id or warehouse.in_type_id).id,
                "partner_id": self.partner_id.id,
                "location_id": source.id,
                "location_dest_id": place.id,
                "company_id": self.company_id.id,
                "origin": self.name,
                "order_return_id": self.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom": product.uom_id.id,
                            "product_uom_qty": quantity,
                            "location_id": source.id,
                            "location_dest_id": place.id,
                            "company_id": self.company_id.id,
                        }
                    )
                    for product, quantity, _lot in rows
                ],
            }
        )
        moves = transfer.move_ids
        moves._action_confirm(merge=False)
        for move, (_product, quantity, lot) in zip(moves, rows):
            move.move_line_ids.unlink()
            move.move_line_ids = [
                Command.create(move._prepare_move_line_vals() | {"quantity": quantity, "lot_id": lot.id})
            ]
        moves.picked = True
        transfer._action_done()

    def _give_unannounced_back(self):
        """Take the receipt of unannounced goods back on paper, now that core's return of their delivery brings them in.

        Called before the return is made: both would count them twice. Of a product no more than the case's lines bring.
        """
        for case in self.filtered("is_unannounced"):
            rows = [(item.move_id, item, quantity) for item, quantity in case._brought_of_taken_in().items()]
            # parts of a kit may have come in several parcels
            for receipt in case._taken_in().picking_id:
                own = [row for row in rows if row[0].picking_id == receipt]
                if own:
                    case._take_in_back(receipt, own)

    def _brought_of_taken_in(self):
        """How much of what was taken in unannounced the lines of this case bring: move line to quantity in its unit."""
        self.ensure_one()
        bring, named, found = defaultdict(float), defaultdict(float), defaultdict(float)
        for line, product, unit, quantity in self.line_ids._goods():
            quantity = unit._compute_quantity(quantity, product.uom_id)
            bring[product] += quantity
            for lot, most in line._wanted_lots(product).items():
                named[lot] += min(most, quantity)
        items = self._taken_in().move_line_ids
        # the lots that core's return brings before whatever else lies there
        for by_name in (True, False):
            for item in items:
                product, lot = item.product_id, item.lot_id
                most = named[lot] if by_name else math.inf
                quantity = min(bring[product], item.quantity - found[item], most)
                if product.uom_id.compare(quantity, 0.0) > 0:
                    bring[product] -= quantity
                    named[lot] -= quantity
                    found[item] += quantity
        return {item: quantity for item, quantity in found.items() if quantity}

    def _taken_in(self):
        """The moves by which unannounced goods were taken in."""
        return self.transfer_ids.move_ids.filtered(
            lambda move: move.state == "done" and not move.order_return_line_id and move.location_id.usage == "customer"
        )

    @working
    def _take_in_back(self, receipt, rows):
        """The transfer that corrects ``receipt``; ``rows``: ``(move, move line, quantity)``."""
        place, target = receipt.location_dest_id, receipt.location_id
        places = {"location_id": place.id, "location_dest_id": target.id}
        transfer = self.env["stock.picking"].create(
            {
                **places,
                "picking_type_id": receipt.picking_type_id.id,
                "partner_id": self.partner_id.id,
                "company_id": self.company_id.id,
                "origin": self.env._("%(case)s, now matched: %(receipt)s", case=self.name, receipt=receipt.name),
                "order_return_id": self.id,
                "move_ids": [
                    Command.create(
                        {
                            **places,
                            "product_id": item.product_id.id,
                            "product_uom": item.product_uom_id.id,
                            "product_uom_qty": quantity,
                            "company_id": self.company_id.id,
                            "origin_returned_move_id": move.id,
                        }
                    )
                    for move, item, quantity in rows
                ],
            }
        )
        transfer.move_ids._action_confirm(merge=False)
        for move, (_origin, item, quantity) in zip(transfer.move_ids, rows):
            move.move_line_ids.unlink()
            move.move_line_ids = [
                Command.create(
                    {
                        **places,
                        "picking_id": transfer.id,
                        "product_id": item.product_id.id,
                        "product_uom_id": item.product_uom_id.id,
                        "quantity": quantity,
                        "lot_id": item.lot_id.id,
                        "owner_id": item.owner_id.id,
                    }
                )
            ]
        transfer.move_ids.picked = True
        transfer._action_done()

"""Which lots come back: of goods that left without a word of them, in several packages, or that lie here unannounced."""

from .common import ReturnCase


class TestLots(ReturnCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.order_return_inspection = False

    def _tracked(self, tracking, *quantities):
        """A product and its lots, so much of each in stock."""
        product = self._make_product("By lot", "TR-LOT", 10.0, tracking=tracking)
        lots = self._lots(product, len(quantities))
        for lot, quantity in zip(lots, quantities):
            self.env["stock.quant"]._update_available_quantity(
                product, self.warehouse.lot_stock_id, quantity, lot_id=lot
            )
        return product, lots

    def _lots(self, product, count):
        return self.env["stock.lot"].create([{"name": f"LOT{n}", "product_id": product.id} for n in range(count)])

    def _in_stock(self, product):
        return self._ledger(product, ("location_id", "child_of", self.warehouse.lot_stock_id.id))

    def _at_customer(self, product):
        return self._ledger(product, ("location_id.usage", "=", "customer"))

    def _ledger(self, product, place):
        """``{(lot, package): quantity}`` of what lies there."""
        quants = self.env["stock.quant"].search([("product_id", "=", product.id), ("quantity", "!=", 0), place])
        found = {}
        for quant in quants:
            found[quant.lot_id, quant.package_id] = found.get((quant.lot_id, quant.package_id), 0) + quant.quantity
        return {key: quantity for key, quantity in found.items() if quantity}

    # ------------------------------------------------------------------ left without lots

    def test_serials_of_what_left_before_it_was_tracked(self):
        product, _lots = self._tracked("none")
        self._stock(product, 3)
        order = self._shipped((product, 3))
        product.tracking = "serial"
        lots = self._lots(product, 3)
        case = self._ask(self._row(order.order_line, 2))
        case.action_approve()
        item = case.line_ids.id
        with self._refused("LOT0.*do not make up"):
            case.action_receive(lots={item: [lots[0].id]})
        with self._refused("do not make up"):
            case.action_receive(lots={item: lots.ids[:1] + [{"lot_id": lots[1].id, "quantity": 2}]})
        case.action_receive(lots={item: lots.ids[:2]})
        none = self.env["stock.package"]
        self.assertEqual(self._in_stock(product), {(lots[0], none): 1, (lots[1], none): 1})
        self.assertEqual(sum(self._at_customer(product).values()), 1)
        later = self._ask(self._row(order.order_line, 1))
        later.action_approve()
        with self._refused("LOT1.*do not make up"):
            later.action_receive(lots={later.line_ids.id: [lots[1].id]})
        later.action_receive(lots={later.line_ids.id: [lots[2].id]})
        self.assertEqual(self._in_stock(product), {(lot, none): 1 for lot in lots})

    def test_lots_of_what_left_before_it_was_tracked(self):
        product, _lots = self._tracked("none")
        self._stock(product, 5)
        order = self._shipped((product, 5))
        product.tracking = "lot"
        lots = self._lots(product, 2)
        case = self._ask(self._row(order.order_line, 4))
        case.action_approve()
        case.action_receive(lots={case.line_ids.id: [{"lot_id": lots[0].id, "quantity": 1}, lots[1].id]})
        none = self.env["stock.package"]
        self.assertEqual(self._in_stock(product), {(lots[0], none): 1, (lots[1], none): 3})

    # ------------------------------------------------------------------ several packages

    def test_a_lot_out_of_several_packages(self):
        """Of no package comes more than lies in it."""
        product, lot = self._tracked("lot", 4)
        order = self._make_order((product, 4))
        order.action_confirm()
        transfer = order.picking_ids
        transfer.action_assign()
        packages = self.env["stock.package"].create([{"name": f"PACK{n}-{order.name}"} for n in range(2)])
        first = transfer.move_line_ids
        first.write({"quantity": 1, "result_package_id": packages[0].id})
        first.copy({"quantity": 3, "result_package_id": packages[1].id, "picking_id": transfer.id})
        transfer.move_ids.picked = True
        transfer.action_quality_pass()
        transfer.button_validate()
        self._invoice(order)
        self.assertEqual(self._at_customer(product), {(lot, packages[0]): 1, (lot, packages[1]): 3})
        case = self._ask(self._row(order.order_line, 3))
        case.action_approve()
        case.action_receive(lots={case.line_ids.id: [lot.id]})
        self.assertEqual(self._at_customer(product), {(lot, packages[1]): 1})
        case = self._ask(self._row(order.order_line, 1))
        case.action_approve()
        case.action_receive(lots={case.line_ids.id: [lot.id]})
        self.assertEqual(self._at_customer(product), {})
        self.assertEqual(sum(self._in_stock(product).values()), 4)

    # ------------------------------------------------------------------ taken in unannounced

    def _taken_in(self, order, *rows):
        """The approved case of goods (pairs of a lot or none and a quantity) that nobody announced."""
        goods = [
            {"product": "TR-LOT", "quantity": quantity, **({"lot": lot.name} if lot else {})} for lot, quantity in rows
        ]
        answer = self.Return.receive_unannounced(goods, reference=order.name, key=f"parcel-{order.name}")
        case = self.Return.browse(answer["return_id"])
        self.assertFalse(case.unmatched, answer)
        case.action_approve()
        return case

    def _came_for_the_first(self, case):
        """Counts that bring all of the case with its first line."""
        return {
            line.id: sum(case.line_ids.mapped("quantity")) if line == case.line_ids[0] else 0 for line in case.line_ids
        }

    def test_taken_in_with_and_without_a_lot(self):
        """A lot that is known of a part of a line alone says nothing of the rest."""
        product, lots = self._tracked("lot", 1, 1)
        order = self._shipped((product, 2))
        # lots need not be named any more
        product.tracking = "none"
        case = self._taken_in(order, (lots[0], 1), (None, 1))
        case.action_receive(counts=self._came_for_the_first(case))
        none = self.env["stock.package"]
        self.assertEqual(self._in_stock(product), {(lots[0], none): 1, (lots[1], none): 1})
        self.assertEqual(self._at_customer(product), {})

    def test_taken_in_with_a_lot_that_did_not_leave(self):
        """It is not booked as another: who receives it is asked."""
        product, lots = self._tracked("lot", 1, 1, 1)
        order = self._shipped((product, 2))
        stranger = lots - order.picking_ids.move_line_ids.lot_id
        own = lots - stranger
        case = self._taken_in(order, (own[0], 1), (stranger, 1))
        with self._refused("do not make up"):
            case.action_receive(counts=self._came_for_the_first(case))

    def test_the_named_one_of_those_taken_in(self):
        """What lies here unannounced and is named comes in once, what is not named stays where it is."""
        product, lots = self._tracked("serial", 1, 1)
        order = self._shipped((product, 2))
        case = self._taken_in(order, (lots[1], 1), (lots[0], 1))
        place = case.transfer_ids.location_dest_id
        items = case.line_ids
        case.action_receive(
            counts={line.id: 1 if line == items[0] else 0 for line in items}, lots={items[0].id: [lots[0].id]}
        )
        none = self.env["stock.package"]
        self.assertEqual(self._in_stock(product), {(lots[0], none): 1})
        self.assertEqual(self._ledger(product, ("location_id", "=", place.id)), {(lots[1], none): 1})
        self.assertEqual(self._at_customer(product), {})

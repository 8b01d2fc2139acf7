"""Pick list and packing slip: what stands on them."""

from odoo.fields import Command

from tests.common import OrderCase

from .papers import PapersMixin, Printed, scanned, words


class TestPickList(PapersMixin, OrderCase):
    def _place(self, name):
        return self.env["stock.location"].create({"name": name, "location_id": self.warehouse.lot_stock_id.id})

    def test_goods_stand_by_their_places(self):
        goods = self.env["product.product"]
        for name, place in (("Cup", "A-10"), ("Bowl", "A-2"), ("Ashtray", "A-10")):
            goods |= self._make_product(name, f"C-{name}", 5.0)
            self._stock(goods[-1], 50, location=self._place(place) if place == "A-2" else self._bin(place))
        order = self._confirmed(*((product, 3) for product in goods), (self.other_product, 4))
        order.picking_ids.action_assign()
        page = self._print("pick_list", order.picking_ids)
        stock = self.warehouse.lot_stock_id.complete_name
        self.assertEqual(
            self._rows(page, "places"),
            [
                f"{stock}/A-2",
                "C-Bowl Bowl 3.00 Units",
                f"{stock}/A-10",
                "C-Ashtray Ashtray 3.00 Units",
                "C-Cup Cup 3.00 Units",
            ],
        )
        self.assertEqual(self._rows(page, "missing"), ["TG-2 Other Goods 4.00 Units"])
        self.assertFalse(self._rows(page, "held"))

    def _bin(self, name):
        known = self.env["stock.location"].search([("name", "=", name)], limit=1)
        return known or self._place(name)

    def test_transfers_come_in_the_order_of_their_places(self):
        orders = self.env["sale.order"]
        for place in ("B-11", "B-9", "B-10"):
            product = self._make_product(f"In {place}", place, 5.0)
            self._stock(product, 5, location=self._place(place))
            orders |= self._confirmed((product, 1))
        orders.picking_ids.action_assign()
        found = orders.picking_ids._in_picking_order()
        self.assertEqual(found.sale_id, orders[1] | orders[2] | orders[0])
        self.assertEqual(found.mapped("sale_id.name"), [orders[n].name for n in (1, 2, 0)])
        heads = self._page("pick_list", orders.picking_ids).xpath("//h2/span")
        self.assertEqual([words(head) for head in heads], found.mapped("name"))

    def test_lot_and_package_to_take_from_are_named(self):
        self.product.tracking = "lot"
        lot = self.env["stock.lot"].create({"name": "L-7", "product_id": self.product.id})
        package = self.env["stock.package"].create({"name": "PAL-3"})
        self.env["stock.quant"]._update_available_quantity(
            self.product, self.warehouse.lot_stock_id, 5, lot_id=lot, package_id=package
        )
        order = self._confirmed((self.product, 2))
        order.picking_ids.action_assign()
        rows = self._rows(self._page("pick_list", order.picking_ids), "places")
        self.assertEqual(rows[1:], ["TG-1 Test Goods L-7 PAL-3 2.00 Units"])

    def test_held_goods_stay_where_they_are(self):
        self.env["order.hold.reason"].create(
            {"name": "Test", "code": "test", "stops_ship": True, "keeps_reserved": True}
        )
        self._stock(self.product, 5)
        self._stock(self.other_product, 5)
        order = self._confirmed((self.product, 2), (self.other_product, 3))
        order.picking_ids.action_assign()
        order.action_hold("test", line_ids=order.order_line[1].ids)
        page = self._page("pick_list", order.picking_ids)
        self.assertEqual(self._rows(page, "places")[1:], ["TG-1 Test Goods 2.00 Units"])
        self.assertEqual(self._rows(page, "held"), ["TG-2 Other Goods 3.00 Units"])

    def test_list_scans_as_its_transfer_and_nothing_reserved_is_said(self):
        order = self._confirmed((self.product, 2))
        page = self._pdf("pick_list", order.picking_ids)[0]
        self.assertEqual([code.text for code in scanned(page)], order.picking_ids.mapped("name"))
        self.assertIn("Nothing is reserved for it", words(page))
        self.assertIn("TG-1 Test Goods 2.00 Units", words(page))

    def test_what_is_ordered_after_the_list_was_printed_is_not_on_it(self):
        self._stock(self.product, 9)
        order = self._confirmed((self.product, 2))
        order.picking_ids.action_assign()
        self._print("pick_list", order.picking_ids)
        order.order_line = [Command.create({"product_id": self.other_product.id, "product_uom_qty": 1})]
        self.assertEqual(len(order.picking_ids), 2)


class TestPackingSlip(PapersMixin, OrderCase):
    def test_what_follows_is_what_has_not_left_of_all_backorders(self):
        self._stock(self.product, 4)
        order = self._confirmed((self.product, 10))
        self._as("processor", order).action_dispatch(business_date="2026-03-02")
        first = order.picking_ids.filtered(lambda picking: picking.state == "done")
        self.assertEqual(self._rows(self._page("slip", first), "later"), ["TG-1 Test Goods 6.00 Units 03/09/2026"])
        self._stock(self.product, 5)
        self._as("processor", order).action_dispatch(business_date="2026-03-03")
        rows = self._rows(self._page("slip", first), "later")
        self.assertEqual(len(rows), 1)
        self.assertTrue(rows[0].startswith("TG-1 Test Goods 1.00 Units"), rows)
        order.picking_ids.filtered(lambda picking: picking.state != "done").action_cancel()
        self.assertFalse(self._rows(self._page("slip", first), "later"))

    def test_slip_before_it_leaves_says_what_is_missing(self):
        self._stock(self.product, 4)
        order = self._confirmed((self.product, 10))
        order.picking_ids.action_assign()
        page = self._page("slip", order.picking_ids)
        self.assertEqual(self._rows(page, "shipped"), ["TG-1 Test Goods 4.00 Units"])
        self.assertTrue(self._rows(page, "later")[0].startswith("TG-1 Test Goods 6.00 Units"))

    def test_prices_where_the_company_wants_them(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self._stock(self.product, 40)
        order = self._make_order((self.product, 2, 10.0), (self.product, 3, 8.0))
        order.order_line[0].product_uom_id = dozen
        order.order_line[0].price_unit = 120.0
        order.order_line[1].discount = 25
        order.action_confirm()
        self._as("processor", order).action_dispatch()
        picking = order.picking_ids
        self.assertFalse(self._page("slip", picking).xpath("//*[@name='total']"))
        self.company.order_slip_prices = True
        page = self._page("slip", picking)
        rows = self._rows(page, "shipped")
        self.assertEqual([row.split()[-2:] for row in rows], [["$", "240.00"], ["$", "18.00"]], rows)
        # what leaves in the unit of the product is priced in it
        self.assertEqual([row.split()[-5:-2] for row in rows], [["24.00", "Units", "10.00"], ["3.00", "Units", "6.00"]])
        self.assertIn("258.00", words(page.xpath("//*[@name='total']")[0]))

    def test_gift_shows_neither_prices_nor_the_buyers_reference(self):
        self.company.order_slip_prices = True
        cup = self._make_product("Cup", "CUP", 1234.56, is_storable=False)
        picking = self._shipped(
            (cup, 2),
            client_order_ref="PO-4711",
            order_is_gift=True,
            order_gift_note="Many happy returns",
        )
        text = words(self._page("slip", picking))
        for hidden in ("1,234.56", "2,469.12", "PO-4711", "Without tax"):
            self.assertNotIn(hidden, text)
        self.assertIn("Many happy returns", text)
        picking.sale_id.order_is_gift = False
        text = words(self._page("slip", picking))
        for shown in ("1,234.56", "2,469.12", "PO-4711"):
            self.assertIn(shown, text)
        self.assertNotIn("Many happy returns", text)
        self.assertFalse(picking.sale_id.copy().order_gift_note)

    def test_letters_set_apart_are_read_and_no_others(self):
        text = Printed("P a c k i n g s l i p C o p y 1 W H / O U T/ 0 0 1")
        for part in ("Packing slip Copy 1", "WH/OUT/001"):
            self.assertIn(part, text)
        for other in ("Copy 2", "Copy 1 WH/OUT/002", "packing slip"):
            self.assertNotIn(other, text)

    def test_two_hundred_lines_are_all_there(self):
        goods = self.env["product.product"].create(
            [
                {
                    "name": f"Goods with a rather long name that needs its room, number {number}",
                    "default_code": f"LONG-{number:03d}",
                    "type": "consu",
                }
                for number in range(200)
            ]
        )
        picking = self._shipped(*((product, 1) for product in goods))
        document = self._pdf("slip", picking)
        text = Printed(" ".join(words(page) for page in document))
        for number in range(200):
            self.assertIn(f"LONG-{number:03d}", text)
        self.assertGreater(len(document), 3)
        for page in document:
            if "LONG-" in words(page):
                self.assertIn("Quantity", words(page), "the head of the table stands on each page")

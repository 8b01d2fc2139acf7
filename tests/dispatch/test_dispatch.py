import io

import pypdfium2
from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from tests.common import ObservingCase, OrderCase

from .papers import Printed, scanned, words


class TestDispatch(OrderCase):
    def _confirmed(self, *lines, count=1):
        orders = self._make_orders(count, *lines)
        orders.action_confirm()
        return orders

    def test_batch_ships_what_is_there_invoices_it_and_collects_it(self):
        self._stock(self.product, 12)
        orders = self._confirmed((self.product, 5)) | self._confirmed((self.product, 10), (self.service, 1))
        none = self._confirmed((self.other_product, 3))
        quotation = self._make_order((self.product, 1))
        results = self._as("processor", orders | none | quotation).action_dispatch(business_date="2026-03-05")
        self.assertEqual(
            [result["code"] for result in results], ["dispatched", "dispatched", "nothing", "not_confirmed"]
        )
        self.assertEqual(orders.order_line.mapped("qty_delivered"), [5, 7, 0])
        self.assertEqual(orders[1].picking_ids.mapped("state").count("done"), 1)
        backorder = orders[1].picking_ids.filtered("backorder_id")
        self.assertEqual(backorder.move_ids.product_uom_qty, 3)
        done = orders.picking_ids.filtered(lambda picking: picking.state == "done")
        self.assertEqual({str(move.date.date()) for move in done.move_ids}, {"2026-03-05"})
        self.assertEqual(len(orders.invoice_ids), 2)
        self.assertEqual(set(orders.invoice_ids.mapped("state")), {"posted"})
        self.assertEqual({str(date) for date in orders.invoice_ids.mapped("invoice_date")}, {"2026-03-05"})
        self.assertEqual(sum(orders.invoice_ids.mapped("amount_untaxed")), 5 * 10 + 7 * 10 + 5)
        pickup = done.order_pickup_id
        self.assertEqual(len(pickup), 1)
        self.assertEqual((pickup.parcel_count, str(pickup.date)), (2, "2026-03-05"))
        self.assertEqual(results[0]["pickup"], pickup.name)
        self.assertEqual(len(results[0]["packages"]), 1)
        self.assertEqual({str(row.business_date) for row in self._events(orders, "shipped")}, {"2026-03-05"})
        self.assertEqual(done.order_quality_check_ids.checked_by_id, self.users["processor"])

    def test_back_dated_documents_are_due_and_numbered_on_their_day(self):
        self._stock(self.product, 5)
        order = self._confirmed((self.product, 5))
        self._as("processor", order).action_dispatch(business_date="2024-03-05")
        self.assertEqual(str(order.invoice_ids.invoice_date_due), "2024-03-05")
        self.assertTrue(order.picking_ids.order_pickup_id.name.startswith("PU/2024/"))
        self._stock(self.product, 5)
        monthly = self._make_order(
            (self.product, 5), payment_term_id=self.env.ref("account.account_payment_term_30days").id
        )
        monthly.action_confirm()
        self._as("processor", monthly).action_dispatch(business_date="2024-03-05")
        self.assertEqual(str(monthly.invoice_ids.invoice_date_due), "2024-04-04")

    def test_postage_is_billed_with_the_first_goods_that_leave(self):
        order = self._confirmed((self.product, 5), (self.service, 1))
        result = self._as("processor", order).action_dispatch()[0]
        self.assertEqual((result["code"], result["invoices"]), ("nothing", []))
        self._stock(self.product, 2)
        self._as("processor", order).action_dispatch()
        self.assertEqual(order.invoice_ids.amount_untaxed, 2 * 10 + 5)
        alone = self._confirmed((self.service, 1))
        self.assertEqual(len(self._as("processor", alone).action_dispatch()[0]["invoices"]), 1)

    def test_a_check_lists_what_lies_there(self):
        self._stock(self.product, 2)
        order = self._confirmed((self.product, 5), (self.other_product, 1))
        order.picking_ids.action_assign()
        goods = self._as("processor", order.picking_ids.order_quality_check_ids).move_ids
        self.assertEqual(goods.mapped("product_id"), self.product)
        self.assertEqual(goods.quantity, 2)

    def test_second_call_ships_nothing_twice(self):
        self._stock(self.product, 5)
        order = self._confirmed((self.product, 5))
        self._as("processor", order).action_dispatch()
        again = self._as("processor", order).action_dispatch()[0]
        self.assertEqual(again["code"], "nothing")
        self.assertEqual(order.order_line.qty_delivered, 5)
        self.assertEqual(len(order.invoice_ids), 1)

    def test_failing_order_does_not_stop_the_others(self):
        self._stock(self.product, 50)
        good, bad = self._confirmed((self.product, 5)), self._confirmed((self.product, 5))
        bad.picking_ids.action_assign()
        self._as("processor", bad.picking_ids).action_quality_fail("Crushed box")
        results = self._as("processor", good | bad).action_dispatch()
        self.assertEqual([result["ok"] for result in results], [True, False])
        self.assertIn("Crushed box", results[1]["message"])
        self.assertEqual((good.order_line.qty_delivered, bad.order_line.qty_delivered), (5, 0))
        self.assertFalse(bad.invoice_ids)

    def test_three_steps_are_walked_to_the_door(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        self._stock(self.product, 5)
        order = self._confirmed((self.product, 5))
        result = self._as("processor", order).action_dispatch()[0]
        self.assertEqual(result["code"], "dispatched")
        self.assertEqual(order.order_line.qty_delivered, 5)

    def test_unchecked_transfer_leaves_by_no_path(self):
        self._stock(self.product, 5)
        order = self._confirmed((self.product, 5))
        picking = order.picking_ids
        picking.action_assign()
        picking.move_ids.picked = True
        for act in ("button_validate", "_action_done"):
            with self.assertRaisesRegex(UserError, "have not passed their check"):
                getattr(picking, act)()
        self._as("processor", picking).action_quality_fail("Wrong colour")
        check = picking.order_quality_check_ids
        with self.assertRaisesRegex(UserError, "Wrong colour"):
            picking.button_validate()
        with self.assertRaises(AccessError):
            self._as("processor", check).action_concede("Let it go")
        with self.assertRaises(UserError):
            self._as("manager", check).action_concede("")
        with self.assertRaises(UserError):
            self._as("processor", check).write({"state": "passed"})
        self._as("manager", check).action_concede("Customer agreed")
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        self.assertEqual(len(self._events(order, "checked")), 1)

    def test_rights(self):
        order = self._confirmed((self.product, 1))
        for name in ("salesman", "integration", "stranger", "accountant"):
            with self.assertRaises(AccessError):
                self._as(name, order).action_dispatch()
        pickup = self.env["order.pickup"].create({"warehouse_id": self.warehouse.id})
        for name in ("salesman", "integration", "stranger"):
            with self.assertRaises(AccessError):
                self._as(name, pickup).action_hand_over(signed_by="X")
        with self.assertRaises(UserError):
            self._as("processor", pickup).write({"state": "handed_over"})
        with self.assertRaises(UserError):
            self._as("processor", pickup).write({"signed_by": "X"})

    def test_pickup_is_handed_over_once_or_missed(self):
        self._stock(self.product, 5)
        order = self._confirmed((self.product, 5))
        self._as("processor", order).action_dispatch()
        pickup = self._as("processor", order.picking_ids.order_pickup_id)
        pickup.action_request()
        pickup.action_hand_over(signed_by="Driver")
        pickup.action_hand_over(signed_by="Somebody else")
        self.assertEqual((pickup.state, pickup.signed_by), ("handed_over", "Driver"))
        self.assertEqual(len(self._events(order, "handed_over")), 1)
        with self.assertRaisesRegex(UserError, "Handed over"):
            pickup.action_miss("Too late")
        other = self.env["order.pickup"].create({"warehouse_id": self.warehouse.id})
        for act in (
            lambda: order.picking_ids.write({"order_pickup_id": other.id}),
            lambda: pickup.write({"date": "2026-01-01"}),
            lambda: pickup.sudo().unlink(),
            lambda: pickup.write({"package_ids": [Command.clear()]}),
        ):
            with self.assertRaises(UserError):
                act()
        with self.assertRaisesRegex(UserError, "Nothing is on"):
            self._as("processor", other).action_hand_over(signed_by="Driver")

    def test_missed_pickup_frees_its_transfers_and_open_ones_are_not_handed_over(self):
        self._stock(self.product, 5)
        order = self._confirmed((self.product, 5))
        missed = self._as("processor", self.env["order.pickup"].create({"warehouse_id": self.warehouse.id}))
        order.picking_ids.order_pickup_id = missed
        for said, name in (("name of the driver", ""), (order.picking_ids.name, "Driver")):
            with self.assertRaisesRegex(UserError, said), self.cr.savepoint():
                missed.action_hand_over(signed_by=name)
        self._as("processor", order).action_dispatch(pickup=False)
        self.assertEqual(missed.package_ids, order.picking_ids.move_line_ids.result_package_id)
        with self.assertRaisesRegex(UserError, "reason"):
            missed.action_miss()
        missed.action_miss("Nobody came")
        self.assertFalse(order.picking_ids.order_pickup_id)
        self.assertIn(order.picking_ids.name, " ".join(missed.message_ids.mapped("body")))
        with self.assertRaises(AccessError):
            missed.action_plan_again("Comes tomorrow")
        self._as("manager", missed).action_plan_again("Comes tomorrow")
        self.assertEqual((missed.state, missed.parcel_count), ("planned", 0))

    def test_queries_of_checks_and_pickups_do_not_grow_with_the_set(self):
        self._stock(self.product, 1000)
        orders = self._confirmed((self.product, 1), count=21)
        pickings = orders.picking_ids
        pickings.action_assign()

        def queries(found):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            self._as("processor", found).action_quality_pass()
            self.env["order.pickup"]._gather(found, "2026-01-01")
            self.env.flush_all()
            self.env["order.event"].flush_model()
            return self.cr.sql_log_count - start

        queries(pickings[0])
        self.assertEqual(queries(pickings[1]), queries(pickings[2:]))

    def _shipped(self, count=1, **customer):
        self._stock(self.product, 100 * count)
        partner = self._make_customer("A Customer with a Remarkably Long Name that Goes on and on Limited", **customer)
        orders = self._make_orders(count, (self.product, 60), (self.other_product, 1), partner_id=partner.id)
        orders.action_confirm()
        self._as("processor", orders).action_dispatch()
        return orders.picking_ids.filtered(lambda picking: picking.state == "done")

    def test_packing_slip_shows_what_came_and_what_follows(self):
        picking = self._shipped()
        report = self.env["ir.actions.report"]
        content = report._render_qweb_html("order_processing.report_packing_slip", picking.ids)[0]
        page = html.fromstring(content)
        shipped = [" ".join(row.text_content().split()) for row in page.xpath("//table[@name='shipped']//tbody/tr")]
        self.assertEqual(shipped, ["TG-1 Test Goods 60.00 Units"])
        later = [" ".join(row.text_content().split()) for row in page.xpath("//table[@name='later']//tbody/tr")]
        self.assertTrue(later[0].startswith("TG-2 Other Goods 1.00 Units"), later)
        self.assertNotIn("10.00", page.xpath("string(//table[@name='shipped'])"), "no prices on a packing slip")
        self.assertTrue(page.xpath("//img[starts-with(@src, 'data:image/png;base64')]"))

    def test_label_scans_as_its_package(self):
        picking = self._shipped()
        data, kind = (
            self.env["ir.actions.report"]
            .with_context(force_report_rendering=True)
            ._render_qweb_pdf("order_processing.action_report_shipping_label", picking.ids)
        )
        self.assertEqual(kind, "pdf")
        document = pypdfium2.PdfDocument(io.BytesIO(data))
        self.assertEqual(len(document), 1)
        found = scanned(document[0])
        self.assertEqual([code.text for code in found], picking.move_line_ids.result_package_id.mapped("name"))

    def test_manifest_lists_every_parcel(self):
        pickup = self._shipped(2).order_pickup_id
        content = self.env["ir.actions.report"]._render_qweb_html(
            "order_processing.report_pickup_manifest", pickup.ids
        )[0]
        rows = html.fromstring(content).xpath("//table[@name='parcels']//tbody/tr")
        self.assertEqual(len(rows), 2)
        names = [row.xpath("string(td[2])").strip() for row in rows]
        self.assertEqual(sorted(names), sorted(pickup.package_ids.mapped("name")))

    def _pdf(self, action, records):
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        data, kind = report._render_qweb_pdf(action, records.ids)
        self.assertEqual(kind, "pdf")
        return pypdfium2.PdfDocument(io.BytesIO(data))

    def test_long_address_stands_whole_on_the_label(self):
        picking = self._shipped(
            street="Unit 17b, The Old Granary Business and Enterprise Park, Upper Wallop",
            street2="Back entrance, ring twice, beware of the dog",
            city="Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
            zip="LL61 5UJ",
        )
        page = self._pdf("order_processing.action_report_shipping_label", picking)[0]
        text = Printed(words(page).lower())
        for part in ("Goes on and on Limited", "Old Granary", "beware of the dog", "LL61 5UJ", "United Kingdom"):
            self.assertIn(part.lower(), text)
        width, height = page.get_size()
        self.assertEqual((round(width / 72 * 25.4), round(height / 72 * 25.4)), (102, 152))

    def test_labels_of_many_orders_are_one_document(self):
        pickings = self._shipped(5)
        document = self._pdf("order_processing.action_report_shipping_label", pickings)
        self.assertEqual(len(document), 5)
        found = [scanned(page)[0].text for page in document]
        self.assertEqual(found, [picking.move_line_ids.result_package_id.name for picking in pickings])

    def test_documents_read_sets(self):
        pickings = self._shipped(7)
        report = self.env["ir.actions.report"]

        def queries(name, found):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            report._render_qweb_html(f"order_processing.{name}", found.ids)
            return self.cr.sql_log_count - start

        for name in ("report_packing_slip", "report_shipping_label"):
            queries(name, pickings[0])
            self.assertEqual(queries(name, pickings[1:2]), queries(name, pickings[2:]), name)

    def test_signed_manifest_prints(self):
        pickup = self._as("processor", self._shipped(2).order_pickup_id)
        pickup.action_hand_over(signed_by="Fred Driver")
        text = words(self._pdf("order_processing.action_report_pickup_manifest", pickup)[0])
        for part in ("2 parcels of 2 transfers", "Fred Driver", "Handed over by Order Processor"):
            self.assertIn(part, text)


class TestDispatchObserving(ObservingCase):
    def test_check_is_recorded_and_stops_nothing(self):
        self._stock(self.product, 5)
        order = self._make_order((self.product, 5))
        order.action_confirm()
        picking = order.picking_ids
        picking.action_assign()
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual((picking.state, picking.order_quality_state), ("done", "to_check"))

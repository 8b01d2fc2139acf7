"""What a case charges and what of its exchanges still leaves is seen on the case."""

from datetime import timedelta

from lxml import html

from .common import ReturnCase


class TestDocuments(ReturnCase):
    def setUp(self):
        super().setUp()
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_kwargs: 60.0)

    def _policy(self, **vals):
        return self.env["order.return.policy"].create({"name": "Of the test", **vals})

    def _ahead(self, order, **vals):
        case = self._ask(self._row(order.order_line, 2, reason="defective", advance=True, **vals))
        case.action_approve()
        return case

    # ------------------------------------------------------------------ invoices that charge

    def test_what_was_sent_in_advance_and_is_charged(self):
        order = self._shipped((self.product, 5))
        case = self._ahead(order, settlement="replacement")
        other = self._shipped((self.product, 5))
        beside = self._ahead(other, settlement="replacement")
        self.assertEqual((case.charge_count, case.charge_ids.ids), (0, []))
        for each in (order, other):
            self._deliver(each)
        both = case | beside
        both.line_ids._set({"advance_until": self.Return._document_day(self.company) - timedelta(days=1)})
        self.env["order.return"]._cron_advance()
        both.invalidate_recordset()
        for one, its in ((case, order), (beside, other)):
            charged = its.invoice_ids.sorted("id")[-1]
            self.assertEqual((one.charge_ids, one.charge_count, charged.amount_total), (charged, 1, 20))
            self.assertEqual(self.env["account.move"].search(one.action_view_charges()["domain"]), charged)
            told = one.sudo()._told_charges()
            self.assertEqual([row["name"] for row in told], [charged.name], "the customer sees it too")
        self.assertFalse(both.credit_ids, "no credit note of theirs")

    def test_nobody_writes_what_a_case_charges(self):
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2))
        with self._refused("Invoices of Return Case cannot be written"):
            case.with_user(self.users["manager"]).write({"charge_ids": [(4, order.invoice_ids.id)]})

    # ------------------------------------------------------------------ packing slips

    def test_what_is_sent_in_its_place_has_a_packing_slip(self):
        self._policy(allow_advance=True)
        order = self._shipped((self.product, 5))
        again = self._ahead(order, settlement="replacement").picking_ids
        exchange = self._ahead(order, settlement="exchange", exchange_product="TG-2", exchange_quantity=3)
        for transfer, row in (
            (again, "TG-1 Test Goods 2.00 Units"),
            (exchange.exchange_order_ids.picking_ids, "TG-2 Other Goods 3.00 Units"),
        ):
            transfer.move_ids.write({"picked": True})
            transfer.action_quality_pass()
            transfer.with_context(skip_sms=True).button_validate()
            report = self.env["ir.actions.report"]
            page = html.fromstring(report._render_qweb_html("order_processing.report_packing_slip", transfer.ids)[0])
            rows = [" ".join(each.text_content().split()) for each in page.xpath("//table[@name='shipped']//tbody/tr")]
            self.assertEqual(rows, [row])

    # ------------------------------------------------------------------ an exchange of which a part has left

    def _begun(self, **vals):
        self._policy(allow_advance=True)
        order = self._shipped((self.product, 5))
        case = self._ahead(order, settlement="exchange", exchange_product="TG-2", exchange_quantity=3)
        exchange = case.exchange_order_ids
        self._deliver(exchange, {self.other_product: 1})
        return order, case, exchange

    def test_the_rest_of_a_partly_delivered_exchange_leaves_no_more(self):
        order, case, exchange = self._begun()
        line = exchange.order_line
        self.assertEqual((line.product_uom_qty, line.qty_delivered), (3, 1))
        case.action_cancel(reason="Changed its mind")
        self.assertFalse(exchange.picking_ids.filtered(lambda one: one.state not in ("done", "cancel")))
        self.assertEqual((exchange.state, line.product_uom_qty, *self._figures(line)), ("sale", 1, 1, 0, 1))
        events = self.env["order.event"].search([("line_id", "=", line.id), ("kind", "=", "closed_short")])
        self.assertEqual(sum(events.mapped("quantity")), -2, "the day book says so")
        self._invoice(exchange)
        self.assertEqual(exchange.invoice_ids.amount_total, line.price_total, "what left is paid for")

    def test_the_rest_of_a_locked_exchange_and_what_else_stands_on_its_order(self):
        order, case, exchange = self._begun()
        exchange.order_line = [(0, 0, {"product_id": self.service.id, "product_uom_qty": 1, "price_unit": -2.0})]
        exchange.locked = True
        case.action_cancel(reason="Changed its mind")
        self.assertEqual((case.state, exchange.locked), ("cancelled", True))
        self.assertEqual(exchange.order_line.mapped("product_uom_qty"), [1, 1], "what left keeps its discount")

    def test_the_price_of_what_left_stays(self):
        self.env["order.close.reason"].search([("code", "=", "case_ended")]).active = False
        order, case, exchange = self._begun()
        exchange.order_line.price_unit = 7.0
        case.action_cancel(reason="Changed its mind")
        self.assertEqual((exchange.order_line.product_uom_qty, exchange.order_line.price_unit), (1, 7.0))

    def test_an_exchange_that_is_being_packed(self):
        order, case, exchange = self._begun()
        rest = exchange.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel"))
        rest.move_ids.quantity = 2
        rest.move_ids.picked = True
        with self._refused(f"{case.name}.*{exchange.name}.*being packed in {rest.name}"):
            case.action_cancel(reason="Changed its mind")
        rest.move_ids.picked = False
        case.action_cancel(reason="Changed its mind")
        self.assertEqual(rest.state, "cancel")

    def test_a_partly_delivered_exchange_that_is_invoiced_in_full(self):
        self.other_product.invoice_policy = "order"
        order, case, exchange = self._begun()
        self._invoice(exchange)
        with self._refused(f"{exchange.name}.*1 .* have left and 3 are invoiced.*credited"):
            case.action_cancel(reason="Changed its mind")
        self.assertEqual((case.state, exchange.order_line.product_uom_qty), ("approved", 3))

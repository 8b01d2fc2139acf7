"""What came against what was announced, and what nobody announced."""

from .common import ReturnCase


class TestReceived(ReturnCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.ref = "C-1"

    def test_less_came_and_only_that_is_credited(self):
        order = self._shipped((self.product, 5), (self.other_product, 2))
        goods, other = order.order_line
        case = self._ask(self._row(goods, 3), self._row(other, 1))
        case.action_approve()
        case.action_receive(counts={str(case.line_ids[0].id): 2, str(case.line_ids[1].id): 0})
        self.assertEqual(case.line_ids.mapped("announced_qty"), [3, 1])
        self.assertEqual(case.line_ids.mapped("received_qty"), [2, 0])
        self.assertTrue(case.differs)
        self.assertIn("Test Goods: 3 Units announced, 2 came", case.difference)
        self.assertIn("1 Units announced, 0 came", case.difference)
        self.assertIn("3 Units announced, 2 came", case.message_ids[0].body)
        case.action_settle()
        self.assertEqual(case.credit_ids.amount_untaxed, 20)
        self.assertEqual(self._figures(goods), (3, 3, 0))
        self.assertEqual(self._figures(other), (2, 2, 0))
        self.assertEqual((goods.order_returnable_qty, other.order_returnable_qty), (3, 2), "the rest is free")
        self.env["order.discrepancy"].sweep([("order_id", "=", order.id)])
        self.assertFalse(order.order_discrepancy_ids, "the ledgers agree: nothing is written beside them")

    def test_more_came_up_to_what_was_delivered(self):
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2))
        case.action_approve()
        with self._refused(f"{case.name}.*only 5 are left"):
            case.action_receive(counts={case.line_ids.id: 6})
        case.action_receive(counts={case.line_ids.id: 4})
        self.assertIn("2 Units announced, 4 came", case.difference)
        case.action_settle()
        self.assertEqual(self._figures(order.order_line), (1, 1, 0))
        self.assertEqual(case.credit_ids.amount_untaxed, 40)

    def test_what_is_no_count_is_refused(self):
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2), self._row(order.order_line, 1, disposition="customer_keeps"))
        case.action_approve()
        line, kept = case.line_ids
        for counts, words in (
            ({line.id: -1}, "from zero"),
            ({line.id: True}, "from zero"),
            ({line.id: float("nan")}, "from zero"),
            ({0: 1}, "0 is none"),
            ({kept.id: 2}, "nothing of this line comes back"),
        ):
            with self._refused(words):
                case.action_receive(counts=counts)
        alone = self._ask(self._row(order.order_line, 1))
        alone.action_approve()
        with self._refused(f"Nothing came for {alone.name}"):
            alone.action_receive(counts={alone.line_ids.id: 0})
        self.assertEqual(case.state, "approved")

    def test_a_parcel_without_request_matched_at_once(self):
        order = self._shipped((self.product, 5))
        before = self._on_hand(self.product, self.warehouse.lot_stock_id)
        answer = self.Return.receive_unannounced(
            [{"product": "TG-1", "quantity": 2, "reason": "unwanted"}], customer="C-1", key="parcel-1"
        )
        case = self.Return.browse(answer["return_id"])
        place = self.company.order_inspection_location_id
        self.assertEqual((answer["ok"], case.state, case.order_id), (True, "requested", order))
        self.assertEqual(self._on_hand(self.product, place), 2, "the goods are here")
        self.assertEqual(self._figures(order.order_line), (5, 5, 0), "and no order is touched yet")
        again = self.Return.receive_unannounced(
            [{"product": "TG-1", "quantity": 2, "reason": "unwanted"}], customer="C-1", key="parcel-1"
        )
        self.assertEqual((again["return_id"], again["transfer"]), (case.id, answer["transfer"]))
        self.assertEqual(self._on_hand(self.product, place), 2, "taken in once")
        self._process(case)
        self.assertEqual(self._on_hand(self.product, place), 0)
        self.assertEqual(self._on_hand(self.product, self.warehouse.lot_stock_id), before + 2)
        self.assertEqual(self._figures(order.order_line), (3, 3, 0))
        self.assertEqual(case.credit_ids.amount_untaxed, 20)

    def test_a_parcel_of_nobody_is_matched_later(self):
        answer = self.Return.receive_unannounced([{"product": "TG-1", "quantity": 2}], note="No slip inside")
        case = self.Return.browse(answer["return_id"])
        self.assertEqual((answer["code"], case.unmatched_code), ("unmatched", "no_customer"))
        self.assertEqual(self._on_hand(self.product, self.company.order_inspection_location_id), 2)
        with self._refused("not matched"):
            case.action_approve()
        order = self._shipped((self.product, 5))
        found = case.match_with(order.id)
        self.assertTrue(found["ok"], found)
        with self._refused("matched or ended"):
            case.match_with(order.id)
        self._process(case)
        self.assertEqual(self._on_hand(self.product, self.company.order_inspection_location_id), 0)
        self.assertEqual(self._figures(order.order_line), (3, 3, 0))

    def test_what_several_orders_answer_to_is_told_and_not_taken(self):
        """Two orders of the same name, or of the same reference of their customers; the customer's own is meant where he is named."""
        other = self._make_customer("Twin", ref="C-2")
        first, second = self._shipped((self.product, 5), count=2, client_order_ref="PO-7")
        last = self._shipped((self.product, 5), client_order_ref="PO-7", partner_id=other.id)
        goods = [{"product": "TG-1", "quantity": 1}]
        for name, several in (("PO-7", first | second | last), (first.name, first | second)):
            if name == first.name:
                second.name = name
            answer = self.Return.receive_unannounced(goods, reference=name)
            self.assertEqual((answer["ok"], answer["reason"]), (False, "ambiguous"))
            for order in several:
                self.assertIn(f"{order.name} ({order.partner_id.name}, {order.id})", answer["message"])
            case = self.Return.browse(answer["return_id"])
            self.assertFalse(case.order_id)
            self.assertTrue(case.match_with(second.id)["ok"])
            self.assertEqual(case.order_id, second)
        answer = self.Return.receive_unannounced(goods, reference="PO-7", customer="C-1")
        self.assertEqual(answer["reason"], "ambiguous", "two are of this customer")
        answer = self.Return.receive_unannounced(goods, reference="PO-7", customer="C-2")
        self.assertEqual((answer["ok"], self.Return.browse(answer["return_id"]).order_id), (True, last))

    def test_an_order_of_another_company_is_not_taken(self):
        order = self._shipped((self.product, 5))
        self.env.cr.execute(
            "UPDATE sale_order SET company_id = %s, name = 'TWICE' WHERE id = %s", [self._another(), order.id]
        )
        self.env.invalidate_all()
        own = self._shipped((self.product, 5))
        goods = [{"product": "TG-1", "quantity": 1}]
        self.assertEqual(self.Return.receive_unannounced(goods, reference="TWICE")["reason"], "unknown_order")
        own.name = "TWICE"
        answer = self.Return.receive_unannounced(goods, reference="TWICE")
        self.assertEqual(self.Return.browse(answer["return_id"]).order_id, own)

    def _another(self):
        return self.env["res.company"].create({"name": "Another House"}).id

    def test_a_scan_that_several_orders_answer_to(self):
        first, second = self._shipped((self.product, 5), count=2, client_order_ref="PO-8")
        counter = self.env["order.return.counter"].with_user(self.processor).create({})
        counter.code = "PO-8"
        counter._onchange_code()
        self.assertFalse(counter.found_order_id)
        self.assertRegex(counter.said, f"Several orders answer to PO-8: {first.name}.*{second.name}")
        second.client_order_ref = False
        counter.code = "PO-8"
        counter._onchange_code()
        self.assertEqual(counter.found_order_id, first)

    def test_another_product_in_the_parcel_is_told_on_the_case(self):
        order = self._shipped((self.product, 5))
        case = self._ask(self._row(order.order_line, 2))
        case.action_approve()
        case.action_receive()
        answer = self.Return.receive_unannounced([{"product": "TG-2", "quantity": 1}], customer="C-1", origin=case.id)
        other = self.Return.browse(answer["return_id"])
        self.assertEqual((other.origin_id, case.unannounced_ids), (case, other))
        self.assertEqual(other.unmatched_code, "not_delivered")
        self.assertIn("1 Units", case.message_ids[0].body)
        case.action_settle()
        self.assertEqual(case.credit_ids.amount_untaxed, 20, "credit only for what was delivered and came")

    def test_what_cannot_be_taken_in_is_said(self):
        serial = self._make_product("By serial", "TR-SN", 10.0, tracking="serial")
        with self._refused("NIX is no product.*\n.*above zero.*\n.*By serial.*lot or serial"):
            self.Return.receive_unannounced(
                [
                    {"product": "NIX", "quantity": 1},
                    {"product": "TG-1", "quantity": 0},
                    {"product": serial.default_code, "quantity": 1},
                ]
            )
        with self._refused("at least one"):
            self.Return.receive_unannounced([])

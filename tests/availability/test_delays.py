"""Promises move and say why; customers are told of those that slipped once, together and in their language."""

from datetime import timedelta
from unittest.mock import patch

from lxml import html

from odoo.exceptions import AccessError
from odoo.fields import Command

from odoo.addons.order_processing.models.common.business_day import business_day

from tests.common import OrderCase


class DelayCase(OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.order_delay_mail = True
        cls.Notice = cls.env["order.delay.notice"]
        cls.today = business_day(cls.company)

    def _receipt(self, product, quantity, weeks):
        """A planned receipt so many weeks from today."""
        vendor = self.env.ref("stock.stock_location_suppliers")
        transfer = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "partner_id": self.env.ref("base.res_partner_1").id,
                "user_id": self.users["processor"].id,
                "location_id": vendor.id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "location_id": vendor.id,
                            "location_dest_id": self.warehouse.lot_stock_id.id,
                        }
                    )
                ],
            }
        )
        transfer.action_confirm()
        self._plan(transfer, weeks)
        return transfer

    def _plan(self, transfer, weeks):
        transfer.move_ids.date = self.today + timedelta(weeks=weeks)

    def _slip(self, *lines, weeks=1, late=None, **vals):
        """A confirmed order whose goods, or those ``late`` of them, come ``weeks`` later than promised first."""
        order = self._make_order(*(lines or [(self.product, 5)]), **vals)
        order.action_confirm()
        order.action_promise()
        for line in order.order_line.filtered(lambda line: not late or line.product_id == late):
            line.order_first_promise_date = line.order_promise_date - timedelta(weeks=weeks)
        return order

    def _morning(self):
        # a cron commits, a test must not
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_kwargs: 60.0):
            self.env["sale.order"]._cron_tell_delays()
        self.env.invalidate_all()

    def _notices(self, orders):
        return self.Notice.search([("line_ids.order_id", "in", orders.ids)], order="id")

    def _mails(self, notices):
        return self.env["mail.mail"].search(
            [("model", "=", "order.delay.notice"), ("res_id", "in", notices.ids)], order="id"
        )


class TestPromisesMove(DelayCase):
    def test_the_source_of_a_promise_is_named(self):
        transfer = self._receipt(self.product, 5, 2)
        order = self._make_order((self.product, 5), (self.other_product, 1))
        order.action_confirm()
        order.action_promise()
        waiting, lead = order.order_line
        self.assertEqual((waiting.order_promise_basis, lead.order_promise_basis), ("receipt", "lead"))
        for words in (transfer.name, transfer.partner_id.name, self.users["processor"].name):
            self.assertIn(words, waiting.order_promise_source)
        self.assertFalse(lead.order_promise_source)
        before = waiting.order_promise_date
        self._plan(transfer, 4)
        order.action_promise()
        self.assertEqual(waiting.order_promise_date - before, timedelta(weeks=2))
        last = self._events(order, "promised").filtered(lambda row: row.line_id == waiting.id)[-1]
        self.assertIn(f"{before} → {waiting.order_promise_date}: {transfer.name}", last.reason)
        transfer.action_cancel()
        order.action_promise()
        self.assertEqual((waiting.order_promise_basis, waiting.order_promise_source), ("lead", False))

    def test_the_time_to_replenish_does_not_begin_anew_each_morning(self):
        order = self._make_order((self.product, 5))
        order.action_confirm()
        order.action_promise()
        promised = order.order_promise_date
        order.action_promise(date=self.today + timedelta(days=3))
        self.assertEqual(order.order_promise_date, promised)
        order.action_promise(date=promised)
        self.assertGreater(order.order_promise_date, promised, "its day has come, and nothing with it")

    def test_a_receipt_put_off_lets_what_it_feeds_be_promised_anew(self):
        transfer = self._receipt(self.product, 5, 2)
        leaving = self._slip((self.other_product, 1)).picking_ids
        cron = self.env.ref("order_processing.cron_promise")
        triggers = self.env["ir.cron.trigger"]

        def triggered():
            self.env.cr.flush()
            found = triggers.search([("cron_id", "=", cron.id)])
            found.unlink()
            return bool(found)

        triggered()
        leaving.move_ids.date = self.today + timedelta(weeks=3)
        self.assertFalse(triggered(), "what leaves feeds nobody")
        self._plan(transfer, 4)
        self.assertTrue(triggered())
        transfer.scheduled_date = self.today + timedelta(weeks=5)
        self.assertTrue(triggered())
        transfer.action_cancel()
        self.assertTrue(triggered())
        done = self._receipt(self.product, 5, 2)
        triggered()
        done.move_ids.picked = True
        done.button_validate()
        self.assertFalse(triggered(), "what comes is no delay")


class TestTold(DelayCase):
    def test_one_message_to_a_customer_for_all_orders(self):
        orders = self._slip(client_order_ref="PO 1") | self._slip((self.other_product, 2), (self.product, 1))
        self.customer.lang = "en_GB" if self.env["res.lang"]._get_data(code="en_GB") else "en_US"
        self._morning()
        notice = self._notices(orders)
        self.assertEqual((len(notice), notice.outcome, notice.email), (1, "sent", self.customer.email))
        mail = self._mails(notice)
        self.assertEqual((len(mail), mail.recipient_ids), (1, self.customer))
        page = html.fromstring(mail.body_html)
        words = " ".join(page.text_content().split())
        for text in (*orders.mapped("name"), "PO 1", "Test Goods", "Other Goods"):
            self.assertIn(text, words)
        links = page.xpath("//a[contains(@href, '/my/delays/')]/@href")
        self.assertTrue(all(f"/my/delays/{notice.id}?access_token={notice.access_token}" in link for link in links))
        for order in orders:
            self.assertEqual(sum(f"order={order.id}&" in link for link in links), 2, "wait or cancel")
        line = orders[0].order_line
        self.assertEqual(line.order_told_date, line.order_promise_date)
        told = self._events(orders, "delay_told")
        self.assertEqual(len(told), 3)
        self.assertIn("Told of a delay by mail", orders[0].message_ids[0].body)
        self._morning()
        self.assertEqual(self._notices(orders), notice, "told once")
        self.assertFalse(any(orders.mapped("order_slipped")))

    def test_days_that_nobody_is_told_of_add_up(self):
        self.company.order_delay_days = 2
        order = self._slip(weeks=0)
        line = order.order_line
        line.order_first_promise_date = line.order_promise_date - timedelta(days=2)
        self._morning()
        self.assertFalse(self._notices(order))
        line.order_first_promise_date = line.order_promise_date - timedelta(days=3)
        self._morning()
        self.assertEqual(len(self._notices(order)), 1)
        line.order_told_date = line.order_promise_date - timedelta(days=3)
        self._morning()
        self.assertEqual(len(self._notices(order)), 2, "slipped again since it was told")

    def test_what_recovered_before_it_was_told_is_not_told(self):
        order, late = self._slip(), self._slip((self.other_product, 1))
        self._stock(self.product, 5)
        self._morning()
        self.assertEqual(self._notices(order | late).line_ids.order_id, late)

    def test_nobody_is_told_where_it_is_off_nor_of_what_is_nothing(self):
        self.company.order_delay_mail = False
        order = self._slip()
        self._morning()
        self.assertFalse(self._notices(order))
        self.company.order_delay_mail = True
        cancelled, shipped = self._slip((self.other_product, 1)), self._slip((self.other_product, 2))
        quotation = self._make_order((self.product, 1))
        quotation.action_promise()
        quotation.order_line.order_first_promise_date = self.today - timedelta(weeks=9)
        service = self._slip((self.service, 1))
        cancelled._action_cancel()
        self._deliver(shipped)
        self._morning()
        self.assertEqual(self._notices(order | cancelled | shipped | quotation | service).line_ids.order_id, order)

    def test_who_has_no_address_is_called(self):
        self.customer.email = False
        order = self._slip()
        self._morning()
        notice = self._notices(order)
        self.assertEqual(notice.outcome, "to_call")
        self.assertIn("no e-mail address", notice.error)
        self.assertFalse(order.order_line.order_told_date)
        self._morning()
        self.assertEqual(self._notices(order), notice, "one call is enough")
        for name in ("integration", "salesman", "portal", "stranger"):
            with self.assertRaises(AccessError):
                self._as(name, notice).action_told()
        self.assertEqual(self._as("processor", notice).action_told(), 1)
        self.assertEqual((notice.outcome, notice.told_by_id), ("told", self.users["processor"]))
        self.assertEqual(order.order_line.order_told_date, order.order_line.order_promise_date)
        self.assertEqual(self._as("processor", notice).action_told(), 0)

    def test_an_address_that_is_entered_spares_the_call(self):
        self.customer.email = False
        order = self._slip()
        self._morning()
        notice = self._notices(order)
        answers = self._as("processor", order).action_tell_delays()
        self.assertEqual((answers[0]["code"], answers[0]["lines"]), ("to_call", 1))
        self.customer.email = "buyer@test.example.com"
        answers = self._as("processor", order).action_tell_delays()
        self.assertEqual((answers[0]["code"], self._notices(order)), ("sent", notice))
        self.assertEqual((notice.outcome, notice.email, notice.error), ("sent", "buyer@test.example.com", False))
        self.assertEqual(len(self._mails(notice)), 1)

    def test_a_call_is_overtaken(self):
        self.customer.email = False
        transfer = self._receipt(self.other_product, 1, 2)
        order, other = self._slip(), self._slip((self.other_product, 1))
        self._morning()
        first = self._notices(order)
        self.assertEqual(first.line_ids.order_id, order | other)
        self._plan(transfer, 4)
        self._morning()
        self.assertEqual(first.outcome, "overtaken")
        second = self._notices(order) - first
        self.assertEqual((len(second), second.outcome, second.line_ids.order_id), (1, "to_call", order | other))
        self._stock(self.product, 9)
        self._stock(self.other_product, 9)
        (order | other).action_promise()
        self._morning()
        self.assertEqual(second.outcome, "overtaken")

    def test_a_template_that_is_gone_leaves_a_call(self):
        order = self._slip()
        self.env.ref("order_processing.mail_template_delay").active = False
        self._morning()
        self.assertEqual(self._notices(order).outcome, "to_call")

    def test_by_hand_and_by_whom(self):
        order, fine = self._slip(), self._make_order((self.product, 1))
        for name in ("integration", "salesman", "portal", "stranger"):
            with self.assertRaises(AccessError):
                self._as(name, order).action_tell_delays()
        self.assertTrue(order.order_slipped)
        answers = self._as("processor", order | fine).action_tell_delays()
        self.assertEqual([(answer["code"], answer["lines"]) for answer in answers], [("sent", 1), ("nothing", 0)])
        answers = self._as("processor", order).action_tell_delays()
        self.assertEqual(answers[0]["code"], "nothing")
        action = self._as("processor", order).action_open_tell_delays()
        self.assertEqual(self.Notice.search(action["domain"]), self._notices(order))
        self.assertFalse(self._as("stranger", self.Notice).search(action["domain"]))
        with self.assertRaises(AccessError):
            self._as("manager", self._notices(order)).write({"outcome": "told"})

    def test_queries_do_not_grow(self):
        def spent(number):
            orders = self.env["sale.order"].union(
                *(self._slip(partner_id=self._make_customer(f"Waiting {number} {n}").id) for n in range(number))
            )
            self.env.flush_all()
            self.env.invalidate_all()
            lines = self.env["sale.order"]._slipped_lines(orders.ids)
            before, spent = self.env.cr.sql_log_count, [0]
            template = type(self.env["mail.template"])
            real = template.send_mail_batch

            def sending(records, *args, **kwargs):
                start = records.env.cr.sql_log_count
                try:
                    return real(records, *args, **kwargs)
                finally:
                    spent[0] += records.env.cr.sql_log_count - start

            with patch.object(template, "send_mail_batch", sending):
                notices = self.env["sale.order"]._tell_delays(lines)
            self.env.flush_all()
            self.assertEqual((len(notices), set(notices.mapped("outcome"))), (number, {"sent"}))
            return self.env.cr.sql_log_count - before - spent[0]

        spent(1)
        few, many = spent(2), spent(22)
        self.assertLess(many - few, 20)

    def test_the_words_of_a_message_ask_nothing_for_each_order(self):
        self.customer.email = False
        orders = self.env["sale.order"].union(*(self._slip() for _number in range(12)))
        self._as("processor", orders).action_tell_delays()
        notice = self._notices(orders).sudo()
        self.assertEqual(notice.outcome, "to_call")

        def spent(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertTrue(all(notice._choices(order) for order in some))
            return self.env.cr.sql_log_count - before

        spent(orders)
        self.assertEqual(spent(orders), spent(orders[:2]))

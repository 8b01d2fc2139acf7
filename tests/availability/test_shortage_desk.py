"""The list of shortages, its card, the screen that shows what a choice does, who may, and what it costs."""

import json
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from odoo.addons.order_processing.models.availability.shortage import Decision

from .shortages import ShortageCase


class TestDesk(ShortageCase):
    def _card(self):
        card = self._as("processor", self.env.ref("order_processing.desk_queue_short"))
        card.invalidate_recordset()
        return card

    def _open(self, lines, user="processor"):
        action = self._as(user, lines).action_open_shortages()
        return self.env[action["res_model"]].with_user(self.users[user]).browse(action["res_id"])

    def test_the_card_counts_what_is_to_be_decided(self):
        before = self._card().count
        order, quotation = self._short(), self._make_order((self.other_product, 2))
        quotation.action_promise()
        self.assertEqual(self._card().count, before + 1, "nobody decides about a quotation")
        shown = self.env["sale.order.line"].search(self._card().action_open()["domain"])
        self.assertIn(order.order_line, shown)
        self._decide(order.order_line, "wait")
        self.assertEqual(self._card().count, before)
        order.order_line.order_look_again = self.today
        self.assertEqual(self._card().count, before + 1, "the day has come")

    def test_the_list_says_what_can_be_done(self):
        self._replaceable(free=20)
        self._stock(self.product, 7, self.house.lot_stock_id)
        order, none = self._short(), self._short((self.other_product, 1))
        fine = self._make_order((self.service, 1))
        fine.action_confirm()
        texts = self._as("processor", (order | none | fine).order_line).mapped("order_shortage_text")
        for part in ("now: 4", f"{self.substitute.display_name}: 20", "Second House: 7"):
            self.assertIn(part, texts[0])
        self.assertFalse(texts[1])
        self.assertFalse(texts[2])

    def test_the_screen_shows_what_each_choice_does_and_does_it(self):
        self._replaceable(free=3)
        first, second, third = self._short(), self._short(), self._short((self.other_product, 2))
        desk = self._open((first | second | third).order_line)
        self.assertEqual(desk.row_ids.mapped("choice"), [False] * 3)
        self.assertIn(self.substitute.display_name, desk.row_ids[0].options)
        self.assertEqual(desk.row_ids[2].options, "wait or cancel", "what can always be done")
        with self.assertRaisesRegex(UserError, "at least one"):
            desk.action_apply()
        with Form(desk) as form:
            form.choice = "substitute"
        one, two, three = desk.row_ids
        self.assertEqual((one.blocked, two.blocked, three.blocked), (False, True, True))
        self.assertIn("3 Units of", one.effect)
        self.assertEqual((one.value, two.value), (0, 0), "it costs what was agreed")
        desk.agreed_price = False
        self.assertEqual(one.value, 6, "three of them, two more each")
        two.choice, three.choice = "wait", False
        self.assertIn("looked at again", two.effect)
        self.assertFalse(first.order_line.filtered("order_substitute_for_id"), "nothing is done yet")
        desk.action_apply()
        self.assertEqual([(row.order_id, row.code) for row in desk.result_ids], [(first, "done"), (second, "done")])
        self.assertEqual(first.order_line.mapped("product_uom_qty"), [7, 3])
        self.assertTrue(second.order_line.order_look_again)
        self.assertFalse(third.order_line.order_look_again)
        self.assertEqual(desk.summary, "2 of 2 orders done")

    def test_what_customers_want_is_chosen_beforehand(self):
        partly, wholly = self._make_customer("Partly"), self._make_customer("Wholly")
        partly.order_ship_mode, wholly.order_ship_mode = "parts", "complete"
        delivery = self.env["res.partner"].create(
            {
                "name": "Branch",
                "parent_id": partly.id,
                "street": "2 Low Street",
                "city": "London",
                "zip": "N1 1AA",
                "country_id": self.uk.id,
            }
        )
        orders = [
            self._short((self.product, 10), partner_id=partner.id, picking_policy="one") for partner in (partly, wholly)
        ]
        unknown = self._short((self.other_product, 1))
        self._stock(self.substitute, 1)
        branch = self._short((self.substitute, 2), partner_id=delivery.id)
        lines = (orders[0] | orders[1] | unknown | branch).order_line
        self.assertEqual(self._open(lines).row_ids.mapped("choice"), ["standing", "standing", False, "standing"])
        answer = self._decide(lines, "standing")
        self.assertEqual([row["lines"][0]["choice"] for row in answer], ["part", "wait", "", "part"])
        self.assertEqual([row["code"] for row in answer], ["done", "done", "refused", "done"])
        self.assertIn(self.customer.name, answer[2]["message"])
        self.assertEqual([order.picking_policy for order in orders], ["direct", "one"])

    def test_a_line_chooses_its_substitute_and_warehouse(self):
        self._replaceable()
        self.product.product_tmpl_id.order_substitute_ids |= self.other_product
        self._stock(self.other_product, 20)
        order = self._short()
        desk = self._open(order.order_line)
        row = desk.row_ids
        self.assertEqual(row.allowed_product_ids, self.substitute | self.other_product)
        self.assertEqual(row.allowed_warehouse_ids, self.house)
        row.write({"choice": "substitute", "product_id": self.other_product.id})
        desk.action_apply()
        self.assertEqual(order.order_line[-1].product_id, self.other_product)

    def test_nothing_is_short(self):
        self._stock(self.product, 6)
        order = self._short()
        with self.assertRaisesRegex(UserError, "Nothing is short"):
            self._open(order.order_line)
        with self.assertRaisesRegex(UserError, "Nothing is short"):
            self._as("processor", order).action_open_shortages()

    def test_a_quotation_is_changed_by_its_lines(self):
        order = self._make_order((self.product, 10))
        order.action_promise()
        answer = self._decide(order.order_line, "cancel")
        self.assertEqual((answer[0]["ok"], order.order_line.product_uom_qty), (False, 10))
        self.assertIn("not confirmed", answer[0]["message"])

    def test_one_order_goes_whole_or_not_at_all(self):
        order = self._short((self.product, 10), (self.other_product, 2))
        first, second = order.order_line
        second.move_ids.write({"quantity": 1, "picked": True})
        answer = (
            self.env["sale.order.line"]
            .with_user(self.users["processor"])
            ._decide_shortages({first: Decision("cancel"), second: Decision("cancel")})
        )
        self.assertEqual((answer[0]["code"], first.product_uom_qty), ("refused", 10))
        self.assertEqual(len(answer[0]["lines"]), 2)
        self.assertFalse(self._events(order, "closed_short", "short_decided"))

    def test_the_answer_is_plain(self):
        order = self._short()
        self.assertTrue(json.dumps(self._decide(order.order_line, "wait")))


class TestWho(ShortageCase):
    def test_who_may_not(self):
        order = self._short()
        for user in ("salesman", "accountant", "integration", "portal", "stranger"):
            for choice in ("wait", "part", "substitute", "warehouse", "cancel", "standing"):
                with self.subTest(user=user, choice=choice), self.assertRaises(AccessError):
                    self._decide(order.order_line, choice, user=user)
            with self.subTest(user=user), self.assertRaises(AccessError):
                self._as(user, order.order_line).action_open_shortages()
            with self.subTest(user=user), self.assertRaises(AccessError):
                self._as(user, order).action_open_shortages()
        self.assertFalse(self._events(order, "short_decided"))
        self._decide(order.order_line, "wait", user="manager")

    def test_nobody_else_reaches_a_screen(self):
        order = self._short()
        action = self._as("processor", order.order_line).action_open_shortages()
        desk = self._as("manager", self.env["order.shortage"].browse(action["res_id"]))
        for act in (desk.action_apply, lambda: desk.row_ids.read(["effect"]), lambda: desk.write({"choice": "cancel"})):
            with self.assertRaises(AccessError):
                act()

    def test_lines_of_another_company_are_not_read_through_the_screen(self):
        """A row shows what its line says without asking who may read the line."""
        order = self._short()
        stranger = self.users["stranger"]
        desk = self.env["order.shortage"].with_user(stranger).create({})
        for model, names, vals in (
            ("order.shortage.line", ["partner_id", "options"], {"line_id": order.order_line.id}),
            ("order.shortage.result", ["order_id"], {"order_id": order.id}),
        ):
            with self.subTest(model=model), self.assertRaises(AccessError):
                record = self.env[model].with_user(stranger).create({"shortage_id": desk.id, **vals})
                record.read(names)
        mine = self.env["order.shortage"].with_user(self.users["processor"]).create({})
        row = mine.row_ids.create({"shortage_id": mine.id, "line_id": order.order_line.id})
        self.assertEqual(row.read(["partner_id"])[0]["partner_id"][0], self.customer.id)

    def test_unknown_words(self):
        order = self._short()
        for options in (
            {"choice": "give away"},
            {"choice": "cancel", "reason": "whim"},
            {"choice": "warehouse", "warehouse_id": 2**31 - 1},
        ):
            with self.assertRaises(UserError):
                self._decide(order.order_line, **options)

    def test_the_customer_does_not_read_what_the_desk_thinks(self):
        buyer = self.users["portal"].partner_id
        buyer.write(
            {
                "street": "1 High Street",
                "city": "London",
                "zip": "N1 1AA",
                "country_id": self.uk.id,
                "email": "b@test.example.com",
            }
        )
        order = self._short((self.product, 10), partner_id=buyer.id)
        self._decide(order.order_line, "wait", note="They always wait")
        self.assertIn("They always wait", str(self._as("processor", order).order_timeline()))
        self.assertNotIn("They always wait", str(self._as("portal", order).order_timeline()))


class TestCost(ShortageCase):
    def _orders(self, count):
        orders = self._make_orders(count, (self.product, 10))
        orders.action_confirm()
        orders.action_promise()
        return orders

    def _queries(self, act):
        self.cr.flush()
        self.env.invalidate_all()
        start = self.cr.sql_log_count
        act()
        # with what core tracks
        self.cr.flush()
        return self.cr.sql_log_count - start

    def test_looking_and_waiting_cost_the_same_for_one_and_a_hundred(self):
        self._replaceable()
        self._stock(self.product, 700, self.house.lot_stock_id)
        orders = self._orders(103)
        lines = orders.order_line
        acts = {
            "list": lambda own: own.mapped("order_shortage_text"),
            "facts": lambda own: own._shortage_facts(),
            "plan": lambda own: own._shortage_plans(dict.fromkeys(own, Decision("substitute", agreed=False))),
            "elsewhere": lambda own: own._shortage_plans(dict.fromkeys(own, Decision("warehouse"))),
            "gone": lambda own: own._shortage_plans(dict.fromkeys(own, Decision("cancel"))),
            "wait": lambda own: own.action_decide_shortage("wait", look_again=str(self.today + timedelta(days=9))),
        }
        for name, act in acts.items():
            # the first order has something there, the others nothing
            self._queries(lambda act=act: act(self._as("processor", lines[1])))
            one = self._queries(lambda act=act: act(self._as("processor", lines[2])))
            hundred = self._queries(lambda act=act: act(self._as("processor", lines[3:])))
            self.assertEqual(one, hundred, name)

    def test_what_core_does_is_all_that_grows(self):
        """Beyond what core takes to reserve the same transfers nothing grows with the orders."""
        self._stock(self.product, 1000)
        orders = self._make_orders(24, (self.product, 1), (self.other_product, 1))
        orders.action_confirm()
        orders.action_promise()
        orders.picking_ids.do_unreserve()

        def part(own):
            return self._as("processor", own.order_line.filtered("order_is_short")).action_decide_shortage("part")

        self._queries(lambda: part(orders[0]))
        own = [self._queries(lambda: part(orders[1])), self._queries(lambda: part(orders[2:12]))]
        self.assertTrue(all(move.quantity for move in orders[2:12].order_line[::2].move_ids))
        core = [
            self._queries(lambda: orders[12].picking_ids.action_assign()),
            self._queries(lambda: orders[13:23].picking_ids.action_assign()),
        ]
        self.assertLessEqual(own[1] - own[0], core[1] - core[0])

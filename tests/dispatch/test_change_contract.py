"""A program asks the floor: one answer per entry, once per key, whatever else is wrong; who may, and how it is told."""

from odoo.exceptions import AccessError, UserError

from tests.common import OrderCase

from .changes import ChangesMixin


class TestChangeContract(ChangesMixin, OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock(cls.product, 500)

    def _mails(self, requests):
        return self.env["mail.mail"].search([("model", "=", requests._name), ("res_id", "in", requests.ids)])

    def _hands(self, count, **vals):
        """Orders whose pick lists are printed, as one set."""
        orders = self._confirmed((self.product, 5), count=count, **vals)
        orders.picking_ids.action_assign()
        orders.picking_ids.printed = True
        return orders

    def _call(self, method, *args, user="integration", source="shop", **kwargs):
        model = self.env["order.processing"].with_user(self.users[user])
        return getattr(model, method)(*args, source=source, **kwargs)

    def _entry(self, order, key="C-1", kind="cancel", reference=None, **parts):
        return {"key": key, "reference": reference or order.name, "kind": kind, "reason": "Rang", **parts}

    def _asked(self, *entries, **kwargs):
        return self._call("request_changes", list(entries), source="", **kwargs)

    def _status(self, *keys, **kwargs):
        return self._call("change_status", list(keys), source="", **kwargs)

    def test_each_kind_is_asked_and_answered(self):
        orders = self._hands(4)
        whole, less, moved, later = orders
        line = less.order_line
        place = {"name": "Night Porter", "street": "3 Back Lane", "city": "London", "zip": "N1 1AA", "country": "GB"}
        rows = self._asked(
            self._entry(whole, "A"),
            self._entry(less, "B", "change", lines=[{"line_id": line.id, "quantity": "3"}]),
            self._entry(moved, "C", "address", address=place),
            self._entry(later, "D", "date", date="2099-01-04", not_before="2099-01-02"),
        )
        self.assertEqual(
            [(row["code"], row["ok"], row["state"]) for row in rows], [("accepted", True, "requested")] * 4
        )
        requests = self.env["order.change.request"].browse([row["request_id"] for row in rows])
        self.assertEqual(requests.order_id, orders)
        self.assertEqual(set(requests.requested_by_id), {self.users["integration"]})
        self.assertEqual([row["state"] for row in self._status("A", "B", "C", "D")], ["requested"] * 4)
        self._as("processor", requests[:1]).action_decline(reason="It is in the van")
        self._as("processor", requests[1:]).action_accept(reason="In time")
        told = self._status("A", "B", "C", "D", "E")
        self.assertEqual([row["state"] for row in told], ["declined", "accepted", "accepted", "accepted", ""])
        self.assertEqual(
            (told[0]["answer"], told[0]["customer"], told[4]["code"]), ("It is in the van", "sent", "not_found")
        )
        self.assertTrue(told[0]["answered_at"])
        self.assertEqual((whole.state, line.product_uom_qty), ("sale", 3))
        self.assertEqual(
            (moved.partner_shipping_id.street, moved.partner_shipping_id.parent_id), ("3 Back Lane", self.customer)
        )
        self.assertEqual((str(later.commitment_date.date()), str(later.order_ship_from)), ("2099-01-04", "2099-01-02"))
        # a program reads the answer: nobody's to-do
        self.assertFalse(orders.activity_ids.filtered(lambda todo: todo.user_id == self.users["integration"]))

    def test_once_per_key(self):
        order, other = self._hands(2)
        entry = self._entry(order)
        first, twin, unlike = self._asked(entry, entry, {**entry, "reason": "Other"})
        self.assertEqual([row["code"] for row in (first, twin, unlike)], ["accepted", "repeated", "conflict"])
        self.assertEqual(first["request_id"], twin["request_id"])
        again, conflict, taken = self._asked(entry, self._entry(other), self._entry(order, "C-2"))
        self.assertEqual((again["code"], again["ok"], again["request_id"]), ("repeated", True, first["request_id"]))
        self.assertEqual((conflict["code"], conflict["ok"]), ("conflict", False))
        self.assertEqual((taken["code"], taken["request_id"]), ("refused", first["request_id"]))
        (elsewhere,) = self._call("request_changes", [self._entry(other)], source="shop")
        self.assertEqual(elsewhere["code"], "not_found", "with a sender the reference is the sender's")
        self.assertEqual(len(order.order_change_request_ids), 1)
        self.assertFalse(other.order_change_request_ids)

    def test_what_is_wrong_is_said_of_each(self):
        order, fresh, gone = self._hands(3)
        fresh.picking_ids.printed = False
        self._deliver(gone)
        contacts = self.env["res.partner"].search_count([])
        place = {"name": "Nobody Yet", "street": "1 Road"}
        rows = self._asked(
            "nonsense",
            {"key": "K0"},
            self._entry(order, "K1", "burn"),
            self._entry(order, "K2", reference="NOBODY"),
            self._entry(order, "K3", lines=[{"line": "1", "quantity": 1}]),
            self._entry(order, "K4", "change", lines=[{"line": "77", "quantity": 1}]),
            self._entry(order, "K5", "change", lines=[{"line_id": order.order_line.id, "quantity": -1}]),
            self._entry(order, "K6", "address", address="nobody@nowhere.example.com"),
            self._entry(order, "K7", "date", date="soon"),
            self._entry(order, "K8", "date"),
            self._entry(fresh, "K9", "address", address=place),
            self._entry(gone, "KA", "address", address=place),
            self._entry(gone, "KB"),
            self._entry(order, "KC", reason=" "),
            self._entry(order, "KD"),
        )
        codes = [row["code"] for row in rows]
        self.assertEqual(codes[:4], ["invalid", "invalid", "invalid", "not_found"])
        self.assertEqual(codes[4:10], ["invalid"] * 6)
        self.assertEqual(codes[10:], ["not_begun", "too_late", "too_late", "invalid", "accepted"])
        self.assertTrue(all(row["message"] for row in rows[:-1]))
        self.assertEqual(self.env["res.partner"].search_count([]), contacts, "nobody is made of what is not asked")

    def test_who_may(self):
        order = self._hands(1)
        for user in ("salesman", "accountant", "portal"):
            with self.subTest(user=user), self.assertRaises(AccessError):
                self._asked(self._entry(order), user=user)
            with self.subTest(user=user), self.assertRaises(AccessError):
                self._status("C-1", user=user)
        (row,) = self._asked(self._entry(order), user="processor")
        self.assertEqual(row["code"], "accepted")
        number = row["request"]
        # who asks through the contract does not answer
        request = self.env["order.change.request"].browse(row["request_id"])
        for act in ("action_accept", "action_decline", "action_withdraw"):
            with self.assertRaises(UserError):
                getattr(self._as("integration", request), act)(reason="Mine")
        self.users["integration"].company_ids |= self.other_company
        for method, argument in (("change_status", [number, "C-1"]), ("request_changes", [self._entry(order, "C-9")])):
            rows = self._call(method, argument, source="", company=self.other_company.name)
            self.assertEqual({row["code"] for row in rows}, {"not_found"})
        self.assertEqual((request.state, order.state), ("requested", "sale"))

    def test_queries(self):
        orders = self._hands(102)
        processor = self.env["order.processing"].with_user(self.users["integration"])

        def queries(method, rows):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            answers = getattr(processor, method)(rows)
            self.env.flush_all()
            return self.cr.sql_log_count - start, {row["code"] for row in answers}

        def entries(some):
            return [
                self._entry(order, order.name, "change", lines=[{"line_id": order.order_line.id, "quantity": 2}])
                for order in some
            ]

        queries("request_changes", entries(orders[0]))
        one, code = queries("request_changes", entries(orders[1]))
        self.assertEqual(code, {"accepted"})
        many, codes = queries("request_changes", entries(orders[2:]))
        self.assertEqual(codes, {"accepted"})
        # the ORM writes in hundreds
        self.assertLessEqual(many, one + 2)
        queries("change_status", [orders[0].name])
        one, _code = queries("change_status", [orders[1].name])
        many, codes = queries("change_status", orders[2:].mapped("name"))
        self.assertEqual((many, codes), (one, {"accepted"}))
        movers, places = self._hands(12), self._make_customer(*(f"Place {number}" for number in range(12)))

        def moves(some):
            return [
                self._entry(order, order.name, "address", address=place.email)
                for order, place in zip(movers, places)
                if order in some
            ]

        queries("request_changes", moves(movers[0]))
        one, code = queries("request_changes", moves(movers[1]))
        many, codes = queries("request_changes", moves(movers[2:]))
        self.assertEqual((many, codes, code), (one, {"accepted"}, {"accepted"}))
        # goods that leave before anybody has answered: said of all of them at once
        self.env.cr.execute("UPDATE stock_move SET state = 'done' WHERE picking_id = ANY(%s)", [orders.picking_ids.ids])
        self.env.cr.execute(
            "UPDATE sale_order_line SET qty_delivered = product_uom_qty WHERE order_id = ANY(%s)", [orders.ids]
        )
        self.env.cr.execute(
            "UPDATE order_change_request SET external_key = NULL, requested_by_id = %s WHERE order_id = ANY(%s)",
            [self.users["salesman"].id, orders.ids],
        )

        def miss(some):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            self.env["order.change.request"].sudo()._miss(some)
            self.env.flush_all()
            return self.cr.sql_log_count - start

        miss(orders[0])
        one = miss(orders[1])
        self.assertLessEqual(miss(orders[2:]), one + 6)
        requests = orders.order_change_request_ids
        self.assertEqual((set(requests.mapped("state")), len(self._mails(requests))), ({"declined"}, len(orders)))
        self.assertEqual(len(set(requests.mapped("answer"))), len(orders), "each with its transfer's name")
        todo = orders.activity_ids.filtered(lambda activity: activity.user_id == self.users["salesman"])
        self.assertEqual(len(todo), len(orders))

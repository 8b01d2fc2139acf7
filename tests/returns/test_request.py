"""Cases from programs: matched, kept, once per key, in sets."""

from odoo.exceptions import AccessError, UserError

from .common import ReturnCase


class TestRequest(ReturnCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.ref = "C-1"
        cls.Contract = cls.env["order.processing"].with_user(cls.users["integration"])

    def _post(self, *cases, **kwargs):
        return self.Contract.request_return(list(cases), "shop", **kwargs)

    def test_by_order_reference_and_product(self):
        order = self._shipped((self.product, 5), (self.other_product, 1))
        answer = self._post(
            {"key": "r1", "reference": order.name, "lines": [{"product": "tg-1", "quantity": 2, "reason": "defective"}]}
        )[0]
        self.assertEqual((answer["ok"], answer["code"], answer["state"]), (True, "requested", "requested"))
        self.assertEqual(answer["lines"][0]["order"], order.name)
        case = self.Return.browse(answer["return_id"])
        self.assertEqual(case.partner_id, self.customer)
        self.assertEqual(case.order_id, order)
        self.assertEqual(case.line_ids.reason_id.code, "defective")
        self._process(case)
        status = self.Contract.return_status(["r1", "nothing"], source="shop")
        self.assertEqual([row["code"] for row in status], ["settled", "not_found"])
        self.assertEqual(status[0]["lines"][0]["credited_amount"], 20)
        self.assertEqual(self._post(answer_case(order))[0]["code"], "repeated")

    def test_integration_asks_and_no_more(self):
        order = self._shipped((self.product, 5))
        answer = self._post({"key": "r1", "order_id": order.id, "lines": [{"product": "TG-1", "quantity": 2}]})[0]
        case = self.env["order.return"].with_user(self.users["integration"]).browse(answer["return_id"])
        with self.assertRaises(AccessError):
            case.process()
        with self.assertRaises(AccessError):
            case.read(["name"])
        with self.assertRaises(AccessError):
            self.Contract.with_user(self.users["salesman"]).request_return([], "shop")
        with self.assertRaises(UserError):
            self._post(colour="red")

    def test_once_per_key_and_other_content_is_a_conflict(self):
        order = self._shipped((self.product, 5))
        case = {"key": "r1", "order_id": order.id, "lines": [{"product": "TG-1", "quantity": 2}]}
        first, twin = self._post(case, dict(case))
        self.assertEqual((first["code"], twin["code"]), ("requested", "repeated"))
        again = self._post(case)[0]
        self.assertEqual((again["code"], again["return_id"]), ("repeated", first["return_id"]))
        other = self._post({**case, "note": "changed"})[0]
        self.assertEqual((other["ok"], other["code"], other["return_id"]), (False, "conflict", first["return_id"]))
        self.assertEqual(self.env["order.return"].search_count([("source", "=", "shop")]), 1)
        self.assertEqual(order.order_line.order_returnable_qty, 3)

    def test_by_customer_the_latest_delivery_that_has_it(self):
        old, new = self._shipped((self.product, 10)), self._shipped((self.product, 4))
        answers = self._post(
            {"key": "a", "customer": "C-1", "lines": [{"product": "TG-1", "quantity": 3}]},
            {"key": "b", "customer": "C-1", "lines": [{"product": "TG-1", "quantity": 3}]},
            {"key": "c", "customer": "C-1", "lines": [{"product": "TG-1", "quantity": 1}]},
            {"key": "d", "customer": "C-1", "lines": [{"product": "TG-1", "quantity": 8}]},
        )
        self.assertEqual([answer["lines"][0].get("order") for answer in answers], [new.name, old.name, new.name, ""])
        self.assertEqual(answers[3]["reason"], "too_many", "no single delivery has eight left")

    def test_all_rows_or_none_unless_partial_is_allowed(self):
        order = self._shipped((self.product, 5))
        rows = [{"product": "TG-1", "quantity": 2}, {"product": "missing", "quantity": 1}]
        whole = self._post({"key": "a", "customer": "C-1", "lines": rows})[0]
        self.assertEqual((whole["ok"], whole["code"], whole["reason"]), (False, "unmatched", "unknown_product"))
        self.assertEqual(order.order_line.order_returnable_qty, 5, "an unmatched case holds nothing")
        part = self._post({"key": "b", "customer": {"reference": "C-1"}, "lines": rows, "allow_partial": True})[0]
        self.assertEqual((part["ok"], part["code"]), (True, "partly_matched"))
        self.assertEqual([line["ok"] for line in part["lines"]], [True, False])
        self._process(self.Return.browse(part["return_id"]))

    def test_what_is_not_understood_is_kept_with_its_reason(self):
        order = self._shipped((self.product, 5))
        line = order.order_line
        rows = {
            "no_lines": {"customer": "C-1"},
            "unknown_customer": {"customer": "X", "lines": [{"product": "TG-1", "quantity": 1}]},
            "no_customer": {"lines": [{"product": "TG-1", "quantity": 1}]},
            "unknown_order": {"reference": "none", "lines": [{"product": "TG-1", "quantity": 1}]},
            "unknown_line": {"lines": [{"line_id": 2**30, "quantity": 1}]},
            "bad_quantity": {"customer": "C-1", "lines": [{"product": "TG-1", "quantity": -1}]},
            "bad_value": {"customer": "C-1", "lines": [{"product": "TG-1", "quantity": 1, "disposition": "burn"}]},
            "not_delivered": {"customer": "C-1", "lines": [{"product": "TG-2", "quantity": 1}]},
            "no_product": {"customer": "C-1", "lines": [{"quantity": 1}]},
            "bad_line": {"customer": "C-1", "lines": ["x"]},
            "bad_date": {"customer": "C-1", "business_date": "soon", "lines": [{"product": "TG-1", "quantity": 1}]},
            "bad_form": {"customer": "C-1", "colour": 1, "lines": [{"product": "TG-1", "quantity": 1}]},
        }
        answers = self._post(*[{"key": code, **case} for code, case in rows.items()])
        self.assertEqual([answer["reason"] for answer in answers], list(rows))
        self.assertFalse(any(answer["ok"] for answer in answers))
        self.assertEqual(self.env["order.return"].search_count([("source", "=", "shop"), ("unmatched", "=", True)]), 12)
        self.assertEqual(line.order_returnable_qty, 5)
        nan = {
            "key": "n\0",
            "customer": "C-1\0",
            "note": "\0",
            "lines": [{"product": "TG-1", "quantity": float("nan")}],
        }
        self.assertEqual(self._post(nan)[0]["reason"], "bad_quantity")
        far = {"customer": "C-1", "order_id": 2**40, "lines": [{"line_id": 2**40, "quantity": 1e300}]}
        self.assertEqual(self._post(far)[0]["reason"], "unknown_order")
        strange = self._post({"lines": []}, None, 7)
        self.assertEqual({answer["code"] for answer in strange}, {"unmatched"})
        booked = self.env["order.event"].search(
            [("kind", "=", "return_requested"), ("company_id", "=", self.company.id), ("reason", "=", "unknown_order")]
        )
        self.assertEqual(len(booked), 2)

    def test_a_reference_of_another_customer_is_no_match(self):
        other = self._make_customer("Somebody Else", ref="C-2")
        order = self._shipped((self.product, 5), partner_id=other.id)
        answer = self._post(
            {"key": "a", "reference": order.name, "customer": "C-1", "lines": [{"product": "TG-1", "quantity": 1}]},
        )[0]
        self.assertEqual(answer["reason"], "not_delivered")
        answer = self._post(
            {"key": "b", "customer": "C-1", "lines": [{"line_id": order.order_line.id, "quantity": 1}]}
        )[0]
        self.assertEqual(answer["reason"], "unknown_line")

    def test_matched_later(self):
        answer = self._post({"key": "a", "customer": "C-1", "lines": [{"product": "TG-1", "quantity": 2}]})[0]
        self.assertEqual(answer["reason"], "not_delivered")
        case = self.Return.browse(answer["return_id"])
        order = self._shipped((self.product, 5))
        self.assertTrue(case.action_match()[0]["ok"])
        self.assertFalse(case.unmatched)
        self._process(case)
        self.assertEqual(self._figures(order.order_line), (3, 3, 0))

    def test_the_queries_do_not_grow(self):
        orders = self.env["sale.order"]
        for _index in range(12):
            orders |= self._shipped((self.product, 5), (self.other_product, 2), invoice=False)

        def count(chosen, name):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            answers = self._post(
                *[
                    {
                        "key": f"{name}{order.id}",
                        "reference": order.name,
                        "lines": [{"product": "TG-1", "quantity": 1}, {"product": "TG-2", "quantity": 1}],
                    }
                    for order in chosen
                ]
            )
            self.env.flush_all()
            self.assertTrue(all(answer["ok"] for answer in answers), answers)
            return self.env.cr.sql_log_count - before

        count(orders[:1], "warm")
        one, many = count(orders[1:2], "one"), count(orders[2:], "many")
        self.assertEqual(one, many)


def answer_case(order):
    """The case of the first test, word by word."""
    return {"key": "r1", "reference": order.name, "lines": [{"product": "tg-1", "quantity": 2, "reason": "defective"}]}

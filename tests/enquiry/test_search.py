from odoo.exceptions import AccessError

from odoo.addons.order_processing.models.enquiry import order_search

from tests.common import ObservingCase


class TestSearch(ObservingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock(cls.product, 100)
        cls.buyer = cls._make_customer(
            "Zoë Quastel & Söhne", phone="+44 (0)20 7946-1234", email="zoe@quastel.example.com"
        )
        cls.order = cls._make_order((cls.product, 3), partner_id=cls.buyer.id, client_order_ref="PO/4711-Q_9")
        cls.order.action_confirm()
        transfer = cls.order.picking_ids
        transfer.action_assign()
        transfer.move_line_ids.result_package_id = cls.env["stock.package"].create(
            {"name": "PARCEL-QZ-77", "order_sscc": "340123450000000017"}
        )
        transfer.carrier_tracking_ref = "1Z999QQ10123456784"
        cls._deliver(cls.order)
        cls.transfer = transfer
        cls.invoice = cls._invoice(cls.order)
        answer = cls.env["order.return"].request(
            [
                {
                    "key": "Q",
                    "order_id": cls.order.id,
                    "lines": [{"line_id": cls.order.order_line.id, "quantity": 1, "settlement": "none"}],
                }
            ],
            "test",
            cls.company.id,
        )
        cls.case = cls.env["order.return"].browse(answer[0]["return_id"])
        cls.others = cls._make_orders(3, (cls.product, 1))

    def _search(self, text, user="processor", **more):
        return self._as(user, self.env["sale.order"]).order_search(text, **more)

    def _found(self, text):
        rows = self._search(text)
        return (rows[0]["order_id"], rows[0]["kind"]) if rows else None

    def test_an_order_is_found_by_whatever_names_it(self):
        for text, kind in {
            self.order.name: "order",
            "po/4711-q_9": "reference",
            "4711-Q_9": "reference",
            "1Z999QQ10123456784": "tracking",
            "PARCEL-QZ-77": "package",
            "340123450000000017": "package",
            "]C100340123450000000017": "package",
            "(00)340123450000000017": "package",
            self.transfer.name: "transfer",
            self.invoice.name: "invoice",
            self.case.name: "return",
            "zoe@quastel": "email",
            "020 7946 1234": "phone",
            "+44 20 79461234": "phone",
            "quastel": "customer",
        }.items():
            with self.subTest(text=text):
                self.assertEqual(self._found(text), (self.order.id, kind))

    def test_by_product_the_newest_come_first(self):
        for text in ("TG-1", "Test Goods"):
            rows = self._search(text)
            self.assertEqual([row["order_id"] for row in rows[:3]], self.others.ids[::-1])
            self.assertEqual({row["kind"] for row in rows}, {"product"})
        self.assertEqual(self._search("TG-1", limit=2)[0]["customer"], self.customer.complete_name)
        self.assertEqual(len(self._search("TG-1", limit=2)), 2)

    def test_the_very_name_comes_before_what_has_it_in_it(self):
        longer = self._make_order((self.product, 1), client_order_ref=f"{self.order.name}-again")
        rows = self._search(self.order.name)
        self.assertEqual([row["order_id"] for row in rows[:2]], [self.order.id, longer.id])

    def test_what_is_typed_stands_for_itself(self):
        for text in ("%", "_", "%%%", "\\", "'; DROP", '"', "\x00", "", "   ", None, 5, "x" * 10_000, "🦄🦄🦄"):
            with self.subTest(text=text):
                self.assertEqual([row for row in self._search(text) if row["order_id"] == self.order.id], [])
        self.assertEqual(self._found("Q_9"), (self.order.id, "reference"))
        self.assertFalse(self._found("Q%9"))

    def test_rights(self):
        for name in ("salesman", "integration", "accountant", "portal"):
            with self.assertRaises(AccessError):
                self._search("TG-1", user=name)
        self.assertEqual(self._search(self.order.name, user="stranger"), [])
        self.assertEqual(self._search("Quastel", user="stranger"), [])

    def test_a_field_finds_it_too(self):
        orders = self._as("processor", self.env["sale.order"]).with_context(order_search=True)
        self.assertEqual(
            orders.name_search("1Z999QQ10123456784", limit=8),
            [(self.order.id, f"{self.order.name} · {self.buyer.name} · Tracking number 1Z999QQ10123456784")],
        )
        self.assertEqual(orders.name_search("1Z999QQ10123456784", [("state", "=", "draft")]), [])
        self.assertIn(self.order.id, dict(orders.name_search("", limit=80)))

    def test_one_statement(self):
        self._search("warm")
        self.env.flush_all()
        with self.assertQueryCount(1):
            self._search("Quastel")

    def test_what_was_scanned_is_read(self):
        read = order_search.read
        self.assertEqual(read("]C1(00)340123450000000017").code, "340123450000000017")
        self.assertEqual(read("+44 (0)20 7946-1234").digits, "079461234")
        self.assertEqual(read("7946 1234").digits, "79461234")
        self.assertEqual((read("S00012").digits, read("12-3").digits), ("", ""))
        self.assertIsNone(read(" \x00 "))

    def test_names_are_indexed(self):
        self.assertTrue(self.env.registry.has_trigram, "the database has no trigrams")
        self.cr.execute("SELECT indexdef FROM pg_indexes WHERE indexdef LIKE '%gin_trgm_ops%'")
        indexed = " ".join(row[0] for row in self.cr.fetchall())
        for column in (
            *("client_order_ref", "carrier_tracking_ref", "complete_name", "regexp_replace", "email", "default_code"),
            *(
                "reference",
                "order_return USING gin (name",
                "stock_package USING gin (name",
                "account_move USING gin (name",
            ),
        ):
            self.assertIn(column, indexed)

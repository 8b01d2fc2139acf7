"""The trend of the last thirty days, the calendar of days, and figures that are never added up across units."""

import ast
from datetime import date, timedelta

from lxml import etree

from odoo.fields import Date, Domain

from .common import ReconciliationCase

NAMES = ("ordered", "shipped", "returned", "invoiced", "credited")


class TestTrend(ReconciliationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        kilos = cls.env.ref("uom.product_uom_kgm")
        cls.weighed = cls._make_product("Test Flour", "TG-KG", 2.0, uom_id=kilos.id)
        cls._stock(cls.weighed, 1000)
        cls.trend = cls.env["order.reconciliation.trend"]

    def _signed(self, day):
        type(self).day = day
        statement = self._draw(day)
        statement.action_sign()
        return statement

    def _default_domain(self, action):
        """What the screen of ``action`` shows at first: its own domain and the filters that it opens with."""
        arch = etree.fromstring(self.env[action.res_model].get_view(view_type="search")["arch"])
        domain = Domain(ast.literal_eval(action.domain or "[]"))
        for key in ast.literal_eval(action.context):
            [found] = arch.xpath(f"//filter[@name='{key.removeprefix('search_default_')}']")
            domain &= Domain(ast.literal_eval(found.get("domain")))
        return domain

    def _shown(self):
        self.env.flush_all()
        self.trend.invalidate_model()
        domain = self._default_domain(self.env.ref("order_processing.order_reconciliation_trend_action"))
        return self.trend.search(domain & Domain("company_id", "=", self.company.id))

    def test_the_last_thirty_days_are_what_their_statements_say(self):
        today = Date.context_today(self.trend)
        before = self._confirmed((self.product, 5, 10.0), (self.weighed, 7, 2.0))
        beyond = self._signed(today - timedelta(days=30))
        self._deliver(before)
        first = self._signed(today - timedelta(days=29))
        self._invoice(before)
        self._confirmed((self.product, 1, 10.0))
        last = self._signed(today)
        shown = self._shown()
        self.assertEqual(set(shown.reconciliation_id), {first, last}, f"{beyond.date} is beyond thirty days")
        self.assertEqual(set(shown.mapped("unit")), {self.company.currency_id.name})
        for statement in (first, last):
            for name in NAMES:
                with self.subTest(day=statement.date, name=name):
                    row = shown.filtered(
                        lambda row, day=statement, name=name: (row.reconciliation_id, row.name) == (day, name)
                    )
                    total = statement.total_ids.filtered(
                        lambda total, name=name: (total.name, total.measure) == (name, "value")
                    )
                    self.assertEqual((row.amount, row.ever), (total.day, total.ever))
        worth = {name: sum(shown.filtered(lambda row, name=name: row.name == name).mapped("amount")) for name in NAMES}
        self.assertEqual((worth["ordered"], worth["shipped"], worth["invoiced"]), (10, 64, 64))

    def test_what_is_drawn_and_not_signed_or_superseded_is_in_no_trend(self):
        today = Date.context_today(self.trend)
        self._confirmed((self.product, 5, 10.0))
        first = self._signed(today - timedelta(days=1))
        first.action_reopen(reason="Late")
        self.assertFalse(self._shown(), "the old revision is superseded, the new one is a draft")

    def test_units_are_never_added_up(self):
        self._deliver(self._confirmed((self.product, 5, 10.0), (self.weighed, 7, 2.0)))
        day = self._next_day()
        self.env.flush_all()
        self.trend.invalidate_model()
        mine = Domain("reconciliation_id", "=", day.id) & Domain("measure", "=", "quantity")
        by_name = dict(self.trend._read_group(mine, ["name"], ["amount:sum"]))
        self.assertFalse(any(by_name.values()), "pieces and kilograms make no sum")
        by_unit = {
            (name, unit): amount
            for name, unit, amount in self.trend._read_group(mine, ["name", "unit"], ["amount:sum"])
        }
        self.assertEqual(by_unit["shipped", self.product.uom_id.name], 5)
        self.assertEqual(by_unit["shipped", "kg"], 7)
        self.assertFalse(any(dict(self.trend._read_group(mine, ["unit"], ["amount:sum"])).values()),
                         "ordered and shipped make no sum")  # fmt: skip
        months = self.env["order.reconciliation.month"]
        self.assertFalse(months._read_group([], [], ["ordered:sum"])[0][0])
        [kilos] = months.search([("unit", "=", "kg"), ("company_id", "=", self.company.id)])
        self.assertEqual((kilos.ordered, kilos.shipped), (7, 7))
        stock = self.env["order.reconciliation.stock"]
        of_both = [("reconciliation_id", "=", day.id), ("product_number", "in", (self.product + self.weighed).ids)]
        self.assertFalse(stock._read_group(of_both, [], ["quantity:sum"])[0][0])
        self.assertEqual(len(stock._read_group(of_both, ["unit"], ["quantity:sum"])), 2)
        graph = etree.fromstring(self.trend.get_view(view_type="graph")["arch"])
        self.assertEqual(graph.xpath("//field[@type!='measure' or not(@type)]/@name"), ["date", "name", "unit"])


class TestDays(ReconciliationCase):
    def test_the_calendar_shows_each_day_with_its_state(self):
        day = self._next_day()
        type(self).day = date(2026, 1, 16)
        late = self._draw(self.day)
        desk = self._as("processor", self.Statement)
        arch = etree.fromstring(desk.get_view(view_type="calendar")["arch"])
        self.assertEqual((arch.get("date_start"), arch.get("color"), arch.get("create")), ("date", "state", "0"))
        shown = arch.xpath("//field/@name")
        domain = [("company_id", "=", self.company.id), ("state", "!=", "superseded")]
        rows = {row["date"]: row for row in desk.search_read(domain, ["date", "state", *shown])}
        self.assertEqual(rows[day.date]["state"], "signed")
        self.assertEqual((rows[late.date]["state"], rows[late.date]["days_missing"]), ("draft", 2), "a gap is shown")
        self.assertIn("days_missing", shown)

    def test_rows_of_no_day_are_found(self):
        order = self._confirmed((self.product, 5))
        book = self._as("processor", self.env["order.event"])
        self.env["order.event"].flush_model()
        mine = Domain("order_id", "=", order.id)
        none, some = Domain("order_statement_id", "=", False), Domain("order_statement_id", "!=", False)
        rows = book.search(mine)
        self.assertTrue(rows)
        self.assertEqual(book.search(mine & none), rows)
        self.assertFalse(book.search(mine & some))
        day = self._next_day(sign=False)
        later = self._confirmed((self.product, 2))
        self.env["order.event"].flush_model()
        book.invalidate_model()
        self.assertEqual(book.search(mine & some), rows)
        self.assertFalse(book.search(mine & none))
        self.assertEqual(
            book.search(Domain("order_id", "in", (order | later).ids) & none).mapped("order_id"),
            [later.id] * len(book.search([("order_id", "=", later.id)])),
        )
        either = book.search(
            Domain("order_id", "in", (order | later).ids) & Domain("order_statement_id", "in", [False, day.id])
        )
        self.assertEqual(set(either.mapped("order_id")), {order.id, later.id})
        self.assertEqual(rows.order_statement_id, self._as("processor", day))

    def test_rows_of_a_company_that_never_closed_are_of_no_day(self):
        order = self._make_order(company_id=self.other_company.id, partner_id=self.customer.id)
        self.env["order.event"].flush_model()
        found = self._as("stranger", self.env["order.event"]).search(
            [("order_statement_id", "=", False), ("order_id", "=", order.id)]
        )
        self.assertTrue(found)
        self.assertFalse(self._as("processor", self.env["order.event"]).search([("id", "in", found.ids)]))

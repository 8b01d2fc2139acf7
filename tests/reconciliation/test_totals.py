"""Running totals: of the day, and since ever, carried from statement to statement."""

import json

from lxml import html

from odoo.exceptions import AccessError, UserError

from .common import ReconciliationCase


class TestTotals(ReconciliationCase):
    def _totals(self, statement, measure="quantity"):
        """``{name: (until the day before, day, ever)}`` in the product's unit or the company's currency."""
        unit = self.product.uom_id.name if measure == "quantity" else self.company.currency_id.name
        return {
            total.name: (total.before + total.opening, total.day, total.ever)
            for total in statement.total_ids
            if (total.measure, total.unit) == (measure, unit)
        }

    def test_the_day_and_since_ever(self):
        order = self._confirmed((self.product, 5, 10.0))
        first = self._next_day()
        before = self._totals(self.statement).get("ordered", (0, 0, 0))[2]
        worth = self._totals(self.statement, "value").get("ordered", (0, 0, 0))[2]
        self.assertEqual(self._totals(first)["ordered"], (before, 5, before + 5))
        self.assertEqual(self._totals(first, "value")["ordered"], (worth, 50, worth + 50))
        order.order_line.product_uom_qty = 6
        self._deliver(order)
        self._invoice(order)
        second = self._next_day()
        ever = self._totals(second)
        self.assertEqual(ever["ordered"], (before + 5, 1, before + 6))
        self.assertEqual((ever["shipped"][1], ever["invoiced"][1]), (6, 6))
        self._back(order, 2)
        self._invoice(order)
        third = self._next_day()
        again = self._totals(third)
        self.assertEqual(again["returned"][1], 2)
        self.assertEqual(again["credited"][1], 2)
        self.assertEqual(again["ordered"], (before + 6, 0, before + 6), "carried where nothing happens")
        for name, (_before, _day, ended) in ever.items():
            self.assertEqual(again[name][0], ended, name)

    def test_a_new_revision_goes_on_from_the_day_before(self):
        self._confirmed((self.product, 5))
        day = self._next_day()
        self._confirmed((self.product, 4))
        revision = self.Statement.browse(day.action_reopen(reason="Late orders")[0]["id"])
        self.assertEqual(self._totals(revision)["ordered"][1], 9)
        self.assertEqual(self._totals(revision)["ordered"][0], self._totals(day)["ordered"][0])
        revision.action_sign()
        self.assertTrue(self.Statement.verify_chain(self.company.id)["ok"])

    def test_what_came_before_the_totals_were_kept_is_added_up_once(self):
        self._confirmed((self.product, 5))
        day = self._next_day()
        ended = {name: ever for name, (_before, _day, ever) in self._totals(day).items()}
        self.env.cr.execute("DELETE FROM order_reconciliation_total WHERE reconciliation_id = %s", [day.id])
        self.env.invalidate_all()
        self._forge(day)
        self._confirmed((self.product, 2))
        following = self._next_day()
        self.assertEqual(self._totals(following)["ordered"], (ended["ordered"], 2, ended["ordered"] + 2))
        self.assertTrue(self.Statement.verify_chain(self.company.id)["ok"])

    def test_totals_that_do_not_go_on_are_found(self):
        self._confirmed((self.product, 5))
        day = self._next_day()
        self._confirmed((self.product, 2))
        following = self._next_day()
        # forged with the digest of that day computed anew: the next one shows it by its own figures, too
        self.env.cr.execute(
            "UPDATE order_reconciliation_total SET day = day + 1, ever = ever + 1 WHERE reconciliation_id = %s"
            " AND name = 'ordered' AND measure = 'quantity'",
            [day.id],
        )
        self.env.invalidate_all()
        self._forge(day)
        self._forge(following, day.digest)
        broken = self.Statement.verify_chain(self.company.id)["broken"]
        self.assertEqual([fault["date"] for fault in broken], [str(following.date)])
        self.assertIn("running totals", broken[0]["why"])

    def test_the_script_follows_them(self):
        from .test_export import TestExport

        self._confirmed((self.product, 5))
        day = self._next_day()
        self._confirmed((self.product, 2))
        following = self._next_day()
        check = TestExport._check
        code, words = check(self, (self.statement | day | following).export_canonical())
        self.assertEqual(code, 0, words)
        lines = (day | following).export_canonical().splitlines()
        place = next(place for place, line in enumerate(lines) if line.startswith('["total"'))
        row = json.loads(lines[place])
        row[-1], row[-2] = str(float(row[-1]) + 1), str(float(row[-2]) + 1)
        lines[place] = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
        code, words = check(self, "\n".join(lines) + "\n")
        self.assertEqual(code, 1, words)
        self.assertIn("does not go on from the day before", words)
        row[-1] = "77"
        lines[place] = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
        self.assertIn("it does not add up", check(self, "\n".join(lines) + "\n")[1])

    def test_the_script_follows_days_that_were_opened_again(self):
        """A revision that was given up, and a day before that was signed anew: what verifies here verifies there."""
        from .test_export import TestExport

        self._confirmed((self.product, 5))
        day = self._next_day()
        self._confirmed((self.product, 2))
        following = self._next_day()
        given_up = self.Statement.browse(following.action_reopen(reason="A doubt")[0]["id"])
        given_up.unlink()
        self._confirmed((self.product, 3))
        before, check = self.statement | day | following, TestExport._check
        for act in (self._next_day, lambda: self._again(day)):
            with self.subTest(act), self.env.cr.savepoint() as savepoint:
                signed = act()
                self.assertTrue(self.Statement.verify_chain(self.company.id)["ok"])
                code, words = check(self, (before | signed).export_canonical())
                self.assertEqual(code, 0, words)
                savepoint.rollback()

    def _again(self, day):
        revision = self.Statement.browse(day.action_reopen(reason="Another doubt")[0]["id"])
        revision.action_sign()
        return revision

    def test_they_are_shown_printed_and_answered(self):
        self._confirmed((self.product, 5))
        day = self._next_day()
        answer = self._as("integration", self.env["order.processing"]).reconciliation(date=str(day.date))
        ordered = [total for total in answer["totals"] if (total["name"], total["measure"]) == ("ordered", "quantity")]
        self.assertEqual([total["day"] for total in ordered if total["unit"] == self.product.uom_id.name], [5])
        content, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "order_processing.action_report_reconciliation", day.ids
        )
        rows = html.fromstring(content).xpath("//table[contains(@class, 'totals')]/tbody/tr")
        self.assertEqual(len(rows), len(day.total_ids))
        self.assertEqual(
            [cell.text_content().strip() for cell in rows[0].findall("td")],
            [
                "Ordered",
                day.total_ids[0].unit,
                *(day.total_ids[0][name] for name in ("before_text", "day_text", "ever_text")),
            ],
        )

    def test_who_may_read_and_nobody_writes(self):
        self._confirmed((self.product, 5))
        [total] = self._next_day().total_ids[:1]
        self.assertTrue(self._as("processor", total).read(["ever"]))
        for name in ("salesman", "integration", "stranger"):
            with self.subTest(user=name), self.assertRaises(AccessError):
                self._as(name, total).read(["ever"])
        for user in (self.env.user, self.users["manager"]):
            for act in (lambda row: row.write({"day": 1}), lambda row: row.unlink(), lambda row: row.create({})):
                with self.assertRaises(UserError):
                    act(total.with_user(user))

    def test_a_product_that_is_deleted_later_does_not_drop_out(self):
        other = self.env["product.product"].create({"name": "Short-lived", "is_storable": True, "list_price": 10})
        before = self._next_day()
        order = self._make_order((other, 4, 10.0))
        first = self._next_day()
        self.assertEqual(self._totals(first)["ordered"][1], 4)
        order.unlink()
        other.product_tmpl_id.unlink()
        self.assertFalse(other.exists())
        second = self._next_day()
        self.assertEqual(self._totals(second)["ordered"][1], -4, "the order was removed")
        self.assertEqual(self._totals(second)["ordered"][2], self._totals(before).get("ordered", (0, 0, 0))[2])
        self._assert_proven(second)
        self._assert_proven(self._next_day())

    def test_a_product_that_is_archived_does_not_drop_out(self):
        order = self._confirmed((self.other_product, 4, 10.0))
        self._next_day()
        self.other_product.product_tmpl_id.action_archive()
        order.order_line.product_uom_qty = 6
        day = self._next_day()
        self.assertEqual(self._totals(day)["ordered"][1], 2)
        self._assert_proven(day)

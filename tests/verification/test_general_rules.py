"""A general rule holds for all companies: who answers for one of them changes a copy."""

from odoo.exceptions import AccessError
from odoo.fields import Command

from .common import VerificationCase


class TestGeneralRules(VerificationCase):
    def test_the_manager_of_one_company_changes_a_copy(self):
        rule = self._as("manager", self._rule("zero_price"))
        for act in (
            lambda: rule.write({"severity": "warning"}),
            lambda: rule.action_archive(),
            lambda: rule.unlink(),
            lambda: rule.write({"company_id": self.company.id}),
        ):
            with self.assertRaisesRegex(AccessError, "Copy it for your company"):
                act()
        copy = rule.copy({"severity": "warning"})
        self.assertEqual(copy.company_id, self.company)
        with self.assertRaises(AccessError):
            copy.company_id = False
        order = self._make_order((self.product, 5, 0.0))
        self.assertIn("zero_price", self._codes(order, "warning"))
        other = self._make_order((self.product, 5, 0.0), company_id=self.other_company.id)
        self.assertIn("zero_price", self._codes(other, "blocking"))

    def test_nor_makes_one(self):
        rules = self._as("manager", self.env["order.verification.rule"])
        vals = {"name": "Test Rule", "kind": "domain", "domain": "[('amount_total', '>', 1)]"}
        with self.assertRaises(AccessError):
            rules.create({**vals, "company_id": False})
        self.assertEqual(rules.create(vals).company_id, self.company, "the own company where none is named")

    def test_privileges_of_the_code_are_none_of_the_users(self):
        with self.assertRaises(AccessError):
            self._as("manager", self._rule("zero_price")).sudo().write({"severity": "warning"})

    def test_who_has_access_to_all_companies_may(self):
        everywhere = self.env["res.company"].search([])
        self.users["manager"].company_ids = [Command.set(everywhere.ids)]
        self._as("manager", self._rule("zero_price")).write({"severity": "warning"})
        self.assertEqual(self._rule("zero_price").severity, "warning")

    def test_who_administers_the_settings_may(self):
        self.users["manager"].group_ids += self.env.ref("base.group_system")
        self._as("manager", self._rule("zero_price")).write({"severity": "warning"})
        self.assertEqual(self._rule("zero_price").severity, "warning")

    def test_others_change_none(self):
        for name in ("salesman", "processor", "integration", "stranger"):
            with self.subTest(user=name), self.assertRaises(AccessError):
                self._as(name, self._rule("zero_price")).write({"severity": "warning"})


class TestGeneralLists(VerificationCase):
    """Limits of discount, restrictions and blocked destinations follow the same law."""

    def _general(self):
        group = self.env.ref("sales_team.group_sale_salesman")
        return [
            self.env["order.discount.limit"].create({"group_id": group.id, "percent": 5}),
            self.env["order.product.restriction"].create(
                {"name": "Embargo", "product_tmpl_id": self.product.product_tmpl_id.id, "country_ids": self.uk.ids}
            ),
            self.env["order.destination.block"].create({"name": "Embargo", "country_id": self.uk.id}),
        ]

    def test_one_companys_manager_changes_a_copy(self):
        for record in self._general():
            self.assertFalse(record.company_id)
            mine = self._as("manager", record)
            field = "percent" if "percent" in record else "name"
            value = 99 if field == "percent" else "Nothing"
            for act in (
                lambda mine=mine, field=field, value=value: mine.write({field: value}),
                lambda mine=mine: mine.unlink(),
                lambda mine=mine: mine.write({"company_id": self.company.id}),
                lambda mine=mine: mine.copy({"company_id": False}),
            ):
                with self.subTest(model=record._name), self.assertRaisesRegex(AccessError, "holds for all companies"):
                    act()
            copy = mine.copy({field: value})
            self.assertEqual((copy.company_id, copy[field]), (self.company, value))
            with self.assertRaises(AccessError):
                copy.company_id = False
            # nor does it count for a company that is not the user's
            with self.assertRaises(AccessError):
                copy.company_id = self.other_company
                copy.flush_recordset()
            copy.invalidate_recordset()
            self.assertEqual(copy.company_id, self.company)

    def test_who_has_access_to_all_companies_may(self):
        self.users["manager"].company_ids = [Command.set(self.env["res.company"].search([]).ids)]
        for record in self._general():
            field = "percent" if "percent" in record else "name"
            self._as("manager", record).write({field: 7 if field == "percent" else "Seven"})
            self.assertIn(str(record[field]), ("7.0", "Seven"))

"""What intake keeps for one company is that company's: it is neither read by nor moved to another."""

from odoo.exceptions import AccessError

from tests.common import OrderCase
from tests.intake.common import IntakeMixin


class TestCompanies(IntakeMixin, OrderCase):
    def test_settings_are_not_moved_to_a_company_that_is_not_the_users(self):
        profile = self.env["order.intake.profile"].create({"source": "shop", "item_code": "reference"})
        code = self.env["order.customer.code"].create(
            {"partner_id": self.customer.id, "code": "BLUE", "product_id": self.product.id}
        )
        column = self.env["order.intake.column"].create({"source": "shop", "header": "Kram", "path": "note"})
        for user, record in (("manager", profile), ("processor", code), ("processor", column)):
            own = self._as(user, record)
            with self.subTest(model=record._name), self.assertRaises(AccessError), self.env.cr.savepoint():
                own.write({"company_id": self.other_company.id})
            self.assertEqual(record.company_id, self.company)
            with self.subTest(model=record._name), self.assertRaises(AccessError), self.env.cr.savepoint():
                own.copy({"company_id": self.other_company.id, **({"code": "RED"} if record == code else {})})

    def test_who_was_made_a_customer_is_known_to_the_company_alone(self):
        customer = {"name": "Newcomer", "email": "new@test.example.com", "reference": "NEW-1"}
        self.assertTrue(self._answer(customer=customer)["ok"])
        party = self.env["order.intake.party"].search([("key", "=", "0:new-1")])
        self.assertTrue(party)
        for user in ("stranger", "processor", "salesman"):
            with self.subTest(user=user), self.assertRaises(AccessError):
                self._as(user, party).read(["key"])

"""No record is moved to a company that is not the user's: core asks its rules before a write alone."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from tests.common import OrderCase


class TestCompanyMoves(OrderCase):
    def _records(self):
        """One record of each model whose company may be written, made by the manager."""
        env = self.env(user=self.users["manager"])
        carrier = self.env["delivery.carrier"].search([], limit=1)
        return [
            env["order.return.policy"].create({"name": "Own"}),
            env["order.pickup"].create({"carrier_id": carrier.id, "warehouse_id": self.warehouse.id}),
            env["order.enquiry"].create({"question": "Where is it?"}),
        ]

    def test_nobody_moves_a_record_out_of_the_own_companies(self):
        for record in self._records():
            with self.subTest(model=record._name), self.assertRaises(AccessError), self.env.cr.savepoint():
                record.write({"company_id": self.other_company.id})
            record.invalidate_recordset()
            self.assertEqual(record.company_id, self.company)

    def test_who_is_of_both_companies_moves_it(self):
        policy, _pickup, enquiry = self._records()
        self.users["manager"].company_ids = [Command.link(self.other_company.id)]
        for record in (policy, enquiry):
            record.with_context(allowed_company_ids=[self.company.id, self.other_company.id]).write(
                {"company_id": self.other_company.id}
            )
            self.assertEqual(record.sudo().company_id, self.other_company)

    def test_a_standing_hold_and_a_claim_stay_where_they_are(self):
        env = self.env(user=self.users["manager"])
        reason = self.env["order.hold.reason"].search([("automatic", "=", False)], limit=1)
        hold = env["order.standing.hold"].create({"product_id": self.product.id, "reason_id": reason.id})
        order = self._make_order((self.product, 5))
        carrier = self.env["delivery.carrier"].search([], limit=1)
        claim = env["order.claim"].create({"order_id": order.id, "party": "carrier", "carrier_id": carrier.id})
        for record in (hold, claim):
            # whatever refuses it first: the fields that stand, the order's company, or the rule
            with self.subTest(model=record._name), self.assertRaises(UserError), self.env.cr.savepoint():
                record.write({"company_id": self.other_company.id})
            record.invalidate_recordset()
            self.assertEqual(record.company_id, self.company)

import base64
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from odoo.addons.order_processing.models.common.business_day import business_day

from tests.discrepancy.mending import MendingCase


class TestClaim(MendingCase):
    """What is claimed from a carrier or vendor: made from a discrepancy, filed with proof in time, settled or refused."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.carrier = cls.env["delivery.carrier"].create(
            {"name": "Van", "product_id": cls.service.id, "fixed_price": 5, "order_claim_days": 3}
        )
        cls.vendor = cls._make_customer("Test Vendor", order_claim_days=14)
        cls.today = business_day(cls.company)

    def setUp(self):
        super().setUp()
        self.order = self._shipped(10, carrier_id=self.carrier.id)
        self._credit(self._invoice(self.order), 4)
        self.record = self._open(self.order, "refunded_not_returned")

    def _claim(self, **wishes):
        _preview, answer = self._mend(self.record, "claim", **wishes)
        return self._as("processor", self._documents(answer))

    def _proof(self, claim):
        claim.proof_ids = [Command.create({"name": "box.png", "datas": base64.b64encode(b"box")})]

    def test_it_is_made_from_the_discrepancy(self):
        claim = self._claim(note="Box was wet")
        self.assertEqual(
            (claim.party, claim.carrier_id, claim.amount, claim.order_id, claim.note),
            ("carrier", self.carrier, 40, self.order, "Box was wet"),
        )
        self.assertEqual((claim.deadline, claim.claim_days), (self.today + timedelta(days=3), 3))
        self.assertEqual(claim.picking_id, self.order.picking_ids)
        self.assertEqual(claim.activity_ids.date_deadline, claim.deadline)
        self.assertEqual((self.record.state, self.record.claim_count), ("in_progress", 1))
        self.assertEqual(self._as("processor", self.record).action_open_claims()["res_id"], claim.id)
        options = {option["act"]: option for option in self._as("processor", self.record).mend_options()}
        self.assertEqual([draft["id"] for draft in options["claim"]["drafts"]], claim.ids)
        self.assertIn(claim.name, self._as("processor", self.record).mend_preview("claim")["problem"])
        with self.assertRaises(UserError):
            self._as("processor", self.record).mend_apply("claim", party="vendor")

    def test_days_of_the_vendor_and_of_the_company(self):
        self.product.seller_ids = [Command.create({"partner_id": self.vendor.id, "price": 1})]
        claim = self._claim(party="vendor")
        self.assertEqual((claim.partner_id, claim.claim_days), (self.vendor, 14))
        self.vendor.order_claim_days = 0
        self.company.order_claim_days = 9
        other = self.env["order.claim"].create(
            {"order_id": self.order.id, "party": "vendor", "partner_id": self.vendor.id, "event_date": self.today}
        )
        self.assertEqual(other.deadline, self.today + timedelta(days=9))

    def test_it_is_filed_with_proof_and_settled(self):
        claim = self._claim()
        with self.assertRaises(UserError):
            claim.action_file()
        self.assertEqual(claim.state, "draft")
        self._proof(claim)
        claim.action_file()
        self.assertEqual((claim.state, claim.filed_by_id), ("filed", self.users["processor"]))
        self.assertFalse(claim.activity_ids)
        for vals in ({"event_date": "2020-01-01"}, {"carrier_id": False}, {"line_ids": [Command.clear()]}):
            with self.assertRaises(UserError):
                claim.write(vals)
        with self.assertRaises(UserError):
            claim.line_ids.amount = 1
        with self.assertRaises(UserError):
            claim.unlink()
        with self.assertRaises(UserError):
            claim.action_settle(amount=41)
        with self.assertRaises(UserError):
            claim.action_settle(amount=0)
        with self.assertRaises(UserError):
            claim.proof_ids = [Command.clear()]
        self.assertEqual(claim.answer_amount, 40)
        claim.answer_amount = 25
        claim.action_settle_as_written()
        self.assertEqual((claim.state, claim.settled_amount), ("settled", 25))
        self.assertTrue(claim.closed_at)

    def test_a_signed_pickup_is_proof(self):
        claim = self._claim()
        pickup = self.env["order.pickup"].create(
            {"carrier_id": self.carrier.id, "warehouse_id": self.warehouse.id, "picking_ids": claim.picking_id.ids}
        )
        self.assertFalse(claim.has_proof)
        pickup.action_hand_over(signed_by="Driver")
        claim.invalidate_recordset()
        self.assertTrue(claim.has_proof)
        claim.action_file()
        self.assertEqual(claim.state, "filed")

    def test_refused_filed_again_withdrawn(self):
        claim = self._claim()
        self._proof(claim)
        claim.action_file()
        with self.assertRaises(UserError):
            claim.action_refuse()
        claim.answer_text = "No damage was noted"
        claim.action_refuse_as_written()
        self.assertEqual((claim.state, claim.outcome), ("refused", "No damage was noted"))
        claim.action_file()
        self.assertEqual(claim.state, "filed")
        with self.assertRaises(AccessError):
            claim.action_withdraw(reason="Too small")
        self._as("manager", claim).action_withdraw(reason="Too small")
        self.assertEqual(claim.state, "withdrawn")

    def test_what_is_claimed_is_the_sum_of_its_lines_and_the_deadline_that_of_its_days(self):
        """Over RPC too: neither is written, as a draft or filed, nor given when it is made."""
        claim = self._claim()
        self._proof(claim)
        for state in ("draft", "filed"):
            if state == "filed":
                claim.action_file()
            for vals in ({"amount": 999}, {"deadline": self.today + timedelta(days=90)}):
                with self.subTest(state=state, vals=vals), self.assertRaises(UserError):
                    claim.write(vals)
        with self.assertRaises(UserError):
            claim.create({"order_id": self.order.id, "amount": 999})
        self.assertEqual((claim.amount, claim.deadline), (40, self.today + timedelta(days=3)))

    def test_after_its_deadline(self):
        claim = self._claim()
        claim.event_date = self.today - timedelta(days=10)
        self.assertTrue(claim.is_late)
        late = self.env["order.claim"].search([("is_late", "=", True)])
        self.assertIn(claim, late)
        self.assertNotIn(claim, self.env["order.claim"].search([("is_late", "=", False)]))
        self._proof(claim)
        claim.action_file()
        self.assertTrue(claim.is_late)
        self.assertIn("deadline", claim.message_ids[0].body)

    def test_nothing_is_written_round_the_actions(self):
        claim = self._claim()
        for vals in ({"state": "settled"}, {"settled_amount": 40}, {"filed_by_id": 1}):
            with self.assertRaises(UserError):
                self._as("manager", claim).write(vals)
        for user in ("salesman", "portal"):
            with self.assertRaises(AccessError):
                self._as(user, claim).read(["amount"])
        with self.assertRaises(AccessError):
            self._as("stranger", claim).action_file()
        self.assertFalse(self._as("stranger", self.env["order.claim"]).search([]))

    def test_nothing_is_brought_into_a_filed_claim_by_another_door(self):
        """Neither a line of another claim, nor a new one, nor other words on the same file."""
        filed, draft = self._claim(), self.env["order.claim"].create({"order_id": self.order.id})
        line = self.env["order.claim.line"].create({"claim_id": draft.id, "name": "More", "amount": 500})
        self._proof(filed)
        filed.action_file()
        line = self._as("processor", line)

        def refused(act):
            with self.assertRaises(UserError), self.cr.savepoint():
                act()
            self.env.invalidate_all()

        refused(lambda: line.write({"claim_id": filed.id}))
        refused(
            lambda: self._as("processor", draft).write({"line_ids": [Command.update(line.id, {"claim_id": filed.id})]})
        )
        refused(lambda: line.create({"claim_id": filed.id, "name": "More", "amount": 1}))
        refused(lambda: filed.proof_ids.unlink())
        refused(lambda: filed.proof_ids.write({"datas": base64.b64encode(b"another box")}))
        self.assertEqual((filed.amount, len(filed.proof_ids)), (40, 1))
        self.assertEqual(base64.b64decode(filed.proof_ids.datas), b"box")
        filed.proof_ids.name = "the box.png"
        self._proof(self._as("processor", draft))
        draft.proof_ids.unlink()
        self.assertFalse(draft.proof_ids)

    def test_a_claim_is_moved_to_no_other_company(self):
        claim = self._claim()
        claim.line_ids.unlink()
        other = self.env["sale.order"].create({"partner_id": self.customer.id, "company_id": self.other_company.id})
        with self.assertRaises(AccessError), self.cr.savepoint():
            claim.write(
                {
                    "company_id": self.other_company.id,
                    "order_id": other.id,
                    "picking_id": False,
                    "carrier_id": False,
                    "return_id": False,
                }
            )

    def test_one_claim_per_order_and_party(self):
        second = self._shipped(6, carrier_id=self.carrier.id)
        self._credit(self._invoice(second), 1)
        records = self.record | self._open(second, "refunded_not_returned")
        _preview, answer = self._mend(records, "claim")
        self.assertEqual(sorted(self._documents(answer).mapped("amount")), [10, 40])

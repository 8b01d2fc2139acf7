"""Which policy counts, and what it says, judged from the case that is asked for."""

from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.fields import Command

from odoo.addons.order_processing.models.common.business_day import business_day

from .common import ReturnCase


class PolicyCase(ReturnCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Policy = cls.env["order.return.policy"]
        cls.unwanted = cls.env.ref("order_processing.return_reason_unwanted")
        cls.defective = cls.env.ref("order_processing.return_reason_defective")
        cls.customer.is_company = True

    def _policy(self, name="Policy", **vals):
        return self.Policy.create({"name": name, **vals})

    def _chosen(self, order):
        return self.Policy.with_user(self.processor)._for_lines(order.order_line)[order.order_line[:1].id]

    def _day(self, **shift):
        return business_day(self.company) + timedelta(**shift)


class TestWhichPolicy(PolicyCase):
    def test_the_most_specific_counts(self):
        """Each step decides before the next: product, category, its parents, all; in each customer, country, channel."""
        parent = self.env["product.category"].create({"name": "Parent"})
        child = self.env["product.category"].create({"name": "Child", "parent_id": parent.id})
        self.product.categ_id = child
        team = self.env["crm.team"].create({"name": "Channel"})
        contact = self._make_customer("Contact", parent_id=self.customer.id, type="contact")
        order = self._make_order((self.product, 1), partner_id=contact.id, team_id=team.id)
        scopes = [{}, {"categ_id": parent.id}, {"categ_id": child.id}, {"product_id": self.product.id}]
        wishes = [
            {},
            {"team_id": team.id},
            {"country_id": self.uk.id},
            {"country_id": self.uk.id, "team_id": team.id},
            {"partner_id": self.customer.id},
            {"partner_id": self.customer.id, "team_id": team.id},
            {"partner_id": self.customer.id, "country_id": self.uk.id},
        ]
        self.assertFalse(self._chosen(order))
        for scope in scopes:
            for wish in wishes:
                # ahead in the sequence, so that only being more specific can decide
                policy = self._policy(f"{scope} {wish}", sequence=len(self.Policy.search([])) + 1, **scope, **wish)
                self.assertEqual(self._chosen(order), policy, policy.name)

    def test_what_is_another_s_does_not_count(self):
        other = self._make_customer("Another")
        france = self.env.ref("base.fr")
        team = self.env["crm.team"].create({"name": "Another channel"})
        general = self._policy("All", sequence=99)
        self._policy("Other customer", partner_id=other.id)
        self._policy("Other country", country_id=france.id)
        self._policy("Other channel", team_id=team.id)
        self._policy("Other product", product_id=self.other_product.id)
        self._policy("Other category", categ_id=self.env["product.category"].create({"name": "Far"}).id)
        self._policy("Other company", company_id=self.other_company.id)
        order = self._make_order((self.product, 1))
        self.assertEqual(self._chosen(order), general)
        first = self._policy("First", sequence=1)
        self.assertEqual(self._chosen(order), first)
        order.partner_shipping_id = self._make_customer("Paris", type="delivery", country_id=france.id)
        self.assertEqual(self._chosen(order).name, "Other country")

    def test_the_policy_of_the_day_of_the_order(self):
        """What was in force when the order was placed counts, whatever holds today, on both bounds."""
        old = self._policy("Old", valid_to=self._day(days=-10), window_days=90, fee_percent=5)
        new = self._policy("New", valid_from=self._day(days=-9), window_days=7, fee_percent=50)
        order = self._shipped((self.product, 5))
        for days, policy in ((-10, old), (-9, new), (0, new), (-400, old)):
            # noon: the same day in every zone of the company
            order.date_order = f"{self._day(days=days)} 12:00:00"
            self.assertEqual(self._chosen(order), policy, days)
        case = self._ask(self._row(order.order_line, 1))
        self.assertEqual((case.line_ids.policy_id, case.line_ids.fee_percent), (old, 5))

    def test_one_query_whatever_the_size(self):
        self._policy("All")
        self._policy("Customer", partner_id=self.customer.id)
        every = self._make_order(*[(self.product, 1)] * 100).order_line
        counts = []
        for lines in (every[:1], every):
            self.env.invalidate_all()
            lines.mapped("order_id.company_id")
            start = self.env.cr.sql_log_count
            self.Policy._terms(lines)
            counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(counts[0], counts[1])
        # masters are in memory: what remains is the one query for the policies
        self.env.flush_all()
        for lines in (every[:1], every):
            self.Policy.search([]).invalidate_recordset()
            with self.assertQueryCount(1):
                self.Policy._for_lines(lines)

    def test_rights(self):
        with self.assertRaises(AccessError):
            self.Policy.with_user(self.processor).create({"name": "Mine"})
        policy = self.Policy.with_user(self.users["manager"]).create(
            {"name": "Ours", "fee_line_ids": [Command.create({"reason_id": self.unwanted.id, "fee_percent": 3})]}
        )
        with self.assertRaises(AccessError):
            policy.with_user(self.processor).fee_line_ids.write({"fee_percent": 0})
        with self.assertRaises(AccessError):
            policy.with_user(self.users["stranger"]).fee_line_ids.read(["fee_percent"])


class TestWhatItSays(PolicyCase):
    def _asked(self, order=None, quantity=1, **vals):
        order = order or self._shipped((self.product, 5))
        row = {name: vals.pop(name) for name in ("reason", "settlement", "disposition") if name in vals}
        return self._ask(self._row(order.order_line[0], quantity, **row), **vals)

    def _on(self, days):
        return {"business_date": str(self._day(days=days))}

    def test_window_from_delivery_to_its_last_day(self):
        self._policy(window_days=10)
        order = self._shipped((self.product, 5))
        self.assertTrue(self._asked(order, **self._on(10)).eligible)
        late = self._asked(order, **self._on(11))
        self.assertFalse(late.eligible)
        self.assertRegex(late.line_ids.eligibility, "Too late.*10 days from delivery")

    def test_the_later_of_delivery_and_invoice(self):
        self._policy(window_days=10, invoice_window_days=8)
        order = self._shipped((self.product, 5), invoice=False)
        self.assertTrue(self._asked(order, **self._on(300)).eligible, "not invoiced: the window is open")
        invoice = order._create_invoices()
        invoice.invoice_date = self._day(days=5)
        invoice.action_post()
        self.assertTrue(self._asked(order, **self._on(13)).eligible)
        late = self._asked(order, **self._on(14))
        self.assertFalse(late.eligible)
        self.assertRegex(late.line_ids.eligibility, "8 days from invoice")
        self.assertEqual(late.line_ids.return_until, self._day(days=13))
        invoice.button_draft()
        invoice.invoice_date = self._day(days=1)
        invoice.action_post()
        self.assertEqual(self._asked(order).line_ids.return_until, self._day(days=10))

    def test_consumers_may_withdraw_and_companies_may_not(self):
        self._policy(returnable=False, note="Final sale", withdrawal=True, fee_percent=20)
        self.customer.is_company = False
        order = self._shipped((self.product, 5))
        case = self._asked(order, **self._on(14))
        self.assertTrue(case.eligible)
        self.assertTrue(case.line_ids.withdrawal)
        self.assertEqual(case.line_ids.fee_percent, 0)
        self.assertFalse(self._asked(order, **self._on(15)).eligible)
        self.customer.is_company = True
        refused = self._asked(order)
        self.assertFalse(refused.eligible)
        self.assertEqual(refused.line_ids.eligibility, "Final sale")

    def test_the_right_to_withdraw_counts_from_the_last_goods(self):
        """Directive 2011/83/EU art. 9: fourteen days from the last of several deliveries of one order."""
        self._policy(returnable=False, withdrawal=True)
        self.customer.is_company = False
        order = self._shipped((self.product, 2), (self.other_product, 2), deliver={self.product: 2}, invoice=False)
        order.picking_ids.move_ids.filtered(lambda move: move.state == "done").date -= timedelta(days=20)
        first = order.order_line[0]
        self.assertFalse(self._ask(self._row(first, 1)).eligible)
        self._deliver(order)
        self.assertTrue(self._ask(self._row(first, 1)).eligible)

    def test_settlements_that_are_not_allowed(self):
        self._policy("Exchange only", allow_refund=False)
        order = self._shipped((self.product, 5))
        refund = self._asked(order)
        self.assertFalse(refund.eligible)
        self.assertRegex(refund.line_ids.eligibility, "Exchange only does not allow: Refund")
        refund.line_ids.write({"settlement": "replacement"})
        self.assertTrue(refund.eligible)
        refund.action_approve()
        with self._refused("ask a manager"):
            refund.line_ids.write({"settlement": "refund"})
        self.assertEqual(refund.line_ids.settlement, "replacement")
        self._as("manager", refund).line_ids.write({"settlement": "refund"})
        self.assertTrue(self._asked(order, reason="defective").eligible, "our fault is no wish of the customer")

    def test_fees_by_reason_and_condition(self):
        policy = self._policy(fee_percent=10, fee_amount=1)
        rows = [
            {"reason_id": self.unwanted.id, "fee_percent": 15},
            {"condition": "damaged", "fee_percent": 50},
            {"condition": "opened", "reason_id": self.unwanted.id, "fee_percent": 30, "fee_amount": 2},
        ]
        policy.fee_line_ids = [Command.create(row) for row in rows]
        wrong = self.env.ref("order_processing.return_reason_wrong_ordered")
        self.assertEqual(policy._fee(wrong), (10, 1))
        self.assertEqual(policy._fee(wrong, "opened"), (10, 1))
        self.assertEqual(policy._fee(self.unwanted), (15, 0))
        self.assertEqual(policy._fee(self.unwanted, "damaged"), (50, 0))
        self.assertEqual(policy._fee(self.unwanted, "opened"), (30, 2))
        case = self._asked(reason="unwanted")
        self.assertEqual(case.line_ids.fee_percent, 15)
        case.line_ids.write({"reason_id": wrong.id})
        self.assertEqual((case.line_ids.fee_percent, case.line_ids.fee_amount), (10, 1))
        case.line_ids.write({"reason_id": self.defective.id})
        self.assertEqual((case.line_ids.fee_percent, case.line_ids.fee_amount), (0, 0))

    def test_who_pays_the_way_back(self):
        policy = self._policy(return_freight="customer")
        order = self._shipped((self.product, 5))
        self.assertEqual(self._asked(order).line_ids.return_freight, "customer")
        self.assertEqual(self._asked(order, reason="damaged").line_ids.return_freight, "us")
        policy.return_freight = "us"
        self.assertEqual(self._asked(order).line_ids.return_freight, "us")

    def test_a_manager_approves_above_an_amount(self):
        self._policy("Careful", approval_amount=30)
        order = self._shipped((self.product, 10))
        self._asked(order, quantity=3).action_approve()
        dear = self._asked(order, quantity=4)
        with self._refused("worth.*40.*more than.*30.*Careful.*manager"):
            dear.action_approve()
        self.assertFalse(dear.process()[0]["ok"])
        self._as("manager", dear).action_approve()
        self.assertEqual(dear.state, "approved")

    def test_what_is_worth_little_stays_with_the_customer(self):
        self._policy(keep_amount=25)
        order = self._shipped((self.product, 10))
        small = self._asked(order, quantity=2)
        self.assertEqual(small.line_ids.disposition, "customer_keeps")
        self._process(small)
        self.assertFalse(small.picking_ids)
        self.assertEqual(small.credit_ids.amount_untaxed, 20)
        self.assertEqual(self._asked(order, quantity=2, disposition="scrap").line_ids.disposition, "scrap")
        self.assertEqual(self._asked(order, quantity=3).line_ids.disposition, "restock")

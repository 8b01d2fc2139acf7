"""The rules about the customer: on hold, overdue, VAT number."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Date

from .common import TermsCase


class TestOnHold(TermsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._rule(cls, "customer_on_hold").active = True

    def _hold(self, partner, reason="Unpaid"):
        return self._as("manager", partner).action_order_hold(reason=reason)

    def test_on_hold(self):
        order = self._make_order()
        self.assertEqual(self._codes(order), [])
        self._hold(self.customer, "Disputed invoices")
        answer = order.action_verify()[0]
        self.assertEqual(answer["holds"], ["customer_on_hold"])
        self.assertIn("Disputed invoices", answer["findings"][0]["message"])
        self._as("manager", self.customer).action_order_hold_lift(reason="Settled")
        self.assertEqual(order.action_verify()[0]["holds"], [])

    def test_the_company_of_a_contact(self):
        child = self._make_customer("Branch", parent_id=self.customer.id)
        self._hold(child)
        self.assertTrue(self.customer.order_hold)
        self.assertEqual(
            self._found(self._make_order() | self._make_order(partner_id=child.id)), [["customer_on_hold"]] * 2
        )

    def test_no_way_out_through_a_parent(self):
        self._hold(self.customer)
        self.customer.parent_id = self._make_customer("Parent", is_company=True)
        self.assertEqual(self._found(self._make_order()), [["customer_on_hold"]])

    def test_each_company_for_itself(self):
        self._hold(self.customer)
        self.assertEqual(self._found(self._make_order() | self._elsewhere()), [["customer_on_hold"], []])
        self.assertFalse(self.customer.with_company(self.other_company).order_hold)

    def test_who_when_why(self):
        self._hold(self.customer)
        customer = self.customer
        self.assertEqual((customer.order_hold_reason, customer.order_held_by_id), ("Unpaid", self.users["manager"]))
        self.assertTrue(customer.order_held_at)
        self.assertIn("Unpaid", customer.message_ids[0].body)
        self.assertEqual(customer.message_ids[0].author_id, self.users["manager"].partner_id)
        self._as("manager", customer).action_order_hold_lift(reason="Paid")
        self.assertEqual((customer.order_hold_reason, customer.order_held_at), (False, False))
        self.assertIn("Paid", customer.message_ids[0].body)

    def test_twice_is_once(self):
        self._hold(self.customer)
        at, messages = self.customer.order_held_at, len(self.customer.message_ids)
        self._hold(self.customer, "Again")
        self.assertEqual((self.customer.order_held_at, len(self.customer.message_ids)), (at, messages))

    def test_only_managers_and_with_a_reason(self):
        for user in ("salesman", "processor", "accountant"):
            with self.assertRaises(AccessError):
                self._as(user, self.customer).action_order_hold(reason="x")
            with self.assertRaises(AccessError):
                self._as(user, self.customer).action_order_hold_lift(reason="x")
        for reason in ("", "  "):
            with self.assertRaises(UserError):
                self._hold(self.customer, reason)

    def test_no_other_door(self):
        self._hold(self.customer)
        partners = self._as("manager", self.env["res.partner"])
        for value in (False, True):
            with self.assertRaises(UserError):
                partners.browse((self.customer if not value else self._make_customer("Else")).id).write(
                    {"order_hold": value}
                )
        with self.assertRaises(UserError):
            self.customer.sudo().write({"order_hold_reason": "Other words"})
        with self.assertRaises(UserError):
            partners.create({"name": "New", "order_hold": True})
        made = partners.with_context(default_order_hold=True, default_order_hold_reason="x").create({"name": "New"})
        self.assertEqual((made.order_hold, made.order_hold_reason), (False, False))
        self.assertFalse(self.customer.copy().order_hold)
        loaded = partners.load(["name", "order_hold"], [["Loaded", "True"]])
        self.assertFalse(loaded["ids"])
        # the same value once more is no change: core's merge of contacts writes all of them
        self.customer.sudo().write({"order_hold": True, "name": "Renamed"})
        self.assertEqual(self.customer.name, "Renamed")

    def test_wizard(self):
        action = self._as("manager", self.customer).action_open_order_hold()
        wizard = self._as("manager", self.env[action["res_model"]]).with_context(**action["context"])
        wizard.create({"reason": "By hand"}).action_hold()
        self.assertEqual(self.customer.order_hold_reason, "By hand")
        action = self._as("manager", self.customer).action_open_order_hold()
        self.assertTrue(action["context"]["default_lift"])
        wizard.with_context(**action["context"]).create({"reason": "Done"}).action_lift()
        self.assertFalse(self.customer.order_hold)

    def test_waiver_is_for_this_customer(self):
        self._hold(self.customer)
        order = self._make_order()
        order.action_verify()
        self._as("manager", order.order_check_ids).action_waive(reason="Agreed")
        order.order_line.product_uom_qty = 7
        self.assertEqual(order.action_verify()[0]["holds"], [])

    def test_constant_queries(self):
        def make(index):
            customer = self._make_customer(f"Held {index}")
            self._hold(customer)
            return self._make_order(partner_id=customer.id)

        self._assert_constant(make)


class TestOverdue(TermsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._rule(cls, "overdue").write({"active": True, "days": 30, "limit_amount": 0})

    def _bill(self, amount, days, kind="out_invoice", company=None, **vals):
        """A posted invoice of ``amount`` that was due ``days`` days ago."""
        company = company or self.company
        due = Date.context_today(self.env["res.partner"]) - timedelta(days=days)
        line = {"name": "Test", "quantity": 1, "price_unit": amount, "tax_ids": [Command.clear()]}
        if company != self.company:
            line["account_id"] = self._accounts_elsewhere().id
        move = (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": kind,
                    "partner_id": self.customer.id,
                    "invoice_date": due,
                    "invoice_date_due": due,
                    "invoice_payment_term_id": False,
                    "company_id": company.id,
                    "invoice_line_ids": [Command.create(line)],
                    **vals,
                }
            )
        )
        move.action_post()
        return move

    def _accounts_elsewhere(self):
        """Accounts and a journal of the other company, which has no chart."""
        accounts = self.env["account.account"].with_company(self.other_company)
        income, receivable = accounts.create(
            [
                {
                    "name": "Income",
                    "code": "400000",
                    "account_type": "income",
                    "company_ids": [Command.set(self.other_company.ids)],
                },
                {
                    "name": "Receivable",
                    "code": "110000",
                    "account_type": "asset_receivable",
                    "reconcile": True,
                    "company_ids": [Command.set(self.other_company.ids)],
                },
            ]
        )
        self.customer.with_company(self.other_company).property_account_receivable_id = receivable
        self.env["account.journal"].create(
            {
                "name": "Sales",
                "type": "sale",
                "code": "SAL",
                "company_id": self.other_company.id,
                "default_account_id": income.id,
            }
        )
        return income

    def test_by_more_than_the_days(self):
        order = self._make_order()
        self.assertEqual(self._found(order), [[]])
        self._bill(70, 30)
        self.assertEqual(self._found(order), [[]])
        self._bill(50, 31)
        answer = order.action_verify()[0]
        self.assertEqual(answer["holds"], ["overdue"])
        self.assertIn("50.00", answer["findings"][0]["found"])

    def test_up_to_the_amount(self):
        self._rule("overdue").limit_amount = 50
        self._bill(50, 40)
        self.assertEqual(self._found(self._make_order()), [[]])
        self._bill(0.01, 40)
        self.assertEqual(self._found(self._make_order()), [["overdue"]])

    def test_what_is_paid_or_credited_is_not_owed(self):
        invoice = self._bill(50, 40)
        self.assertEqual(self._found(self._make_order()), [["overdue"]])
        credit = self._bill(20, 1, kind="out_refund")
        self._rule("overdue").limit_amount = 30
        self.assertEqual(self._found(self._make_order()), [[]])
        self._rule("overdue").limit_amount = 29.99
        self.assertEqual(self._found(self._make_order()), [["overdue"]])
        lines = (invoice | credit).line_ids.filtered(lambda line: line.account_id.account_type == "asset_receivable")
        lines.reconcile()
        self.assertEqual(self._found(self._make_order()), [["overdue"]])
        self.env["account.payment.register"].with_context(active_model="account.move", active_ids=invoice.ids).create(
            {}
        )._create_payments()
        self.assertEqual(self._found(self._make_order()), [[]])

    def test_a_draft_is_not_owed(self):
        self._bill(50, 40).button_draft()
        self.assertEqual(self._found(self._make_order()), [[]])

    def test_a_bill_of_ours_is_not_owed(self):
        self._bill(50, 40, kind="in_invoice")
        self.assertEqual(self._found(self._make_order()), [[]])

    def test_of_the_whole_company_of_a_contact(self):
        child = self._make_customer("Branch", parent_id=self.customer.id)
        self._bill(50, 40)
        self.assertEqual(self._found(self._make_order(partner_id=child.id)), [["overdue"]])
        self.assertEqual(self._found(self._make_order(partner_id=self._make_customer("Else").id)), [[]])

    def test_other_company(self):
        self._bill(50, 40, company=self.other_company)
        self.assertEqual(self._found(self._make_order() | self._elsewhere()), [[], ["overdue"]])

    def test_other_currency(self):
        """Compared in the company's currency: 100 of the other are 50."""
        self._rule("overdue").limit_amount = 50
        self._bill(100, 40, currency_id=self.currency.id)
        self.assertEqual(self._found(self._in_currency()), [[]])
        self._bill(0.02, 40, currency_id=self.currency.id)
        self.assertEqual(self._found(self._in_currency()), [["overdue"]])

    def test_constant_queries(self):
        self._bill(50, 40)
        self._assert_constant(lambda index: self._make_order())


class TestVat(TermsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._rule(cls, "vat_invalid").active = True
        cls.belgium, cls.france = cls.env.ref("base.be"), cls.env.ref("base.fr")
        cls.company.account_fiscal_country_id = cls.france
        cls.position = cls.env["account.fiscal.position"].create(
            {"name": "With number", "vat_required": True, "company_id": cls.company.id}
        )

    def _order(self, vat, country=None, is_company=True, **vals):
        customer = self._make_customer(f"VAT {vat}", country_id=(country or self.belgium).id, is_company=is_company)
        # as a program that pushes numbers does: core checks what is typed, and a country may change afterwards
        customer.with_context(no_vat_validation=True).vat = vat
        return self._make_order(partner_id=customer.id, **vals)

    def test_companies_of_another_country_of_the_union(self):
        for vat, country, codes in (
            ("BE0477472701", self.belgium, []),
            ("BE 0477.472.701", self.belgium, []),
            ("0477472701", self.belgium, []),
            ("BE0477472702", self.belgium, ["vat_invalid"]),
            ("BEBE0477472701", self.belgium, ["vat_invalid"]),
            (False, self.belgium, ["vat_invalid"]),
            ("/", self.belgium, ["vat_invalid"]),
            ("EL094259216", self.env.ref("base.gr"), []),
            ("EL094259217", self.env.ref("base.gr"), ["vat_invalid"]),
            # a number of another country of the union is one
            ("DE136695976", self.belgium, []),
            # at home and outside the union none is needed
            (False, self.france, []),
            (False, self.env.ref("base.us"), []),
        ):
            with self.subTest(vat=vat, country=country.code):
                self.assertEqual(self._found(self._order(vat, country)), [codes])

    def test_people_need_none(self):
        self.assertEqual(self._found(self._order(False, is_company=False)), [[]])

    def test_the_goods_decide_where(self):
        """Goods that stay at home are taxed at home, whoever buys them."""
        order = self._order(False)
        order.partner_shipping_id = self._make_customer("Store", country_id=self.france.id)
        self.assertEqual(self._found(order), [[]])

    def test_where_the_fiscal_position_requires_one(self):
        rule = self._switch_on("vat_invalid", vat_needed="position")
        self.assertEqual(self._found(self._order(False)), [[]])
        order = self._order(False, is_company=False, fiscal_position_id=self.position.id)
        self.assertEqual(self._found(order), [["vat_invalid"]])
        order = self._order("BE0477472701", fiscal_position_id=self.position.id)
        self.assertEqual(self._found(order), [[]])
        rule.vat_needed = "company"
        self.assertEqual(self._found(self._order(False, self.env.ref("base.us"))), [["vat_invalid"]])
        self.assertEqual(self._found(self._order("FR23334175221", self.france)), [[]])

    def test_the_number_of_the_company_of_a_contact(self):
        order = self._order("BE0477472701")
        child = self._make_customer("Buyer", parent_id=order.partner_id.id, country_id=self.belgium.id)
        self.assertEqual(self._found(self._make_order(partner_id=child.id)), [[]])

    def test_home_is_the_orders_company(self):
        self.other_company.account_fiscal_country_id = self.belgium
        mine = self._order(False)
        theirs = self._elsewhere(partner_id=mine.partner_id.id)
        self.assertEqual(self._found(mine | theirs), [["vat_invalid"], []])

    def test_says_what_is_wrong(self):
        answer = self._order("BE0477472702").action_verify()[0]
        self.assertEqual(answer["holds"], ["vat_invalid"])
        self.assertIn("BE0477472702", answer["findings"][0]["message"])
        self.assertIn("has no VAT number", self._order(False).action_verify()[0]["findings"][0]["message"])

    def test_checked_once_a_distinct_number(self):
        orders = self._order("BE0477472701") | self._order("BE0477472701") | self._order("DE136695976")
        asked = []
        Rule = type(self.env["order.verification.rule"])
        check = Rule._vat_check
        self.patch(Rule, "_vat_check", lambda rule, *number: asked.append(number) or check(rule, *number))
        self.assertEqual(self._found(orders), [[], [], []])
        self.assertEqual(len(asked), 2)

    def test_constant_queries(self):
        self._assert_constant(lambda index: self._order(f"BE{index:010}"))

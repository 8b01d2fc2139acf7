"""The bonus: what a policy gives to who takes store credit or another product, a line of its own on the credit note."""

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools import mute_logger

from odoo.addons.order_processing.models.returns.credit_shares import of_fees

from .money import MoneyCase


class BonusCase(MoneyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.env["account.account"].create(
            {"name": "Bonuses", "code": "BON100", "account_type": "expense", "company_ids": cls.company.ids}
        )

    def _promising(self, *bonuses, **vals):
        """A policy with these bonuses, of store credit unless they say otherwise."""
        rows = [Command.create({"settlement": "credit", **bonus}) for bonus in bonuses]
        return self._policy(bonus_ids=rows, **vals)

    def _part(self, notes, part="bonus"):
        return notes.invoice_line_ids.filtered(lambda line: line.order_return_part == part)

    def _settled(self, order, quantity=1, settlement="credit", **vals):
        """The settled case of so many of the order's first line."""
        case = self._ask(self._row(order.order_line[0], quantity, settlement=settlement, **vals))
        self._process(case)
        return case


class TestBonus(BonusCase):
    def test_a_line_of_its_own_with_account_and_tax(self):
        """A tenth of 100 without tax, of 100 with tax inside, with its own tax and with none."""
        top, inside = self.taxes[20, False], self.taxes[20, True]
        none = self._make_product("Bonus", "BO", 0.0, type="service")
        none.taxes_id = False
        for goods, own, untaxed, tax in (
            (top, {}, 10.0, 2.0),
            (inside, {}, 8.33, 1.67),
            (inside, {"tax_ids": [Command.set(top.ids)]}, 8.33, 1.67),
            (top, {"tax_ids": [Command.set(inside.ids)]}, 10.0, 2.0),
            (top, {"product_id": none.id}, 10.0, 0.0),
        ):
            self.env["order.return.policy"].search([]).action_archive()
            self._promising({"bonus_percent": 10, "account_id": self.account.id, **own})
            order = self._sold((self.product, 10, 10.0), taxes=[goods])
            note = self._settled(order, 10).credit_ids
            bonus = self._part(note)
            label = f"{goods.name}, {own}"
            self.assertEqual((len(bonus), bonus.account_id), (1, self.account), label)
            self.assertEqual(bonus.price_subtotal, untaxed, label)
            self.assertEqual(round(bonus.price_total - bonus.price_subtotal, 2), tax, label)
            given = order.invoice_ids.filtered(lambda move: move.move_type == "out_invoice")
            self.assertEqual(note.amount_untaxed, round(given.amount_untaxed + untaxed, 2), label)
            self.assertEqual(note.amount_residual, note.amount_total, label)

    def test_whose_it_is(self):
        """By settlement, by reason before all, never on a claim unless it is said; per unit beside the percentage."""
        unwanted = self.env.ref("order_processing.return_reason_unwanted")
        self._promising(
            {"bonus_percent": 10},
            {"bonus_percent": 20, "reason_id": unwanted.id},
            {"settlement": "exchange", "bonus_amount": 1.5},
        )
        order = self._sold((self.product, 9, 10.0))
        for settlement, reason, expected in (
            ("credit", "wrong_ordered", 20.0),
            ("credit", "unwanted", 40.0),
            ("credit", "defective", 0.0),
            ("refund", "unwanted", 0.0),
        ):
            case = self._ask(self._row(order.order_line, 2, settlement=settlement, reason=reason))
            if settlement == "refund":
                # another wish has another bonus, until the goods are in
                case.line_ids.write({"settlement": "credit"})
                self.assertEqual(case.line_ids.bonus_percent, 20)
                case.line_ids.write({"settlement": "refund"})
            self._process(case)
            bonus = sum(self._part(case.credit_ids).mapped("price_subtotal"))
            self.assertEqual(bonus, expected / 10, (settlement, reason))
            self.assertEqual(case.line_ids.credited_amount, 20 + expected / 10)
        case = self._settled(order, 1, "exchange", reason="unwanted", exchange_product="TG-2", exchange_quantity=1)
        self.assertEqual(self._part(case.credit_ids).price_subtotal, 1.5)

    def test_on_a_claim_where_it_is_said(self):
        self._promising({"bonus_percent": 10, "on_claim": True})
        order = self._sold((self.product, 4, 10.0))
        self.assertEqual(self._part(self._settled(order, reason="defective").credit_ids).price_subtotal, 1)

    def test_of_what_is_given_back(self):
        """A tenth off for the whole order and a fee of a fifth: of 100 that were 90, 72 are given back, and 7.20 more."""
        self._promising({"bonus_percent": 10, "name": "Thank you"}, fee_percent=20)
        order = self._sold((self.product, 10, 10.0), discount=10)
        note = self._settled(order, 10).credit_ids
        self.assertEqual(self._part(note, "fee").price_subtotal, -18)
        bonus = self._part(note)
        self.assertEqual(bonus.price_subtotal, 7.2)
        self.assertIn("Thank you", bonus.name)
        self.assertEqual(note.amount_untaxed, 79.2)

    def test_in_the_invoice_s_currency_at_its_rate(self):
        """Two euros a dollar when it was invoiced, four when it came back; whole euros where the euro has no cents."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        Rate = self.env["res.currency.rate"]
        Rate.search([("currency_id", "=", euro.id)]).unlink()
        Rate.create({"currency_id": euro.id, "company_id": self.company.id, "name": "2020-01-01", "rate": 2.0})
        pricelist = self.env["product.pricelist"].create({"name": "Euro", "currency_id": euro.id})
        self._promising({"bonus_percent": 3.33, "bonus_amount": 0.5})
        order = self._sold((self.product, 5, 20.0), pricelist_id=pricelist.id)
        Rate.search([("currency_id", "=", euro.id)]).rate = 4.0
        bonus = self._part(self._settled(order).credit_ids)
        self.assertEqual((bonus.currency_id, bonus.price_subtotal, bonus.balance), (euro, 1.67, 0.84))

    def test_taken_back_and_given_once(self):
        """A note that is a draft again, or cancelled, and a case that is settled twice."""
        policy = self._promising({"bonus_percent": 10, "account_id": self.account.id})
        order = self._sold((self.product, 2, 10.0))
        case = self._settled(order)
        note = case.credit_ids
        case.action_settle()
        self.assertEqual(case.credit_ids, note)
        # the policy of tomorrow is not that of the case
        policy.bonus_ids.bonus_percent = 50
        note.button_draft()
        self.assertEqual(case.line_ids.credited_amount, 0)
        note.action_post()
        self.assertEqual((case.state, case.line_ids.credited_amount), ("settled", 11))
        note.button_draft()
        note.button_cancel()
        case.action_settle()
        again = case.credit_ids.filtered(lambda move: move.state == "posted")
        self.assertEqual((len(again), self._part(again).price_subtotal), (1, 1))
        self.assertEqual(case.line_ids.credited_amount, 11)

    def test_what_is_typed_and_what_the_customer_is_told(self):
        self._promising({"bonus_percent": 12.5}, fee_percent=7)
        for taxes in ((), (self.taxes[20, False],), (self.taxes[7.7, True],)):
            with self.subTest(taxes=[tax.name for tax in taxes]):
                order = self._sold((self.product, 4, 12.57), discount=5, taxes=taxes)
                line = order.order_line[0]
                row = {"line_id": line.id, "quantity": 2, "reason": "unwanted", "settlement": "credit"}
                told = order.sudo()._return_verdict([row])
                self.assertIn("bonus 12.5 %", told["lines"][line.id]["text"])
                action = self._as("processor", order).action_order_return()
                wizard = self.env[action["res_model"]].with_user(self.processor).browse(action["res_id"])
                with Form(wizard) as form:
                    with form.line_ids.edit(0) as typed:
                        typed.quantity = 2
                        self.assertEqual(typed.bonus, 0)
                        typed.settlement = "credit"
                        self.assertGreater(typed.bonus, 0)
                    said = form.refund - form.fee + form.bonus, form.tax, form.total
                case = self.Return.browse(wizard.action_settle()["res_id"])
                note = case.credit_ids
                self.assertIn("bonus 12.5 %", case.line_ids.eligibility)
                for found, wanted in zip(said, (note.amount_untaxed, note.amount_tax, note.amount_total), strict=True):
                    self.assertAlmostEqual(found, wanted, 2)
                self.assertAlmostEqual(told["amount"], note.amount_total, 2)

    def test_money_that_moved_early_earns_the_bonus_of_what_came(self):
        self._promising({"bonus_percent": 10}, money_when="approve")
        order = self._sold((self.product, 5, 10.0))
        case = self._ask(self._row(order.order_line, 2, settlement="credit"))
        case.action_approve()
        self.assertEqual(case.credit_ids.amount_total, 22)
        case.action_receive(counts={case.line_ids.id: 1})
        case.action_settle()
        self.assertEqual((case.charge_ids.amount_total, self._part(case.charge_ids).price_subtotal), (1, 1))
        case._settle_fees(case.line_ids)
        self.assertEqual(case.charge_count, 1)

    def test_managers_say_what_is_given(self):
        policy = self._promising({"bonus_percent": 10})
        with self.assertRaises(AccessError):
            policy.bonus_ids.with_user(self.processor).bonus_percent = 90
        self._as("manager", policy.bonus_ids).bonus_percent = 20
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self._promising({"bonus_percent": 101})
        case = self._ask(self._row(self._sold((self.product, 2, 10.0)).order_line, 1, settlement="credit"))
        with self._refused("cannot be written directly"):
            case.line_ids.write({"bonus_percent": 90})

    # a story takes seconds: shrinking one that fails would take minutes and says little more
    @settings(max_examples=6, phases=(Phase.explicit, Phase.reuse, Phase.generate))
    @given(
        cents=st.integers(50, 9999),
        fee=st.sampled_from([0, 7, 33.33]),
        bonus=st.sampled_from([5, 12.5, 33.33]),
        amounts=st.tuples(st.sampled_from([0, 0.35]), st.sampled_from([0, 0.55])),
        whole=st.sampled_from([0, 0.47]),
        tax=st.sampled_from([(7.7, False), (20, True)]),
        parts=st.lists(st.integers(1, 3), min_size=2, max_size=4),
    )
    def test_all_that_is_given_adds_up(self, cents, fee, bonus, amounts, whole, tax, parts):
        """Whatever the split: the notes are the invoice, less the fees, and the bonuses more, to the cent and per tax."""
        with self.env.cr.savepoint() as savepoint:
            self._promising(
                {"bonus_percent": bonus, "bonus_amount": amounts[1], "account_id": self.account.id},
                fee_percent=fee,
                fee_amount=amounts[0],
            )
            order = self._sold((self.product, sum(parts), cents / 100), discount=whole, taxes=[self.taxes[tax]])
            invoice = order.invoice_ids
            cases = self.Return.union(*(self._settled(order, part) for part in parts))
            notes = cases.credit_ids
            for item in invoice.invoice_line_ids:
                back = notes.invoice_line_ids.filtered(lambda line, item=item: line.order_credited_line_id == item)
                self.assertAlmostEqual(sum(back.mapped("amount_currency")), -item.amount_currency, 2)
            # what stands beside the goods has its own tax, and nothing of theirs
            beside = self._part(notes) | self._part(notes, "fee")
            own = {tax: -amount for tax, amount in of_fees(beside).items()}
            taxes = notes.line_ids.filtered("tax_line_id").grouped("tax_line_id")
            for tax, charged in invoice.line_ids.filtered("tax_line_id").grouped("tax_line_id").items():
                back = sum(taxes[tax].mapped("amount_currency")) + own.get(tax, 0.0)
                self.assertAlmostEqual(back, -sum(charged.mapped("amount_currency")), 2)
            untaxed = sum(notes.mapped("amount_untaxed")) - sum(beside.mapped("amount_currency"))
            self.assertAlmostEqual(untaxed, invoice.amount_untaxed, 2)
            whole = notes.currency_id.round(sum(notes.mapped("amount_total")))
            expected = invoice.amount_total + sum(beside.mapped("amount_currency")) - sum(own.values())
            self.assertAlmostEqual(whole, expected, 2)
            for case in cases:
                own = case.line_ids
                self.assertAlmostEqual(
                    sum(case.credit_ids.mapped("amount_residual")), sum(case.credit_ids.mapped("amount_total")), 2
                )
                self.assertAlmostEqual(
                    own.credited_amount,
                    sum(case.credit_ids.invoice_line_ids.filtered("order_return_line_id").mapped("amount_currency")),
                    2,
                )
            savepoint.rollback()

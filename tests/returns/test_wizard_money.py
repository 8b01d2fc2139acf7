"""The desk sees what a return comes to as it is typed; the documents say the same."""

from odoo.fields import Command
from odoo.tests import Form

from .money import MoneyCase


class TestWizardMoney(MoneyCase):
    def _wizard(self, order):
        action = self._as("processor", order).action_order_return()
        return self.env[action["res_model"]].with_user(self.processor).browse(action["res_id"])

    def test_what_is_typed_is_what_the_documents_say(self):
        self._policy(fee_percent=10)
        for inside in (False, True):
            with self.subTest(inside=inside):
                order = self._sold((self.product, 4, 12.5), discount=5, taxes=[self.taxes[20, inside]])
                wizard = self._wizard(order)
                with Form(wizard) as form:
                    with form.line_ids.edit(0) as line:
                        line.quantity = 2
                    self.assertGreater(form.refund, 0)
                    self.assertGreater(form.fee, 0)
                    typed = form.refund - form.fee, form.tax, form.total
                case = self.Return.browse(wizard.action_settle()["res_id"])
                credit = case.credit_ids
                said = credit.amount_untaxed, credit.amount_tax, credit.amount_total
                for found, wanted in zip(typed, said, strict=True):
                    self.assertAlmostEqual(found, wanted, 2)

    def test_lines_that_are_typed_one_after_the_other_come_to_one_note(self):
        for inside in (False, True):
            with self.subTest(inside=inside):
                order = self._sold(
                    (self.product, 3, 3.33), (self.other_product, 3, 9.99), discount=7, taxes=[self.taxes[7.7, inside]]
                )
                wizard = self._wizard(order)
                with Form(wizard) as form:
                    for place in range(2):
                        with form.line_ids.edit(place) as line:
                            line.quantity = 3
                    total = form.total
                case = self.Return.browse(wizard.action_settle()["res_id"])
                self.assertAlmostEqual(total, case.credit_ids.amount_total, 2)

    def test_the_difference_of_an_exchange(self):
        tax = self.taxes[20, False]
        self.other_product.taxes_id = tax
        order = self._sold((self.product, 2, 10.0), taxes=[tax])
        wizard = self._wizard(order)
        with Form(wizard) as form:
            with form.line_ids.edit(0) as line:
                line.quantity = 2
                line.settlement = "exchange"
                line.exchange_product_id = self.other_product
                line.exchange_quantity = 1
            self.assertEqual((form.refund, form.charge, form.tax), (20, 25, -1))
            self.assertEqual((form.total, form.to_charge), (-6, 6))
        case = self.Return.browse(wizard.action_settle()["res_id"])
        exchange = case.exchange_order_ids
        self.assertEqual(exchange.amount_total - case.credit_ids.amount_total, 6)

    def test_a_case_over_two_currencies_has_a_note_for_each(self):
        """The wizard says what each note comes to, and each order is given back in its own currency at its invoice's rate."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        Rate = self.env["res.currency.rate"]
        Rate.search([("currency_id", "=", euro.id)]).unlink()
        Rate.create({"currency_id": euro.id, "company_id": self.company.id, "name": "2020-01-01", "rate": 2.0})
        pricelist = self.env["product.pricelist"].create({"name": "Euro", "currency_id": euro.id})
        bonus = [Command.create({"settlement": "refund", "bonus_amount": 0.5})]
        self._policy(fee_percent=10, bonus_ids=bonus)
        tax = self.taxes[20, False]
        own = self._sold((self.product, 4, 10.0), taxes=[tax])
        other = self._sold((self.product, 4, 30.0), taxes=[tax], pricelist_id=pricelist.id)
        Rate.search([("currency_id", "=", euro.id)]).rate = 4.0
        wizard = self._wizard(own | other)
        with Form(wizard) as form:
            for place in range(2):
                with form.line_ids.edit(place) as line:
                    line.quantity = 2
            self.assertTrue(form.several_currencies)
            said = form.totals
        case = self.Return.browse(wizard.action_settle()["res_id"])
        notes = case.credit_ids.grouped("currency_id")
        self.assertEqual(set(notes), {own.currency_id, euro})
        self.assertEqual(
            {currency: note.amount_total for currency, note in notes.items()}, {own.currency_id: 22.8, euro: 67.2}
        )
        self.assertEqual(notes[euro].amount_total_signed, -33.6)
        self.assertEqual(
            set(said.split(", ")), {currency.format(note.amount_total) for currency, note in notes.items()}
        )
        self.assertEqual((case.state, set(case.credit_ids.mapped("amount_residual"))), ("settled", {0}))

    def test_what_is_not_invoiced_gives_nothing(self):
        order = self._shipped((self.product, 5), invoice=False)
        wizard = self._wizard(order)
        wizard.line_ids.quantity = 2
        self.assertEqual((wizard.refund, wizard.total), (0, 0))

    def test_the_policys_answer_follows_what_is_typed(self):
        self._policy(allow_credit=False, fee_percent=10)
        order = self._shipped((self.product, 5))
        with Form(self._wizard(order)) as form:
            with form.line_ids.edit(0) as line:
                line.quantity = 1
                line.settlement = "credit"
                self.assertFalse(line.eligible)
                line.reason_id = self.env.ref("order_processing.return_reason_defective")
                self.assertTrue(line.eligible)
                self.assertEqual(line.fee, 0)

    def test_the_same_queries_for_any_number_of_lines(self):
        def count(number):
            order = self._shipped(*[(self.product, 1)] * number)
            wizard = self._wizard(order)
            wizard.line_ids.quantity = 1
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            wizard.line_ids.mapped("refund")
            wizard.mapped("total")
            return self.env.cr.sql_log_count - before

        count(1)
        self.assertEqual(count(2), count(30))

    def test_queries_of_a_settlement_beside_cores(self):
        """The addition of several settlements to a set of cases does not grow with it."""
        orders = self.env["sale.order"]
        for _number in range(8):
            orders |= self._shipped((self.product, 2))
        self.env.flush_all()
        self.env.invalidate_all()
        orders.mapped("settlement_status")
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        orders[:1].mapped("settlement_status")
        one = self.env.cr.sql_log_count - before
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        orders.mapped("settlement_status")
        self.assertEqual(self.env.cr.sql_log_count - before, one)

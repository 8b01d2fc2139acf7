"""Random days of two companies in two currencies, with entries dated back: each close is proven, and each goes on from the last."""

from datetime import timedelta

from hypothesis import HealthCheck, Phase, event, given, note, settings
from hypothesis import strategies as st

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import mute_logger

from .common import FIRST, ReconciliationCase

ACTS = (*2 * ("order", "deliver"), "invoice", "pay", "raise", "price", "cancel", "back", "unpost", "again", "correct")
# what happens, in which company, to which order, how much, dated how many days back
STEP = st.tuples(
    st.sampled_from(ACTS), st.integers(0, 1), st.integers(0, 9), st.integers(1, 6), st.sampled_from((0, 0, 1, 2))
)
DAYS = st.lists(st.lists(STEP, min_size=3, max_size=9), min_size=3, max_size=4)


class TestDaysOfTwo(ReconciliationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        euro = cls.env.ref("base.EUR")
        euro.active = True
        cls.second = cls.env["res.company"].create(
            {"name": "Second Company", "currency_id": euro.id, "order_tz": "Asia/Tokyo"}
        )
        cls.env.user.company_ids |= cls.second
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": [cls.company.id, cls.second.id]})
        cls.Statement = cls.env["order.reconciliation"]
        with mute_logger("odoo.addons"):
            cls.env["account.chart.template"].try_loading("generic_coa", cls.second, install_demo=False)
        cls.second.currency_id = euro
        shelves = cls.env["stock.warehouse"].search([("company_id", "=", cls.second.id)], limit=1)
        cls.houses = {cls.company: cls.warehouse, cls.second: shelves}
        for product in (cls.product, cls.other_product):
            cls._stock(product, 10000, shelves.lot_stock_id)
        # each sells in its own currency and in the other's
        for company, rate in ((cls.company, 0.8), (cls.second, 1.25)):
            foreign = cls.company.currency_id if company == cls.second else euro
            cls.env["res.currency.rate"].search([("company_id", "=", company.id)]).unlink()
            cls.env["res.currency.rate"].create(
                {"currency_id": foreign.id, "company_id": company.id, "name": "2020-01-01", "rate": rate}
            )
        cls.lists = {
            company: [
                cls.env["product.pricelist"].create(
                    {"name": currency.name, "currency_id": currency.id, "company_id": company.id}
                )
                for currency in (cls.company.currency_id, euro)
            ]
            for company in (cls.company, cls.second)
        }
        cls._draw(FIRST, cls.second).action_sign()

    @settings(
        max_examples=3,
        deadline=None,
        derandomize=True,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(days=DAYS)
    def test_every_day_of_both_is_proven(self, days):
        with self.env.cr.savepoint() as savepoint, mute_logger("odoo.addons"):
            self.env.invalidate_all()
            self.orders = {company: self.env["sale.order"] for company in (self.company, self.second)}
            type(self).day = FIRST
            for steps in days:
                for step in steps:
                    self._step(*step)
                self._close()
            savepoint.rollback()
            self.env.invalidate_all()

    def _close(self):
        type(self).day += timedelta(days=1)
        for company in (self.company, self.second):
            statement = self._draw(self.day, company)
            self._assert_proven(statement)
            numbers = statement.line_ids.mapped("order_number")
            self.assertEqual(len(numbers), len(set(numbers)))
            touched = self.orders[company].filtered(lambda order, seen=set(numbers): order.id in seen)
            self.assertEqual(set(statement.line_ids.order_id.company_id.ids) - {company.id}, set())
            self.assertTrue(touched or not self.orders[company])
            statement.action_sign()
            self.assertTrue(self.Statement.verify_chain(company.id)["ok"])
            self.assertEqual(statement.previous_id.date, self.day - timedelta(days=1))

    def _step(self, act, place, which, size, back):
        company = (self.company, self.second)[place]
        note(f"{act} {company.name} {which} {size} {back}")
        orders = self.orders[company]
        if act != "order" and not orders:
            return
        order = orders[which % len(orders)] if orders else orders
        when = self.day - timedelta(days=back)
        try:
            with self.env.cr.savepoint():
                getattr(self, f"_step_{act}")(company, order.with_company(company), size, when)
                self.env.flush_all()
            event(f"{act} done")
        except UserError as refused:
            note(f"refused: {refused}")
            event(f"{act} refused")
            self.env.invalidate_all()

    def _step_order(self, company, _order, size, when):
        order = self.env["sale.order"].with_company(company).create(
            {
                "partner_id": self.customer.id,
                "company_id": company.id,
                "warehouse_id": self.houses[company].id,
                "pricelist_id": self.lists[company][size % 2].id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": size + number, "price_unit": 3.33 * size,
                                    "tax_ids": [Command.clear()]})
                    for number, product in enumerate((self.product, self.other_product, self.service))
                ],
            }
        )  # fmt: skip
        order.action_confirm()
        order.date_order = when
        self.orders[company] |= order

    def _step_deliver(self, _company, order, size, when):
        if order.state != "sale":
            return
        done = self._deliver(order, {product: size for product in order.order_line.product_id})
        done.filtered(lambda transfer: transfer.state == "done").write({"date_done": when})
        done.move_ids.filtered(lambda move: move.state == "done").write({"date": when})

    def _step_invoice(self, _company, order, _size, when):
        moves = order._create_invoices(final=True)
        moves.invoice_date = when
        moves.action_post()

    def _step_pay(self, company, order, size, when):
        for invoice in order.invoice_ids.filtered(lambda move: move.state == "posted" and move.amount_residual)[:1]:
            self.env["account.payment.register"].with_company(company).with_context(
                active_model="account.move", active_ids=invoice.ids
            ).create(
                {"amount": invoice.currency_id.round(invoice.amount_residual / size), "payment_date": when}
            )._create_payments()

    def _step_raise(self, _company, order, size, _when):
        line = order.order_line[0]
        line.product_uom_qty = max(line.qty_delivered, line.qty_invoiced) + size - 1

    def _step_price(self, _company, order, size, _when):
        order.order_line[1].price_unit = 1.01 * size

    def _step_cancel(self, _company, order, _size, _when):
        order._action_cancel()

    def _step_again(self, _company, order, _size, _when):
        order.action_draft()
        order.action_confirm()

    def _step_back(self, company, order, size, when):
        transfer = order.picking_ids.filtered(
            lambda one: one.state == "done" and one.picking_type_code == "outgoing"
        ).sorted("id")[-1:]
        if not transfer:
            return
        wizard = self.env["stock.return.picking"].with_company(company).create({"picking_id": transfer.id})
        wizard.product_return_moves.quantity = 0
        wizard.product_return_moves[0].write({"quantity": 1, "to_refund": size % 2 == 0})
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.picked = True
        back.with_context(skip_sms=True, skip_backorder=True).button_validate()
        back.move_ids.date = when

    def _step_unpost(self, _company, order, _size, when):
        invoice = order.invoice_ids.filtered(lambda move: move.state == "posted")[:1]
        invoice.button_draft()
        invoice.invoice_date = when
        invoice.action_post()

    def _step_correct(self, _company, order, size, _when):
        order.picking_ids.move_ids.filtered(lambda move: move.state == "done")[:1].quantity = size

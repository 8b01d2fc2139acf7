"""Differences are found by what documents touch, within the minute; the night finds nothing new, or says that it did."""

from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from tests.discrepancy.common import DiscrepancyCase


class TestTouched(DiscrepancyCase):
    def setUp(self):
        super().setUp()
        self.env.flush_all()
        self._minute()

    def _minute(self):
        """What the cron does each minute."""
        self.env.flush_all()
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_kwargs: 60.0):
            self.Discrepancy._cron_touched()
        self.assertFalse(self.env["order.discrepancy.mark"].search_count([]))

    def _night(self, missed=0):
        if not missed:
            answer = self.Discrepancy._cron_sweep()
            self.assertEqual((answer["opened"], answer["reopened"]), (0, 0))
            return
        with self.assertLogs("odoo.addons.order_processing", "ERROR") as log:
            answer = self.Discrepancy._cron_sweep()
        self.assertIn("had missed", log.output[0])
        self.assertEqual(answer["opened"] + answer["reopened"], missed)

    def test_a_document_is_enough(self):
        order = self._shipped(10)
        self._minute()
        self.assertEqual(self._kinds(order), ["shipped_not_invoiced"])
        draft = self._invoice(order, post=False)
        self._minute()
        self.assertEqual(self._kinds(order), [])
        draft.invoice_line_ids.unlink()
        self._minute()
        self.assertEqual(self._kinds(order), ["shipped_not_invoiced"])
        draft.unlink()
        invoice = self._invoice(order)
        self._minute()
        self.assertEqual(self._kinds(order), [])
        self._back(order, 2)
        self._minute()
        self.assertEqual(self._kinds(order), ["returned_not_refunded"])
        self._credit(invoice, 2)
        self._minute()
        self.assertEqual(self._kinds(order), [])
        self._night()

    def test_a_day_that_is_promised_is_enough_and_only_once(self):
        order = self._make_order((self.product, 3))
        order.action_confirm()
        self._minute()
        for marked in (1, 0):
            order.action_promise()
            self.env["order.discrepancy.mark"]._write_marks()
            self.assertEqual(self.env["order.discrepancy.mark"].search_count([("order_id", "=", order.id)]), marked)
            self._minute()

    def test_an_order_that_is_opened_is_compared_at_once(self):
        order = self._shipped(10)
        self.env["order.discrepancy.mark"]._write_marks()
        order.invalidate_recordset()
        order.with_user(self.users["processor"]).web_read({"name": {}, "order_discrepancy_count": {}})
        self.assertEqual(self._kinds(order), ["shipped_not_invoiced"])
        self.assertFalse(self.env["order.discrepancy.mark"].search_count([("order_id", "=", order.id)]))
        # nothing was touched since: opened again it costs one question
        self._minute()
        order = order.with_user(self.users["processor"])
        with patch.object(type(self.Discrepancy), "_sweep_orders") as compared:
            order.web_read({"name": {}})
        compared.assert_not_called()

    def test_a_salesman_who_opens_an_order_compares_nothing(self):
        order = self._shipped(10, user_id=self.users["salesman"].id)
        self.env["order.discrepancy.mark"]._write_marks()
        order.with_user(self.users["salesman"]).web_read({"name": {}})
        self.assertEqual(self._kinds(order), [])

    def test_a_cancelled_transfer_a_failed_check_and_a_payment(self):
        order = self._make_order((self.product, 10))
        order.action_confirm()
        order.picking_ids.action_assign()
        order.picking_ids.action_quality_fail("Box is wet")
        self._minute()
        self.assertEqual(self._kinds(order), ["quality_failed"])
        order.picking_ids.action_cancel()
        self._minute()
        self.assertEqual(self._kinds(order), ["short_shipped"])
        self.product.invoice_policy = "order"
        other = self._make_order((self.product, 10))
        other.action_confirm()
        other.picking_ids.action_cancel()
        invoice = self._invoice(other)
        self._minute()
        self.assertEqual(self._kinds(other), ["short_shipped"])
        self._pay(invoice, 50)
        self._minute()
        self.assertEqual(self._kinds(other), ["paid_not_shipped", "short_shipped"])
        self._night()

    def test_an_untouched_order_is_not_compared(self):
        order, other = self._shipped(4), self._shipped(5)
        self._minute()
        asked = []
        sweep = type(self.Discrepancy)._sweep_orders
        with patch.object(
            type(self.Discrepancy), "_sweep_orders", lambda this, ids: (asked.extend(ids), sweep(this, ids))[1]
        ):
            self._invoice(other)
            order.note = "Only a note"
            self._minute()
        self.assertEqual(asked, other.ids)

    def test_what_was_written_around_the_documents_is_a_fault_of_the_night(self):
        order = self._shipped(10)
        self._invoice(order)
        self._minute()
        self.env.cr.execute("UPDATE sale_order_line SET qty_invoiced = 3 WHERE order_id = %s", [order.id])
        self.env.invalidate_all()
        self._minute()
        self.assertEqual(self._kinds(order), [])
        self._night(missed=1)
        self.assertEqual(
            order.order_discrepancy_ids.mapped(lambda record: (record.kind, record.missed)), [("stored_differs", True)]
        )
        self._night()

    def test_opening_the_discrepancies_of_an_order_compares_it(self):
        order = self._shipped(10)
        action = self._as("processor", order).action_view_order_discrepancies()
        self.assertEqual(self.Discrepancy.search(action["domain"]).kind, "shipped_not_invoiced")

    def test_a_return_case_and_a_master_are_watched_too(self):
        """What only a case or a master decides comes true the moment that it does, with no document of the order touched."""
        self.env["order.return.policy"].search([]).action_archive()
        self.env["order.return.policy"].create({"name": "Early", "money_when": "approve"})
        order = self._shipped(10)
        self._invoice(order)
        Return = self._as("processor", self.env["order.return"])
        row = {"line_id": order.order_line.id, "quantity": 3}
        answer = Return.request([{"key": "touched-1", "lines": [row]}], "test")[0]
        case = Return.browse(answer["return_id"])
        case.action_approve()
        self._minute()
        self.assertEqual(self._kinds(order), [])
        case.action_cancel(reason="Kept after all")
        self._minute()
        self.assertEqual(self._kinds(order), ["refunded_not_returned"])
        weighed = self._shipped(10)
        self._invoice(weighed)
        parcel = self.env["stock.package"].create({"name": "P-2", "shipping_weight": 20})
        self.product.weight = 2
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE stock_move_line SET result_package_id = %s WHERE id = ANY(%s)",
            [parcel.id, weighed.picking_ids.move_line_ids.ids],
        )
        self.env.invalidate_all()
        self._minute()
        self.assertEqual(self._kinds(weighed), [])
        self.product.weight = 3
        self._minute()
        self.assertEqual(self._kinds(weighed), ["parcel_weight"])
        self.product.weight = 2
        ahead = self._make_order((self.other_product, 4))
        self.other_product.invoice_policy = "order"
        ahead.action_confirm()
        self._invoice(ahead)
        ahead.picking_ids.action_cancel()
        self._minute()
        self.assertEqual(self._kinds(ahead), ["short_shipped"])
        self.other_product.invoice_policy = "delivery"
        self._minute()
        self.assertEqual(self._kinds(ahead), ["invoiced_not_shipped", "short_shipped"])
        self._night()

    def test_marks_cost_one_statement(self):
        orders = self.env["sale.order"].browse([self._make_order((self.product, 2)).id for _ in range(10)])
        self.env["order.discrepancy.mark"]._write_marks()

        def queries(some):
            self.env["order.discrepancy.mark"]._touch("sale.order", some.ids)
            before = self.cr.sql_log_count
            self.env["order.discrepancy.mark"]._write_marks()
            return self.cr.sql_log_count - before

        self.assertEqual((queries(orders[:1]), queries(orders)), (1, 1))


class TestSettings(DiscrepancyCase):
    """What a company or a customer lives with, whose it is, how soon it is due."""

    def _setting(self, kind, **vals):
        return self._as("manager", self.env["order.discrepancy.setting"]).create({"kind": kind, **vals})

    def _short(self):
        order = self._shipped(10, deliver=8, backorder=False)
        self._invoice(order)
        self._sweep(order)
        return self._kinds(order)

    def test_quantity_percent_and_amount_must_all_hold(self):
        setting = self._setting("short_shipped", tolerance_quantity=2)
        self.assertEqual(self._short(), [])
        setting.tolerance_quantity = 1
        self.assertEqual(self._short(), ["short_shipped"])
        setting.write({"tolerance_quantity": 2, "tolerance_percent": 10})
        self.assertEqual(self._short(), ["short_shipped"])
        setting.tolerance_percent = 20
        self.assertEqual(self._short(), [])
        setting.tolerance_amount = 19.99
        self.assertEqual(self._short(), ["short_shipped"])
        setting.tolerance_amount = 20
        self.assertEqual(self._short(), [])

    def test_the_customers_own_counts_before_the_companys(self):
        self._setting("short_shipped", ignored=True)
        self.assertEqual(self._short(), [])
        setting = self._setting("short_shipped", partner_id=self.customer.id, severity="low", due_days=9)
        order = self._shipped(10, deliver=8, backorder=False)
        self._invoice(order)
        self._sweep(order)
        record = order.order_discrepancy_ids
        self.assertEqual(
            (record.kind, record.severity, (record.due - record.found_at.date()).days), ("short_shipped", "low", 9)
        )
        setting.with_user(1).company_id = self.other_company
        self.assertEqual(self._short(), [])

    def test_days_of_grace(self):
        self._setting("short_shipped", tolerance_days=3)
        self.assertEqual(self._short(), [])
        order = self.env["sale.order"].search([], order="id desc", limit=1)
        moment = "2099-01-01 10:00:00"
        self.Discrepancy.with_context(order_business_moment=moment).sweep([("order_id", "=", order.id)])
        self.assertEqual(self._kinds(order), ["short_shipped"])

    def test_owner(self):
        self._setting("short_shipped", owner_id=self.users["processor"].id)
        order = self._shipped(10, deliver=8, backorder=False)
        self._invoice(order)
        self._sweep(order)
        self.assertEqual(order.order_discrepancy_ids.owner_id, self.users["processor"])

    def test_one_setting_for_each_and_no_negative_tolerance(self):
        self._setting("late", tolerance_days=1)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self._setting("late", tolerance_days=2)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self._setting("late", tolerance_days=-1, partner_id=self.customer.id)

    def test_processors_read_them_and_managers_of_other_companies_do_not(self):
        setting = self._setting("late", tolerance_days=1)
        self.assertEqual(self._as("processor", setting).tolerance_days, 1)
        with self.assertRaises(AccessError):
            self._as("processor", setting).tolerance_days = 2
        with self.assertRaises(AccessError):
            self._as("stranger", setting).tolerance_days = 2

    def test_one_companys_manager_hides_nothing_from_another(self):
        """What holds for all companies is set by who answers for all; one's own setting goes to no other company."""
        with self.assertRaises(AccessError), self.cr.savepoint():
            self._setting("over_invoiced", company_id=False, ignored=True)
        general = self.env["order.discrepancy.setting"].create({"kind": "over_invoiced", "company_id": False})
        own = self._setting("over_shipped", ignored=True)
        for act in (
            lambda: self._as("manager", general).write({"ignored": True}),
            lambda: self._as("manager", general).unlink(),
            lambda: own.write({"company_id": self.other_company.id}),
            lambda: own.write({"company_id": False}),
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                act()
            self.env.invalidate_all()
        self.assertEqual((general.ignored, own.company_id), (False, self.company))

    def test_the_weight_of_a_parcel_is_off_by_more_than_a_tenth(self):
        self.product.weight = 2
        order = self._shipped(10)
        self._invoice(order)
        parcel = self.env["stock.package"].create({"name": "P-1", "shipping_weight": 21.9})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE stock_move_line SET result_package_id = %s WHERE id = ANY(%s)",
            [parcel.id, order.picking_ids.move_line_ids.ids],
        )
        self._sweep(order)
        self.assertEqual(self._kinds(order), [])
        parcel.shipping_weight = 22.1
        self._sweep(order)
        record = order.order_discrepancy_ids
        self.assertEqual((record.kind, record.expected, record.found), ("parcel_weight", 20, 22.1))
        self.assertEqual(record.found_text, "22.1 kg")

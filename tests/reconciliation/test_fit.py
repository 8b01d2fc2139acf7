from datetime import timedelta

from lxml import html
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Date, Datetime
from odoo.tools import mute_logger

from odoo.addons.order_processing.models.reconciliation import checks

from .common import ReconciliationCase


class TestFit(ReconciliationCase):
    """What is looked for before a day is signed: found, not found, explained, stopped."""

    def _draft(self):
        return self._next_day(sign=False)

    def _check(self, statement, code):
        found = statement.check_ids.filtered(lambda check: check.code == code)
        self.assertEqual(len(found), 1)
        return found

    def _enforce(self):
        self.company.action_order_control_enforce(reason="Tested")

    def _names(self, code, statement=None):
        check = self._check(statement or self._draft(), code)
        return [document["name"] for document in check.documents]

    # ------------------------------------------------------------------ each finds its own, and only that

    def test_a_clean_day_finds_nothing(self):
        draft = self._draft()
        self.assertEqual(draft.check_ids.mapped("code"), [check.code for check in checks.CHECKS])
        self.assertEqual(set(draft.check_ids.mapped("status")), {"fine"}, draft.check_ids.mapped("names"))
        self._enforce()
        self.assertTrue(draft.action_sign())

    def test_left_and_not_invoiced(self):
        order, waiting = self._confirmed((self.product, 5)), self._confirmed((self.product, 3))
        self._deliver(order)
        self.assertEqual(self._names("not_invoiced"), [order.name])
        self._invoice(order)
        self._deliver(waiting)
        self.assertEqual(self._names("not_invoiced"), [waiting.name])

    def test_goods_that_came_back_need_no_invoice(self):
        order = self._confirmed((self.product, 5))
        self._deliver(order)
        self._back(order, 5)
        self.assertEqual(self._names("not_invoiced"), [])

    def test_drafts_of_orders_dated_up_to_the_day(self):
        order = self._confirmed((self.product, 5))
        self._deliver(order)
        invoice = self._invoice(order, post=False)
        invoice.invoice_date = self.day + timedelta(days=1)
        found = self._check(self._draft(), "drafts")
        self.assertEqual([document["id"] for document in found.documents], invoice.ids)
        self.assertEqual(found.action_open_documents()["res_model"], "account.move")
        invoice.invoice_date = self.day + timedelta(days=30)
        self.assertEqual(self._names("drafts"), [])
        other = self.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": self.customer.id, "invoice_date": self.day}
        )
        self.assertEqual(self._names("drafts"), [], f"{other} belongs to no order")

    def test_held_and_nobody_sees_to_it(self):
        order = self._make_order()
        order.action_hold("goods_stopped", note="Tested")
        hold = self.env["order.hold"].search([("order_id", "=", order.id), ("state", "=", "open")])
        self.assertTrue(hold)
        self.assertEqual(self._names("held_unowned"), [order.name])
        self._as("processor", hold).action_claim()
        self.assertEqual(self._names("held_unowned"), [])

    def test_promised_by_today_and_still_here(self):
        late, later = self._confirmed((self.product, 5)), self._confirmed((self.product, 5))
        late.order_line.order_promise_date = self.day + timedelta(days=1)
        later.order_line.order_promise_date = self.day + timedelta(days=30)
        self.assertEqual(self._names("promises_missed"), [late.name])
        self._deliver(late)
        self.assertEqual(self._names("promises_missed"), [])

    def test_pickups_not_handed_over(self):
        order = self._confirmed((self.product, 5))
        pickup = self.env["order.pickup"].create(
            {"warehouse_id": self.warehouse.id, "date": self.day, "company_id": self.company.id}
        )
        self.assertEqual(self._names("pickups_open"), [], "an empty pickup waits for nothing")
        order.picking_ids.order_pickup_id = pickup
        self.assertEqual(self._names("pickups_open"), [pickup.name])
        pickup.date = self.day + timedelta(days=30)
        self.assertEqual(self._names("pickups_open"), [])

    def test_printed_and_not_shipped(self):
        order = self._confirmed((self.product, 5))
        order.picking_ids.printed = True
        draft = self._draft()
        self.assertEqual(self._names("printed_unshipped", draft), order.picking_ids.mapped("name"))
        self._enforce()
        self.assertEqual(self._check(draft, "printed_unshipped").status, "note")
        self.assertTrue(draft.action_sign(), "what is only shown stops nothing")

    def test_transfers_of_cancelled_orders(self):
        order = self._confirmed((self.product, 5))
        self.env.flush_all()
        self.env.cr.execute("UPDATE sale_order SET state = 'cancel' WHERE id = %s", [order.id])
        self.env.invalidate_all()
        self.assertEqual(self._names("orphan_transfers"), order.picking_ids.mapped("name"))
        order.picking_ids.action_cancel()
        self.assertEqual(self._names("orphan_transfers"), [])

    def test_goods_that_come_back_from_a_cancelled_order_are_no_orphans(self):
        order = self._confirmed((self.product, 5))
        self._deliver(order)
        transfer = order.picking_ids
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=transfer.id, active_model="stock.picking")
            .create({})
        )
        wizard.product_return_moves.quantity = 5
        wizard.action_create_returns()
        self.env.flush_all()
        self.env.cr.execute("UPDATE sale_order SET state = 'cancel' WHERE id = %s", [order.id])
        self.env.invalidate_all()
        self.assertEqual(self._names("orphan_transfers"), [])

    def test_discrepancies_without_an_owner(self):
        order = self._confirmed((self.product, 5))
        self._deliver(order)
        self.env.cr.execute(
            "UPDATE stock_move SET quantity = 7, product_qty = product_qty WHERE sale_line_id = %s",
            [order.order_line.id],
        )
        self.env.invalidate_all()
        self.env["order.discrepancy"].sweep([("order_id", "=", order.id)])
        found = self.env["order.discrepancy"].search([("order_id", "=", order.id), ("state", "=", "open")])
        self.assertTrue(found)
        found.owner_id = False
        self.assertEqual(set(self._names("discrepancies_unowned")), {order.name})
        found.owner_id = self.users["processor"]
        self.assertEqual(self._names("discrepancies_unowned"), [])

    def test_dated_into_a_closed_day(self):
        order = self._confirmed((self.product, 5))
        today = self._confirmed((self.product, 2))
        self._deliver(order)
        self.env.flush_all()
        self.env["order.event"].flush_model()
        self.env.cr.execute(
            "UPDATE order_event SET business_date = %s WHERE order_id = %s AND kind = 'shipped'",
            [self.day, order.id],
        )
        self.env.cr.execute(
            "UPDATE order_event SET business_date = %s WHERE order_id = %s", [self.day + timedelta(days=1), today.id]
        )
        self.assertEqual(self._names("back_dated"), [order.name])

    def test_balances_with_a_difference(self):
        order = self._confirmed((self.product, 5))
        self._deliver(order)
        self.env["order.event"].flush_model()
        self.env.cr.execute(
            "UPDATE order_event SET quantity_ref = 9 WHERE order_id = %s AND kind = 'shipped'", [order.id]
        )
        draft = self._draft()
        self.assertEqual(self._names("differences", draft), [order.name])
        self._enforce()
        with self.assertRaisesRegex(UserError, "Balances with a difference"):
            draft.action_sign()

    def test_another_companys_work_is_not_ours(self):
        order = self._confirmed((self.product, 5))
        self._deliver(order)
        draft = self._draft()
        other = self._draw(self.day, self.other_company)
        self.assertEqual(self._names("not_invoiced", draft), [order.name])
        self.assertEqual(set(other.check_ids.mapped("document_count")), {0})

    # ------------------------------------------------------------------ what the signature asks

    def _undone(self):
        """A draft of a day with goods that left and were not invoiced."""
        order = self._confirmed((self.product, 5))
        self._deliver(order)
        return order, self._draft()

    def test_observing_companies_sign_all(self):
        _order, draft = self._undone()
        self.assertEqual(draft.to_explain_count, 1)
        self.assertTrue(draft.action_sign())

    def test_what_must_be_explained_is_and_is_signed(self):
        _order, draft = self._undone()
        self._enforce()
        with self.assertRaisesRegex(UserError, r"Left and not invoiced \(1\)"):
            self._as("manager", draft).action_sign()
        self.assertEqual(draft.state, "draft")
        self._as("processor", draft).write(
            {"check_ids": [Command.update(self._check(draft, "not_invoiced").id, {"explanation": "Invoiced monthly"})]}
        )
        check = self._check(draft, "not_invoiced")
        self.assertEqual((check.status, check.explained_by_id), ("explained", self.users["processor"]))
        self._as("manager", draft).action_sign()
        self.assertTrue(self.Statement.verify_chain(self.company.id)["ok"])
        with self.assertRaises(UserError):
            self._as("manager", check).write({"explanation": "Something else"})
        self.env.cr.execute("UPDATE order_reconciliation_check SET explanation = 'Forged' WHERE id = %s", [check.id])
        self.env.invalidate_all()
        self.assertFalse(self.Statement.verify_chain(self.company.id)["ok"], "the explanation is signed")

    def test_blank_is_no_explanation(self):
        _order, draft = self._undone()
        self._enforce()
        draft.explain_checks({"not_invoiced": "   "})
        with self.assertRaises(UserError):
            draft.action_sign()

    def test_drawn_again_keeps_what_was_said_while_it_holds(self):
        order, draft = self._undone()
        self._as("processor", draft).explain_checks({"*": "Invoiced monthly"})
        draft.action_redraw()
        check = self._check(draft, "not_invoiced")
        self.assertEqual((check.explanation, check.explained_by_id), ("Invoiced monthly", self.users["processor"]))
        self._invoice(order)
        draft.action_redraw()
        check = self._check(draft, "not_invoiced")
        self.assertEqual((check.document_count, check.explanation, check.explained_by_id.ids), (0, False, []))

    def test_what_was_said_of_some_is_not_said_of_others(self):
        order, draft = self._undone()
        draft.explain_checks({"not_invoiced": "Invoiced tomorrow"})
        other = self._confirmed((self.product, 2))
        self._deliver(other)
        draft.action_redraw()
        check = self._check(draft, "not_invoiced")
        self.assertEqual((check.document_count, check.status, check.explanation), (2, "explain", False))
        draft.explain_checks({"not_invoiced": "Both tomorrow"})
        self._invoice(order)
        draft.action_redraw()
        self.assertEqual(self._check(draft, "not_invoiced").status, "explain", "one of two is not both")

    def test_nothing_is_explained_beforehand(self):
        draft = self._draft()
        draft.explain_checks({"drafts": "Whatever comes"})
        self.assertFalse(self._check(draft, "drafts").explanation)
        with self.assertRaisesRegex(UserError, "nothing to explain"):
            self._check(draft, "drafts").write({"explanation": "Whatever comes"})
        self.assertTrue(self._check(draft, "drafts").write({}))

    def test_who_signed_or_explained_is_never_deleted(self):
        _order, draft = self._undone()
        self._as("processor", draft).explain_checks({"*": "Invoiced monthly"})
        self._as("manager", draft).action_sign()
        for name in ("processor", "manager"):
            with self.subTest(user=name), mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
                with self.env.cr.savepoint():
                    self.env.cr.execute("DELETE FROM res_users WHERE id = %s", [self.users[name].id])

    def test_a_draft_without_checks_is_drawn_again(self):
        draft = self._draft()
        self._enforce()
        self.env.cr.execute("DELETE FROM order_reconciliation_check WHERE reconciliation_id = %s", [draft.id])
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "draw it again"):
            draft.action_sign()

    def test_a_stop_is_mended_never_explained(self):
        _order, draft = self._undone()
        self._as("manager", self.env["order.reconciliation.rule"]).create(
            {"code": "not_invoiced", "weight": "stop", "company_id": self.company.id}
        )
        draft.action_redraw()
        draft.explain_checks({"not_invoiced": "No"})
        self._enforce()
        self.assertEqual(draft.stop_count, 1)
        with self.assertRaisesRegex(UserError, "Mend this and draw the day again: Left and not invoiced"):
            draft.action_sign()

    def test_the_companys_own_weight_counts_before_the_general_one(self):
        _order, draft = self._undone()
        rules = self.env["order.reconciliation.rule"]
        rules.create({"code": "not_invoiced", "weight": "stop", "company_id": False})
        rules.create({"code": "not_invoiced", "weight": "note", "company_id": self.company.id})
        rules.create({"code": "drafts", "weight": "note", "company_id": self.other_company.id})
        draft.action_redraw()
        self.assertEqual(self._check(draft, "not_invoiced").weight, "note")
        self.assertEqual(self._check(draft, "drafts").weight, "explain")
        self._enforce()
        self.assertTrue(draft.action_sign())

    def test_who_may_set_the_checks(self):
        rules = self.env["order.reconciliation.rule"]
        for name in ("processor", "salesman", "integration"):
            with self.subTest(user=name), self.assertRaises(AccessError):
                self._as(name, rules).create({"code": "drafts", "weight": "note", "company_id": self.company.id})
        with self.assertRaises(AccessError):
            self._as("manager", rules).create({"code": "drafts", "weight": "note", "company_id": False})
        with self.assertRaises(AccessError):
            self._as("stranger", rules).create({"code": "drafts", "weight": "note", "company_id": self.company.id})

    def test_checks_are_drawn_and_not_written(self):
        _order, draft = self._undone()
        check = self._check(draft, "not_invoiced")
        for vals in ({"weight": "note"}, {"document_count": 0}, {"explanation": "x", "weight": "note"}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                self._as("manager", check).write(vals)
        for user in ("manager", "processor"):
            with self.assertRaises(UserError):
                self._as(user, check).unlink()
            with self.assertRaises(UserError):
                self._as(user, check).create({"code": "drafts"})
        for user in ("salesman", "integration", "stranger"):
            with self.subTest(user=user), self.assertRaises(AccessError):
                self._as(user, check).write({"explanation": "Mine"})
        with self.assertRaises(UserError):
            draft.explain_checks({"nothing": "x"})

    # ------------------------------------------------------------------ where it is seen

    def test_a_draft_says_what_came_after_its_cut(self):
        draft = self._draft()
        self.assertEqual((draft.since_cut_count, draft.since_end_count), (0, 0))
        self._confirmed((self.product, 5))
        self.env["order.event"].flush_model()
        draft.invalidate_recordset()
        self.assertGreater(draft.since_cut_count, 0)
        self.assertEqual(draft.since_end_count, draft.since_cut_count, "the day ended long ago")
        wizard = self._as("processor", self.env["reconciliation.draw"])
        again = wizard.create({"date": draft.date})
        self.assertEqual((again.past_count, again.last_id), (draft.since_cut_count, self.statement))
        today = wizard.create({"date": Date.today()})
        self.assertEqual((today.past_count, today.last_id), (0, draft), "what came since is of a day that runs")
        signed = self.statement
        self.assertEqual(signed.since_cut_count, 0, "a signed day says nothing of it")

    def test_report_and_contract_show_the_checks(self):
        order, draft = self._undone()
        self._as("processor", draft).explain_checks({"not_invoiced": "Invoiced monthly"})
        answer = self._as("integration", self.env["order.processing"]).reconciliation(date=Date.to_string(draft.date))
        told = next(check for check in answer["checks"] if check["code"] == "not_invoiced")
        self.assertEqual(
            (told["weight"], told["found"], told["documents"], told["explanation"]),
            ("explain", 1, [order.name], "Invoiced monthly"),
        )
        content, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "order_processing.action_report_reconciliation", draft.ids
        )
        rows = html.fromstring(content).xpath("//table[contains(@class, 'checks')]/tbody/tr")
        self.assertEqual(len(rows), len(checks.CHECKS))
        words = " ".join(rows[0].text_content().split())
        self.assertEqual(
            words, f"Left and not invoiced 1 {order.name} Invoiced monthly ({self.users['processor'].name})"
        )

    def test_submissions_that_nobody_decided_stop(self):
        self.env["order.intake"].submit(
            [{"reference": "R-1", "customer": "nobody", "lines": []}], "test", self.company.id
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE order_intake SET state = 'received', business_date = %s WHERE reference = 'R-1'", [self.day]
        )
        draft = self._draft()
        self.assertEqual(self._names("submissions_undecided", draft), ["R-1"])
        self._enforce()
        with self.assertRaisesRegex(UserError, "Submitted and neither accepted nor rejected"):
            draft.action_sign()

    def test_returns_received_and_not_inspected(self):
        order = self._confirmed((self.product, 5))
        self._deliver(order)
        row = {"line_id": order.order_line.id, "quantity": 2}
        answer = self.env["order.return"].request([{"key": "case", "lines": [row]}], "test")[0]
        case = self.env["order.return"].browse(answer["return_id"])
        self.env.flush_all()
        for state, names in (("received", [case.name]), ("inspected", [])):
            self.env.cr.execute(
                "UPDATE order_return SET state = %s, received_at = %s WHERE id = %s",
                [state, Datetime.now(), case.id],
            )
            with self.subTest(state=state):
                self.assertEqual(self._names("returns_uninspected"), names)

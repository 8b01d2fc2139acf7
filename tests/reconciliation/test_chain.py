import hashlib
import json
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import SQL, mute_logger

from odoo.addons.order_processing.models.reconciliation import order_reconciliation_chain
from odoo.addons.order_processing.models.reconciliation.digest import canonical, digest

from .common import FIRST, ReconciliationCase


class TestChain(ReconciliationCase):
    def _signed_days(self):
        order = self._confirmed((self.product, 5))
        first = self._next_day()
        self._deliver(order)
        second = self._next_day()
        self._invoice(order)
        third = self._next_day()
        self.env.flush_all()
        return order, first, second, third

    def _broken(self):
        self.env.invalidate_all()
        return self.Statement.verify_chain(self.company.id)

    def test_the_digest_is_what_its_description_says(self):
        rows = [("statement", "1", None), ("line", "é", "2.5")]
        text = "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)
        self.assertEqual(digest("", rows), "$1$" + hashlib.sha256(text.encode()).hexdigest())
        self.assertEqual(digest("$1$" + "a" * 64, rows), "$1$" + hashlib.sha256(("a" * 64 + text).encode()).hexdigest())
        self.assertEqual(canonical(("a", None)), '["a",null]')
        # FIPS 180-4, through the empty chain
        self.assertEqual(hashlib.sha256(b"abc").hexdigest()[:8], "ba7816bf")

    def test_the_chain_holds_and_counts(self):
        *_rest, third = self._signed_days()
        self.assertEqual(self._broken(), {"ok": True, "days": 4, "broken": []})
        self.assertEqual(third.number, 4)

    def test_one_cell_changed_by_sql_is_found(self):
        order, first, second, _third = self._signed_days()
        plants = {
            "a figure": SQL(
                "UPDATE order_reconciliation_line SET shipped_value = shipped_value + 0.01 WHERE reconciliation_id = %s AND order_number = %s",
                second.id,
                order.id,
            ),
            "a line removed": SQL(
                "DELETE FROM order_reconciliation_line WHERE reconciliation_id = %s AND order_number = %s",
                second.id,
                order.id,
            ),
            "an equation": SQL(
                "UPDATE order_reconciliation_equation SET documents = '[{}]' WHERE reconciliation_id = %s AND name = 'paid'",
                second.id,
            ),
            "the signer": SQL("UPDATE order_reconciliation SET signed_by_id = 2 WHERE id = %s", second.id),
            "the day book": SQL(
                "UPDATE order_event SET quantity = quantity + 1 WHERE order_id = %s AND kind = 'shipped'", order.id
            ),
            "a row of the book removed": SQL(
                "DELETE FROM order_event WHERE order_id = %s AND kind = 'shipped'", order.id
            ),
            "a day set aside": SQL("UPDATE order_reconciliation SET state = 'superseded' WHERE id = %s", second.id),
            "what moved": SQL("UPDATE order_reconciliation_line SET moved = 7 WHERE reconciliation_id = %s", second.id),
            "a balance out of sight": SQL(
                "UPDATE order_reconciliation_equation SET company_id = %s WHERE reconciliation_id = %s AND name = 'paid'",
                self.other_company.id,
                second.id,
            ),
        }
        for name, plant in plants.items():
            with self.env.cr.savepoint() as savepoint:
                self.env.cr.execute(plant)
                answer = self._broken()
                self.assertFalse(answer["ok"], name)
                self.assertEqual({fault["date"] for fault in answer["broken"]}, {str(second.date)}, name)
                savepoint.rollback()
        self.assertTrue(self._broken()["ok"])
        self.assertNotEqual(first.digest, second.digest)

    def test_a_swapped_order_a_removed_day_and_a_digest_computed_anew_are_found(self):
        order, first, second, third = self._signed_days()
        other = self._make_order((self.product, 1))
        self.env.flush_all()
        with self.env.cr.savepoint() as savepoint:
            self.env.cr.execute(
                SQL(
                    "UPDATE order_reconciliation_line SET order_id = %s WHERE reconciliation_id = %s AND order_number = %s",
                    other.id,
                    second.id,
                    order.id,
                )
            )
            self.assertIn("another document", self._broken()["broken"][0]["why"])
            savepoint.rollback()
        with self.env.cr.savepoint() as savepoint:
            self.env.cr.execute(
                SQL("UPDATE order_reconciliation SET previous_id = %s WHERE id = %s", first.id, third.id)
            )
            self.env.cr.execute(SQL("DELETE FROM order_reconciliation WHERE id = %s", second.id))
            self.assertIn("missing", self._broken()["broken"][0]["why"])
            savepoint.rollback()
        with self.env.cr.savepoint() as savepoint:
            self.env.cr.execute(SQL("DELETE FROM order_reconciliation WHERE id = %s", third.id))
            self.assertIn("missing", self._broken()["broken"][0]["why"])
            savepoint.rollback()
        with self.env.cr.savepoint() as savepoint:
            self.env.cr.execute(
                SQL("UPDATE order_reconciliation_line SET shipped_qty = 4 WHERE reconciliation_id = %s", second.id)
            )
            self.env.invalidate_all()
            second._transition_write({"digest": digest(second.previous_digest, self._canonical_rows(second))})
            second.flush_recordset()
            self.assertEqual([fault["date"] for fault in self._broken()["broken"]], [str(second.date), str(third.date)])
            savepoint.rollback()

    def test_the_last_days_digest_computed_anew_is_found(self):
        """Nothing follows it in the chain: the day book knows what was signed."""
        *_rest, third = self._signed_days()
        self.env.cr.execute(
            SQL("UPDATE order_reconciliation_line SET shipped_qty = 4 WHERE reconciliation_id = %s", third.id)
        )
        self.env.invalidate_all()
        third._transition_write({"digest": digest(third.previous_digest, self._canonical_rows(third))})
        third.flush_recordset()
        [fault] = self._broken()["broken"]
        self.assertEqual(fault["date"], str(third.date))
        self.assertIn("another digest", fault["why"])

    def test_nobody_writes_or_deletes_what_is_signed(self):
        *_rest, third = self._signed_days()
        for record in (third, third.sudo(), third.with_user(self.users["manager"])):
            for vals in ({"note": "x"}, {"digest": "x"}, {"state": "draft"}, {"date": "2030-01-01"}):
                with self.assertRaises(UserError):
                    record.write(vals)
            with self.assertRaises(UserError):
                record.unlink()
        for part in (third.line_ids[:1], third.equation_ids[:1]):
            for user in (self.env.user, self.users["manager"]):
                with self.assertRaises(UserError):
                    part.with_user(user).write({"sequence": 1})
                with self.assertRaises(UserError):
                    part.with_user(user).unlink()
                with self.assertRaises(UserError):
                    part.with_user(user).create({"reconciliation_id": third.id})
        with self.assertRaises(UserError):
            self.Statement.create({"company_id": self.company.id, "date": "2026-05-01"})
        with self.assertRaises(UserError):
            third.copy()

    def test_no_way_round_to_what_is_signed(self):
        """Through the parent, through another day's draft, by assignment, by import: the administrator included."""
        order, _first, _second, third = self._signed_days()
        draft = self._next_day(sign=False)
        parts = ("line_ids", "equation_ids", "check_ids", "stock_ids", "total_ids")
        sealed = third.digest
        for part in parts:
            row = third[part][:1]
            self.assertTrue(row, part)
            for parent in (third, draft):
                for command in (Command.update(row.id, {"sequence": 99}), Command.delete(row.id), Command.link(row.id),
                                Command.unlink(row.id), Command.create({"sequence": 1})):  # fmt: skip
                    if parent == draft and command[0] == Command.UNLINK:
                        continue
                    with self.subTest(part=part, day=parent.date, command=command[0]), self.assertRaises(UserError):
                        with self.env.cr.savepoint():
                            parent.sudo().write({part: [command]})
                    self.env.invalidate_all()
            with self.subTest(part=part), self.assertRaises(UserError):
                row.sudo().sequence = 99
            answer = row.load([".id", "sequence"], [[str(row.id), "99"]])
            self.assertFalse(answer["ids"], answer)
        answer = self.Statement.load([".id", "note"], [[str(third.id), "Imported"]])
        self.assertIn("signed", answer["messages"][0]["message"])
        # a document that stood in it goes on living, and dying
        order.invoice_ids.button_draft()
        gone = self._make_order((self.product, 1))
        draft.action_redraw()
        draft.action_sign()
        gone.unlink()
        self.assertEqual((self._broken()["broken"], third.digest), ([], sealed))

    def test_who_may_draw_sign_and_reopen(self):
        day = FIRST + timedelta(days=1)
        for name in ("integration", "salesman", "portal"):
            with self.assertRaises(AccessError):
                self._as(name, self.Statement).draft_day(day, self.company.id)
        with self.assertRaises(AccessError):
            self._as("stranger", self.Statement).draft_day(day, self.company.id)
        answer = self._as("processor", self.Statement).draft_day(day)
        statement = self.Statement.browse(answer["id"])
        self.assertEqual(statement.prepared_by_id, self.users["processor"])
        for name in ("processor", "integration", "stranger"):
            with self.assertRaises(AccessError):
                self._as(name, statement).action_sign()
            with self.assertRaises(AccessError):
                self._as(name, self.statement).action_reopen(reason="because")
        with self.assertRaises(AccessError):
            self._as("stranger", statement).read(["digest"])
        self.assertFalse(self._as("stranger", self.env["order.reconciliation.line"]).search([]))
        with self.assertRaises(AccessError):
            self._as("stranger", self.Statement).verify_chain(self.company.id)
        with self.assertRaises(AccessError):
            self._as("processor", statement).unlink()
        self._as("manager", statement).action_sign()
        self.assertEqual((statement.state, statement.signed_by_id), ("signed", self.users["manager"]))

    def test_signing_twice_is_once(self):
        statement = self._next_day(sign=False)
        self._as("manager", statement).action_sign()
        sealed, moment = statement.digest, statement.signed_at
        self.assertTrue(self._as("manager", statement).action_sign())
        self.assertEqual((statement.digest, statement.signed_at, statement.number), (sealed, moment, 2))
        self.assertEqual(self.env["order.event"].search_count([("kind", "=", "day_signed"), ("document_id", "=", statement.id)]), 1)  # fmt: skip

    def test_days_are_closed_in_order(self):
        first = self._next_day(sign=False)
        with self.assertRaisesRegex(UserError, "is signed"):
            self.Statement.draft_day(FIRST, self.company.id)
        second = self._next_day(sign=False)
        with self.assertRaisesRegex(UserError, "closed in order"):
            self.Statement.draft_day(first.date, self.company.id)
        with self.assertRaisesRegex(UserError, "closed in order"):
            first.action_redraw()
        with self.assertRaisesRegex(UserError, "before"):
            second.action_sign()
        (second | first).action_sign()
        self.assertEqual((first.number, second.number), (2, 3))
        with self.assertRaisesRegex(UserError, "still to come"):
            self.Statement.draft_day(fields.Date.today() + timedelta(days=3), self.company.id)
        with self.assertRaisesRegex(UserError, "no date"):
            self.Statement.draft_day("yesterday", self.company.id)
        self.assertTrue(self._broken()["ok"])

    def test_reopening_makes_a_revision_and_keeps_the_old(self):
        order = self._confirmed((self.product, 5))
        signed = self._next_day()
        digest_before = signed.digest
        self._deliver(order)
        with self.assertRaisesRegex(UserError, "reason"):
            signed.action_reopen(reason=" ")
        answer = self._as("manager", signed).action_reopen(reason="The parcel left before midnight")
        draft = self.Statement.browse(answer[0]["id"])
        self.assertEqual((signed.state, signed.digest), ("superseded", digest_before))
        self.assertEqual((draft.revision, draft.state, draft.date), (2, "draft", signed.date))
        self.assertEqual((self._bucket(signed, order), self._bucket(draft, order)), ("ready", "to_invoice"))
        self._assert_proven(draft)
        draft.action_sign()
        self.assertEqual((draft.number, draft.previous_digest), (3, digest_before))
        self.assertTrue(self._broken()["ok"])
        with self.env.cr.savepoint() as savepoint:
            self.env.cr.execute(
                SQL("UPDATE order_reconciliation SET reopen_reason = 'None of yours' WHERE id = %s", signed.id)
            )
            self.assertIn("another reason", self._broken()["broken"][0]["why"])
            savepoint.rollback()
        self.env.invalidate_all()
        following = self._next_day(sign=False)
        with self.assertRaisesRegex(UserError, "closed in order"):
            draft.action_reopen(reason="Too late")
        self.assertEqual(draft.state, "signed")
        self.assertEqual(following.previous_id, draft)

    def test_a_document_taken_back_after_the_cut_stops_the_signature(self):
        order = self._confirmed((self.product, 5))
        self._deliver(order)
        invoice = self._invoice(order)
        statement = self._next_day(sign=False)
        invoice.button_draft()
        with self.assertRaisesRegex(UserError, f"{invoice.name} changed after the cut"):
            statement.action_sign()
        self.assertEqual(statement.state, "draft")
        # where a later day is drawn already, the way out is told, and leads out
        later = self._next_day(sign=False)
        for act in (statement.action_redraw, statement.action_sign):
            with self.assertRaisesRegex(UserError, f"a manager first deletes the draft of {later.date}"):
                act()
        self._as("manager", later).unlink()
        statement.action_redraw()
        statement.action_sign()
        self._assert_proven(statement)

    def test_remarks_are_written_on_a_draft_and_signed_with_it(self):
        statement = self._next_day(sign=False)
        self._as("manager", statement).note = "Counted twice."
        self.env.flush_all()
        statement.action_sign()
        self.env.cr.execute(SQL("UPDATE order_reconciliation SET note = 'Never counted' WHERE id = %s", statement.id))
        self.assertFalse(self._broken()["ok"])

    def test_signing_mails_the_statement_to_the_subscribers(self):
        self.company.order_statement_partner_ids = self.customer
        statement = self._next_day()
        mail = self.env["mail.mail"].search([("model", "=", statement._name), ("res_id", "=", statement.id)])
        self.assertEqual(mail.recipient_ids, self.customer)
        self.assertEqual(len(mail.attachment_ids), 1)

    def test_the_closing_hour_draws_the_day_and_asks_the_managers(self):
        self._make_order((self.product, 1))
        self.company.order_tz = "UTC"
        self.company.order_closing_hour = 0
        with mute_logger("odoo.addons.base.models.ir_cron"):
            self.env.cr.execute("SELECT 1")
            self.assertEqual(self.Statement._due_day(self.company), fields.Date.today())
            self.Statement._draw_at_closing(self.company)
        today = fields.Date.today()
        statement = self.Statement.search([("company_id", "=", self.company.id), ("date", "=", today)])
        self.assertEqual(statement.state, "draft")
        self.assertIn(self.users["manager"], statement.activity_ids.user_id)
        self.assertNotIn(self.users["stranger"], statement.activity_ids.user_id)
        self.assertFalse(self.Statement._due_day(self.company))
        statement.action_sign()
        self.assertFalse(statement.activity_ids)

    def test_a_company_whose_day_fails_holds_up_no_other(self):
        def draw(statements, company):
            if company == broken:
                raise ValueError("Nobody thought of this")
            drawn.append(company)

        companies = self.env["res.company"].search([("order_control", "!=", "off")])
        broken, drawn = companies[0], []
        with (
            patch.object(type(self.Statement), "_due_day", lambda *_args: FIRST),
            patch.object(type(self.Statement), "_draw_at_closing", draw),
            patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_more: 1),
            mute_logger("odoo.addons.order_processing.models.reconciliation.order_reconciliation_notice"),
        ):
            self.Statement._cron_draft()
        self.assertGreater(len(drawn), 0)
        self.assertEqual(drawn, list(companies[1:]))

    def test_a_draft_that_nobody_wants_is_deleted_from_its_screen(self):
        for user, allowed in (("manager", True), ("processor", False)):
            for kind in ("form", "list"):
                arch = self._as(user, self.Statement).get_view(view_type=kind)["arch"]
                self.assertEqual('delete="False"' not in arch.split(">")[0], allowed, (user, kind))

    def test_the_form_is_written_by_the_database_as_the_script_reads_it(self):
        odd = "Ünï \"plain\" back\\slash \t tab \n line \u2028 \x7f \x1f \b\f \U0001f69a </script> %s %(x)s 'single'"
        self.customer.name = odd
        self._confirmed((self.product, 5))
        day = self._next_day(sign=False)
        day.note = odd
        day.action_sign()
        text = "".join(day._canonical_blocks())
        rows = self._canonical_rows(day)
        self.assertIn(odd, [row[5] for row in rows if row[0] == "line"])
        self.assertEqual("".join(canonical(row) + "\n" for row in rows), text)
        self.assertEqual(digest(day.previous_digest, rows), day.digest)

    def test_a_form_of_any_size_is_read_in_pieces(self):
        for _number in range(6):
            self._confirmed((self.product, 5))
        day = self._next_day()
        with patch.object(order_reconciliation_chain, "STEP", 2):
            pieces = list(day._canonical_blocks())
        self.assertGreater(len(pieces), 6)
        self.assertLessEqual(max(piece.count("\n") for piece in pieces), 2)
        self.assertEqual("".join(pieces), "".join(day._canonical_blocks()))

"""A refused change is told like a refused order, and one that cannot be sent ends on the desk, not in an endless loop."""

from datetime import timedelta

from odoo.tools import mute_logger

from odoo.addons.order_processing.models.intake.order_intake_acknowledge import TRIES

from tests.common import OrderCase
from tests.intake.common import IntakeMixin


class TestAcknowledgementRefused(IntakeMixin, OrderCase):
    def setUp(self):
        super().setUp()
        self.customer.with_company(self.company).order_acknowledgement = "differences"

    def _cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("order_processing.cron_acknowledge").method_direct_trigger()
        self.env.invalidate_all()

    def _mails(self, intake):
        return self.env["mail.mail"].search([("model", "=", "order.intake"), ("res_id", "in", intake.ids)], order="id")

    def _told(self, reference):
        contract = self._as("integration", self.env["order.processing"])
        return contract.acknowledgements(references=[reference], source="shop")[0]

    def _shipped(self, reference):
        """The envelope of an order whose goods have left."""
        answer = self._submit(self._order(reference))[0]
        order = self.env["sale.order"].browse(answer["order_id"])
        self._stock(self.product, 5)
        order.action_confirm()
        self._deliver(order)
        self._cron()
        self.assertFalse(self._mails(order.intake_id), "it is entered as it was sent")
        return order.intake_id

    def test_a_change_that_comes_too_late_is_told_once(self):
        intake = self._shipped("C-1")
        late = self._order("C-1", quantity=3, replace=True)
        self.assertEqual(self._submit(late, dry_run=True)[0]["code"], "too_late")
        self.assertFalse(intake.refused_change or intake.acknowledgement_state == "to_send")
        self.assertEqual(self._submit(late)[0]["code"], "too_late")
        self._cron()
        mail = self._mails(intake)
        self.assertEqual(len(mail), 1)
        self.assertIn("could not be carried out", mail.body_html)
        self.assertIn("Line 1, Quantity: Dispatch has begun", mail.body_html)
        self.assertIn("change", mail.subject)
        told = self._told("C-1")
        self.assertEqual((told["ok"], told["code"], told["result"]), (True, "accepted", "changed"))
        self.assertEqual(told["lines"][0]["codes"], ["accepted"], "the order stands as it was")
        self.assertEqual([error["path"] for error in told["refused_change"]], ["lines[0].quantity"])
        self.assertIn("could not be carried out", str(intake.order_id._acknowledgement_portal()))
        self._submit(late)
        self._cron()
        self.assertEqual(len(self._mails(intake)), 1, "the same refusal again is no news")
        self._submit(self._order("C-1", quantity=4, replace=True))
        self._cron()
        self.assertEqual(len(self._mails(intake)), 2, "another one is")

    def test_a_faulty_change_is_told_and_gone_with_one_that_is_right(self):
        intake = self.env["order.intake"].browse(self._submit(self._order("C-2"))[0]["intake_id"])
        faulty = self._order("C-2", product="NOPE", replace=True)
        self.assertEqual(self._submit(faulty)[0]["code"], "invalid")
        self._cron()
        self.assertIn("Line 1, Product: No product has this code", self._mails(intake).body_html)
        self.assertTrue(self._submit(self._order("C-2", quantity=2, replace=True))[0]["ok"])
        self._cron()
        self.assertEqual(len(self._mails(intake)), 2, "who was told of a refusal is told that there is none any more")
        self.assertEqual((self._told("C-2")["result"], self._told("C-2")["refused_change"]), ("accepted", []))

    def test_who_is_told_after_review_is_not_told_of_a_refusal_either(self):
        self.customer.with_company(self.company).order_acknowledgement = "review"
        intake = self._shipped("C-3")
        self._submit(self._order("C-3", quantity=3, replace=True))
        self._cron()
        self.assertFalse(self._mails(intake))
        self._as("processor", intake).action_acknowledge()
        self.assertIn("could not be carried out", self._mails(intake).body_html)

    @mute_logger("odoo.addons.order_processing.models.intake.order_intake_acknowledge")
    def test_after_some_tries_the_desk_has_it(self):
        self.customer.with_company(self.company).order_acknowledgement = "always"
        intake = self.env["order.intake"].browse(self._submit(self._order("C-4"))[0]["intake_id"])
        queue = self._as("processor", self.env.ref("order_processing.desk_queue_not_acknowledged"))
        before = queue.count
        Intake = type(self.env["order.intake"])
        make = Intake._acknowledgement_make

        def failing(*_args):
            raise KeyError("no such thing")

        self.patch(Intake, "_acknowledgement_make", failing)
        waited = []
        for _try in range(TRIES - 1):
            self._cron()
            again = intake.acknowledgement_again_at
            waited.append(again - intake.write_date)
            queue.invalidate_recordset()
            self.assertEqual(queue.count, before, "it is tried again by itself")
            intake._transition_write({"acknowledgement_again_at": again - timedelta(days=9)})
        self.assertEqual(waited, sorted(waited))
        self._cron()
        self.assertFalse(intake.acknowledgement_again_at)
        self.assertEqual((intake.acknowledgement_state, intake.acknowledgement_tries), ("failed", TRIES))
        self.assertIn("no such thing", intake.acknowledgement_problem)
        queue.invalidate_recordset()
        self.assertEqual(queue.count, before + 1)
        self._cron()
        self.assertEqual(intake.acknowledgement_tries, TRIES, "nobody tries it any more")
        self.patch(Intake, "_acknowledgement_make", make)
        self._as("processor", intake).action_acknowledge()
        queue.invalidate_recordset()
        self.assertEqual((queue.count, intake.acknowledgement_state), (before, "sent"))
        self.assertFalse(intake.acknowledgement_tries or intake.acknowledgement_problem)

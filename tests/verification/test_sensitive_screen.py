"""The screen on which a manager says what may not change on a confirmed order without a person."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from .common import VerificationCase


class TestSensitiveScreen(VerificationCase):
    def _form(self, user="manager"):
        return Form(self._as(user, self.env["order.verification.sensitive"]))

    def _chosen(self, form):
        rows = [form.part_ids.edit(index) for index in range(len(form.part_ids))]
        return {row.code for row in rows if row.sensitive}

    def test_it_shows_what_is_set_and_sets_it(self):
        form = self._form()
        self.assertEqual(self._chosen(form), {"ship_to", "price", "discount"})
        self.assertEqual(len(form.part_ids), len(self.env["sale.order"]._verification_parts()))
        for index in range(len(form.part_ids)):
            with form.part_ids.edit(index) as row:
                row.sensitive = row.code in ("quantity", "ship_to")
        form.reason = "Goods are scarce"
        form.save().action_save()
        self.assertEqual(self.company._order_sensitive_parts(), {"quantity", "ship_to"})
        self.assertEqual(self.company.order_sensitive_by_id, self.users["manager"])
        self.assertEqual(self._chosen(self._form()), {"quantity", "ship_to"})

    def test_nothing_may_be_chosen_but_not_without_a_reason(self):
        form = self._form()
        for index in range(len(form.part_ids)):
            with form.part_ids.edit(index) as row:
                row.sensitive = False
        form.reason = " "
        wizard = form.save()
        with self.assertRaisesRegex(UserError, "a reason is required"):
            wizard.action_save()
        wizard.reason = "We trust the desk"
        wizard.action_save()
        self.assertEqual(self.company._order_sensitive_parts(), set())

    def test_rights(self):
        for user in ("salesman", "processor", "integration", "accountant"):
            with self.subTest(user=user), self.assertRaises(AccessError):
                self._as(user, self.env["order.verification.sensitive"]).create({"reason": "x"}).action_save()
        wizard = self._as("stranger", self.env["order.verification.sensitive"])
        with self.assertRaises(AccessError):
            wizard.create({"reason": "x", "company_id": self.company.id}).action_save()
        self.assertFalse(self.company.order_sensitive_reason)

    def test_no_other_part_than_there_is(self):
        wizard = self._as("manager", self.env["order.verification.sensitive"]).create({"reason": "x"})
        wizard.part_ids[0].code = "everything"
        wizard.part_ids[0].sensitive = True
        with self.assertRaisesRegex(UserError, "Unknown: everything"):
            wizard.action_save()

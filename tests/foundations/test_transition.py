from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.modules.registry import Registry
from odoo.tests import tagged

from odoo.addons.order_processing.models.common.transition import Transition

from tests.common import ObservingCase


@tagged("standard", "at_install")
class TestTransition(ObservingCase):
    """The mixin, seen through the switch of a company's controls, its simplest declaration."""

    def test_moves_writes_who_when_why_and_says_so(self):
        company = self._as("manager", self.company)
        self.assertIs(company.action_order_control_enforce("The desk is ready"), True)
        self.assertEqual(self.company.order_control, "enforced")
        self.assertEqual(self.company.order_control_by_id, self.users["manager"])
        self.assertEqual(self.company.order_control_reason, "The desk is ready")
        self.assertTrue(self.company.order_control_at)

    def test_repeated_call_passes_without_doing_the_work_again(self):
        company = self._as("manager", self.company)
        company.action_order_control_enforce(reason="First")
        company.action_order_control_enforce(reason="Second")
        self.assertEqual(self.company.order_control_reason, "First")

    def test_wrong_right_and_missing_reason_are_refused_with_words(self):
        for name in ("processor", "salesman", "integration", "accountant"):
            with self.assertRaisesRegex(AccessError, "Manager"):
                self._as(name, self.company).action_order_control_off("Because")
        with self.assertRaisesRegex(UserError, "reason"):
            self._as("manager", self.company).action_order_control_off("  ")
        # sudo does not lend the right of another
        with self.assertRaises(AccessError):
            self._as("processor", self.company).sudo().action_order_control_off("Because")
        with self.assertRaises(AccessError):
            self._as("stranger", self.company).action_order_control_off("Not my company")
        self.assertEqual(self.company.order_control, "observing")

    def test_no_other_way_writes_the_state(self):
        manager = self._as("manager", self.company)
        context = {"default_order_control": "enforced", "force": True, "install_mode": True, "order_control": True}
        for vals in (
            {"order_control": "off"},
            {"order_control_by_id": self.env.uid},
            {"order_control_reason": "x", "name": "y"},
        ):
            for company in (self.company, self.company.sudo(), self.company.with_context(**context), manager.sudo()):
                with self.assertRaisesRegex(UserError, "actions of the document"):
                    company.write(vals)
        with self.assertRaises(UserError):
            self.company.order_control = "off"
        with self.assertRaises(UserError):
            self.env["res.company"].create({"name": "Born enforced", "order_control": "enforced"})
        born = self.env["res.company"].with_context(**context).create({"name": "Born with context"})
        self.assertEqual(born.order_control, "observing")
        loaded = self.env["res.company"].load(["name", "order_control"], [["Loaded", "enforced"]])
        self.assertFalse(loaded["ids"])
        self.assertIn("actions of the document", loaded["messages"][0]["message"])

    def test_copy_starts_anew(self):
        self.company.action_order_control_enforce(reason="Set")
        data = self.company.with_context(active_test=False).copy_data()[0]
        self.assertNotIn("order_control", data)
        self.assertNotIn("order_control_by_id", data)
        with self.assertRaises(UserError):
            self.company.copy_data({"order_control": "off"})

    def test_second_person_and_wrong_state(self):
        declared = (
            Transition("order_control_off", ("observing",), "off"),
            Transition(
                "order_control_enforce",
                ("off",),
                "enforced",
                who="order_control_by_id",
                second_person="order_control_by_id",
            ),
        )
        with patch.object(type(self.company), "_transitions", declared):
            with self.assertRaisesRegex(UserError, "is “Observing”, so it cannot become “Enforced”"):
                self.company.action_order_control_enforce()
            self.company.action_order_control_off()
            self.company._transition_write({"order_control_by_id": self.env.uid})
            with self.assertRaisesRegex(UserError, "second person"):
                self.company.action_order_control_enforce()
            self._as("manager", self.company).sudo().action_order_control_enforce()
            self.assertEqual(self.company.order_control, "enforced")

    def test_all_wrong_records_are_named_and_none_moves(self):
        companies = self.company | self.other_company
        declared = (Transition("order_control_off", ("enforced",), "off"),)
        with patch.object(type(self.company), "_transitions", declared), self.assertRaises(UserError) as caught:
            companies.action_order_control_off()
        for company in companies:
            self.assertIn(company.name, str(caught.exception))
        self.assertEqual(set(companies.mapped("order_control")), {"observing"})

    def test_queries_do_not_grow_with_the_set(self):
        companies = self.env["res.company"].create([{"name": f"Company {number}"} for number in range(21)])

        def queries(records):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            records.action_order_control_off(reason="Count")
            self.env.flush_all()
            return self.cr.sql_log_count - start

        queries(companies[0])
        self.assertEqual(queries(companies[1]), queries(companies[2:]))

    def test_declaration_reads_as_the_process_and_covers_every_model_with_a_state(self):
        rows = self.env["res.company"]._transition_diagram()
        self.assertEqual([row["target"] for row in rows], ["off", "observing", "enforced"])
        for name, model in self.env.items():
            if "order.transition.mixin" not in model._inherit_module and model._abstract:
                continue
            if not name.startswith("order.") or "state" not in model._fields or model._abstract or model._transient:
                continue
            if model._fields["state"].related or model._fields["state"].compute:
                continue
            self.assertTrue(hasattr(model, "_transition_diagram"), f"{name} has a state without declared transitions")
            states = set(dict(model._fields[model._transition_field]._description_selection(self.env)))
            self.assertIn(model._transition_initial, states, name)
            for row in model._transition_diagram():
                self.assertIn(row["target"], states, name)
                self.assertLessEqual(set(row["sources"]) - {"*"}, states, name)

    def test_registry_knows_the_mixin(self):
        self.assertIn("order.transition.mixin", Registry(self.env.cr.dbname))

"""Wizards are their users' own: core keeps them apart by nothing but their ids."""

from odoo.exceptions import AccessError

from tests.common import OrderCase


class TestWizards(OrderCase):
    def _ours(self):
        return [
            name
            for name, model in self.env.registry.items()
            if model._transient and model._original_module == "order_processing"
        ]

    def test_each_wizard_has_a_rule_of_its_own(self):
        names, user = self._ours(), self.users["processor"]
        self.assertGreater(len(names), 30)
        rules = self.env["ir.rule"].with_user(user)
        for name in names:
            for mode in ("read", "write", "create", "unlink"):
                with self.subTest(model=name, mode=mode):
                    # any() over the leaves would be true of an "or" too: the domain must hold nobody else's record
                    domain = rules._compute_domain(name, mode)
                    self.assertNotIn("|", list(domain))
                    leaf = next(leaf for leaf in domain if leaf[0] == "create_uid")
                    self.assertEqual((leaf[1], list(leaf[2])), ("in", [user.id]))

    def test_another_processor_reaches_it_by_no_id(self):
        order = self._make_order()
        hold = self._as("processor", self.env["order.hold.create"]).create(
            {"order_ids": [(6, 0, order.ids)], "reason_id": self.env["order.hold.reason"].search([], limit=1).id}
        )
        self.assertTrue(hold.read(["order_ids"]))
        other = self._as("manager", hold)
        for act in (lambda: other.read(["order_ids"]), lambda: other.write({"note": "x"}), other.unlink):
            with self.assertRaises(AccessError):
                act()

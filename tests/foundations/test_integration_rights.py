"""The group Integration calls the contract and has no right of its own beside what every internal user has."""

from odoo.tests import new_test_user

from tests.common import OrderCase

OPERATIONS = ("read", "write", "create", "unlink")
# a manual step may name any group, so whoever is inside may open its dialogue; the steps themselves stay closed
DIALOGUES = {"order.verification.tick"}


class TestIntegrationRights(OrderCase):
    def test_no_model_is_opened_by_the_group(self):
        plain = new_test_user(self.env, login="nobody in particular", groups="base.group_user")
        opened, ours = [], []
        for name, model in self.env.items():
            if model._abstract:
                continue
            for operation in OPERATIONS:
                may = model.with_user(self.users["integration"]).has_access(operation)
                if may and not model.with_user(plain).has_access(operation):
                    opened.append((name, operation))
                if may and model._original_module == "order_processing" and name not in DIALOGUES:
                    ours.append((name, operation))
        self.assertEqual(opened, [])
        self.assertEqual(ours, [])
        for name in DIALOGUES:
            self.assertTrue(self.env[name]._transient)

    def test_it_brings_no_other_group_and_no_setting(self):
        group = self.env.ref("order_processing.group_integration")
        inside = self.env.ref("base.group_user").all_implied_ids | group
        self.assertEqual(group.all_implied_ids - inside, self.env["res.groups"])
        user = self.users["integration"]
        self.assertEqual(user.all_group_ids - inside, self.env["res.groups"])
        for name in ("base.group_system", "account.group_account_readonly", "order_processing.group_processor"):
            self.assertFalse(user.has_group(name), name)

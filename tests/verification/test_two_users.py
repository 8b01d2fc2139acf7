"""Two users at once on the same order: real cursors, real commits, taken out of the database again afterwards."""

import threading

from odoo import api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests.common import get_db_name
from odoo.tools import SQL, mute_logger

from .common import VerificationCase

CONTROL = ("order_control", "order_control_reason", "order_control_by_id", "order_control_at")


class TestTwoUsers(VerificationCase):
    @classmethod
    def setUpClass(cls):
        # committed before the class's own transaction begins: that one must neither change nor lock the company's row
        cls._enforce()
        super().setUpClass()

    @classmethod
    def _enforce(cls):
        """Controls enforced as another user sees them; what was set before comes back afterwards."""
        registry = Registry(get_db_name())
        with registry.cursor() as cr:
            company = api.Environment(cr, 1, {}).ref("base.main_company")
            if company.order_control == "enforced":
                return
            before = company.read(CONTROL, load="")[0]
            company.action_order_control_enforce(reason="Two users at once")
        cls.addClassCleanup(cls._put_back, registry, before)

    @staticmethod
    def _put_back(registry, before):
        company_id = before.pop("id")
        columns = SQL(", ").join(SQL("%s = %s", SQL.identifier(name), value or None) for name, value in before.items())
        with registry.cursor() as cr:
            cr.execute(SQL("UPDATE res_company SET %s WHERE id = %s", columns, company_id))
        registry.clear_all_caches()

    def setUp(self):
        super().setUp()
        self.registry_used = Registry(self.env.cr.dbname)
        self.user_id = self.env.ref("base.user_admin").id
        self.stamp = f"Race {self.env.cr.now():%H%M%S%f}"
        self.made = {}
        self.addCleanup(self._take_out)
        with self.registry_used.cursor() as cr:
            env = api.Environment(cr, self.user_id, {})
            product = env["product.product"].create({"name": self.stamp, "type": "service", "taxes_id": [(5,)]})
            partner = env["res.partner"].create({**self._address(env), "name": self.stamp})
            order = env["sale.order"].create(
                {
                    "partner_id": partner.id,
                    "company_id": self.company.id,
                    "order_line": [(0, 0, {"product_id": product.id, "price_unit": 0})],
                }
            )
            order.action_verify()
            self.made = {"order": order.id, "product": product.id, "partner": partner.id}

    @staticmethod
    def _address(env):
        return {"street": "1 High Street", "city": "London", "zip": "N1 1AA", "country_id": env.ref("base.uk").id}

    def _take_out(self):
        if not self.made:
            return
        with self.registry_used.cursor() as cr:
            cr.execute(SQL("DELETE FROM order_event WHERE order_id = %s", self.made["order"]))
            cr.execute(SQL("DELETE FROM sale_order WHERE id = %s", self.made["order"]))
            env = api.Environment(cr, 1, {})
            env["product.product"].browse(self.made["product"]).product_tmpl_id.unlink()
            env["res.partner"].browse(self.made["partner"]).unlink()

    def _at_once(self, *acts):
        """Run each act in a transaction of its own; all snapshots are taken before any of them acts."""
        barrier, answers, failures = threading.Barrier(len(acts)), {}, []

        def run(index, act):
            try:
                with self.registry_used.cursor() as cr:
                    # a deadlock is to fail, not to last
                    cr.execute(SQL("SET LOCAL lock_timeout = '300s'"))
                    env = api.Environment(cr, self.user_id, {"allowed_company_ids": self.company.ids})
                    order = env["sale.order"].browse(self.made["order"])
                    order.order_check_ids.mapped("state")
                    barrier.wait(300)
                    try:
                        answers[index] = retrying(lambda: act(order), env)
                    except UserError as refusal:
                        answers[index] = str(refusal)
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
        with mute_logger("odoo.service.model", "odoo.sql_db"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(600)
        self.assertFalse(failures)
        self.assertFalse(any(thread.is_alive() for thread in threads), "still at work")
        return [answers[index] for index in range(len(acts))]

    def _left(self):
        with self.registry_used.cursor() as cr:
            order = api.Environment(cr, 1, {})["sale.order"].browse(self.made["order"])
            waived = order.order_check_ids.filtered(lambda check: check.state == "waived")
            events = order.env["order.event"].search([("order_id", "=", order.id)]).mapped("kind")
            return order.state, order.verification_state, len(waived), events

    @staticmethod
    def _waive(order):
        checks = order.order_check_ids.filtered(lambda check: check.severity == "blocking")
        return checks.action_waive(reason="A gift")

    def test_both_waive(self):
        first, second = self._at_once(self._waive, self._waive)
        state, verification, waived, events = self._left()
        self.assertEqual((state, verification), ("draft", "verified"), (first, second))
        self.assertEqual(events.count("waived"), waived)

    def test_one_waives_while_the_other_confirms(self):
        _waived, confirmed = self._at_once(self._waive, lambda order: order.action_confirm())
        state, verification, _count, events = self._left()
        self.assertEqual(verification, "verified")
        if state == "sale":
            self.assertIs(confirmed, True)
        else:
            self.assertIn("cannot be confirmed", confirmed)
        self.assertEqual(events.count("confirmed"), int(state == "sale"))

    def test_both_confirm(self):
        self._at_once(self._waive)
        answers = self._at_once(*[lambda order: order.action_verify_and_confirm()[0]["confirmed"]] * 2)
        state, _verification, _waived, events = self._left()
        self.assertEqual((state, events.count("confirmed")), ("sale", 1), answers)

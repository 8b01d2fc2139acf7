from types import SimpleNamespace
from unittest.mock import patch

from tests.discrepancy import faults
from tests.discrepancy.common import DiscrepancyCase
from tools.retail.marker import KEY
from tools.setup.progress import SetupError


class TestFaultsCommand(DiscrepancyCase):
    """``bin/odoo faults`` spoils documents: it touches no database but one of demo data."""

    def _run(self, *arguments):
        """The command on this test's own transaction, which is never committed."""
        committed = []
        session = SimpleNamespace(
            root=self.env, company=self.company, commit=lambda: committed.append(True), close=lambda: None
        )
        with patch.object(faults, "Session", lambda *_args: session):
            code = faults.main(["-d", "any", "--seed", "1", *arguments])
        return code, committed

    def _without_demo(self):
        self.env.flush_all()
        self.env.cr.execute("UPDATE ir_module_module SET demo = FALSE")
        self.env["ir.config_parameter"].sudo().set_param(KEY, False)
        self.env.invalidate_all()

    def test_any_other_database_is_refused_before_anything_is_touched(self):
        self._without_demo()
        with patch.object(faults, "plant") as plant, self.assertRaisesRegex(SetupError, "demo databases only"):
            self._run("--check")
        plant.assert_not_called()

    def test_the_day_of_the_demonstration_is_known_by_its_mark(self):
        self._without_demo()
        self.assertFalse(faults.is_demo(self.env))
        self.env["ir.config_parameter"].sudo().set_param(KEY, "x")
        self.assertTrue(faults.is_demo(self.env))

    def test_an_unknown_kind_is_refused_with_those_that_are_known(self):
        self.env["ir.config_parameter"].sudo().set_param(KEY, "x")
        with self.assertRaisesRegex(SetupError, "short_shipped"):
            self._run("--kind", "no_such_kind")

    def test_what_is_planted_is_found(self):
        self.env["ir.config_parameter"].sudo().set_param(KEY, "x")
        order = self._shipped(10)
        self._invoice(order)
        self.assertEqual(self._run("--kind", "stored_differs", "--check"), (0, [True, True]))

"""What Odoo remembers is put back after a test, unless models were set up anew meanwhile."""

from tests.caches import Remembered
from tests.common import OrderCase

XMLID = "base.main_company"


class TestCaches(OrderCase):
    def setUp(self):
        super().setUp()
        self.env.ref(XMLID)
        self.remembered = Remembered(self.registry)

    def _is_known(self):
        """Whether nobody has to ask the database for the record."""
        before = self.cr.sql_log_count
        self.env["ir.model.data"]._xmlid_lookup(XMLID)
        return self.cr.sql_log_count == before

    def _end(self):
        """What is done after a test."""
        self.remembered.take()
        self.registry.clear_all_caches()
        self.remembered.put_back()

    def test_what_was_known_is_known_again(self):
        self.assertTrue(self._is_known())
        self._end()
        self.assertTrue(self._is_known())

    def test_what_a_cache_was_told_to_forget_is_as_before(self):
        self.registry.clear_cache()
        self._end()
        self.assertTrue(self._is_known())

    def test_nothing_is_put_back_over_models_set_up_anew(self):
        self.registry._setup_models__(self.cr, [])
        self.env.ref(XMLID)
        self._end()
        self.assertFalse(self._is_known())

    def test_nor_over_models_that_other_processes_were_told_of(self):
        self.registry._setup_models__(self.cr, [])
        self.registry.signal_changes()
        self.env.ref(XMLID)
        self._end()
        self.assertFalse(self._is_known())

    def test_it_is_put_back_in_the_test_after(self):
        self.registry._setup_models__(self.cr, [])
        self.env.ref(XMLID)
        self.remembered = Remembered(self.registry)
        self._end()
        self.assertTrue(self._is_known())

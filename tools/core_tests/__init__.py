"""Odoo's own suites with the add-on installed, compared by name with a stored run without it.

A test of core that fails with the add-on and did not fail without it is the add-on's fault. Both runs are on databases
without demo data, by the same runner, on the same Odoo. ``bin/test --core [--record] [MODULE…]``.
"""

from .run import MODULES, run

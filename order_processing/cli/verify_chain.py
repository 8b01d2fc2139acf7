# pylint: disable=print-used
import sys

import odoo.sql_db
import odoo.tools.config
from odoo import SUPERUSER_ID, api
from odoo.cli import Command
from odoo.modules.registry import Registry


class Verify_Chain(Command):  # noqa: N801 (the name is the command's)
    """Compute the signed days of a database anew and say whether each still follows the one before.

    One line a company; a fault is named with its day. The exit code is 1 when anything is broken.
    """

    name = "verify_chain"

    def run(self, args):
        """Run with ``-d NAME`` (and ``-c FILE``) as Odoo's own commands take them."""
        odoo.tools.config.parser.prog = self.prog
        odoo.tools.config.parse_config(args, setup_logging=True)
        names = odoo.tools.config["db_name"]
        if len(names) != 1:
            sys.exit("Name one database: verify_chain -d NAME")
        registry = Registry(names[0])
        if "order.reconciliation" not in registry:
            sys.exit(f"{names[0]} has no order_processing installed.")
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            broken = [
                self._say(env, company)
                for company in env["res.company"].with_context(active_test=False).search([], order="id")
            ]
            cr.rollback()
        sys.exit(1 if any(broken) else 0)

    @staticmethod
    def _say(env, company):
        """Print the answer for one company; whether it is broken."""
        answer = env["order.reconciliation"].verify_chain(company.id)
        print(f"{company.name}: {answer['days']} signed days, {'unchanged' if answer['ok'] else 'BROKEN'}")
        for fault in answer["broken"]:
            revision = f", revision {fault['revision']}" if fault["revision"] else ""
            print(f"  {fault['date'] or 'no date'}{revision}: {fault['why']}")
        return not answer["ok"]

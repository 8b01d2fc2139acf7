"""``bin/odoo faults -d NAME``: plants faults in a demo database, so that one sees what the comparison makes of them.

Documents are cancelled, corrected and overwritten: it refuses any database that was not made with demo data.
"""

import argparse
import random

from tests.discrepancy.planting import Planter, clean_orders
from tools.retail.marker import KEY
from tools.retail.session import Session
from tools.setup.progress import Progress, SetupError


def parse(arguments):
    """Options of the command as a namespace."""
    parser = argparse.ArgumentParser(prog="bin/odoo faults", description=__doc__.splitlines()[0].replace("``", ""))
    parser.add_argument("-d", "--database", required=True, metavar="NAME", help="a demo database")
    parser.add_argument("--seed", type=int, help="the same again (default: drawn)")
    parser.add_argument("--each", type=int, default=1, metavar="N", help="faults of each kind (default 1)")
    parser.add_argument("--kind", action="append", metavar="KIND", help="only this kind; may be given again")
    parser.add_argument("--check", action="store_true", help="compare then, and say what was found of them")
    return parser.parse_args(arguments)


def is_demo(env):
    """Whether the database holds demo data: Odoo's own, or the day of ``bin/demo``."""
    env.cr.execute("SELECT 1 FROM ir_module_module WHERE name IN ('base', 'order_processing') AND demo LIMIT 1")
    return bool(env.cr.fetchone()) or bool(env["ir.config_parameter"].sudo().get_param(KEY))


def plant(env, options, say):
    """Plant what ``options`` ask for; returns the set of ``(kind, line id)`` that a comparison must find."""
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**9)
    say(f"seed {seed}")
    planter = Planter(env, random.Random(seed))
    unknown = set(options.kind or ()) - set(planter.kinds())
    if unknown:
        raise SetupError(f"No kind is called {', '.join(sorted(unknown))}. Known: {', '.join(planter.kinds())}")
    left, planted = clean_orders(env), set()
    for kind in (options.kind or planter.kinds()) * options.each:
        done = planter.plant(kind, left)
        if not done:
            say(f"  {kind}: no clean order suits")
            continue
        order, found = done
        left -= order
        planted |= found
        say(f"  {kind}: {order.name}")
    return planted


def main(arguments):
    """The command; returns its exit code: 1 if ``--check`` misses one."""
    options = parse(arguments)
    session = Session(options.database, Progress())
    try:
        if not is_demo(session.root):
            raise SetupError(f"{options.database} holds no demo data: faults are planted in demo databases only.")
        planted = plant(session.root, options, print)
        session.commit()
        if not options.check:
            return 0
        Discrepancy = session.root["order.discrepancy"]
        Discrepancy.sudo()._sweep_lines(company_ids=session.company.ids)
        session.commit()
        lines = [line for _kind, line in planted]
        records = Discrepancy.search([("line_id", "in", lines), ("state", "in", ("open", "in_progress"))])
        missed = planted - {(record.kind, record.line_id.id) for record in records}
        print(f"{len(planted) - len(missed)} of {len(planted)} found")
        for kind, line in sorted(missed):
            print(f"  missed: {kind}, line {line}")
        return 1 if missed else 0
    finally:
        session.close()


if __name__ == "__main__":
    import sys

    try:
        sys.exit(main(sys.argv[1:]))
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        sys.exit(1)

"""How PostgreSQL is to plan statements."""

from contextlib import contextmanager

from odoo.tools import SQL

PROCESSES = "max_parallel_workers_per_gather"


@contextmanager
def in_one_process(cr):
    """Statements of the block are planned for one process.

    Of one that finds few rows among millions PostgreSQL may have a table scanned by several processes: to start them takes
    longer than all the rest. Afterwards the setting is what it was; what fails takes it back with its transaction.

    :param cr: the cursor
    """
    cr.execute(SQL("SELECT current_setting(%s), set_config(%s, '0', TRUE)", PROCESSES, PROCESSES))
    before = cr.fetchone()[0]
    yield
    cr.execute(SQL("SELECT set_config(%s, %s, TRUE)", PROCESSES, before))

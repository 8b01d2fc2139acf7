"""``matching.vs_sql``."""

import os
from pathlib import Path

from odoo.tools import SQL

from .common import Work

PEER = SQL(Path(__file__).with_name("peer.sql").read_text(encoding="utf-8"))


class Ours(Work):
    """The sweep of everything, as each night."""

    def act(self):
        """The call: lines that were compared, and whether the process has grown by it."""
        before = resident()
        answer = self.session.root["order.discrepancy"].sudo()._sweep_lines(company_ids=self.session.company.ids)
        if resident() - before > 64:
            raise AssertionError(
                f"the sweep took {resident() - before} MiB of the Python process: it must stay in the database"
            )
        return {"lines": answer["lines"]}


class Theirs(Work):
    """Bare SQL."""

    def warm(self):
        """Before anything is measured both must say the same of every line."""
        matching = self.session.root["order.matching"]
        matching._flush_ledgers()
        self.session.cr.execute(SQL("SELECT * FROM (%s) peer LIMIT 0", PEER))
        # the peer shares payments without the largest remainder: its cents may stand on another line
        names = [column.name for column in self.session.cr.description if column.name != "paid_value"]
        self.session.cr.execute(
            SQL(
                "SELECT count(*) FROM ((SELECT %(names)s FROM (%(ours)s) ours)"
                " EXCEPT (SELECT %(names)s FROM (%(theirs)s) peer)) other",
                names=SQL(", ").join(map(SQL.identifier, names)),
                ours=matching._figures_query(company_ids=self.session.company.ids),
                theirs=PEER,
            )
        )
        different = self.session.cr.fetchone()[0]
        if different:
            raise AssertionError(f"{different} lines have other figures by the engine than by the peer")
        return super().warm()

    def act(self):
        """The statement, read to its end inside the database: rows that it has."""
        self.session.cr.execute(SQL("CREATE TEMP TABLE peer_answer ON COMMIT DROP AS %s", PEER))
        self.session.cr.execute("SELECT count(*) FROM peer_answer")
        return {"lines": self.session.cr.fetchone()[0]}


def resident():
    """MiB of memory of this process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20

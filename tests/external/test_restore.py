"""A dump restored elsewhere: transaction numbers begin anew there, the cursor over the day book goes on."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tools.setup.cache import Cache
from tools.setup.postgres import Server
from tools.setup.progress import Progress

pytestmark = pytest.mark.external

SCRIPT = """
import json
from odoo.tools import SQL
events = env["order.event"]
start = events.changes("", limit=1000)
seen, since, more = len(start["items"]), start["next"], start["more"]
while more:
    page = events.changes(since, limit=1000)
    seen, since, more = seen + len(page["items"]), page["next"], page["more"]
events._record([{"kind": "received", "company_id": env.company.id, "order_name": "after the move"}])
env.cr.commit()
later = events.changes(since)
cut = events._cut_snapshot()
visible = events._visible_condition("event", cut)
env.cr.execute(SQL("SELECT count(*) FROM order_event event WHERE %s", visible))
visible = env.cr.fetchone()[0]
env.cr.execute("SELECT count(*), count(DISTINCT era_id) FROM order_event")
rows, eras = env.cr.fetchone()
print("RESULT" + json.dumps({"seen": seen, "later": [item["order_name"] for item in later["items"]],
                             "visible": visible, "rows": rows, "eras": eras}))
"""


@pytest.fixture
def elsewhere(tmp_path):
    """A second PostgreSQL cluster of its own."""
    tmp_path.chmod(0o755)
    server = Server(Cache(tmp_path / "cluster"), Path(sysconfig.get_paths()["purelib"]), Progress())
    server.start()
    yield server
    server.stop()
    for folder in (server.home, server.socket):
        shutil.rmtree(folder, ignore_errors=True)


def test_cursor_and_cut_survive_a_move_to_another_cluster(elsewhere, template_copy):
    there = {**os.environ, **elsewhere.environment()}
    subprocess.run(["createdb", "moved"], env=there, check=True)
    dump = subprocess.Popen(["pg_dump", "--no-owner", template_copy], stdout=subprocess.PIPE)
    subprocess.run(["psql", "-q", "-d", "moved"], stdin=dump.stdout, env=there, check=True, stdout=subprocess.DEVNULL)
    assert dump.wait() == 0
    answer = subprocess.run(
        [
            *[sys.executable, "-W", "ignore", "-m", "odoo", "shell", "-c", os.environ["ODOO_RC"], "-d", "moved"],
            *["--db_host", there["PGHOST"], "--db_port", there["PGPORT"], "--db_user", there["PGUSER"]],
            *["--log-level", "error", "--no-http"],
        ],
        input=SCRIPT,
        env=there,
        cwd="/",
        capture_output=True,
        text=True,
    )
    found = [line for line in answer.stdout.splitlines() if "RESULT" in line]
    assert found, answer.stderr[-2000:]
    told = json.loads(found[0].split("RESULT", 1)[1])
    assert told["seen"] > 0, "the demo orders left opening rows"
    assert told["seen"] == told["rows"] - 1, "every row of the earlier era counts as committed"
    assert told["later"] == ["after the move"]
    assert (told["visible"], told["eras"]) == (told["rows"], 2)

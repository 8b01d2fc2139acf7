"""Days that a version before signed: the add-on is upgraded, the chain still verifies, and the next day goes on from it."""

import json
import os
import subprocess
import sys
import uuid

import pytest

pytestmark = pytest.mark.external

# days as a version signed them that kept no flow, no log of moves and no products; what it had not is taken away
BEFORE = """
import json
from datetime import timedelta
from odoo import fields
statements = env["order.reconciliation"]
days = []
today = fields.Date.today()
for back in (3, 2):
    statement = statements.browse(statements.draft_day(today - timedelta(days=back))["id"])
    env.cr.execute("UPDATE order_reconciliation_line SET start_value = NULL, came_value = NULL, went_value = NULL,"
                   " end_value = NULL WHERE reconciliation_id = %s", [statement.id])
    env.invalidate_all()
    statement.action_sign()
    days.append(statement.digest)
answer = statements.verify_chain()
for column in ("start_value", "came_value", "went_value", "end_value"):
    env.cr.execute("ALTER TABLE order_reconciliation_line DROP COLUMN " + column)
for column in ("cut_change", "cut_places"):
    env.cr.execute("ALTER TABLE order_reconciliation DROP COLUMN " + column)
env.cr.execute("DROP FUNCTION order_stock_change_log() CASCADE")
env.cr.execute("DROP FUNCTION order_stock_change_era()")
env.cr.execute("DROP TABLE order_stock_change")
env.cr.execute("DROP TABLE order_reconciliation_product")
env.cr.commit()
print("RESULT" + json.dumps({"days": days, "ok": answer["ok"]}))
"""
AFTER = """
import json
from datetime import timedelta
from odoo import fields
statements = env["order.reconciliation"]
first = statements.verify_chain()
kept = statements.search([("state", "=", "signed")], order="number").mapped("digest")
last_day = statements.search([], limit=1)
opened = [getattr(last_day, f"action_open_{part}")()["res_model"] for part in ("came", "went", "closing")]
proven = []
for back in (1, 0):
    statement = statements.browse(statements.draft_day(fields.Date.today() - timedelta(days=back))["id"])
    proven.append(statement.is_proven)
    statement.action_sign()
last = statements.verify_chain()
env.cr.commit()
env.cr.execute("SELECT count(*) FROM pg_trigger WHERE starts_with(tgname, 'order_stock_change_')")
print("RESULT" + json.dumps({"first": first, "kept": kept, "opened": len(opened), "proven": proven, "last": last,
                             "triggers": env.cr.fetchone()[0]}))
"""


@pytest.fixture
def database():
    """A copy of the tests' database."""
    name = f"signed_{uuid.uuid4().hex[:8]}"
    subprocess.run(["createdb", name], check=True)
    dump = subprocess.Popen(["pg_dump", "--no-owner", os.environ["ORDER_PROCESSING_TEMPLATE"]], stdout=subprocess.PIPE)
    subprocess.run(["psql", "-q", "-d", name], stdin=dump.stdout, check=True, stdout=subprocess.DEVNULL)
    assert dump.wait() == 0
    yield name
    subprocess.run(["dropdb", "--force", name], check=False)


def _odoo(database, *arguments, script=None):
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "odoo",
        *(["shell"] if script else []),
        "-c",
        os.environ["ODOO_RC"],
    ]
    answer = subprocess.run(
        [*command, "-d", database, "--log-level", "error", "--no-http", *arguments],
        input=script,
        cwd="/",
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stderr[-3000:]
    if script is None:
        return None
    found = [line for line in answer.stdout.splitlines() if "RESULT" in line]
    assert found, answer.stderr[-3000:]
    return json.loads(found[0].split("RESULT", 1)[1])


def test_signed_days_stand_after_an_upgrade(database):
    before = _odoo(database, script=BEFORE)
    assert before["ok"]
    _odoo(database, "-u", "order_processing", "--stop-after-init")
    after = _odoo(database, script=AFTER)
    assert after["first"] == {"ok": True, "days": 2, "broken": []}
    assert after["kept"] == before["days"], "no digest was touched"
    assert after["opened"] == 3, "the flow of an old day still opens"
    assert after["proven"] == [True, True]
    assert after["last"] == {"ok": True, "days": 4, "broken": []}
    assert after["triggers"] == 3

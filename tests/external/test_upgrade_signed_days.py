"""Days that a version before signed: the add-on is upgraded, the chain still verifies, and the next day goes on from it."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.external

# days as a version signed them that kept no flow and no products; what it had not is taken away
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
                   " end_value = NULL, unit = NULL, units = NULL WHERE reconciliation_id = %s", [statement.id])
    env.invalidate_all()
    statement.action_sign()
    days.append(statement.digest)
answer = statements.verify_chain()
for column in ("start_value", "came_value", "went_value", "end_value", "unit", "units"):
    env.cr.execute("ALTER TABLE order_reconciliation_line DROP COLUMN " + column)
env.cr.execute("DROP TABLE order_reconciliation_product")
# as a version between them had it: products of all companies in one, and a log that the database wrote
env.cr.execute("CREATE TABLE order_reconciliation_product (id serial PRIMARY KEY, number int4 NOT NULL, goods bool,"
               " unit_number int4)")
env.cr.execute("CREATE UNIQUE INDEX order_reconciliation_product__once ON order_reconciliation_product (number)")
env.cr.execute("INSERT INTO order_reconciliation_product (number, goods, unit_number) VALUES (987654, TRUE, 1)")
env.cr.execute("CREATE FUNCTION order_stock_change_log() RETURNS trigger LANGUAGE plpgsql AS"
               " 'BEGIN INSERT INTO order_stock_change (product_number) SELECT product_id FROM after_rows; RETURN NULL; END'")
env.cr.execute("CREATE TRIGGER order_stock_change_insert AFTER INSERT ON stock_move_line REFERENCING NEW TABLE AS after_rows"
               " FOR EACH STATEMENT EXECUTE FUNCTION order_stock_change_log()")
env.cr.execute("UPDATE ir_module_module SET latest_version = '19.0.1.0.0' WHERE name = 'order_processing'")
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
known = env["order.reconciliation.product"].search([("number", "=", 987654)])
goods = env["product.product"].search([("is_storable", "=", True)], limit=1)
warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
move = env["stock.move"].create({
    "product_id": goods.id, "product_uom_qty": 1, "location_id": env.ref("stock.stock_location_suppliers").id,
    "location_dest_id": warehouse.lot_stock_id.id,
})
move._action_confirm()
move.write({"quantity": 1, "picked": True})
move._action_done()
moved = move.state
env.cr.commit()
print("RESULT" + json.dumps({"first": first, "kept": kept, "opened": len(opened), "proven": proven, "last": last,
                             "known": len(known.company_id), "companies": env["res.company"].search_count([]),
                             "moved": moved}))
"""


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


def test_signed_days_stand_after_an_upgrade(template_copy):
    before = _odoo(template_copy, script=BEFORE)
    assert before["ok"]
    _odoo(template_copy, "-u", "order_processing", "--stop-after-init")
    after = _odoo(template_copy, script=AFTER)
    assert after["first"] == {"ok": True, "days": 2, "broken": []}
    assert after["kept"] == before["days"], "no digest was touched"
    assert after["opened"] == 3, "the flow of an old day still opens"
    assert after["proven"] == [True, True]
    assert after["last"] == {"ok": True, "days": 4, "broken": []}
    assert after["known"] == after["companies"], "a product that is gone stays known to each company"
    assert after["moved"] == "done", "the log that was taken away stops no transfer"

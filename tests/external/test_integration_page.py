"""docs/integration.md is drawn from a server: each call with its answer, methods and codes; its programs are run.

``DRAW_INTEGRATION=1`` draws it anew.
"""

import datetime
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .clients import Json2, OdooRpc

pytestmark = pytest.mark.external
PAGE = Path(__file__).resolve().parents[2] / "docs" / "integration.md"
# what is the same on every page: the day of the story, numbers in the order in which they appear
TODAY = datetime.date(2026, 3, 2)
WHEN = re.compile(r"(\d{4}-\d\d-\d\d)(T\d\d:\d\d:\d\dZ)?")
# names that Odoo numbers, and cursors of three numbers
NUMBERED = re.compile(
    r"\b(RET|S|WH/OUT/|WH/IN/|PACK|INV/\d{4}/|RINV/\d{4}/|PICKUP/?|REQ/\d{4}/)(\d{4,})\b|\b(\d+)\.(\d+)\.(\d+)\b"
)
# when the customer orders: on the day before
ORDERED = "T10:15:00Z"


class Story:
    """One order from its submission to its return, and what a program asks on the way."""

    def __init__(self, server):
        self.admin = OdooRpc(server)
        self.program = Json2(server)
        self.parts = []
        self.numbers = {}

    def tell(self):
        self._goods()
        since = self._cursor()
        address = {
            **{"reference": "C-17", "name": "Jane Doe", "email": "jane@example.com", "phone": "+44 20 7946 0000"},
            **{"street": "1 High Street", "city": "London", "zip": "N1 1AA", "country": "GB"},
        }
        line = {"line": "10", "product": "85123A", "quantity": 6, "price": 2.55}
        order = {
            "reference": "W-1001",
            "ordered_at": f"{datetime.date.today() - datetime.timedelta(days=1)}{ORDERED}",
            "customer": address,
            "lines": [line],
            "note": "Please ring",
        }
        wrong = {
            "reference": "W-1002",
            "customer": "C-17",
            "lines": [{"product": "NOPE", "quantity": 0}],
            "colour": "red",
        }
        call, by = self.call, {"references": ["W-1001"], "source": "webshop"}
        call("submit_orders", "One good order, one that is not", orders=[order, wrong], source="webshop")
        again = "The first once more, and with other content"
        call("submit_orders", again, orders=[order, {**order, "note": "Please knock"}], source="webshop")
        tried = {**order, "reference": "W-1003"}
        call("submit_orders", "A trial: nothing is written", orders=[tried], source="webshop", dry_run=True)
        call("verify_orders", references=["W-1001", "W-9999"], source="webshop")
        call("hold_orders", **by, reason="customer_request", note="Jane rang: wait until noon")
        call("release_orders", "Which needs a manager", **by, reason="agreed")
        self._release()
        call("confirm_orders", **by)
        self._begin()
        asked = {"key": "C-1", "reference": "W-1001", "kind": "cancel", "reason": "Jane changed her mind"}
        other = {**asked, "key": "C-2", "kind": "address", "address": {**address, "street": "2 High Street"}}
        call("request_changes", "Once picking has begun", changes=[asked, other], source="webshop")
        self._decline()
        call("change_status", keys=["C-1", "C-2"], source="webshop")
        self._ship()
        call("order_status", **by)
        call("acknowledgements", references=["W-1001", "W-1002"], source="webshop")
        call("cancel_orders", "When the goods have left", **by, reason="customer")
        call("changes", "The first of them", since=since, limit=3, source="webshop")
        back = {"line": "10", "quantity": 1, "reason": "damaged", "settlement": "refund"}
        sent = {"key": "R-1", "reference": "W-1001", "lines": [back]}
        call("request_return", returns=[sent], source="webshop")
        call("return_status", keys=["R-1", "R-2"], source="webshop")
        case = self.program.contract("return_status", keys=["R-1"], source="webshop")[0]["return_id"]
        self.admin.call("processor", "order.return", "action_approve", [case])
        parcel = {"key": "R-1", "tracking": "1Z999AA10123456784", "carrier": "Parcel House"}
        call("return_sent", "Once it is approved", returns=[parcel], source="webshop")
        call("list_discrepancies", state="open", since="", limit=5)
        day = str(datetime.date.today())
        self.admin.call("processor", "order.reconciliation", "draft_day", day)
        call("reconciliation", "Cut after three buckets and one equation", date=day, cut={"buckets": 3, "equations": 1})
        return self.parts

    def call(self, method, words="", cut=(), **arguments):
        """One call with its answer, as JSON."""
        filled = "items" if "since" in arguments else None
        answer = self.program.contract_until(lambda found: not filled or found[filled], method, **arguments)
        for name, length in dict(cut).items():
            answer[name] = answer[name][:length]
        heading = f"### `{method}`\n" if f"### `{method}`\n" not in "".join(self.parts) else ""
        shown = [json.dumps(self._plain(value), indent=1, ensure_ascii=False) for value in (arguments, answer)]
        self.parts.append(
            f"{heading}{words + ':' if words else ''}\n```json\n{shown[0]}\n```\nanswers\n```json\n{shown[1]}\n```\n"
        )

    def _goods(self):
        values = {"name": "White Holder", "default_code": "85123A", "list_price": 2.55, "is_storable": True}
        product = self.admin.call("admin", "product.product", "create", [{**values, "taxes_id": [(6, 0, [])]}])
        product = product[0] if isinstance(product, list) else product
        warehouse = self.admin.call("admin", "stock.warehouse", "search_read", [], ["lot_stock_id"], limit=1)[0]
        values = {"product_id": product, "location_id": warehouse["lot_stock_id"][0], "inventory_quantity": 50}
        quant = self.admin.call("admin", "stock.quant", "create", [values])
        self.admin.call("admin", "stock.quant", "action_apply_inventory", quant if isinstance(quant, list) else [quant])

    def _cursor(self):
        since, more = "", True
        while more:
            answer = self.program.contract("changes", since=since, limit=1000)
            since, more = answer["next"], answer["more"]
        return since

    def _release(self):
        by = {"references": ["W-1001"], "source": "webshop", "reason": "agreed", "note": "Jane rang again"}
        assert self.admin.call("manager", "order.processing", "release_orders", **by)[0]["ok"]

    def _begin(self):
        order = self.program.contract("order_status", references=["W-1001"], source="webshop")[0]["order_id"]
        pickings = self.admin.call("admin", "sale.order", "read", [order], ["picking_ids"])[0]["picking_ids"]
        self.admin.call("admin", "stock.picking", "write", pickings, {"printed": True})

    def _decline(self):
        number = self.program.contract("change_status", keys=["C-1"], source="webshop")[0]["request_id"]
        self.admin.call("processor", "order.change.request", "action_decline", [number], "The carrier has it already")

    def _ship(self):
        order = self.program.contract("order_status", references=["W-1001"], source="webshop")[0]["order_id"]
        done = self.admin.call("processor", "sale.order", "action_dispatch", [order], pickup=False, invoice=False)
        assert done[0]["ok"], done
        later = datetime.date.today() + datetime.timedelta(days=30)
        context = {"order_business_moment": f"{later} 10:00:00"}
        self.admin.call("manager", "order.discrepancy", "sweep", [], context=context)

    # ------------------------------------------------------------------ the same page every time

    def _plain(self, value, key=""):
        if isinstance(value, dict):
            return {name: self._plain(item, name) for name, item in value.items()}
        if isinstance(value, list):
            return [self._plain(item, key) for item in value]
        if isinstance(value, int) and not isinstance(value, bool) and (key == "id" or key.endswith("_id")):
            return self._number("id of " + key, value)
        if key == "digest" and value:
            return "9f86d081884c7d65…"
        return self._text(value, key) if isinstance(value, str) else value

    def _text(self, text, key):
        # by its key: any other moment may happen to be the same time of the day
        at = ORDERED if key == "ordered_at" else "T09:30:00Z"
        return NUMBERED.sub(self._name, WHEN.sub(lambda found: self._when(found, at), text))

    @staticmethod
    def _when(found, at):
        """A day as far from that of the page as it is from today; every moment but the order's is half past nine."""
        day = TODAY + (datetime.date.fromisoformat(found[1]) - datetime.date.today())
        return f"{day}{at if found[2] else ''}"

    def _name(self, found):
        if found[3]:
            return f"1.{self._number('xact', found[4]) + 840}.{self._number('row', found[5]) + 2206}"
        return f"{found[1]}{self._number(found[1], found[2]):0{len(found[2])}d}"

    def _number(self, kind, value):
        known = self.numbers.setdefault(kind, {})
        return known.setdefault(value, len(known) + 1)


def _tables(told):
    """Methods and codes, as ``describe()`` tells them."""
    lines = ["| method | arguments | what it does |", "|---|---|---|"]
    for name, form in told["methods"].items():
        arguments = [
            argument if argument in form["arguments"]["required"] else f"{argument}={json.dumps(schema['default'])}"
            for argument, schema in form["arguments"]["properties"].items()
        ]
        lines.append(
            f"| `{name}` | `{', '.join(arguments)}` | {form['description']}{' Only reads.' if form['readonly'] else ''} |"
        )
    yield "methods", "\n".join(lines)
    for kind in ("result_codes", "error_codes"):
        rows = [f"| `{code}` | {words} |" for code, words in told[kind].items()]
        yield kind, "\n".join(["| code | what it means |", "|---|---|", *rows])


@pytest.fixture(scope="module")
def drawn(running_server):
    """The drawn parts of the page by name."""
    story = Story(running_server)
    parts = dict(_tables(story.program.contract("describe")))
    return {**parts, "calls": "\n".join(story.tell())}


def test_the_page_says_what_the_server_answers(drawn):
    text = PAGE.read_text(encoding="utf-8")
    made = text
    for name, part in drawn.items():
        pattern = re.compile(f"(<!-- drawn: {name} -->\n).*?(<!-- /drawn -->)", re.DOTALL)
        assert pattern.search(made), f"the page has no place for {name}"
        made = pattern.sub(lambda found, part=part: f"{found[1]}{part.strip()}\n{found[2]}", made)
    if os.environ.get("DRAW_INTEGRATION"):
        PAGE.write_text(made, encoding="utf-8")
        text = made
    assert text == made, "docs/integration.md is out of date: run with DRAW_INTEGRATION=1 to draw it anew"


def _programs(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def _here(program, server):
    for there, here in (("localhost", "127.0.0.1"), ("8069", str(server.port)), ("mydb", server.db)):
        program = program.replace(there, here)
    return program


def test_the_programs_and_the_command_of_the_page_run(running_server, drawn):
    programs = _programs("python")
    assert ["odoorpc" in program for program in programs] == [True, False]
    assert "xmlrpc.client" in programs[1]
    for program in programs:
        done = subprocess.run(
            [sys.executable, "-c", _here(program, running_server)], capture_output=True, text=True, timeout=600
        )
        assert done.returncode == 0, done.stderr
        assert "W-2001" in done.stdout, done.stdout
    if not shutil.which("curl"):
        pytest.skip("the programs run; there is no curl here for the command")
    (command,) = _programs("sh")
    command = _here(command, running_server).replace("$KEY", Json2(running_server)._key("integration"))
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[0]["code"] == "accepted", done.stdout

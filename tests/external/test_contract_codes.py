"""Every result code and every error code of the contract, provoked over each protocol."""

import datetime
import subprocess
import uuid

import pytest

from .clients import Json2, OdooRpc, XmlRpc

pytestmark = pytest.mark.external
ADDRESS = {
    "reference": "CODES",
    "name": "Test Codes",
    "email": "codes@test.example.com",
    "phone": "1",
    "street": "1 Road",
    "city": "London",
    "zip": "N1 1AA",
    "country": "GB",
}
# codes that other stages of the contract tell and other tests provoke
# (of kits, with mrp: tests/optional/test_returns_kits_seen.py)
ELSEWHERE = {"kit_whole", "kit_obstacle", "part_of_kit"}


@pytest.fixture(scope="module", params=[OdooRpc, XmlRpc, Json2])
def caller(request, running_server):
    return request.param(running_server)


@pytest.fixture(scope="module")
def admin(running_server):
    return OdooRpc(running_server)


@pytest.fixture(scope="module")
def goods(admin):
    """Code of a product in stock; two more share the code TWICE."""
    code = f"CODES-{uuid.uuid4().hex[:6]}"
    values = {"name": "Test Goods", "list_price": 9.5, "is_storable": True, "taxes_id": [(6, 0, [])]}
    product = admin.call("admin", "product.product", "create", [{**values, "default_code": code}])
    for _copy in range(2):
        admin.call("admin", "product.product", "create", [{**values, "default_code": "TWICE"}])
    product = product[0] if isinstance(product, list) else product
    warehouse = admin.call("admin", "stock.warehouse", "search_read", [], ["lot_stock_id"], limit=1)[0]
    values = {"product_id": product, "location_id": warehouse["lot_stock_id"][0], "inventory_quantity": 500}
    quant = admin.call("admin", "stock.quant", "create", [values])
    admin.call("admin", "stock.quant", "action_apply_inventory", quant if isinstance(quant, list) else [quant])
    # what Odoo refuses differs with its modules: a constraint of the database refuses everywhere
    refuse = "ALTER TABLE sale_order ADD CONSTRAINT test_refuses CHECK (note IS NULL OR note NOT LIKE '%refuse me%')"
    subprocess.run(["psql", "-q", "-d", admin.server.db, "-c", refuse], check=True)
    return code


class Desk:
    """One caller with a source of its own."""

    def __init__(self, caller, admin, goods):
        self.caller, self.admin, self.goods = caller, admin, goods
        self.source = uuid.uuid4().hex

    def order(self, **vals):
        line = {"product": self.goods, "quantity": 2, "price": 9.5, **vals.pop("line", {})}
        customer = {**ADDRESS, "reference": self.source[:12], "email": f"{self.source[:12]}@test.example.com"}
        return {"reference": uuid.uuid4().hex, "customer": customer, "lines": [line], **vals}

    def submit(self, *orders, **options):
        return self.caller.contract("submit_orders", orders=list(orders), source=self.source, **options)

    def made(self, **vals):
        """Reference of an order that was accepted."""
        answer = self.submit(self.order(**vals))[0]
        assert answer["ok"], answer
        return answer["reference"]

    def code(self, method, reference, **options):
        options = {"source": self.source, **options}
        return self.caller.contract(method, references=[reference], **options)[0]["code"]

    def order_id(self, reference):
        return self.caller.contract("order_status", references=[reference], source=self.source)[0]["order_id"]

    def shipped(self):
        """Reference of an order whose goods have left."""
        reference = self.made()
        assert self.code("confirm_orders", reference) == "accepted"
        done = self.admin.call("processor", "sale.order", "action_dispatch", [self.order_id(reference)], pickup=False)
        assert done[0]["ok"], done
        return reference


@pytest.fixture(scope="module")
def desk(caller, admin, goods):
    return Desk(caller, admin, goods)


def _submission_codes(desk):
    order = desk.order()
    assert desk.submit(order)[0]["code"] == "accepted"
    assert desk.submit(order)[0]["code"] == "repeated"
    other = desk.submit({**order, "note": "other"})[0]
    assert other["code"] == "conflict"
    assert [error["path"] for error in other["errors"]] == ["note"]
    held = desk.submit(desk.order(line={"price": 0}))[0]
    assert (held["ok"], held["code"], held["verification"]) == (True, "held", "held")
    assert held["holds"]
    assert desk.submit(desk.order(customer=""))[0]["code"] == "invalid"
    yield from ("accepted", "repeated", "conflict", "held", "invalid")


def _not_confirmed(desk):
    """Odoo itself refuses to confirm what verification lets pass."""
    refuse = (
        "ALTER TABLE sale_order ADD CONSTRAINT test_stays"
        " CHECK (state <> 'sale' OR note IS NULL OR note NOT LIKE '%stay here%') NOT VALID"
    )
    database = desk.admin.server.db
    subprocess.run(["psql", "-q", "-d", database, "-c", refuse], check=True)
    try:
        answer, good = desk.submit(desk.order(note="stay here"), desk.order(), confirm=True)
    finally:
        subprocess.run(
            ["psql", "-q", "-d", database, "-c", "ALTER TABLE sale_order DROP CONSTRAINT test_stays"], check=True
        )
    assert (answer["ok"], answer["state"], good["code"], good["state"]) == (True, "draft", "accepted", "sale")
    assert "Failing row" not in answer["message"]
    return answer["code"]


def _order_codes(desk):
    reference = desk.made()
    assert desk.code("verify_orders", reference) == "accepted"
    assert desk.code("verify_orders", "NOBODY") == "not_found"
    other = Desk(desk.caller, desk.admin, desk.goods)
    other.submit(desk.order(reference=reference))
    assert desk.code("order_status", reference, source="") == "ambiguous"
    assert desk.code("hold_orders", reference, reason="manual") == "accepted"
    assert desk.code("hold_orders", reference, reason="manual") == "repeated"
    assert desk.code("hold_orders", reference, reason="nonsense") == "invalid"
    assert desk.code("verify_orders", reference) == "held"
    assert desk.code("confirm_orders", reference) == "held"
    assert desk.code("release_orders", reference, reason="agreed") == "not_allowed"
    released = {"references": [reference], "source": desk.source, "reason": "agreed"}
    answers = [desk.caller.call("manager", "order.processing", "release_orders", **released)[0] for _turn in range(2)]
    assert [answer["code"] for answer in answers] == ["accepted", "not_held"]
    assert desk.code("cancel_orders", reference, reason="nonsense") == "invalid"
    assert desk.code("cancel_orders", reference, reason="customer") == "accepted"
    assert desk.code("cancel_orders", reference, reason="customer") == "repeated"
    for method, options in (("hold_orders", {"reason": "manual"}), ("verify_orders", {}), ("confirm_orders", {})):
        assert desk.code(method, reference, **options) == "too_late"
    locked = desk.made()
    assert desk.code("confirm_orders", locked) == "accepted"
    assert desk.code("confirm_orders", locked) == "repeated"
    desk.admin.call("admin", "sale.order", "write", [desk.order_id(locked)], {"locked": True})
    assert desk.code("cancel_orders", locked, reason="customer") == "refused"
    assert desk.code("cancel_orders", desk.shipped(), reason="customer") == "too_late"
    yield from ("not_found", "ambiguous", "held", "not_allowed", "not_held", "too_late", "refused")


def _return_codes(desk):
    reference = desk.shipped()

    def ask(key, *lines, **vals):
        sent = {"key": key, "reference": reference, "lines": list(lines), **vals}
        return desk.caller.contract("request_return", returns=[sent], source=desk.source)[0]

    row = {"line": "1", "quantity": 1, "reason": "damaged"}
    first = ask("a", row)
    assert (first["code"], first["lines"][0]["code"]) == ("requested", "matched")
    assert ask("a", row)["code"] == "repeated"
    assert ask("a", {**row, "quantity": 2})["code"] == "conflict"
    assert ask("b", row, {"product": "missing", "quantity": 1}, allow_partial=True)["code"] == "partly_matched"
    assert ask("c", {"product": "missing", "quantity": 1})["code"] == "unmatched"
    status = desk.caller.contract("order_status", references=[reference], source=desk.source)[0]
    assert [row["key"] for row in status["returned"]] == ["a", "b"]

    def status(key):
        return desk.caller.contract("return_status", keys=[key], source=desk.source)[0]["code"]

    assert status("NOBODY") == "not_found"
    record = [first["return_id"]]
    steps = ("approve", "on_way", "receive", "inspect", "settle", "follow")
    codes = ("approved", "on_way", "received", "inspected", "settled", "closed")
    for step, code in zip(steps, codes):
        desk.admin.call("manager", "order.return", f"action_{step}", record)
        assert status("a") == code
    for key, method, code in (("d", "action_reject", "rejected"), ("e", "action_cancel", "cancelled")):
        again = ask(key, {**row, "line": "1"}) if key == "e" else ask("d", {"product": "missing", "quantity": 1})
        desk.admin.call("manager", "order.return", method, [again["return_id"]], "Because")
        if again["ok"]:
            assert status(key) == code
    yield from ("requested", "matched", "partly_matched", "unmatched", "cancelled", *codes)


def _late_returns(desk):
    """A return that the policy does not allow, and one that is rejected."""
    reference = desk.shipped()
    values = {"name": "Test", "returnable": False}
    policy = desk.admin.call("manager", "order.return.policy", "create", [values])
    policy = policy if isinstance(policy, list) else [policy]
    sent = {"key": "late", "reference": reference, "lines": [{"line": "1", "quantity": 1, "reason": "damaged"}]}
    answer = desk.caller.contract("request_return", returns=[sent], source=desk.source)[0]
    desk.admin.call("manager", "order.return.policy", "write", policy, {"active": False})
    assert answer["lines"][0]["code"] == "not_eligible"
    desk.admin.call("manager", "order.return", "action_reject", [answer["return_id"]], "Because")
    rejected = desk.caller.contract("return_status", keys=["late"], source=desk.source)[0]
    assert rejected["code"] == "rejected"
    yield from ("not_eligible", "rejected")


def _off_codes(desk):
    reference = desk.submit(desk.order(), verify=False)[0]["reference"]
    company = desk.admin.call("manager", "res.company", "search", [], limit=1)
    desk.admin.call("manager", "res.company", "action_order_control_off", company, "Test")
    try:
        assert desk.code("verify_orders", reference) == "not_verified"
        assert desk.code("hold_orders", reference, reason="manual") == "refused"
    finally:
        desk.admin.call("manager", "res.company", "action_order_control_enforce", company, "Test")
    yield "not_verified"


def _change_codes(desk):
    """The floor is not asked about an order that nobody has in hand."""
    reference = desk.made()
    assert desk.code("confirm_orders", reference) == "accepted"
    sent = {"key": "early", "reference": reference, "kind": "cancel", "reason": "Rang"}
    yield desk.caller.contract("request_changes", changes=[sent], source=desk.source)[0]["code"]


def test_every_result_code(desk):
    seen = {
        code
        for codes in (_submission_codes, _order_codes, _return_codes, _late_returns, _off_codes, _change_codes)
        for code in codes(desk)
    }
    seen.add(_not_confirmed(desk))
    assert set(desk.caller.contract("describe")["result_codes"]) - ELSEWHERE == seen


def test_every_error_code(desk):
    partner = {"name": "Test Twice", "ref": "TWICE"}
    if not desk.admin.call("admin", "res.partner", "search_count", [("ref", "=", "TWICE")]):
        desk.admin.call("admin", "res.partner", "create", [partner])
        desk.admin.call("admin", "res.partner", "create", [partner])
    orders = [
        ("customer", "no_customer", {"customer": ""}),
        ("lines[0].quantity", "bad_quantity", {"line": {"quantity": 0}}),
        ("lines[0].price", "bad_price", {"line": {"price": "dear"}}),
        ("lines[0].note", "invalid", {"line": {"note": ["x"]}}),
        ("reference", "no_reference", {"reference": " "}),
        ("lines", "no_lines", {"lines": []}),
        ("lines[0].colour", "unknown_key", {"line": {"colour": "red"}}),
        ("customer", "unknown_customer", {"customer": "nobody@test.example.com"}),
        ("customer", "ambiguous", {"customer": "TWICE"}),
        ("lines[0].product", "ambiguous", {"line": {"product": "TWICE"}}),
        ("lines[0].product", "unknown_product", {"line": {"product": "NOPE"}}),
        ("lines[0].unit", "unknown_unit", {"line": {"unit": "Furlong"}}),
        ("ship_to.country", "unknown_country", {"ship_to": {**ADDRESS, "country": "ZZ"}}),
        ("carrier", "unknown_carrier", {"carrier": "Nobody"}),
        ("terms", "unknown_terms", {"terms": "Never"}),
        ("pricelist", "unknown_pricelist", {"pricelist": "None"}),
        ("currency", "bad_currency", {"currency": "XAF"}),
        ("wished_date", "bad_date", {"wished_date": "2026-02-30"}),
        ("lines[0].discount", "bad_discount", {"line": {"discount": 101}}),
        ("lines[1].line", "duplicate_line", {"lines": [{"product": desk.goods, "quantity": 1, "line": "x"}] * 2}),
        ("", "refused", {"note": "refuse me"}),
    ]
    answers = desk.submit(*[desk.order(**vals) for _path, _code, vals in orders])
    found = [(error["path"], error["code"]) for answer in answers for error in answer["errors"]]
    assert found == [(path, code) for path, code, _vals in orders]
    assert all(error["message"] for answer in answers for error in answer["errors"])
    standing = desk.order()
    desk.submit(standing)
    codes = {code for _path, code, _vals in orders}
    codes |= {error["code"] for error in desk.submit({**standing, "note": "x"})[0]["errors"]}
    desk.caller.contract("cancel_orders", references=[standing["reference"]], reason="customer", source=desk.source)
    codes |= {error["code"] for error in desk.submit({**standing, "note": "y", "replace": True})[0]["errors"]}
    strict = {"source": desk.source, "price_beyond": "refuse", "price_tolerance": 5}
    desk.admin.call("admin", "order.intake.profile", "create", [strict])
    codes |= {error["code"] for error in desk.submit(desk.order(line={"price": 1}))[0]["errors"]}
    codes |= _return_errors(desk)
    assert set(desk.caller.contract("describe")["error_codes"]) - ELSEWHERE == codes


def _return_errors(desk):
    """Error codes of returns, each as the reason of one."""
    reference = desk.shipped()
    row = {"product": desk.goods, "quantity": 1}
    cases = {
        "no_lines": {"reference": reference, "lines": []},
        "unknown_customer": {"customer": "nobody", "lines": [row]},
        "ambiguous_customer": {"customer": "TWICE", "lines": [row]},
        "no_customer": {"lines": [row]},
        "unknown_order": {"reference": "none", "lines": [row]},
        "unknown_line": {"reference": reference, "lines": [{"line": "77", "quantity": 1}]},
        "unknown_product": {"reference": reference, "lines": [{"product": "NOPE", "quantity": 1}]},
        "bad_quantity": {"reference": reference, "lines": [{**row, "quantity": -1}]},
        "bad_value": {"reference": reference, "lines": [{**row, "settlement": "gold"}]},
        "not_delivered": {"reference": reference, "lines": [{**row, "product": "TWICE"}]},
        "too_many": {"reference": reference, "lines": [{**row, "quantity": 99}]},
        "no_product": {"reference": reference, "lines": [{"quantity": 1}]},
        "bad_line": {"reference": reference, "lines": ["x"]},
        "bad_date": {"reference": reference, "business_date": "soon", "lines": [row]},
        "bad_form": {"reference": reference, "colour": 1, "lines": [row]},
    }
    returns = [{"key": code, **case} for code, case in cases.items()]
    answers = desk.caller.contract("request_return", returns=returns, source=desk.source)
    assert [answer["reason"] for answer in answers] == list(cases)
    return set(cases)


def test_malformed_calls_name_the_argument(caller):
    orders = {"orders": [], "source": "x"}
    calls = [
        ("submit_orders", {**orders, "orders": [{}] * 1001}, r"`orders` takes at most 1000 at a time, not 1001"),
        ("submit_orders", {**orders, "verify": 1}, "`verify` must be: boolean"),
        ("submit_orders", {**orders, "source": " "}, "`source`"),
        ("submit_orders", {"orders": []}, "Missing arguments: `source`"),
        ("submit_orders", {**orders, "company": "Nobody"}, "`company`"),
        ("submit_orders", {**orders, "company": True}, "`company`"),
        ("order_status", {"references": ["A", 5]}, r"`references\[1\]` must be: string"),
        ("order_status", {"references": ["A"] * 1001}, "`references` takes at most 1000"),
        ("order_status", {"references": ["A"], "colour": 1}, "Unknown arguments: colour"),
        ("changes", {"since": "yesterday"}, "is no cursor"),
        ("changes", {"limit": True}, "`limit` must be: integer"),
        ("changes", {"limit": 1001}, "`limit`.*maximum 1000"),
        ("list_discrepancies", {"state": "odd"}, "`state`"),
        ("reconciliation", {"date": "2026-02-30"}, "`date`"),
        ("return_status", {"keys": "x"}, "`keys` must be: array"),
    ]
    for method, arguments, words in calls:
        with pytest.raises(caller.error, match=words):
            caller.contract(method, **arguments)


def test_discrepancies_are_handed_over_once_and_again_when_they_change(caller, admin, goods):
    desk = Desk(caller, admin, goods)
    day = str(datetime.date.today() + datetime.timedelta(days=30))

    def read(since, wait=False, **options):
        """All items after a cursor, a page at a time; ``wait``: until there are some."""
        items, more = [], True
        if wait:
            options_now = {"since": since, "source": desk.source, **options}
            desk.caller.contract_until(lambda answer: answer["items"], "list_discrepancies", **options_now)
        while more:
            answer = desk.caller.contract("list_discrepancies", since=since, limit=1, source=desk.source, **options)
            items, since, more = items + answer["items"], answer["next"], answer["more"]
        return items, since

    def sweep():
        context = {"order_business_moment": f"{day} 10:00:00"}
        desk.admin.call("manager", "order.discrepancy", "sweep", [], context=context)

    since = ""
    reference = desk.made()
    assert desk.code("confirm_orders", reference) == "accepted"
    order = desk.order_id(reference)
    done = desk.admin.call("processor", "sale.order", "action_dispatch", [order], pickup=False, invoice=False)
    assert done[0]["ok"], done
    assert read(since)[0] == []
    sweep()
    found, later = read(since, wait=True, state="open")
    assert {item["reference"] for item in found} == {reference}
    status = desk.caller.contract("order_status", references=[reference], source=desk.source)[0]
    assert {row["kind"] for row in status["discrepancies"]} == {item["kind"] for item in found}
    assert read(later)[0] == []
    first = found[0]["discrepancy_id"]
    desk.admin.call("processor", "order.discrepancy", "action_resolve", [first], "Settled by hand")
    closed, _end = read(later, wait=True)
    assert [(item["discrepancy_id"], item["resolution"]) for item in closed] == [(first, "Settled by hand")]
    assert read(later, state="open")[0] == []


def test_changes_of_one_sender(desk):
    reference = desk.made()

    def told(answer):
        return {item["kind"] for item in answer["items"] if item.get("reference") == reference}

    items = desk.caller.contract_until(told, "changes", source=desk.source, limit=1000)["items"]
    assert {item["source"] for item in items} == {desk.source}
    assert {"received", "entered"} <= {item["kind"] for item in items if item["reference"] == reference}


def test_the_callers_context_opens_nothing(desk):
    """Keys that code on the server may use, such as another day for documents, are not for programs."""
    context = {"order_business_moment": "2020-01-01 10:00:00", "default_note": "from the context", "active_test": False}
    order = desk.order()
    arguments = {"orders": [order], "source": desk.source, "confirm": True, "context": context}
    assert desk.caller.contract("submit_orders", **arguments)[0]["ok"]
    found = desk.admin.call("admin", "sale.order", "read", [desk.order_id(order["reference"])], ["note"])[0]
    assert not found["note"]

"""Many callers at once, a server that dies, and content that nobody would send: each order once, no failure."""

import subprocess
import threading
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .clients import Json2, OdooRpc, XmlRpc

pytestmark = pytest.mark.external
CUSTOMER = {
    "reference": "CROWD",
    "name": "Test Crowd",
    "street": "1 Road",
    "city": "London",
    "zip": "N1",
    "country": "GB",
}
# what the contract documents: a refusal in words; JSON-2 says so by 422, others by the kind of error
DOCUMENTED = (
    "UserError",
    "AccessError",
    "must be",
    "takes at most",
    "Missing arguments",
    "Unknown arguments",
    "is no cursor",
    "not a company",
)


@pytest.fixture(scope="module")
def goods(running_server):
    code = f"CROWD-{uuid.uuid4().hex[:6]}"
    values = {"name": "Test Crowd Goods", "default_code": code, "list_price": 9.5, "taxes_id": [(6, 0, [])]}
    OdooRpc(running_server).call("admin", "product.product", "create", [values])
    return code


def _order(goods, reference, lines=1):
    line = {"product": goods, "quantity": 2, "price": 9.5}
    return {"reference": reference, "customer": CUSTOMER, "lines": [line] * lines}


def _at_once(acts):
    """Answers of functions that start together."""
    barrier, answers, failures = threading.Barrier(len(acts)), [None] * len(acts), []

    def run(place, act):
        try:
            barrier.wait(300)
            answers[place] = act()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(600)
    assert not failures, failures
    assert not any(thread.is_alive() for thread in threads), "still at work"
    return answers


def test_sixteen_clients_send_one_order(running_server, goods):
    caller, reference = XmlRpc(running_server), f"one-{goods}"
    caller.contract("describe")

    def submit():
        return caller.contract("submit_orders", orders=[_order(goods, reference)], source="crowd")[0]

    answers = _at_once([submit] * 16)
    assert sorted(answer["code"] for answer in answers) == ["accepted"] + ["repeated"] * 15
    assert len({answer["order_id"] for answer in answers}) == 1
    assert caller.call("admin", "sale.order", "search_count", [("client_order_ref", "=", reference)]) == 1


def test_eight_clients_send_single_orders(running_server, goods):
    caller = Json2(running_server)
    caller.contract("describe")

    def client(number):
        def act():
            return [
                caller.contract("submit_orders", orders=[_order(goods, f"{goods}-{number}-{turn}")], source="crowd")[0]
                for turn in range(5)
            ]

        return act

    answers = [answer for found in _at_once([client(number) for number in range(8)]) for answer in found]
    assert {answer["code"] for answer in answers} == {"accepted"}
    assert len({answer["order_id"] for answer in answers}) == 40
    references = [answer["reference"] for answer in answers]
    found = OdooRpc(running_server).call(
        "admin", "sale.order", "search_count", [("client_order_ref", "in", references)]
    )
    assert found == 40


def _drawn(server):
    """How many ids of orders were drawn: seen from outside while what draws them has not ended."""
    ask = ["psql", "-qAt", "-d", server.db, "-c", "SELECT last_value FROM sale_order_id_seq"]
    return int(subprocess.run(ask, check=True, capture_output=True, text=True).stdout)


def test_a_server_that_is_killed_in_the_middle(running_server, goods):
    caller = XmlRpc(running_server)
    orders = [_order(goods, f"killed-{goods}-{number}", lines=5) for number in range(200)]
    references = [order["reference"] for order in orders]
    caller.contract("submit_orders", orders=orders[:50], source="killed")
    broken = []
    before = _drawn(running_server)

    def submit():
        try:
            caller.contract("submit_orders", orders=orders, source="killed")
        except Exception as error:
            broken.append(error)

    thread = threading.Thread(target=submit)
    thread.start()
    while _drawn(running_server) == before:
        assert thread.is_alive(), "it ended before it could be killed"
    running_server.stop(kill=True)
    thread.join(600)
    assert not thread.is_alive(), "still at work"
    assert broken, "the server was killed before it answered"
    running_server.restart()
    count = [("client_order_ref", "in", references)]
    assert OdooRpc(running_server).call("admin", "sale.order", "search_count", count) == 50, "whole or not at all"
    answers = XmlRpc(running_server).contract("submit_orders", orders=orders, source="killed")
    assert [answer["code"] for answer in answers] == ["repeated"] * 50 + ["accepted"] * 150
    assert len({answer["order_id"] for answer in answers}) == 200
    assert OdooRpc(running_server).call("admin", "sale.order", "search_count", count) == 200
    again = XmlRpc(running_server).contract("submit_orders", orders=orders, source="killed")
    assert {answer["code"] for answer in again} == {"repeated"}


# ---------------------------------------------------------------------- anything at all

TEXT = st.text(max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.sampled_from(["2026-02-30", "GB", "1e400"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
KEYS = (
    *("reference", "ordered_at", "customer", "ship_to", "invoice_to", "lines", "charges", "prices_include_tax"),
    *("currency", "pricelist", "carrier", "terms", "wished_date", "payment", "note", "total", "replace", "colour"),
)
LINES = st.dictionaries(st.sampled_from(["line", "product", "quantity", "unit", "price", "discount", "note"]), JSON)
SOME_ORDER = st.fixed_dictionaries(
    {}, optional={key: JSON for key in KEYS} | {"lines": JSON | st.lists(LINES, max_size=3)}
)
ARGUMENTS = (
    "references",
    "keys",
    "source",
    "company",
    "reason",
    "note",
    "state",
    "since",
    "limit",
    "date",
    "orders",
    "returns",
    "x",
)


@pytest.fixture(scope="module")
def json2(running_server):
    caller = Json2(running_server)
    caller.contract("describe")
    return caller


def _finite(value):
    """``value`` as JSON that can be sent at all: there is no NaN in JSON."""
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list) else value


@given(orders=st.lists(SOME_ORDER | JSON, max_size=4))
def test_any_order_is_answered_kept_and_whole_or_not_at_all(json2, goods, orders):
    source = uuid.uuid4().hex
    good = _order(goods, "good")
    sent = [*_finite(orders), good]
    answers = json2.contract("submit_orders", orders=sent, source=source)
    assert len(answers) == len(sent)
    assert answers[-1]["code"] in ("accepted", "conflict"), "one bad record never spoils the others"
    admin = OdooRpc(json2.server)
    kept = admin.call(
        "admin", "order.intake", "search_read", [("source", "=", source)], ["state", "order_id", "reference"]
    )
    kept = {envelope["id"]: envelope for envelope in kept}
    for answer in answers:
        envelope = kept[answer["intake_id"]]
        assert answer["ok"] == bool(answer["order"]) or answer["code"] == "conflict", answer
        assert bool(answer["errors"]) != answer["ok"], answer
        assert envelope["state"] in ("accepted", "rejected")
        assert bool(envelope["order_id"]) == (envelope["state"] == "accepted"), "no half-made order"


@given(
    method=st.sampled_from(
        [
            "verify_orders",
            "confirm_orders",
            "hold_orders",
            "release_orders",
            "cancel_orders",
            "order_status",
            "acknowledgements",
            "changes",
            "list_discrepancies",
            "request_return",
            "return_status",
            "reconciliation",
            "submit_orders",
            "describe",
        ]
    ),
    given_arguments=st.dictionaries(st.sampled_from(ARGUMENTS), JSON | st.lists(JSON, max_size=3), max_size=4),
)
def test_any_call_is_answered_or_refused_in_words(json2, method, given_arguments):
    try:
        json2.contract(method, **_finite(given_arguments))
    except Json2.error as refused:
        assert '"name": "odoo.exceptions.UserError"' in str(refused), (method, given_arguments, refused)


def test_a_record_that_somebody_else_holds_is_waited_for(running_server, goods):
    """A serialization failure inside the work on one record goes up, and core calls again."""
    caller = XmlRpc(running_server)
    references = [f"both-{goods}-{number}" for number in range(6)]
    caller.contract("submit_orders", orders=[_order(goods, reference) for reference in references], source="both")

    def cancel():
        return caller.contract("cancel_orders", references=references, source="both", reason="customer")

    def hold():
        return caller.contract("hold_orders", references=references, source="both", reason="manual", note="Rang")

    cancelled, again, held = _at_once([cancel, cancel, hold])
    assert {row["code"] for row in cancelled + again} == {"accepted", "repeated"}
    assert {row["code"] for row in held} <= {"accepted", "too_late"}
    status = caller.contract("order_status", references=references, source="both")
    assert {row["state"] for row in status} == {"cancel"}
    for row in status:
        rows = [event for event in row["timeline"] if event["kind"] == "cancelled"]
        assert [event["why"] for event in rows] == ["customer"]

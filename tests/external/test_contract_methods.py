"""What holds for every method alike, over each protocol: who is not found, who is meant twice, null, order and number of answers."""

import uuid
import xmlrpc.client

import pytest

from .clients import Json2, OdooRpc, XmlRpc

pytestmark = pytest.mark.external
# by reference of an order, with what else each needs
BY_REFERENCE = {
    "verify_orders": {},
    "confirm_orders": {},
    "hold_orders": {"reason": "manual"},
    "release_orders": {"reason": "agreed"},
    "cancel_orders": {"reason": "customer"},
    "order_status": {},
    "acknowledgements": {},
}
# asked of whom has the right, since a missing right is told before anything else
LOGINS = {"release_orders": "manager"}


class XmlRpcWithNull(XmlRpc):
    """A client of XML-RPC that sends null, by an extension which Python's library has."""

    def send(self, login, model, method, *args, **kwargs):
        if login not in self.sessions:
            common = xmlrpc.client.ServerProxy(f"{self.server.url}/xmlrpc/2/common")
            self.sessions[login] = common.authenticate(self.server.db, login, login, {})
        with xmlrpc.client.ServerProxy(f"{self.server.url}/xmlrpc/2/object", allow_none=True) as models:
            return models.execute_kw(self.server.db, self.sessions[login], login, model, method, list(args), kwargs)


@pytest.fixture(scope="module", params=[OdooRpc, XmlRpc, Json2])
def caller(request, running_server):
    return request.param(running_server)


@pytest.fixture(scope="module")
def goods(running_server):
    """Code of a product that anybody may buy."""
    code = f"METHODS-{uuid.uuid4().hex[:6]}"
    values = {"name": "Test Methods", "default_code": code, "list_price": 9.5, "taxes_id": [(6, 0, [])]}
    OdooRpc(running_server).call("admin", "product.product", "create", [values])
    return code


def _order(goods, **vals):
    customer = {
        **{"reference": "METHODS", "name": "Test Methods", "email": "methods@test.example.com", "phone": "1"},
        **{"street": "1 Road", "city": "London", "zip": "N1 1AA", "country": "GB"},
    }
    line = {"product": goods, "quantity": 1, "price": 9.5}
    return {"reference": uuid.uuid4().hex, "customer": customer, "lines": [line], **vals}


def _submitted(caller, source, *orders, **options):
    answers = caller.contract("submit_orders", orders=list(orders), source=source, **options)
    assert all(answer["ok"] for answer in answers), answers
    return [answer["reference"] for answer in answers]


@pytest.mark.parametrize("method", sorted(BY_REFERENCE))
def test_each_reference_is_answered_in_its_place(caller, goods, method):
    """Of known, unknown, repeated and ambiguous references, one answer each, and one bad one spoils no other."""
    sources = [uuid.uuid4().hex for _source in range(2)]
    twice, once = _order(goods), _order(goods)
    for source in sources:
        _submitted(caller, source, twice)
    _submitted(caller, sources[0], once)
    references = ["NOBODY", once["reference"], twice["reference"], "", once["reference"]]
    login = LOGINS.get(method, "integration")
    answers = caller.call(login, "order.processing", method, references=references, **BY_REFERENCE[method])
    assert [answer["reference"] for answer in answers] == references
    codes = [answer["code"] for answer in answers]
    assert [codes[0], codes[2], codes[3]] == ["not_found", "ambiguous", "not_found"], answers
    assert all(answer["message"] for answer in answers if not answer["ok"]), answers
    fine = {"release_orders": {"not_held"}}.get(method, {"accepted", "repeated"})
    assert {codes[1], codes[4]} <= fine, answers
    # with its sender's name neither is meant twice, and another sender's is nobody's
    options = {"references": [twice["reference"], once["reference"]], "source": sources[1], **BY_REFERENCE[method]}
    codes = [answer["code"] for answer in caller.call(login, "order.processing", method, **options)]
    assert codes[0] in fine, codes
    assert codes[1] == "not_found"
    if method in LOGINS:
        refused = caller.contract(method, **options)
        assert [answer["code"] for answer in refused] == ["not_allowed", "not_found"], refused


def test_returns_by_key(caller, goods):
    sources, key = [uuid.uuid4().hex for _source in range(2)], uuid.uuid4().hex
    for source in sources:
        sent = [{"key": key, "reference": "NONE", "lines": [{"product": goods, "quantity": 1}]}]
        assert caller.contract("request_return", returns=sent, source=source)[0]["code"] == "unmatched"
    answers = caller.contract("return_status", keys=["NOBODY", key])
    assert [(answer["key"], answer["code"]) for answer in answers] == [("NOBODY", "not_found"), (key, "ambiguous")]
    answers = caller.contract("return_status", keys=[key, key, "NOBODY"], source=sources[0])
    assert [answer["code"] for answer in answers] == ["unmatched", "unmatched", "not_found"]


@pytest.mark.parametrize("kind", [OdooRpc, XmlRpcWithNull, Json2])
def test_null_is_as_if_left_out(running_server, goods, kind):
    caller = kind(running_server)
    order = _order(goods, note=None, ship_to=None, wished_date=None, charges=None)
    order["lines"].append({"product": goods, "quantity": 2, "price": None, "unit": None})
    answer = caller.contract("submit_orders", orders=[order], source="null", verify=None, company=None, dry_run=None)[0]
    assert answer["ok"], answer
    assert answer["verification"] == "verified", "the default of verify"
    # what is left out is the same content
    bare = {key: value for key, value in order.items() if value is not None}
    assert caller.contract("submit_orders", orders=[bare], source="null")[0]["code"] == "repeated"
    rows = caller.contract("order_status", references=[None, order["reference"]], source=None)
    assert [row["code"] for row in rows] == ["not_found", "accepted"]
    with pytest.raises(caller.error, match="Missing arguments: `references`"):
        caller.contract("order_status", references=None)


def test_changes_come_in_pages_that_neither_lose_nor_double(caller, goods):
    source = uuid.uuid4().hex
    references = _submitted(caller, source, *(_order(goods) for _number in range(4)))

    def complete(answer):
        return {item["reference"] for item in answer["items"] if item["kind"] == "entered"} == set(references)

    whole = caller.contract_until(complete, "changes", source=source, limit=1000)
    assert not whole["more"]
    items, since, more = [], "", True
    # a page may wait for a transaction of another database that ends just then, and says the rest later
    while more or len(items) < len(whole["items"]):
        page = caller.contract_until(lambda answer: answer["items"], "changes", since=since, limit=3, source=source)
        assert 0 < len(page["items"]) <= 3
        items, since, more = items + page["items"], page["next"], page["more"]
    assert items == whole["items"]
    again = caller.contract("changes", since=since, limit=3, source=source)
    assert (again["items"], again["more"]) == ([], False)
    assert isinstance(again["next"], str) and again["next"]

"""Papers over the wire: who may print, and that a file comes back."""

import base64
import io

import pypdfium2
import pytest

from tests.dispatch.papers import measured, scanned

from .clients import OdooRpc, XmlRpc

pytestmark = pytest.mark.external


@pytest.fixture(scope="module", params=[OdooRpc, XmlRpc])
def caller(request, running_server):
    return request.param(running_server)


@pytest.fixture(scope="module")
def order(caller):
    """Id of a confirmed order of goods that need no stock."""

    def create(login, model, **vals):
        answer = caller.call(login, model, "create", [vals])
        return answer[0] if isinstance(answer, list) else answer

    country = caller.call("processor", "res.country", "search", [("code", "=", "GB")])[0]
    product = create("admin", "product.product", name="Goods by wire", list_price=9.5, type="consu")
    partner = create(
        "admin", "res.partner", name="Caller", street="1 Road", city="London", zip="N1 1AA", country_id=country
    )
    line = (0, 0, {"product_id": product, "product_uom_qty": 1})
    order = create("processor", "sale.order", partner_id=partner, order_line=[line])
    caller.call("processor", "sale.order", "action_verify_and_confirm", [order])
    assert caller.call("processor", "sale.order", "read", [order], ["state"])[0]["state"] == "sale"
    return order


def _state(caller, order):
    return caller.call("admin", "stock.picking", "search_read", [("sale_id", "=", order)], ["state"])


def test_who_may_not_prints_nothing_and_nothing_leaves(caller, order):
    for method in ("action_print_papers", "action_dispatch_and_print"):
        with pytest.raises(caller.error):
            caller.call("integration", "sale.order", method, [order])
    for method in ("_print_chosen", "_papers_of"):
        with pytest.raises(caller.error):
            caller.call("processor", "sale.order", method, [order])
    for method, args in (("create", [{}]), ("_enter", ["label"])):
        with pytest.raises(caller.error):
            caller.call("processor", "order.print", method, *args)
    with pytest.raises(caller.error):
        caller.call("processor", "sale.order", "action_dispatch_and_print", [order], kinds=["poster"])
    assert {picking["state"] for picking in _state(caller, order)} <= {"confirmed", "assigned"}
    ids = [picking["id"] for picking in _state(caller, order)]
    assert ids and not caller.call("admin", "order.print", "search_count", [("res_id", "in", ids)])


def test_papers_come_back_as_files(caller, order):
    [company] = caller.call("admin", "sale.order", "read", [order], ["company_id"])
    caller.call("admin", "res.company", "write", [company["company_id"][0]], {"order_gs1_prefix": "9521234"})
    answer = caller.call("processor", "sale.order", "action_dispatch_and_print", [order], kinds=["slip", "label"])
    assert [result["code"] for result in answer["results"]] == ["dispatched"]
    assert [document["kind"] for document in answer["documents"]] == ["slip", "label"]
    for document in answer["documents"]:
        assert base64.b64decode(document["pdf"]).startswith(b"%PDF")
    # with the style sheets of a running server too, the bars are as wide as GS1 asks
    for size in ("4x6", "a6"):
        caller.call("admin", "res.company", "write", [company["company_id"][0]], {"order_label_format": size})
        again = caller.call("processor", "sale.order", "action_print_papers", [order], kinds=["label"], again=True)
        label = pypdfium2.PdfDocument(io.BytesIO(base64.b64decode(again["documents"][0]["pdf"])))
        [page] = label
        [code] = scanned(page)
        assert code.text.startswith("(00)")
        width, height, margin = measured(page, code)
        assert width > 0.49 and height > 31 and margin > 10 * width
    again = caller.call("processor", "sale.order", "action_print_papers", [order], kinds=["label"], again=True)
    assert [(document["kind"], document["copies"]) for document in again["documents"]] == [("label", 1)]

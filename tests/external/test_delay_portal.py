"""The page behind a message of a delay, over HTTP: looked at, answered, and by nobody else."""

import pytest

from .shop import Shop, Visitor, form_of, words

pytestmark = pytest.mark.external
FORM = "//form[contains(@action, '/answer')]"


@pytest.fixture(scope="module")
def shop(running_server):
    shop = Shop(running_server)
    shop.buyer = shop.customer("waiting")
    shop.customer("nosy")
    shop.scarce = shop.make(
        "product.product", name="Scarce", default_code="SCA-1", list_price=8, is_storable=True, taxes_id=[(6, 0, [])]
    )
    return shop


def late(shop):
    """An order of which one line is late, and its notice: ``(order id, {id, access_token})``."""
    order = shop.make(
        "sale.order",
        partner_id=shop.buyer,
        order_line=[
            (0, 0, {"product_id": shop.goods, "product_uom_qty": 2}),
            (0, 0, {"product_id": shop.scarce, "product_uom_qty": 3}),
        ],
    )
    shop.rpc.call("manager", "sale.order", "action_verify_and_confirm", [order])
    shop.rpc.call("processor", "sale.order", "action_promise", [order])
    short = shop.admin("sale.order.line", "search", [("order_id", "=", order), ("product_id", "=", shop.scarce)])
    shop.admin("sale.order.line", "write", short, {"order_first_promise_date": "2020-01-01"})
    told = shop.rpc.call("processor", "sale.order", "action_tell_delays", [order])
    assert told[0]["code"] == "sent", told
    notice = shop.admin(
        "order.delay.notice", "search_read", [("line_ids.order_id", "=", order)], ["access_token"], limit=1
    )[0]
    return order, notice


def state_of(shop, order):
    lines = shop.admin("sale.order.line", "search_read", [("order_id", "=", order)], ["product_uom_qty"], order="id")
    return [line["product_uom_qty"] for line in lines]


def test_looked_at_and_answered(shop):
    order, notice = late(shop)
    visitor = Visitor(shop.server)
    path = f"/my/delays/{notice['id']}?access_token={notice['access_token']}"
    page = visitor.get(f"{path}&order={order}&choice=cancel")
    text = words(page)
    assert "Scarce" in text and "Returnable" not in text and "2020" in text
    assert state_of(shop, order) == [2, 3], "a link that is opened changes nothing"
    form = form_of(page, FORM)
    assert form["choice"] == "cancel", "what the link says is chosen beforehand"
    for wrong in ({"choice": "part"}, {"choice": ""}, {"order": "0"}, {"order": str(order + 1)}, {"order": "x"}):
        answer = visitor.send(f"/my/delays/{notice['id']}/answer", {**form, **wrong})
        assert answer.status_code == 400 and "o_delay_problem" in answer.text, wrong
    assert state_of(shop, order) == [2, 3]
    answer = visitor.send(f"/my/delays/{notice['id']}/answer", form)
    assert answer.status_code == 303
    page = visitor.get(answer.headers["Location"])
    assert "what is late is cancelled" in words(page)
    assert "You do not want it any more" in words(page)
    assert not page.xpath(FORM)
    assert state_of(shop, order) == [2, 0]


def test_nobody_elses(shop):
    order, notice = late(shop)
    path = f"/my/delays/{notice['id']}?access_token={notice['access_token']}"
    form = form_of(Visitor(shop.server).get(path), FORM)
    for visitor in (Visitor(shop.server), Visitor(shop.server, "nosy"), Visitor(shop.server, "waiting")):
        for token in ("", "x", notice["access_token"][:-1]):
            answer = visitor.open(f"/my/delays/{notice['id']}?access_token={token}", allow_redirects=False)
            assert answer.status_code == 303 and "Scarce" not in answer.text
            own = form_of(visitor.get(path), FORM)
            sent = {**form, "csrf_token": own["csrf_token"], "access_token": token, "choice": "cancel"}
            visitor.send(f"/my/delays/{notice['id']}/answer", sent)
    assert state_of(shop, order) == [2, 3]
    without = {key: value for key, value in form.items() if key != "csrf_token"}
    answer = Visitor(shop.server).send(f"/my/delays/{notice['id']}/answer", {**without, "choice": "cancel"})
    assert answer.status_code == 400
    assert state_of(shop, order) == [2, 3]

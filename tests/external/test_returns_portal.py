"""Returns on the customer's pages, over HTTP: asking, the slip, the parcel number, and that nobody sees another's."""

import base64
import io
import re

import pytest
from PIL import Image

from .shop import Shop, Visitor, form_of, words

pytestmark = pytest.mark.external
FORM = "//form[contains(@class, 'o_return_form')]"


@pytest.fixture(scope="module")
def shop(running_server):
    shop = Shop(running_server)
    company = shop.make("res.partner", name="Buying House", is_company=True)
    shop.buyer = shop.customer("buyer", company)
    shop.colleague = shop.customer("colleague", company)
    shop.rival = shop.customer("rival")
    other = shop.make("res.company", name="Sister House")
    shop.sister = shop.customer("sister", company, company_id=other, company_ids=[(6, 0, [other])])
    return shop


@pytest.fixture(scope="module")
def buyer(shop):
    return Visitor(shop.server, "buyer")


@pytest.fixture
def order(shop):
    return shop.delivered(shop.buyer)


def page_of(order):
    return f"/my/orders/{order['id']}/return"


def fill(visitor, order, **more):
    """The form's fields, with two pieces of the order's line."""
    form = form_of(visitor.get(page_of(order)), FORM)
    return {
        **form,
        f"quantity_{order['line']}": "2",
        f"reason_{order['line']}": "unwanted",
        f"settlement_{order['line']}": "refund",
        "act": "send",
        **more,
    }


def ask(shop, visitor, order, **more):
    """The id of the case that the form made."""
    answer = visitor.send(page_of(order), fill(visitor, order, **more))
    assert answer.status_code == 303, words_of(answer)
    return int(re.search(r"/my/returns/(\d+)", answer.headers["Location"])[1])


def words_of(answer):
    from lxml import html

    return words(html.fromstring(answer.text))


def photo(kind="JPEG", size=(40, 30)):
    data = io.BytesIO()
    Image.new("RGB", size, "red").save(data, kind)
    return data.getvalue()


def test_from_the_order_to_the_settled_case(shop, buyer, order):
    link = buyer.get(f"/my/orders/{order['id']}").xpath("//a[@name='return_goods']/@href")[0]
    page = buyer.get(link)
    assert "5 Units can come back" in words(page)
    form = fill(buyer, order, note="It does not fit")
    files = [("photos", ("one.jpg", photo(), "image/jpeg")), ("photos", ("two.png", photo("PNG"), "image/png"))]
    answer = buyer.send(page_of(order), form, files)
    case_id = shop.cases(order)[0]
    assert f"/my/returns/{case_id}?" in answer.headers["Location"]
    page = buyer.get(answer.headers["Location"])
    assert "We have your request" in words(page)
    assert "You wrote: It does not fit" in words(page)
    assert not page.xpath("//a[@name='slip']"), "nothing to send yet"
    photos = page.xpath("//img[contains(@class, 'o_return_photo')]/@src")
    assert len(photos) == 2
    assert buyer.open(photos[0]).headers["Content-Type"] == "image/jpeg"
    assert shop.case(case_id, "state", "source", "note") == {
        "id": case_id,
        "state": "requested",
        "source": "portal",
        "note": "It does not fit",
    }
    # the same form once more is the same case
    assert f"/my/returns/{case_id}?" in buyer.send(page_of(order), form).headers["Location"]
    assert shop.cases(order) == [case_id]
    slip = f"/my/returns/{case_id}?report_type=pdf"
    assert buyer.open(slip).headers["Content-Type"].startswith("text/html"), "no slip before the approval"
    shop.rpc.call("processor", "order.return", "action_approve", [case_id])
    page = buyer.get(f"/my/returns/{case_id}")
    assert "You pay for the way back" in words(page)
    printed = buyer.open(page.xpath("//a[@name='slip']/@href")[0])
    assert printed.headers["Content-Type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF")
    form = {
        **form_of(page, "//form[contains(@action, '/sent')]"),
        "tracking": " 1Z 999  AA ",
        "carrier": "Parcel House",
    }
    assert buyer.send(f"/my/returns/{case_id}/sent", form).status_code == 303
    told = shop.case(case_id, "state", "tracking", "tracking_carrier", "sent_by_id")
    assert (told["state"], told["tracking"], told["tracking_carrier"]) == ("on_way", "1Z 999 AA", "Parcel House")
    assert told["sent_by_id"][1].endswith("Buyer")
    shop.rpc.call("processor", "order.return", "process", [case_id])
    page = buyer.get(f"/my/returns/{case_id}")
    assert "25.00" in words(page.xpath("//tr[contains(@class, 'o_return_credit')]")[0])
    steps = [words(step) for step in page.xpath("//ul[contains(@class, 'o_return_steps')]/li/span[1]")]
    assert steps == ["Requested", "Approved", "On its way", "Received", "Settled"]
    refused = buyer.send(f"/my/returns/{case_id}/sent", form)
    assert refused.status_code == 400
    assert "only what is approved" in words_of(refused)


def test_list_and_counter(shop, buyer, order):
    case_id = ask(shop, buyer, order)
    name = shop.case(case_id, "name")["name"]
    for login, sees in (("buyer", True), ("colleague", True), ("rival", False), ("sister", False)):
        visitor = Visitor(shop.server, login)
        counted = visitor.ask("/my/counters", counters=["return_count"])["result"]["return_count"]
        names = visitor.get("/my/returns").xpath("//tr[contains(@class, 'o_return_case')]/td[1]/a/text()")
        assert (name in names) is sees, login
        assert counted == len(names), login


def test_nobody_sees_anothers_case(shop, buyer, order):
    case_id = ask(shop, buyer, order)
    token = shop.case(case_id, "access_token")["access_token"]
    name = shop.case(case_id, "name")["name"]
    shop.rpc.call("processor", "order.return", "action_approve", [case_id])
    anybody = Visitor(shop.server)
    wrong = ["", "?access_token=", "?access_token=x", f"?access_token={token[:-1]}", f"?access_token={order['token']}"]
    visitors = [anybody, Visitor(shop.server, "rival"), Visitor(shop.server, "sister")]
    for visitor in visitors:
        for query in wrong:
            for path in (f"/my/returns/{case_id}{query}", f"/my/returns/{case_id}{query or '?'}&report_type=pdf"):
                answer = visitor.open(path)
                assert name not in answer.text, path
                assert not answer.content.startswith(b"%PDF")
            for path in (
                page_of(order),
                f"/my/orders/{order['id']}/return{query if 'token=' + order['token'] not in query else ''}",
            ):
                assert order["name"] not in visitor.open(path).text, path
        csrf = visitor.get("/web/login" if visitor is anybody else "/my").xpath("//input[@name='csrf_token']/@value")
        for fake in ("", "x"):
            visitor.send(
                f"/my/returns/{case_id}/sent",
                {"csrf_token": (csrf or [""])[0], "access_token": fake, "tracking": "stolen"},
            )
        refused = visitor.ask(
            f"{page_of(order)}/check", rows=[{"line_id": order["line"], "quantity": 1}], access_token="x"
        )
        assert "error" in refused
    told = shop.case(case_id, "state", "tracking")
    assert (told["state"], told["tracking"]) == ("approved", False)
    # a case that is not there answers like one of somebody else
    assert anybody.open("/my/returns/999999999").url == anybody.open(f"/my/returns/{case_id}").url
    # the right token opens, as with core's orders
    assert name in anybody.open(f"/my/returns/{case_id}?access_token={token}").text
    assert name in Visitor(shop.server, "colleague").open(f"/my/returns/{case_id}").text


def test_the_token_of_the_order_lets_ask(shop, order):
    anybody = Visitor(shop.server)
    path = f"{page_of(order)}?access_token={order['token']}"
    form = form_of(anybody.get(path), FORM)
    line = order["line"]
    form |= {f"quantity_{line}": "1", f"reason_{line}": "damaged", f"settlement_{line}": "replacement", "act": "send"}
    assert anybody.send(page_of(order), {**form, "access_token": "x"}).headers["Location"].endswith("/my")
    answer = anybody.send(page_of(order), form)
    assert answer.status_code == 303
    page = anybody.get(answer.headers["Location"])
    assert "We have your request" in words(page)
    case_id = shop.cases(order)[0]
    shop.rpc.call("processor", "order.return", "action_approve", [case_id])
    page = anybody.get(answer.headers["Location"])
    sent = form_of(page, "//form[contains(@action, '/sent')]")
    assert anybody.send(f"/my/returns/{case_id}/sent", {**sent, "tracking": "T-1"}).status_code == 303
    assert shop.case(case_id, "state")["state"] == "on_way"


def test_forms_need_the_mark_of_their_page(shop, buyer, order):
    form = fill(buyer, order)
    assert buyer.send(page_of(order), {**form, "csrf_token": "x"}).status_code == 400
    del form["csrf_token"]
    assert buyer.send(page_of(order), form).status_code == 400
    assert not shop.cases(order)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"quantity": "-1"}, "above zero"),
        ({"quantity": "6"}, "5 Units at most"),
        ({"quantity": "1e9"}, "at most"),
        ({"quantity": "nan"}, "above zero"),
        ({"quantity": "inf"}, "above zero"),
        ({"quantity": "two"}, "above zero"),
        ({"quantity": "0"}, "Choose at least one"),
        ({"quantity": ""}, "Choose at least one"),
        ({"reason": "nothing"}, "choose a reason"),
        ({"reason": "x" * 100000}, "choose a reason"),
        ({"settlement": "gold"}, "choose what you wish"),
        ({"settlement": "exchange"}, "choose what you wish"),
        ({"settlement": "none"}, "choose what you wish"),
        ({"note": "x" * 2001}, "at most 2000 characters"),
        ({"key": ""}, "not complete"),
        ({"key": "x" * 41}, "not complete"),
        ({"foreign": "1"}, "no such line"),
        ({"quantity_x": "1"}, "no such line"),
        ({"quantity_999999999999999999999": "1"}, "no such line"),
    ],
)
def test_what_is_wrong_is_refused_whole(shop, buyer, order, fields, said):
    line = order["line"]
    form = fill(buyer, order)
    for name, value in fields.items():
        if name == "foreign":
            strange = shop.delivered(shop.rival, 1)
            form[f"quantity_{strange['line']}"] = value
        else:
            form[f"{name}_{line}" if f"{name}_{line}" in form else name] = value
    answer = buyer.send(page_of(order), form)
    assert answer.status_code == 400
    assert said in words_of(answer)
    assert not shop.cases(order)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>")], "only photos"),
        ([("photo.jpg", b"MZ" + b"\0" * 100)], "only photos"),
        ([("torn.jpg", photo()[:24])], "only photos"),
        ([("text.png", b"hello")], "only photos"),
        ([("large.jpg", photo() + b"\0" * (10 * 1024 * 1024))], "at most 10 MB"),
        ([(f"{number}.jpg", photo()) for number in range(7)], "At most 6 photos"),
        ([("good.jpg", photo()), ("bad.gif", photo("GIF"))], "bad.gif: only photos"),
    ],
)
def test_what_is_no_photo_is_refused(shop, buyer, order, files, said):
    files = [("photos", (name, data, "image/jpeg")) for name, data in files]
    answer = buyer.send(page_of(order), fill(buyer, order), files)
    assert answer.status_code == 400
    assert said in words_of(answer)
    assert not shop.cases(order)


def test_the_answer_of_the_policy_before_anything_is_sent(shop, buyer, order):
    policy = shop.make(
        "order.return.policy",
        name="Short",
        product_id=shop.goods,
        window_days=10,
        fee_percent=20,
        allow_replacement=False,
    )
    line = order["line"]

    def check(visitor=buyer, **vals):
        row = {"line_id": line, "quantity": "2", "reason": "unwanted", "settlement": "refund", **vals}
        return visitor.ask(f"{page_of(order)}/check", rows=[row])["result"]

    try:
        said = check()
        assert not said["problems"]
        assert "restocking fee 20 %" in said["lines"][str(line)]["text"]
        assert re.sub(r"\s", "", said["amount"]).endswith("20.00"), "two of 12.50 less 20 %"
        assert re.sub(r"\s", "", check(reason="defective")["amount"]).endswith("25.00"), "no fee on our fault"
        assert "does not allow" in check(settlement="replacement")["problems"][0]
        assert not check(settlement="replacement", reason="damaged")["problems"]
        # without scripts the same is said by the button that only checks
        answer = buyer.send(page_of(order), fill(buyer, order, act="check"))
        assert answer.status_code == 200
        assert "Expected amount in your favour" in words_of(answer)
        assert not shop.cases(order)
        shop.admin("order.return.policy", "write", [policy], {"returnable": False, "note": "Hygiene goods stay"})
        assert "Hygiene goods stay" in words(buyer.get(page_of(order)))
        refused = buyer.send(page_of(order), fill(buyer, order))
        assert refused.status_code == 400
        assert "Hygiene goods stay" in words_of(refused)
        for rows in ("x", 5, None, [1], [{}] * 501, {"a": 1}):
            assert buyer.ask(f"{page_of(order)}/check", rows=rows)["result"]["problems"], rows
    finally:
        shop.admin("order.return.policy", "unlink", [policy])


def test_switched_off_by_the_company(shop, buyer, order):
    case_id = ask(shop, buyer, order)
    company = shop.case(case_id, "company_id")["company_id"][0]
    token = shop.case(case_id, "access_token")["access_token"]
    shop.admin("res.company", "write", [company], {"order_return_portal": False})
    try:
        assert not buyer.get(f"/my/orders/{order['id']}").xpath("//a[@name='return_goods']")
        assert not buyer.get(f"/my/orders/{order['id']}").xpath("//section[@id='order_returns']")
        for path in (f"/my/returns/{case_id}", f"/my/returns/{case_id}?access_token={token}", page_of(order)):
            assert buyer.open(path, allow_redirects=False).headers["Location"].endswith("/my"), path
        assert buyer.ask("/my/counters", counters=["return_count"])["result"]["return_count"] == 0
        assert not buyer.get("/my/returns").xpath("//tr[contains(@class, 'o_return_case')]")
    finally:
        shop.admin("res.company", "write", [company], {"order_return_portal": True})


def test_what_a_customer_reads_over_rpc(shop, order, buyer):
    case_id = ask(shop, buyer, order)
    rpc = shop.rpc
    read = rpc.call("buyer", "order.return", "search_read", [("id", "=", case_id)], ["name", "state"])
    assert read[0]["state"] == "requested"
    for names in (["payload"], ["override_reason"], ["note"], ["message_ids"], ["access_token"]):
        with pytest.raises(rpc.error):
            rpc.call("buyer", "order.return", "read", [case_id], names)
    with pytest.raises(rpc.error):
        rpc.call("buyer", "order.return", "search", [("override_reason", "ilike", "a")])
    assert not rpc.call("rival", "order.return", "search", [("id", "=", case_id)])
    for method, args in (
        ("write", [[case_id], {"tracking": "x"}]),
        ("action_approve", [[case_id]]),
        ("action_on_way", [[case_id]]),
        ("process", [[case_id]]),
        ("request", [[], "x"]),
        ("action_tell", [[case_id]]),
    ):
        with pytest.raises(rpc.error):
            rpc.call("buyer", "order.return", method, *args)


def test_an_image_that_is_a_bomb_is_refused(shop, buyer, order):
    # 60 million pixels in a few kilobytes
    data = io.BytesIO()
    Image.new("1", (10000, 6000)).save(data, "PNG")
    assert len(base64.b64encode(data.getvalue())) < 100000
    answer = buyer.send(page_of(order), fill(buyer, order), [("photos", ("bomb.png", data.getvalue(), "image/png"))])
    assert answer.status_code == 400
    assert "too large" in words_of(answer)

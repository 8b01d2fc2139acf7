"""The customer's own page of an order, over HTTP: by its link and in the portal, and by nobody else."""

import hashlib
import hmac

import pytest

from tests.enquiry.test_page import PIXEL

from .shop import Shop, Visitor, form_of, words

pytestmark = pytest.mark.external
ASK = "//form[contains(@class, 'o_follow_ask')]"
REPORT = "//form[contains(@class, 'o_follow_report')]"


@pytest.fixture(scope="module")
def shop(running_server):
    shop = Shop(running_server)
    shop.buyer = shop.customer("follower")
    shop.customer("stranger_of_orders")
    shop.order = shop.delivered(shop.buyer)
    # the page of the order itself leads to it
    shop.link = f"/my/follow/{shop.order['id']}?access_token={shop.order['token']}"
    return shop


def signed(shop, order):
    """The signed link as it stands in a mail: the answer of an enquiry carries it."""
    shop.make("order.enquiry", order_id=order, question="Link?", channel="mail")
    return (
        shop.rpc.call("processor", "sale.order", "order_page_url", [order])[0]["url"]
        .partition("://")[2]
        .partition("/")[2]
    )


def enquiries(shop, *names):
    return shop.admin(
        "order.enquiry", "search_read", [("order_id", "=", shop.order["id"]), ("channel", "=", "portal")], list(names)
    )


def test_looked_at_asked_and_reported(shop):
    visitor = Visitor(shop.server)
    path = "/" + signed(shop, shop.order["id"])
    page = visitor.get(path)
    text = words(page)
    assert shop.order["name"] in text and "Returnable" in text and "On the way to you" in text
    assert page.xpath("//li[@data-state='complete']")
    answer = visitor.send(f"/my/follow/{shop.order['id']}/ask", {**form_of(page, ASK), "text": "Where is <b>it</b>?"})
    assert answer.status_code == 303
    page = visitor.get(answer.headers["Location"])
    assert "we have your question" in words(page) and "Where is <b>it</b>?" in words(page)
    form = {**form_of(page, REPORT), "line": shop.order["line"], "problem": "damaged", "text": "A corner"}
    refused = visitor.send(
        f"/my/follow/{shop.order['id']}/report", form, files={"photos": ("a.html", b"<script>", "text/html")}
    )
    assert refused.status_code == 400 and "o_follow_problem" in refused.text and "A corner" in refused.text
    answer = visitor.send(
        f"/my/follow/{shop.order['id']}/report", form, files={"photos": ("a.png", PIXEL, "image/png")}
    )
    assert answer.status_code == 303
    found = enquiries(shop, "question", "message_attachment_count")
    assert sorted(row["message_attachment_count"] for row in found) == [0, 1]
    for link in page.xpath("//a[contains(@class, 'o_follow_document')]/@href"):
        document = visitor.open(link)
        assert document.content.startswith(b"%PDF"), link


def test_nobody_elses(shop):
    order = shop.order["id"]
    path = "/" + signed(shop, order)
    other = shop.delivered(shop.buyer)
    bad = [
        f"/my/follow/{order}",
        path[:-1],
        path.replace("until=", "until=9"),
        path.replace(f"/{order}?", f"/{other['id']}?"),
        f"/my/follow/{order}?access_token=x",
        f"/my/follow/{order}?access_token={other['token']}",
        f"/my/follow/{order}?until=1&sign=",
        "/my/follow/999999999?until=1&sign=x",
    ]
    invoice = Visitor(shop.server).get(path).xpath("//a[contains(@href, '/invoice/')]/@href")[0]
    bad += [invoice.partition("?")[0], invoice.replace(f"/follow/{order}/", f"/follow/{other['id']}/")]
    for login in (None, "stranger_of_orders"):
        visitor = Visitor(shop.server, login)
        for link in bad:
            answer = visitor.open(link, allow_redirects=False)
            assert answer.status_code == 303 and "Returnable" not in answer.text, (login, link)
        form = form_of(visitor.get(path), ASK)
        asked = visitor.send(f"/my/follow/{order}/ask", {**form, "sign": "x", "text": "Mine?"})
        assert asked.status_code == 303 and "said" not in asked.headers["Location"]
    # another order's invoice is no document of this one, however right the link
    number = invoice.partition("?")[0].rpartition("/")[2]
    theirs = "/" + signed(shop, other["id"])
    answer = Visitor(shop.server).open(
        theirs.replace(f"/follow/{other['id']}?", f"/follow/{other['id']}/invoice/{number}?"), allow_redirects=False
    )
    assert answer.status_code == 303 and not answer.content.startswith(b"%PDF")
    assert not [row for row in enquiries(shop, "question") if row["question"] == "Mine?"]


def test_a_link_ends(shop):
    order = shop.order["id"]
    company = shop.admin("sale.order", "read", [order], ["company_id"])[0]["company_id"][0]
    until = 1_000_000_000
    message = repr(("order_processing-order-page", repr((order, company, shop.buyer, until))))
    secret = shop.admin("ir.config_parameter", "get_param", "database.secret")
    sign = hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()
    invoice = shop.admin("sale.order", "read", [order], ["invoice_ids"])[0]["invoice_ids"][0]
    visitor = Visitor(shop.server)
    for path in (f"/my/follow/{order}", f"/my/follow/{order}/invoice/{invoice}"):
        answer = visitor.open(f"{path}?until={until}&sign={sign}", allow_redirects=False)
        assert answer.status_code == 410 and "o_follow_expired" in answer.text and "Returnable" not in answer.text
    # the same signature does not hold longer
    answer = visitor.open(f"/my/follow/{order}?until={until * 9}&sign={sign}", allow_redirects=False)
    assert answer.status_code == 303
    form = form_of(visitor.get("/" + signed(shop, order)), ASK)
    asked = visitor.send(f"/my/follow/{order}/ask", {**form, "until": until, "sign": sign, "text": "Late?"})
    assert asked.status_code == 410
    assert not [row for row in enquiries(shop, "question") if row["question"] == "Late?"]


def test_in_the_portal_of_the_customer(shop):
    visitor = Visitor(shop.server, "follower")
    page = visitor.get(f"/my/follow/{shop.order['id']}")
    assert "On the way to you" in words(page)
    link = visitor.get(f"/my/orders/{shop.order['id']}").xpath("//a[@name='follow_order']/@href")
    assert link and "On the way to you" in words(visitor.get(link[0]))

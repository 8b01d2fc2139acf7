"""A day at the dock over the wire: windows, planning, asking, loading, handing over, and who may do none of it."""

import json
import uuid
import xmlrpc.client
from datetime import date, timedelta

import pytest

from .clients import OdooRpc, XmlRpc

pytestmark = pytest.mark.external

# what each call needs beside the pickup
PROCESSOR = (
    ("action_request", ()),
    ("action_load", ()),
    ("action_confirm_request", ("X",)),
    ("action_tell_carrier", ()),
    ("action_told_by_phone", ()),
    ("load_scan", ("X",)),
    ("load_take_out", ("X",)),
    ("action_hand_over", ("Jo",)),
    ("action_miss", ("Nobody came",)),
)
MANAGER = (("action_detach", ([1], "Refused")), ("action_plan_again", ("Later",)))


class Dock:
    """What is collected, made by calls."""

    def __init__(self, caller):
        self.caller = caller
        tag = uuid.uuid4().hex[:6]
        self.warehouse = self.call("admin", "stock.warehouse", "search", [("company_id", "=", 1)], limit=1)[0]
        self.call("admin", "res.company", "write", [1], {"has_received_warning_stock_sms": True})
        freight = self.create("admin", "product.product", name=f"Freight {tag}", type="service")
        self.carrier = self.create("admin", "delivery.carrier", name=f"Van {tag}", product_id=freight)
        self.goods = self.create("admin", "product.product", name=f"Goods {tag}", type="consu", list_price=5)
        country = self.call("admin", "res.country", "search", [("code", "=", "GB")])[0]
        self.partner = self.create(
            "admin",
            "res.partner",
            name=f"Buyer {tag}",
            street="1 Road",
            city="London",
            zip="N1 1AA",
            country_id=country,
            email="dock@test.example.com",
            phone="+44 20 7946 0000",
        )

    def call(self, login, model, method, *args, **kwargs):
        """What a method answers."""
        return self.caller.call(login, model, method, *args, **kwargs)

    def create(self, login, model, **vals):
        """Id of a new record."""
        answer = self.call(login, model, "create", [vals])
        return answer[0] if isinstance(answer, list) else answer

    def window(self, login="manager", **vals):
        """Id of a window that has the carrier come each day until midnight."""
        every = {"saturday": True, "sunday": True, "window_to": 24, **vals}
        return self.create(login, "order.pickup.window", carrier_id=self.carrier, warehouse_id=self.warehouse, **every)

    def order(self):
        """``(order, transfer)`` of a confirmed order whose goods are there."""
        line = (0, 0, {"product_id": self.goods, "product_uom_qty": 1})
        order = self.create("admin", "sale.order", partner_id=self.partner, carrier_id=self.carrier, order_line=[line])
        self.call("admin", "sale.order", "action_verify_and_confirm", [order])
        (transfer,) = self.call("admin", "stock.picking", "search", [("sale_id", "=", order)])
        self.call("admin", "stock.picking", "write", [transfer], {"carrier_id": self.carrier})
        self.call("admin", "stock.picking", "action_assign", [transfer])
        return order, transfer


def test_a_day_at_the_dock(running_server):
    dock = Dock(OdooRpc(running_server))
    call = dock.call
    dock.window(dock="3", max_parcels=1)
    (first, one), (_second, two) = dock.order(), dock.order()
    planned = call("processor", "stock.picking", "action_plan_pickup", [one, two])
    assert [row["code"] for row in planned] == ["planned", "planned"]
    assert planned[0]["pickup_id"] != planned[1]["pickup_id"], "there is room for one parcel"
    assert json.dumps(planned)
    pickup, later = (row["pickup_id"] for row in planned)
    for act, args in (("action_request", []), ("action_confirm_request", ["VAN-1"])):
        assert call("processor", "order.pickup", act, [pickup], *args) is True
    with pytest.raises(dock.caller.error, match="no room"):
        call("processor", "stock.picking", "write", [two], {"order_pickup_id": pickup})
    (done,) = call("processor", "sale.order", "action_dispatch", [first], invoice=False)
    assert done["code"] == "dispatched"
    state = call("processor", "order.pickup", "load_scan", [pickup], done["packages"][0])
    assert (state["code"], state["loaded"], state["total"], state["open"]) == ("loaded", 1, 1, [])
    assert call("processor", "order.pickup", "load_scan", [pickup], "4711")["code"] == "unknown"
    assert done["packages"][0] in call("processor", "order.pickup", "manifest_csv", [pickup])
    assert call("processor", "order.pickup", "action_hand_over", [pickup], signed_by="Jo") is True
    values = call("processor", "order.pickup", "read", [pickup], ["state", "signed_by", "carrier_ref", "handed_at"])[0]
    assert (values["state"], values["signed_by"], values["carrier_ref"]) == ("handed_over", "Jo", "VAN-1")
    assert values["handed_at"]
    # the other carrier does not come
    assert call("processor", "order.pickup", "action_miss", [later], "Nobody came") is True
    target = call("processor", "stock.picking", "read", [two], ["order_pickup_id"])[0]["order_pickup_id"]
    assert target and target[0] not in (pickup, later)


def test_who_may_not(running_server):
    caller = XmlRpc(running_server)
    dock = Dock(caller)
    day = str(date.today() + timedelta(days=1))
    pickup = dock.create("processor", "order.pickup", warehouse_id=dock.warehouse, carrier_id=dock.carrier, date=day)
    _order, transfer = dock.order()
    for method, args in (*PROCESSOR, *MANAGER):
        with pytest.raises(xmlrpc.client.Fault):
            dock.call("integration", "order.pickup", method, [pickup], *args)
    for method, args in MANAGER:
        with pytest.raises(xmlrpc.client.Fault, match="needs the right"):
            dock.call("processor", "order.pickup", method, [pickup], *args)
    for method in ("action_plan_pickup", "action_carrier_scanned"):
        with pytest.raises(xmlrpc.client.Fault):
            dock.call("integration", "stock.picking", method, [transfer])
    with pytest.raises(xmlrpc.client.Fault):
        dock.window("processor")
    for vals in ({"state": "handed_over"}, {"signed_by": "Jo"}, {"confirmed_at": "2026-01-01 00:00:00"}):
        with pytest.raises(xmlrpc.client.Fault):
            dock.call("manager", "order.pickup", "write", [pickup], vals)
    with pytest.raises(xmlrpc.client.Fault):
        dock.call(
            "manager", "order.pickup.loaded", "create", [{"pickup_id": pickup, "picking_id": transfer, "parcel": "X"}]
        )
    assert dock.call("processor", "order.pickup", "read", [pickup], ["state"])[0]["state"] == "planned"

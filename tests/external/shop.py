"""A customer's browser without scripts, and an order that was delivered to it."""

import requests
from lxml import html

from .clients import OdooRpc


class Visitor:
    """One session on a server's pages; signed in where a login is given (password = login)."""

    def __init__(self, server, login=None):
        self.url = server.url
        self.session = requests.Session()
        if login:
            page = self.get("/web/login")
            form = {
                "csrf_token": page.xpath("//input[@name='csrf_token']/@value")[0],
                "login": login,
                "password": login,
            }
            answer = self.session.post(f"{self.url}/web/login", data=form, timeout=600)
            assert "/web/login" not in answer.url, f"{login} could not sign in"

    def open(self, path, **options):
        """The answer to a GET."""
        return self.session.get(path if path.startswith("http") else self.url + path, timeout=600, **options)

    def get(self, path):
        """The page as lxml."""
        return html.fromstring(self.open(path).text)

    def send(self, path, data, files=None, **options):
        """The answer to a POST of a form as it stands, without being led on."""
        options.setdefault("allow_redirects", False)
        return self.session.post(self.url + path, data=data, files=files, timeout=600, **options)

    def ask(self, path, **params):
        """The answer of a JSON route."""
        call = {"jsonrpc": "2.0", "method": "call", "params": params, "id": 1}
        return self.session.post(self.url + path, json=call, timeout=600).json()


def form_of(page, selector):
    """Names and values of a form's fields, as a browser would send them."""
    form = page.xpath(selector)[0]
    return {name: value or "" for name, value in form.form_values()}


def words(page):
    """The text of a page."""
    return " ".join(page.text_content().split())


class Shop:
    """Masters and delivered orders of a started server, made as the desk would."""

    def __init__(self, server):
        self.server = server
        self.rpc = OdooRpc(server)
        self.goods = self.make(
            "product.product",
            name="Returnable",
            default_code="RET-1",
            list_price=12.5,
            is_storable=True,
            taxes_id=[(6, 0, [])],
        )
        warehouse = self.admin("stock.warehouse", "search_read", [], ["lot_stock_id"], limit=1)[0]
        quant = self.make(
            "stock.quant", product_id=self.goods, location_id=warehouse["lot_stock_id"][0], inventory_quantity=500
        )
        self.admin("stock.quant", "action_apply_inventory", [quant])
        self.portal_group = self.ref("base.group_portal")

    def admin(self, model, method, *args, **kwargs):
        """A call by the administrator."""
        return self.rpc.call("admin", model, method, *args, **kwargs)

    def ref(self, name):
        """Id of an XML id."""
        module, _dot, word = name.partition(".")
        return self.admin("ir.model.data", "search_read", [("module", "=", module), ("name", "=", word)], ["res_id"])[
            0
        ]["res_id"]

    def make(self, model, **vals):
        """Id of a new record."""
        answer = self.admin(model, "create", [vals])
        return answer[0] if isinstance(answer, list) else answer

    def customer(self, login, parent=None, **vals):
        """A customer with a user for the portal: id of the partner."""
        partner = self.make(
            "res.partner",
            name=login.title(),
            email=f"{login}@test.example.com",
            street="1 Road",
            city="London",
            zip="N1 1AA",
            country_id=self.ref("base.uk"),
            parent_id=parent or False,
            phone="+44 20 7946 0000",
        )
        user = self.make("res.users", login=login, partner_id=partner, group_ids=[(6, 0, [self.portal_group])], **vals)
        self.admin("res.users", "write", [user], {"password": login})
        return partner

    def delivered(self, partner, quantity=5):
        """A delivered and invoiced order of the goods: ``{id, line, name, token}``."""
        order = self.make(
            "sale.order",
            partner_id=partner,
            order_line=[(0, 0, {"product_id": self.goods, "product_uom_qty": quantity})],
        )
        self.rpc.call("manager", "sale.order", "action_verify_and_confirm", [order])
        done = self.rpc.call("processor", "sale.order", "action_dispatch", [order], pickup=False)
        assert done[0]["ok"], done
        values = self.admin("sale.order", "read", [order], ["name", "order_line", "access_token", "invoice_status"])[0]
        token = values["access_token"]
        if not token:
            token = f"token-of-{order}"
            self.admin("sale.order", "write", [order], {"access_token": token})
        return {"id": order, "line": values["order_line"][0], "name": values["name"], "token": token}

    def case(self, case_id, *names):
        """Fields of a case."""
        return self.admin("order.return", "read", [case_id], list(names))[0]

    def cases(self, order):
        """Ids of the cases of an order."""
        return self.admin("order.return", "search", [("order_id", "=", order["id"])], order="id")

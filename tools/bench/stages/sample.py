"""A sample of orders made by core alone, the same with and without the add-on; run inside Odoo.

As issue 4 has it: at most 10 pricelists, 10 quantities and one date. The orders are clean: products in stock, prices of the
pricelist, addresses complete, no two orders of a customer alike.
"""

from datetime import datetime, timedelta

from odoo.fields import Command

from tools.retail.load_company import prepare_books, prepare_company, settle_users
from tools.retail.load_masters import QUIET
from tools.retail.session import chunks

PRODUCTS = 200
CUSTOMERS = 250
PRICELISTS = 10
QUANTITIES = (1, 2, 3, 4, 6, 8, 10, 12, 24, 48)
LINES = 5
ON_THE_SHELF = 1_000_000
# far enough for any lead time
WISHED_IN_DAYS = 60
DESK_GROUPS = (
    "base.group_user",
    "sales_team.group_sale_salesman_all_leads",
    "stock.group_stock_user",
    "account.group_account_invoice",
)


def core_company(session, decimals):
    """The company and a ``processor`` with the rights of the order desk, where the add-on is not there.

    :return: the tax at home
    """
    env = session.root
    env["res.users"].create(
        {
            "name": "Order Processor",
            "login": "processor",
            "password": "processor",
            "company_id": session.company.id,
            "company_ids": [Command.set(session.company.ids)],
            "group_ids": [Command.set([env.ref(group).id for group in DESK_GROUPS])],
        }
    )
    settle_users(env)
    return prepare_books(session, decimals)


def desk_company(session, decimals):
    """The company with the add-on, its controls enforced; see ``core_company``."""
    tax = prepare_company(session, decimals)
    manager = session.as_user("manager")["res.company"].browse(session.company.id)
    manager.action_order_control_enforce(reason="The orders are entered.")
    return tax


def make_masters(session, company):
    """Products in stock, a carrier, customers with pricelists; committed.

    :param company: ``core_company`` or ``desk_company``
    :return: products, carrier and customers
    """
    tax = company(session, 2)
    env = session.root(context=dict(session.root.context, **QUIET))
    products = _products(env, tax)
    carrier = _carrier(env)
    customers = _customers(env, products)
    _stock(session, env, products)
    session.commit()
    return products, carrier, customers


def ordered(number):
    """What the order ``number`` of the sample has: place of its customer, pairs of place of a product and quantity.

    Five products side by side, at a place of the range and in quantities that differ among the orders of a customer.
    """
    first = number * 7 + number // CUSTOMERS
    places = [((first + place) % PRODUCTS, QUANTITIES[(number + place) % len(QUANTITIES)]) for place in range(LINES)]
    return number % CUSTOMERS, places


def make_orders(session, company, size):
    """Masters and ``size`` quotations of ``LINES`` lines.

    :param company: ``core_company`` or ``desk_company``
    """
    products, carrier, customers = make_masters(session, company)
    _known_before(session, customers)
    wished = datetime.now().replace(microsecond=0) + timedelta(days=WISHED_IN_DAYS)
    for numbers in chunks(range(size)):
        session.as_user("processor")["sale.order"].create(
            [
                {
                    "partner_id": customers[number % CUSTOMERS].id,
                    "client_order_ref": f"T{number:05d}",
                    "carrier_id": carrier.id,
                    "commitment_date": wished,
                    "order_line": [Command.create(line) for line in _lines(products, number)],
                }
                for number in numbers
            ]
        )
        session.commit()


def _known_before(session, customers):
    """A sale to each customer, so that none of the sample's orders is a first one; of what the sample does not order."""
    work = session.root["product.product"].create(
        {"name": "Test Survey", "type": "service", "list_price": 40, "standard_price": 20}
    )
    for chunk in chunks(customers.ids):
        session.as_user("processor")["sale.order"].create(
            [
                {
                    "partner_id": customer,
                    "client_order_ref": f"P{customer}",
                    "order_line": [Command.create({"product_id": work.id, "product_uom_qty": 1})],
                }
                for customer in chunk
            ]
        ).action_confirm()
        session.commit()


def order_ids(session):
    """Ids of the sample's orders, the oldest first."""
    return session.root["sale.order"].search([("client_order_ref", "=like", "T%")], order="id").ids


def _lines(products, number):
    return [{"product_id": products[place].id, "product_uom_qty": quantity} for place, quantity in ordered(number)[1]]


def _products(env, tax):
    return env["product.product"].create(
        [
            {
                "name": f"Test Goods {number}",
                "default_code": f"TG-{number:03d}",
                "type": "consu",
                "is_storable": True,
                "invoice_policy": "delivery",
                "list_price": 5 + number % 40,
                "standard_price": 2 + number % 40 * 0.4,
                "weight": 0.1,
                "volume": 0.001,
                "taxes_id": [Command.set(tax.ids)],
                "supplier_taxes_id": [Command.clear()],
            }
            for number in range(PRODUCTS)
        ]
    )


def _carrier(env):
    service = env["product.product"].create({"name": "Test Delivery", "type": "service", "sale_ok": False})
    return env["delivery.carrier"].create(
        {"name": "Test Carrier", "delivery_type": "fixed", "fixed_price": 0, "product_id": service.id}
    )


def _customers(env, products):
    lists = env["product.pricelist"].create(
        [
            {
                "name": f"Test Prices {place}",
                "currency_id": env.company.currency_id.id,
                "item_ids": [
                    Command.create(
                        {
                            "applied_on": "1_product",
                            "product_tmpl_id": product.product_tmpl_id.id,
                            "compute_price": "fixed",
                            "fixed_price": round(product.list_price * (1 - limit / 100) - place / 100, 2),
                            "min_quantity": limit,
                        }
                    )
                    for product in products
                    for limit in (1, 12)
                ],
            }
            for place in range(PRICELISTS)
        ]
    )
    home = env.ref("base.uk")
    partners = env["res.partner"].create(
        [
            {
                "name": f"Test Customer {number}",
                "ref": f"TC-{number:03d}",
                "company_type": "company",
                "street": f"{number + 1} High Street",
                "city": "London",
                "zip": "N1 1AA",
                "country_id": home.id,
                "email": f"customer.{number}@test.example.com",
                "phone": f"+44 20 7946 {number:04d}",
                "customer_rank": 1,
            }
            for number in range(CUSTOMERS)
        ]
    )
    for number, partner in enumerate(partners):
        partner.property_product_pricelist = lists[number % PRICELISTS]
    return partners


def _stock(session, env, products):
    warehouse = env["stock.warehouse"].search([("company_id", "=", session.company.id)], limit=1)
    quants = env["stock.quant"].with_context(inventory_mode=True)
    quants.create(
        [
            {
                "product_id": product.id,
                "location_id": warehouse.lot_stock_id.id,
                "inventory_quantity": ON_THE_SHELF,
            }
            for product in products
        ]
    ).action_apply_inventory()

"""Step 1: products with prices by quantity, customers, and the stock that the day begins with."""

from datetime import datetime, time, timedelta

from odoo.fields import Command

from .codes import ProductClass
from .load_company import abroad, prepare_company
from .session import chunks

QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
}


def load_masters(session, plan, company=prepare_company):
    """Company, products, pricelist, customers and opening stock of ``plan``.

    :param company: what sets the company up and returns its tax; another one than the default where the add-on is not there
    """
    with session.step("company", "company, users and taxes"):
        tax = company(session, plan.decimals)
    with session.step("products", f"{len(plan.products)} products with prices by quantity"):
        _products(session, plan, tax)
    with session.step("customers", f"{len(plan.customers)} customers"):
        _customers(session, plan)
    with session.step("stock", "opening stock"):
        _stock(session, plan)


def _products(session, plan, tax):
    Product = session.root(context=dict(session.root.context, **QUIET))["product.product"]
    pricelist = session.root["product.pricelist"].create(
        {
            "name": "Wholesale",
            "currency_id": session.company.currency_id.id,
            "company_id": session.company.id,
            "sequence": 1,
        }
    )
    session.root["product.pricelist"].search([("id", "!=", pricelist.id)]).active = False
    for chunk in chunks(plan.products, 500):
        made = Product.create([_product_values(product, tax) for product in chunk])
        session.root["product.pricelist.item"].create(
            [
                {
                    "pricelist_id": pricelist.id,
                    "applied_on": "1_product",
                    "product_tmpl_id": record.product_tmpl_id.id,
                    "compute_price": "fixed",
                    "fixed_price": float(price),
                    "min_quantity": limit,
                }
                for record, product in zip(made, chunk)
                for limit, price in product.bands.items()
            ]
        )
        session.commit()


def _product_values(product, tax):
    goods = product.kind is ProductClass.GOODS
    return {
        "name": product.name,
        "default_code": product.code,
        "type": "consu" if goods else "service",
        "is_storable": goods,
        "sale_ok": product.kind is not ProductClass.NOT_SALEABLE,
        "purchase_ok": goods,
        "invoice_policy": "delivery" if goods else "order",
        "list_price": float(product.bands[1]),
        "taxes_id": [Command.set(tax.ids)],
        "supplier_taxes_id": [Command.clear()],
    }


def _customers(session, plan):
    env = session.root(context=dict(session.root.context, **QUIET, no_vat_validation=True))
    countries = {country.code: country for country in env["res.country"].search([])}
    without_tax = abroad(env, session.company)
    for chunk in chunks(plan.customers, 500):
        env["res.partner"].create([customer_values(customer, countries, without_tax) for customer in chunk])
        session.commit()


def customer_values(customer, countries, without_tax):
    """A partner's values. A complete address has a state where its country wants one: the first, since the file names none.

    :param customer: a ``Customer`` of the plan
    :param dict countries: countries by code
    :param without_tax: the fiscal position of those whose country the file does not name
    """
    country = countries.get(customer.values["country"])
    state = country.state_ids.sorted("code")[:1] if country and country.state_required else None
    return {
        **{name: value or False for name, value in customer.values.items() if name != "country"},
        "ref": customer.code,
        "country_id": country.id if country else False,
        "state_id": state.id if state and customer.values["street"] else False,
        "company_type": "company",
        "customer_rank": 1,
        **({} if customer.values["country"] else {"property_account_position_id": without_tax.id}),
    }


def _stock(session, plan):
    """Count the shelves the day before anything of the plan leaves them, by core's inventory."""
    env = session.root(context=dict(session.root.context, **QUIET, inventory_mode=True))
    warehouse = env["stock.warehouse"].search([("company_id", "=", session.company.id)], limit=1)
    first = min([plan.date, *(document.day for document in plan.history)]) - timedelta(days=1)
    wanted = {product.code: product.stock for product in plan.products if product.stock}
    ids = dict(env["product.product"]._read_group([("default_code", "in", list(wanted))], ["default_code", "id"]))
    ids = {code: record.id for code, record in ids.items()}
    for chunk in chunks(wanted.items(), 500):
        quants = env["stock.quant"].create(
            [
                {"product_id": ids[code], "location_id": warehouse.lot_stock_id.id, "inventory_quantity": units}
                for code, units in chunk
            ]
        )
        quants.action_apply_inventory(date=datetime.combine(first, time(18)))
        session.commit()

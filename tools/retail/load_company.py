"""The company of the demonstration: pounds, prices without tax, British VAT at home and none elsewhere, London time."""

from odoo.fields import Command
from odoo.tools.convert import convert_file

from .session import ZONE

RATE = 20.0
NAME = "Giftware Wholesale"
# GS1 keeps 952 for demonstrations and examples: no company has it
GS1_PREFIX = "9521234"


def prepare_company(session, decimals):
    """Set the company up once; the users ``processor``, ``manager`` and ``integration`` come from the add-on's demo data.

    :param Session session: a database with the add-on and without demo data
    :param int decimals: decimals of a price in the file
    """
    company = session.company
    convert_file(session.root, "order_processing", "demo/users.xml", {}, mode="init", noupdate=True)
    settle_users(session.root)
    desk = session.as_user("manager")["res.company"].browse(company.id)
    if company.order_control != "observing":
        desk.action_order_control_observe(reason="The history is loaded as it was.")
    company.order_tz = ZONE
    company.order_gs1_prefix = GS1_PREFIX
    return prepare_books(session, decimals)


def prepare_books(session, decimals):
    """What Odoo itself is told of the company; works without the add-on too.

    :return: the tax at home
    """
    env, company = session.root, session.company
    pound = env.ref("base.GBP")
    pound.active = True
    company.currency_id = pound
    company.name = NAME
    # core's picture of a logo is no logo
    company.logo = False
    env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1).name = "London"
    env["res.lang"].search([]).write({"date_format": "%d/%m/%Y", "time_format": "%H:%M:%S"})
    # by way of the partner: a country written on the company would install that country's accounting module
    home = env.ref("base.uk")
    company.partner_id.write(
        {"country_id": home.id, "city": "London", "street": "1 Warehouse Road", "zip": "N1 1AA", "tz": ZONE}
    )
    company.account_fiscal_country_id = home
    company.account_price_include = "tax_excluded"
    precision = env["decimal.precision"].search([("name", "=", "Product Price")])
    if precision.digits < decimals:
        precision.digits = decimals
    tax = _taxes(env, company, home)
    company.account_sale_tax_id = tax
    company.account_purchase_tax_id = False
    _no_mail(env)
    return tax


def settle_users(env):
    """Language, time zone and rights that every user of the demonstration has."""
    users = env["res.users"].search([("login", "in", ["processor", "manager", "integration", "admin"])])
    users.write({"tz": ZONE, "lang": "en_US", "notification_type": "inbox"})
    # prices by quantity stand on pricelists
    env.ref("base.group_user").implied_ids |= env.ref("product.group_product_pricelist")


def _taxes(env, company, home):
    """20 % at home, by a fiscal position that keeps it; one for everywhere else that takes it away."""
    env["account.fiscal.position"].search([("company_id", "=", company.id)]).active = False
    group = env["account.tax.group"].create({"name": "VAT 20 %", "company_id": company.id, "country_id": home.id})
    tax = env["account.tax"].create(
        {
            "name": "20 % VAT",
            "description": "VAT 20 %",
            "amount": RATE,
            "type_tax_use": "sale",
            "price_include_override": "tax_excluded",
            "country_id": home.id,
            "tax_group_id": group.id,
            "company_id": company.id,
        }
    )
    positions = env["account.fiscal.position"].create(
        [
            {
                "name": "United Kingdom",
                "sequence": 1,
                "auto_apply": True,
                "country_id": home.id,
                "company_id": company.id,
            },
            {"name": "Outside the United Kingdom", "sequence": 9, "auto_apply": True, "company_id": company.id},
        ]
    )
    tax.fiscal_position_ids = [Command.set(positions[0].ids)]
    return tax


def abroad(env, company):
    """The fiscal position without tax, for customers whose country the file does not name."""
    return env["account.fiscal.position"].search(
        [("company_id", "=", company.id), ("auto_apply", "=", True), ("country_id", "=", False)], limit=1
    )


def _no_mail(env):
    """Nothing leaves the machine: no outgoing mail server answers, and none is asked."""
    env["ir.mail_server"].search([]).active = False
    for cron in ("mail.ir_cron_mail_scheduler_action", "digest.ir_cron_digest_scheduler_action"):
        record = env.ref(cron, raise_if_not_found=False)
        if record:
            record.active = False

"""What the tests of a run share, made once in the database that its workers copy: a company takes seconds for each class."""

from odoo.fields import Command
from odoo.tests import new_test_user

OTHER_COMPANY = "Other Company"
# milliseconds: no paper here is drawn by a script that takes long
PRINT_DELAY = ("report.print_delay", "20")
# people beside the users that the add-on's demo data brings; the stranger is a manager of the other company
STAFF = {
    "salesman": "base.group_user,sales_team.group_sale_salesman",
    "accountant": "base.group_user,account.group_account_manager",
    "stranger": "base.group_user,order_processing.group_manager",
    "portal": "base.group_portal",
}


def make_masters(env):
    """The other company and the people, committed.

    :param env: a superuser's environment
    """
    # partners take their zone from it: the other company's day is that of no place
    env = env(context={**env.context, "tz": "UTC"})
    # core waits a second for the scripts of each page that it prints
    env["ir.config_parameter"].set_param(*PRINT_DELAY)
    own = env.ref("base.main_company")
    other = env["res.company"].create({"name": OTHER_COMPANY, "currency_id": own.currency_id.id})
    # core makes one with the company inside a test alone
    env["stock.warehouse"].create({"company_id": other.id})
    for name, groups in STAFF.items():
        company = other if name == "stranger" else own
        new_test_user(
            env,
            login=f"test_{name}",
            groups=groups,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
            email=f"{name}@test.example.com",
        )
    env.cr.commit()


def person(env, name):
    """The user called ``name``, a key of ``STAFF``."""
    found = env["res.users"].search([("login", "=", f"test_{name}")])
    assert found, f"There is no user test_{name}: run the tests by bin/test, which makes what they share."
    return found

from odoo.tools import SQL


def outside(location):
    """Where goods are once they have left: with a customer, or on the way between companies.

    :param str location: the name under which a statement joins ``stock_location``
    :return: ``SQL`` condition, in brackets
    """
    return SQL(
        "(%(usage)s = 'customer' OR (%(usage)s = 'transit' AND %(company)s IS NULL))",
        usage=SQL.identifier(location, "usage"),
        company=SQL.identifier(location, "company_id"),
    )

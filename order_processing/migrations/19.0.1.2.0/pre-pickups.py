from odoo.tools import SQL
from odoo.tools.sql import column_exists


def migrate(cr, _version):
    """What stood as “Driver” of a pickup stays its driver: the contact is whom one asks at the carrier."""
    if column_exists(cr, "order_pickup", "contact") and not column_exists(cr, "order_pickup", "driver"):
        cr.execute(SQL("ALTER TABLE order_pickup RENAME COLUMN contact TO driver"))

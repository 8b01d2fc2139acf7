import logging

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)


def migrate(cr, _version):
    """Open transfers that are on a pickup stand in its batch, but where its parcels stand on another open pickup, too.

    That was possible before. Who changes such a pickup is told of it, and puts it right; an upgrade cannot.
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    pickings = env["stock.picking"].search([("order_pickup_id.state", "in", ("planned", "requested", "loading"))])
    for pickup, own in pickings.grouped("order_pickup_id").items():
        try:
            with cr.savepoint():
                own._pickup_assign(dict.fromkeys(own.ids, pickup.id))
        except UserError as error:
            _logger.warning("%s has no batch yet: %s", pickup.name, error)

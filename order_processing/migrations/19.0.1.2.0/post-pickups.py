from odoo import SUPERUSER_ID, api


def migrate(cr, _version):
    """Open transfers that are on a pickup stand in its batch."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    pickings = env["stock.picking"].search([("order_pickup_id.state", "in", ("planned", "requested", "loading"))])
    pickings._pickup_assign({picking.id: picking.order_pickup_id.id for picking in pickings})

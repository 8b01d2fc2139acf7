from odoo import SUPERUSER_ID, api

# what a card counted, and what it counts and says now
CARDS = {
    "desk_queue_short": (
        "[('order_is_short', '=', True), ('state', '!=', 'cancel')]",
        {
            "domain": (
                "[('order_is_short', '=', True), ('state', '=', 'sale'), '|', ('order_look_again', '=', False),"
                " ('order_look_again', '<=', 'today')]"
            ),
            "name": "Shortages",
            "help": "Lines that free stock does not cover, to be decided",
            "empty": "Stock covers every line, or it is decided what becomes of it.",
        },
    ),
    "desk_queue_to_pack": (
        "[('picking_type_code', '=', 'outgoing'), ('sale_id', '!=', False), ('state', '=', 'assigned')]",
        {
            "domain": (
                "[('picking_type_code', '=', 'outgoing'), ('sale_id', '!=', False), ('state', '=', 'assigned'),"
                " '|', ('sale_id.order_ship_from', '=', False), ('sale_id.order_ship_from', '<=', 'today')]"
            ),
        },
    ),
}


def migrate(cr, _version):
    """The cards “Short” and “To pick and pack” count what is to be done, unless a manager has changed what they count."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name, (before, vals) in CARDS.items():
        card = env.ref(f"order_processing.{name}", raise_if_not_found=False)
        if card and card.domain == before:
            card.write(vals)

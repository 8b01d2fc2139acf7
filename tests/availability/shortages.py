"""What the tests of shortages start from."""

from odoo.fields import Command

from odoo.addons.order_processing.models.common.business_day import business_day

from tests.common import OrderCase


class ShortageCase(OrderCase):
    """Ten are ordered and four are there; a substitute and another warehouse have some."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = business_day(cls.company)
        cls.house = cls.env["stock.warehouse"].create({"name": "Second House", "code": "SEC"})
        cls.substitute = cls._make_product("Substitute Goods", "TG-S", 12.0)
        cls._stock(cls.product, 4)

    def _short(self, *lines, **vals):
        """A confirmed order, promised: by default ten of which four are there."""
        order = self._make_order(*(lines or [(self.product, 10)]), **vals)
        order.action_confirm()
        order.picking_ids.action_assign()
        order.action_promise()
        return order

    def _decide(self, lines, choice, user="processor", **options):
        return self._as(user, lines).action_decide_shortage(choice, **options)

    def _replaceable(self, free=20):
        self.product.product_tmpl_id.order_substitute_ids = [Command.set(self.substitute.ids)]
        if free:
            self._stock(self.substitute, free)

    def _open_moves(self, order):
        return order.picking_ids.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))

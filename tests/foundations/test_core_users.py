"""Who works with core's documents and not with the order desk reads them whole: no field of ours stands in the way."""

from odoo.tests import new_test_user

from tests.common import OrderCase

READERS = {
    "sales_team.group_sale_salesman": ("sale.order", "sale.order.line"),
    "sales_team.group_sale_manager": ("sale.order", "sale.order.line"),
    "stock.group_stock_user": ("stock.picking", "stock.move", "stock.move.line"),
    "account.group_account_invoice": ("account.move", "account.move.line"),
}


class TestCoreUsers(OrderCase):
    def test_every_field_is_read(self):
        order = self._make_order((self.product, 2))
        self._stock(self.product, 5)
        order.action_confirm()
        self._deliver(order)
        invoice = self._invoice(order)
        documents = {
            "sale.order": order,
            "sale.order.line": order.order_line,
            "stock.picking": order.picking_ids,
            "stock.move": order.picking_ids.move_ids,
            "stock.move.line": order.picking_ids.move_line_ids,
            "account.move": invoice,
            "account.move.line": invoice.line_ids,
        }
        for group, models in READERS.items():
            user = new_test_user(self.env, login=f"reader {group}", groups=f"base.group_user,{group}")
            order.user_id = user
            for model in models:
                with self.subTest(group=group, model=model):
                    self.env.flush_all()
                    self.env.invalidate_all()
                    records = documents[model].with_user(user)
                    self.assertTrue(records.read(self._ours(records)))
                    partners = records.partner_id if "partner_id" in records else records.env.user.partner_id
                    self.assertTrue(partners.read(self._ours(partners)))

    @staticmethod
    def _ours(records):
        """The add-on's fields that this user is told of; some of core's own cannot be read by everybody."""
        return [name for name in records.fields_get() if records._fields[name]._module == "order_processing"] or ["id"]

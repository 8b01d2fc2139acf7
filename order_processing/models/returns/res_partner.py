from odoo import models
from odoo.exceptions import UserError

from .return_process import PROCESSOR

ORDERS = 100


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_order_return(self):
        """Open the return wizard on what this customer may still bring back, of the latest orders in the present company.

        :return: an action of the web client
        :raises UserError: nothing was delivered, or all of it has come back
        """
        self.ensure_one()
        self.env["order.return"]._check_order_group(PROCESSOR)
        self.check_access("read")
        customer = self.commercial_partner_id
        orders = self.env["sale.order"].search(
            [
                ("partner_id.commercial_partner_id", "=", customer.id),
                ("company_id", "=", self.env.company.id),
                ("state", "=", "sale"),
                ("order_line.qty_delivered", ">", 0),
            ],
            order="date_order desc, id desc",
            limit=ORDERS + 1,
        )
        if not orders:
            raise UserError(
                self.env._(
                    "%(company)s delivered nothing to %(customer)s that could come back.",
                    company=self.env.company.name,
                    customer=customer.display_name,
                )
            )
        action = orders[:ORDERS]._order_return_wizard(only_left=True)
        if len(orders) > ORDERS:
            action["name"] = self.env._("Take Goods Back: of the latest %s orders", ORDERS)
        return action

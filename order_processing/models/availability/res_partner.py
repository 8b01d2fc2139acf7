from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .priority import PRIORITIES

PROCESSOR = "order_processing.group_processor"
NUMBERS = ("order_max_shipments", "order_min_shipment", "order_horizon_days", "order_notice_hours")
GROUPS = "order_processing.group_processor,sales_team.group_sale_salesman"


class ResPartner(models.Model):
    """How a customer's orders ship, in each company, kept on the company's contact: an order takes it over and may say
    otherwise.
    """

    _inherit = "res.partner"

    order_ship_mode = fields.Selection(
        [
            ("parts", "What is there first, the rest later"),
            ("lines", "Whole lines, the rest later"),
            ("complete", "Everything at once"),
        ],
        "Orders ship",
        company_dependent=True,
        help="The customer's standing wish, also where goods are short. Empty: somebody decides each time.",
        groups=GROUPS,
    )
    order_max_shipments = fields.Integer(
        "Shipments at most",
        company_dependent=True,
        help="In how many transfers an order may leave; the last one takes all that is left. 0: as many as it takes.",
        groups=GROUPS,
    )
    order_min_shipment = fields.Float(
        "Least value of a part",
        company_dependent=True,
        help="What leaves before the rest is worth at least this, untaxed, in the company's currency. 0: whatever it is worth.",
        groups=GROUPS,
    )
    order_horizon_days = fields.Integer(
        "Reserved at most days ahead",
        company_dependent=True,
        help="Orders that are wanted later than this many days from now reserve nothing yet. A product may say otherwise. 0: they"
        " reserve as they are ordered.",
        groups=GROUPS,
    )

    order_notice_hours = fields.Integer(
        "Hours of notice before arrival",
        company_dependent=True,
        help="The customer is told at least this many hours before goods arrive. 0: as it comes.",
        groups=GROUPS,
    )
    order_priority = fields.Selection(
        PRIORITIES,
        "Priority",
        company_dependent=True,
        help="Whose turn it is where goods are scarce and the company, or the warehouse, promises by priority.",
        groups=PROCESSOR,
    )

    @api.constrains("order_notice_hours")
    def _check_order_notice_hours(self):
        for partner in self.sudo():
            if partner.order_notice_hours > 8760:
                raise ValidationError(
                    self.env._("%s: the hours of notice are 8760 at most, a year.", partner.display_name)
                )

    @api.constrains(*NUMBERS)
    def _check_order_shipping(self):
        for partner in self.sudo():
            for name in NUMBERS:
                if partner[name] < 0:
                    label = partner._fields[name]._description_string(self.env)
                    raise ValidationError(
                        self.env._(
                            "%(customer)s: “%(field)s” cannot be less than none. Enter 0 for no limit.",
                            customer=partner.display_name,
                            field=label,
                        )
                    )

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .promise_days import PromiseDays

# a year on the way is a mistake
MOST_DAYS = 365


class DeliveryCarrier(models.Model):
    """When a carrier takes goods and how long they are on the way: what promises are made of."""

    _inherit = "delivery.carrier"

    order_cutoff_hour = fields.Float(
        "Cut-off hour",
        help="Orders that are ready after this hour (of the company's time) leave on the next working day. 0:00: none, what is"
        " ready leaves on the same day.",
    )
    order_calendar_id = fields.Many2one(
        "resource.calendar",
        "Working days",
        check_company=True,
        help="Days on which the carrier collects and delivers. Empty: those of the company.",
    )
    order_transit_days = fields.Integer(
        "Days on the way", help="Working days from leaving to arrival. 0: the same day."
    )
    order_transit_ids = fields.One2many("order.carrier.transit", "carrier_id", "Days on the way to")

    @api.constrains("order_cutoff_hour", "order_transit_days")
    def _check_order_times(self):
        for carrier in self:
            if not 0 <= carrier.order_cutoff_hour < 24:
                raise ValidationError(
                    self.env._(
                        "%s: the cut-off is an hour between 0:00 and 24:00; 0:00 for none.", carrier.display_name
                    )
                )
            if not 0 <= carrier.order_transit_days <= MOST_DAYS:
                raise ValidationError(
                    self.env._(
                        "%(carrier)s: goods are between no and %(most)s days on the way.",
                        carrier=carrier.display_name,
                        most=MOST_DAYS,
                    )
                )

    def _order_transits(self):
        """Days on the way of these carriers, one statement for all of their places.

        :return: dict of ``(carrier id, country id or None, state id or None)`` to days
        """
        carriers = self.sudo()
        found = {(carrier.id, None, None): carrier.order_transit_days for carrier in carriers}
        for transit in carriers.order_transit_ids:
            place = transit.country_id.id, transit.state_id.id or None
            found[transit.carrier_id.id, *place] = transit.days
        return found

    def _order_collects(self, company, days):
        """Those of ``days`` on which neither ``company`` nor this carrier is closed; hook, asked where pickups are made.

        Which days of the week a carrier comes on who asks knows best: only holidays count.

        :param days: list of ``date``
        """
        self.ensure_one()
        if not days:
            return []
        known = PromiseDays(company, self, min(days))
        closed = known.house(company.id).closed | known.road(company.id, self.id).closed
        return [day for day in days if day not in closed]

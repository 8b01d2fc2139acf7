from odoo import api, fields, models
from odoo.exceptions import ValidationError


class OrderCarrierTransit(models.Model):
    """How long a carrier takes to one country, or to one state of it."""

    _name = "order.carrier.transit"
    _description = "Days on the Way"
    _order = "country_id, state_id, id"
    _rec_name = "country_id"

    carrier_id = fields.Many2one("delivery.carrier", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="carrier_id.company_id", store=True)
    country_id = fields.Many2one("res.country", required=True)
    state_id = fields.Many2one(
        "res.country.state", domain="[('country_id', '=', country_id)]", help="Empty: all of the country."
    )
    days = fields.Integer("Working days", required=True)

    _once = models.UniqueIndex(
        "(carrier_id, country_id, COALESCE(state_id, 0))", "A carrier has one number of days for a place."
    )
    _days_possible = models.Constraint(
        "CHECK (days BETWEEN 0 AND 365)", "Goods are between no and 365 days on the way."
    )

    @api.constrains("country_id", "state_id")
    def _check_state(self):
        for transit in self:
            if transit.state_id and transit.state_id.country_id != transit.country_id:
                raise ValidationError(
                    self.env._(
                        "%(carrier)s: %(state)s is no state of %(country)s. Choose one that is, or none.",
                        carrier=transit.carrier_id.display_name,
                        state=transit.state_id.name,
                        country=transit.country_id.name,
                    )
                )

from odoo import api, fields, models
from odoo.exceptions import ValidationError


def bare(code):
    """A postcode as it is compared: capitals without spaces and hyphens."""
    return "".join(letter for letter in (code or "").upper() if letter.isalnum())


class OrderDestinationBlock(models.Model):
    """A destination that nothing is shipped to: a country, states of it, postcodes that start alike, or one party's addresses.

    What is given must all be so.
    """

    _name = "order.destination.block"
    _description = "Blocked Destination"
    _inherit = ["order.restriction.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    country_id = fields.Many2one("res.country", index="btree_not_null", tracking=True)
    state_ids = fields.Many2many("res.country.state", string="States", domain="[('country_id', '=', country_id)]")
    zip_prefix = fields.Char(
        "Postcodes that start with", tracking=True, help="Capitals, spaces and hyphens make no difference."
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Address or customer",
        check_company=True,
        ondelete="cascade",
        index="btree_not_null",
        tracking=True,
        help="This address; of a company, all addresses of the company.",
    )

    # a field that is left out at creation asks nobody: the name never is
    @api.constrains("name", "country_id", "state_ids", "zip_prefix", "partner_id")
    def _check_place(self):
        for block in self:
            if not block.country_id and not block.partner_id:
                raise ValidationError(self.env._("%s: choose a country or an address.", block.name))
            if (block.state_ids or block.zip_prefix) and not block.country_id:
                raise ValidationError(self.env._("%s: states and postcodes are those of a country.", block.name))
            if block.state_ids.country_id - block.country_id:
                raise ValidationError(
                    self.env._(
                        "%(block)s: not all states are in %(country)s.", block=block.name, country=block.country_id.name
                    )
                )
            if block.zip_prefix and not bare(block.zip_prefix):
                raise ValidationError(self.env._("%s: the postcode has neither letters nor digits.", block.name))

    def _catches(self, order, destination):
        """Whether goods of ``order`` (facts) for ``destination`` (facts of its address) would go here."""
        self.ensure_one()
        return (
            (not self.country_id or self.country_id.id == order.ship_country["id"])
            and (not self.state_ids or destination.state_id in self.state_ids.ids)
            and (not self.zip_prefix or bare(order.ship_to["zip"]).startswith(bare(self.zip_prefix)))
            and (
                not self.partner_id or self.partner_id.id in (destination.partner_id, destination.commercial_partner_id)
            )
        )

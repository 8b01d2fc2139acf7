from collections import namedtuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError

ACKNOWLEDGEMENTS = [
    ("never", "Never"),
    ("always", "Always"),
    ("differences", "Only with differences"),
    ("review", "After review: the desk sends it"),
]
# what the room wants to know of a sender; the defaults are those of a sender without a profile
Settings = namedtuple(
    "Settings",
    ("item_code", "blank_unit", "unit", "price_beyond", "price_tolerance", "new_customer", "new_address"),
    defaults=("any", "product", None, "enter", 0.0, "create", "create"),
)


class OrderIntakeProfile(models.Model):
    """How the orders of one sender are read. A sender without a profile is read by the defaults below."""

    _name = "order.intake.profile"
    _inherit = ["order.company.mixin", "mail.thread"]
    _description = "Sender of Orders"
    _order = "source, id"
    _rec_name = "source"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    active = fields.Boolean(default=True)
    source = fields.Char("Sender", required=True, tracking=True, help="The name under which it submits its orders.")
    item_code = fields.Selection(
        [
            ("any", "Our reference, a barcode or the customer's own code"),
            ("reference", "Our reference only"),
            ("barcode", "Barcode only"),
            ("customer", "The customer's own code only"),
            ("vendor", "The code of the product's vendor only"),
            ("name", "The exact name of the product only"),
        ],
        "Products are named by",
        default="any",
        required=True,
        tracking=True,
        help="What is found under more than one product is refused as ambiguous, never guessed.",
    )
    blank_unit = fields.Selection(
        [
            ("product", "The product's own unit"),
            ("fixed", "Always this unit"),
            ("refuse", "An error"),
        ],
        "No unit means",
        default="product",
        required=True,
        tracking=True,
        help="A code that stands for a packaging says its unit itself, whatever is chosen here.",
    )
    unit_id = fields.Many2one("uom.uom", "This unit", tracking=True)
    price_beyond = fields.Selection(
        [("enter", "Entered as sent; verification judges it"), ("refuse", "Refused")],
        "A price beyond the tolerance is",
        default="enter",
        required=True,
        tracking=True,
    )
    price_tolerance = fields.Float(
        "Price tolerance (%)",
        tracking=True,
        help="How far a price that is sent, less its discount, may be from the pricelist's, up or down.",
    )
    new_customer = fields.Selection(
        [("create", "Created"), ("refuse", "Refused")],
        "An unknown customer is",
        default="create",
        required=True,
        tracking=True,
        help="Created only where it is sent in full, with its name.",
    )
    new_address = fields.Selection(
        [("create", "Created"), ("refuse", "Refused")],
        "An unknown address is",
        default="create",
        required=True,
        tracking=True,
    )

    acknowledgement = fields.Selection(
        ACKNOWLEDGEMENTS,
        "The customer is told what became of an order",
        default="review",
        required=True,
        tracking=True,
        help="By mail and in the portal; a setting at the customer goes before this one.",
    )

    _once = models.UniqueIndex(
        "(company_id, source) WHERE active", "This sender has a profile in this company already."
    )

    @api.constrains("blank_unit", "unit_id", "price_tolerance", "source")
    def _check_settings(self):
        for profile in self:
            if profile.blank_unit == "fixed" and not profile.unit_id:
                raise ValidationError(self.env._("%s: say which unit is always meant.", profile.source))
            if profile.price_tolerance < 0:
                raise ValidationError(self.env._("%s: a price tolerance is zero or more.", profile.source))
            if profile.source != profile.source.strip():
                raise ValidationError(
                    self.env._("%s: no blanks before or after the name, as senders are compared by it.", profile.source)
                )

    @api.model
    def _settings_of(self, source, company):
        """The ``Settings`` by which orders of ``source`` are read in ``company``; one query."""
        found = self.sudo().search([("source", "=", source), ("company_id", "=", company.id)], limit=1)
        return found._settings() if found else Settings()

    def _settings(self):
        self.ensure_one()
        return Settings(
            item_code=self.item_code,
            blank_unit=self.blank_unit,
            unit=self.unit_id or None,
            price_beyond=self.price_beyond,
            price_tolerance=self.price_tolerance,
            new_customer=self.new_customer,
            new_address=self.new_address,
        )

    def action_try(self):
        """Open the screen where an order is tried against this profile.

        :return: an action of the web client
        """
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Try an Order of %s", self.source),
            "res_model": "order.intake.trial",
            "view_mode": "form",
            "target": "new",
            "context": {"default_profile_id": self.id, "dialog_size": "extra-large"},
        }

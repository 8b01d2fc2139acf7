from odoo import api, fields, models
from odoo.exceptions import ValidationError

# the steps that a reason may stop, in the order in which an order takes them
STEPS = ("stops_confirm", "stops_reserve", "stops_pick", "stops_ship", "stops_print", "stops_invoice")


class OrderHoldReason(models.Model):
    """Why an order may be held, and which steps that stops. A blocking rule holds by the reason of its own code.

    The steps are read when a step is taken: a change of them is felt at once by the holds that stand.
    """

    _name = "order.hold.reason"
    _description = "Reason of a Hold"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    automatic = fields.Boolean(help="Set by findings, not offered to people.")
    stops_confirm = fields.Boolean("Stops confirmation", default=True)
    stops_reserve = fields.Boolean(
        "Stops reservation", help="Automatic reservation passes the goods over; what is reserved already stays so."
    )
    stops_pick = fields.Boolean(
        "Stops picking",
        default=True,
        help="Picking and packing transfers are refused; where a delivery has one step only, that one.",
    )
    stops_ship = fields.Boolean("Stops shipping", default=True)
    stops_print = fields.Boolean(
        "Stops printing",
        default=True,
        help="Pick list, packing slip and label of what has not left. Never the customer's quotation or invoice.",
    )
    stops_invoice = fields.Boolean("Stops invoicing", help="Never stops billing what has left, nor a prepayment.")
    keeps_reserved = fields.Boolean(
        "Stock stays reserved",
        default=True,
        help="Off: what is reserved for the order becomes free for others when it is held.",
    )
    at_until = fields.Selection(
        [("escalate", "Tell somebody"), ("release", "Release it")],
        "At its date",
        default="escalate",
        required=True,
        help="What happens on the until-date of a hold set by hand. The hold of a rule is never released by a date.",
    )
    days = fields.Integer("Lasts (days)", help="Proposes the until-date of a new hold; 0: none.")
    owner_id = fields.Many2one(
        "res.users", domain=[("share", "=", False)], help="Whose a new hold is, unless somebody else is named."
    )
    escalate_to_id = fields.Many2one(
        "res.users",
        "Tell",
        domain=[("share", "=", False)],
        help="Gets an activity on the until-date, beside the owner of the hold.",
    )

    _code_unique = models.UniqueIndex("(code)", "A reason of this code exists already.")
    _days_not_negative = models.Constraint("CHECK (days >= 0)", "A hold cannot last a negative number of days.")

    @api.constrains("keeps_reserved", "stops_reserve")
    def _check_reserved(self):
        for reason in self:
            if not reason.keeps_reserved and not reason.stops_reserve:
                raise ValidationError(
                    self.env._(
                        "%s gives reserved stock free, so it must stop reservation too: the next run would take it again.",
                        reason.name,
                    )
                )

    def _step_names(self):
        """The steps that these reasons stop, as text for people."""
        names = {
            "stops_confirm": self.env._("confirmation"),
            "stops_reserve": self.env._("reservation"),
            "stops_pick": self.env._("picking"),
            "stops_ship": self.env._("shipping"),
            "stops_print": self.env._("printing"),
            "stops_invoice": self.env._("invoicing of what has not left"),
        }
        return ", ".join(names[step] for step in STEPS if any(self.mapped(step)))

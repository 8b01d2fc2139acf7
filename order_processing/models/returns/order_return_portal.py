from odoo import fields, models
from odoo.exceptions import UserError

from .return_process import EXPECTED

TRACKING_LENGTH = 100
# what a customer may read of its own cases, by whatever way; the rest is the desk's
PORTAL_FIELDS = frozenset(
    {
        "id",
        "name",
        "display_name",
        "company_id",
        "partner_id",
        "order_id",
        "state",
        "requested_at",
        "business_date",
        "approved_at",
        "expires_on",
        "sent_at",
        "tracking",
        "tracking_carrier",
        "received_at",
        "inspected_at",
        "settled_at",
        "closed_at",
        "reason",
        "access_url",
    }
)


class OrderReturnPortal(models.Model):
    """The customer's side of a case: its page, the word that the goods were sent."""

    _name = "order.return"
    _inherit = ["order.return", "portal.mixin"]

    tracking = fields.Char("Parcel number", size=TRACKING_LENGTH, help="Under which the goods come back.")
    tracking_carrier = fields.Char("Sent with", size=TRACKING_LENGTH)

    def _compute_access_url(self):
        super()._compute_access_url()
        for case in self:
            case.access_url = f"/my/returns/{case.id}"

    def _has_field_access(self, field, operation):
        if not super()._has_field_access(field, operation):
            return False
        if not self.env.su and self.env.user._is_portal():
            return operation == "read" and field.name in PORTAL_FIELDS
        return True

    def _get_report_base_filename(self):
        self.ensure_one()
        return self.env._("Return slip %s", self.name)

    def _portal_link(self):
        """The address of the case's page with its token, for a message; ``""`` where the company shows none."""
        self.ensure_one()
        if not self.company_id.order_return_portal:
            return ""
        return self.get_base_url() + self.get_portal_url()

    def _has_slip(self):
        """Whether the customer may print the slip: approved, and something comes back."""
        self.ensure_one()
        return self.state in EXPECTED and bool(self._comes_back())

    def _say_sent(self, tracking="", carrier=""):
        """The customer's word that the goods of a case are on their way; said again, it corrects the number.

        The caller has checked whose case it is; the quantity no longer expires.

        :param str tracking: number of the parcel, may be empty
        :param str carrier: with whom it was sent, may be empty
        :return: whether the case moved, else it was on its way before
        :raises UserError: the case is not approved, nothing of it comes back, or a text is too long
        """
        self.ensure_one()
        tracking, carrier = (" ".join(text.replace("\x00", "").split()) for text in (tracking, carrier))
        if max(len(tracking), len(carrier)) > TRACKING_LENGTH:
            raise UserError(
                self.env._("A parcel number and a carrier have at most %s characters each.", TRACKING_LENGTH)
            )
        case = self.sudo()
        case._transition_lock()
        if case.state not in EXPECTED:
            labels = dict(case._fields["state"]._description_selection(case.env))
            raise UserError(
                self.env._(
                    "%(case)s is “%(state)s”: only what is approved can be said to be on its way.",
                    case=case.name,
                    state=labels[case.state],
                )
            )
        if not case._comes_back():
            raise UserError(self.env._("%s: nothing of this return is to be sent back.", case.name))
        given = {name: text for name, text in (("tracking", tracking), ("tracking_carrier", carrier)) if text}
        if given:
            case.write(given)
        return bool(case._transition("announce"))

    def _portal_steps(self):
        """The way of the case as its page shows it: list of dicts ``{label, at}``, done ones in their order."""
        self.ensure_one()
        labels = dict(self._fields["state"]._description_selection(self.env))
        moments = {
            "requested": self.requested_at,
            "approved": self.approved_at,
            "on_way": self.sent_at,
            "received": self.received_at,
            "inspected": self.inspected_at,
            "settled": self.settled_at,
            "closed": self.closed_at,
        }
        steps = [{"label": labels[name], "at": at} for name, at in moments.items() if at]
        if self.state in ("rejected", "cancelled"):
            steps.append({"label": labels[self.state], "at": False})
        return steps

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_duration

from ..common.number_words import measure_words
from .ical import Appointment, calendar_file

PROCESSOR = "order_processing.group_processor"
TEMPLATE = "order_processing.mail_template_pickup_request"
BOOKED = ("requested", "loading")
# what is another appointment for the carrier
APPOINTMENT = {"date", "window_from", "window_to", "dock"}


class OrderPickup(models.Model):
    """The carrier is asked to come by mail, with the appointment for its calendar, and told of each change."""

    _inherit = "order.pickup"

    carrier_told = fields.Selection(
        [("none", "Not told"), ("sent", "Told by mail"), ("to_call", "To be called"), ("told", "Told by phone")],
        "Carrier",
        default="none",
        readonly=True,
        copy=False,
    )
    appointment_number = fields.Integer("Changes of the appointment", readonly=True, copy=False)
    confirmed_by_id = fields.Many2one("res.users", "Confirmation entered by", readonly=True, copy=False)
    confirmed_at = fields.Datetime("Confirmed by the carrier", readonly=True, copy=False)

    def action_confirm_request(self, carrier_ref=""):
        """The carrier has said that it comes.

        :param str carrier_ref: the number under which the carrier knows the pickup, if it gave one
        :raises UserError: a pickup for which the carrier was not asked
        """
        self._request_check()
        for pickup in self:
            vals = (
                {} if pickup.confirmed_at else {"confirmed_at": fields.Datetime.now(), "confirmed_by_id": self.env.uid}
            )
            if carrier_ref and carrier_ref != pickup.carrier_ref:
                vals["carrier_ref"] = carrier_ref
            if vals:
                pickup._transition_write(vals)
                told = self.env._("Confirmed by the carrier. %s", pickup.carrier_ref or "")
                pickup.sudo()._message_log(body=told.strip(), author_id=self.env.user.partner_id.id)
        return True

    def action_tell_carrier(self):
        """Tell the carriers of these pickups anew when they are to come, and for how much."""
        self._request_check()
        self._tell_carrier("change")
        return True

    def action_told_by_phone(self):
        """The carriers of these pickups were called."""
        self._request_check()
        self._transition_write({"carrier_told": "told"})
        bodies = dict.fromkeys(self.ids, self.env._("The carrier was told by phone."))
        self.sudo()._message_log_batch(bodies=bodies, author_id=self.env.user.partner_id.id)
        return True

    def _request_check(self):
        self._check_order_group(PROCESSOR)
        self.check_access("write")
        self._transition_lock()
        wrong = self.filtered(lambda pickup: pickup.state not in BOOKED)
        if wrong:
            raise UserError(
                self.env._(
                    "The carrier was not asked for %s: request them first; what was handed over or missed stays as it is.",
                    ", ".join(wrong.mapped("name")),
                )
            )

    def write(self, vals):
        """A carrier that was asked to come is told of another time, and has to confirm it anew."""
        names = APPOINTMENT.intersection(vals)
        before = {pickup: [pickup[name] for name in names] for pickup in self if names and pickup.state in BOOKED}
        answer = super().write(vals)
        changed = self.browse(
            [pickup.id for pickup, values in before.items() if values != [pickup[name] for name in names]]
        )
        if changed:
            changed._tell_carrier("change")
        return answer

    # ------------------------------------------------------------------ the message

    def _tell_carrier(self, kind):
        """Send the appointment of these pickups, its ``kind`` ``request``, ``change`` or ``cancel``; who has no address is to be called."""
        template = self.env.ref(TEMPLATE, raise_if_not_found=False)
        pickups = self.sudo().with_context(order_pickup_kind=kind)
        reached = pickups.filtered(lambda pickup: template and template.active and pickup.contact_id.email_normalized)
        if kind != "request":
            for pickup in pickups:
                pickup._transition_write({"appointment_number": pickup.appointment_number + 1})
        if reached:
            render = template.sudo().with_context(order_pickup_kind=kind)._render_field
            subjects = render("subject", reached.ids, compute_lang=True)
            bodies = render("body_html", reached.ids, compute_lang=True)
            for pickup in reached:
                pickup.message_post(
                    subject=subjects[pickup.id],
                    body=Markup(bodies[pickup.id]),
                    author_id=self.env.user.partner_id.id,
                    partner_ids=pickup.contact_id.ids,
                    message_type="comment",
                    subtype_xmlid="mail.mt_note",
                    attachments=[(f"{pickup.name.replace('/', '-')}.ics", pickup._appointment_file(kind))],
                    email_layout_xmlid="mail.mail_notification_light",
                )
        calls = pickups - reached
        if calls:
            words = self.env._("To be told to the carrier by phone: the contact has no e-mail address.")
            calls._message_log_batch(bodies=dict.fromkeys(calls.ids, words), author_id=self.env.user.partner_id.id)
        open_again = {"confirmed_at": False, "confirmed_by_id": False}
        for found, told in ((reached, "sent"), (calls, "to_call")):
            found._transition_write(
                {"carrier_told": "none" if kind == "cancel" and told == "sent" else told, **open_again}
            )

    def _appointment_file(self, kind):
        """The appointment of this pickup as an iCalendar file."""
        self.ensure_one()
        home = self.warehouse_id.partner_id or self.company_id.partner_id
        place = ", ".join(line.strip() for line in home._display_address().split("\n") if line.strip())
        return calendar_file(
            Appointment(
                uid=f"{self._name}-{self.id}@{self.env['ir.config_parameter'].sudo().get_param('database.uuid')}",
                sequence=self.appointment_number,
                stamp=fields.Datetime.now(),
                starts=self.starts_at,
                ends=self.ends_at,
                summary=self._request_title(),
                description="\n".join(f"{name}: {value}" for name, value in self._request_facts()),
                location=", ".join(filter(None, (self.company_id.name, place, self.dock))),
                organizer=(self.company_id.name, self.company_id.email or ""),
                attendee=(self.contact_id.name or "", self.contact_id.email_normalized or ""),
                method="CANCEL" if kind == "cancel" else "REQUEST",
            )
        )

    def _request_title(self):
        """What the message is about, by its kind (context ``order_pickup_kind``)."""
        self.ensure_one()
        told = {"pickup": self.name, "day": format_date(self.env, self.date), "company": self.company_id.name}
        kind = self.env.context.get("order_pickup_kind")
        if kind == "cancel":
            return self.env._("Cancelled: pickup %(pickup)s at %(company)s on %(day)s", **told)
        if kind == "change":
            return self.env._("Changed: pickup %(pickup)s at %(company)s, now on %(day)s", **told)
        return self.env._("Pickup %(pickup)s at %(company)s on %(day)s", **told)

    def _request_facts(self):
        """What the carrier has to know: ``[(what, value)]``, values as text."""
        self.ensure_one()
        load = self._loads()[self]
        names = self._load_names()
        facts = [
            (self.env._("Pickup"), self.name),
            (self.env._("Day"), format_date(self.env, self.date)),
            (self.env._("Between"), f"{format_duration(self.window_from)} - {format_duration(self.window_to)}"),
            (self.env._("Your reference"), self.carrier_ref),
            (self.env._("Dock"), self.dock),
            (self.env._("Parcels"), measure_words(self.env, load.parcels)),
            (self.env._("Pallets"), load.pallets and measure_words(self.env, load.pallets)),
            (self.env._("Weight"), f"{load.weight:.2f} {names['weight']}"),
            (self.env._("Volume"), load.volume and f"{load.volume:.2f} {names['volume']}"),
        ]
        return [(name, value) for name, value in facts if value]

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ..common.business_day import business_day

MANAGER = "order_processing.group_manager"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# what a pickup takes over from its window
TAKEN = (
    "company_id",
    "carrier_id",
    "warehouse_id",
    "window_from",
    "window_to",
    "cutoff",
    "max_parcels",
    "max_weight",
    "max_volume",
    "max_pallets",
    "contact_id",
    "dock",
)


class OrderPickupWindow(models.Model):
    """When a carrier comes again and again: each of its days makes a pickup by itself."""

    _name = "order.pickup.window"
    _inherit = ["order.company.mixin", "mail.thread"]
    _description = "Pickup Window"
    _order = "carrier_id, warehouse_id, window_from, id"
    _check_company_auto = True

    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    carrier_id = fields.Many2one("delivery.carrier", required=True, check_company=True, index=True)
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        required=True,
        check_company=True,
        default=lambda self: self.env["stock.warehouse"].search([("company_id", "=", self.env.company.id)], limit=1),
    )
    monday = fields.Boolean("Mon", default=True, tracking=True)
    tuesday = fields.Boolean("Tue", default=True, tracking=True)
    wednesday = fields.Boolean("Wed", default=True, tracking=True)
    thursday = fields.Boolean("Thu", default=True, tracking=True)
    friday = fields.Boolean("Fri", default=True, tracking=True)
    saturday = fields.Boolean("Sat", tracking=True)
    sunday = fields.Boolean("Sun", tracking=True)
    window_from = fields.Float("From", default=15.0, tracking=True, help="By the clock of the company.")
    window_to = fields.Float("To", default=17.0, tracking=True)
    cutoff = fields.Float(
        "Cut-off",
        tracking=True,
        help="Hour up to which transfers are put on its pickups by themselves. 0:00: up to the end of the window.",
    )
    date_from = fields.Date("First day", tracking=True)
    date_until = fields.Date("Last day", tracking=True)
    max_parcels = fields.Integer("Parcels", help="Room for so many. 0: no limit.")
    max_weight = fields.Float("Weight", help="Room for so much, in the company's unit of weight. 0: no limit.")
    max_volume = fields.Float("Volume", help="Room for so much, in the company's unit of volume. 0: no limit.")
    max_pallets = fields.Integer("Pallets", help="Room for so many. 0: no limit.")
    contact_id = fields.Many2one("res.partner", check_company=True, help="Who is asked at the carrier to come.")
    dock = fields.Char()
    pickup_ids = fields.One2many("order.pickup", "window_id", "Pickups", readonly=True)

    _hours = models.Constraint(
        "CHECK (window_from <= window_to AND window_from >= 0 AND window_to <= 24 AND cutoff >= 0 AND cutoff <= 24)",
        "A window lies within one day, and ends after it begins; so does its cut-off.",
    )
    _room = models.Constraint(
        "CHECK (max_parcels >= 0 AND max_weight >= 0 AND max_volume >= 0 AND max_pallets >= 0)",
        "The room of a pickup is 0, for no limit, or more.",
    )

    @api.depends("carrier_id", "window_from", "window_to")
    def _compute_display_name(self):
        for window in self:
            hours = " - ".join(
                f"{int(hour):d}:{round(hour % 1 * 60):02d}" for hour in (window.window_from, window.window_to)
            )
            window.display_name = f"{window.carrier_id.name or ''} {hours}"

    @api.constrains("date_from", "date_until", *DAYS)
    def _check_days(self):
        for window in self:
            if window.date_from and window.date_until and window.date_from > window.date_until:
                raise ValidationError(self.env._("%s: its last day is before its first one.", window.display_name))
            if not any(window[day] for day in DAYS):
                raise ValidationError(
                    self.env._("%s: choose a day of the week, or archive the window.", window.display_name)
                )

    @api.constrains("date_until")
    def _check_not_over(self):
        for window in self:
            if window.date_until and window.date_until < business_day(window.company_id):
                raise ValidationError(
                    self.env._(
                        "%(window)s: its last day, %(day)s, is over already, so no carrier would come. Choose a later day, or archive"
                        " the window.",
                        window=window.display_name,
                        day=format_date(self.env, window.date_until),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """A new window makes its pickups at once."""
        windows = super().create(vals_list)
        windows._make_pickups()
        return windows

    def write(self, vals):
        """What is planned and not asked for yet follows its window."""
        answer = super().write(vals)
        if not {"active", "date_from", "date_until", *DAYS, *TAKEN}.isdisjoint(vals):
            self._follow()
            self._make_pickups()
        return answer

    def unlink(self):
        """What is planned, and empty, goes with its window."""
        self.active = False
        return super().unlink()

    # ------------------------------------------------------------------ its pickups

    def _days(self):
        """The days on which this window has the carrier come, from today on."""
        self.ensure_one()
        today = business_day(self.company_id)
        days = [today + timedelta(days=number) for number in range(self.company_id.sudo().order_pickup_days + 1)]
        days = [
            day
            for day in days
            if self[DAYS[day.weekday()]]
            and (not self.date_from or day >= self.date_from)
            and (not self.date_until or day <= self.date_until)
        ]
        return self.carrier_id._order_collects(self.company_id, days) if self.active else []

    def _make_pickups(self):
        """Make the pickups of these windows that nobody has made yet, up to as many days ahead as the company plans.

        A pickup that was moved to another day, or missed, is not made again.

        :return: the new pickups
        """
        windows = self.sudo().filtered("active")
        days = {window: window._days() for window in windows}
        # who makes them at the same time waits, and finds them made
        self.env.cr.execute(
            SQL("SELECT id FROM order_pickup_window WHERE id = ANY(%s) ORDER BY id FOR UPDATE", windows.ids)
        )
        known = (
            self.env["order.pickup"]
            .sudo()
            .search_fetch([("window_id", "in", windows.ids)], ["window_id", "window_date"])
        )
        made = {(pickup.window_id.id, pickup.window_date) for pickup in known}
        return (
            self.env["order.pickup"]
            .sudo()
            .create(
                [
                    {**window._taken(), "window_id": window.id, "window_date": day, "date": day}
                    for window in windows
                    for day in days[window]
                    if (window.id, day) not in made
                ]
            )
        )

    def _taken(self):
        """The values that a pickup takes over."""
        self.ensure_one()
        return {name: self._fields[name].convert_to_write(self[name], self) for name in TAKEN}

    def _follow(self):
        """Planned pickups to come take over what was changed; those that the window has no more go, unless something is on them."""
        for window in self.sudo():
            days, today = set(window._days()), business_day(window.company_id)
            coming = window.pickup_ids.filtered(
                lambda pickup, today=today: pickup.state == "planned" and pickup.date >= today
            )
            gone = coming.filtered(lambda pickup, days=days: pickup.window_date not in days and not pickup.picking_ids)
            gone.unlink()
            # a window that makes no more pickups says nothing of those that are left
            (coming - gone if days else coming.browse()).write(window._taken())

    @api.model
    def _cron_pickups(self):
        """Make the pickups of all windows, and put on them what is to leave."""
        self.sudo().search([])._make_pickups()
        self.env["order.pickup"]._plan_due()


class OrderPickup(models.Model):
    _inherit = "order.pickup"

    window_id = fields.Many2one(
        "order.pickup.window", readonly=True, copy=False, ondelete="set null", index="btree_not_null"
    )
    window_date = fields.Date("Day of the window", readonly=True, copy=False)

    _window_once = models.UniqueIndex(
        "(window_id, window_date) WHERE window_id IS NOT NULL", "The window has a pickup of that day already."
    )

    @api.model
    def _plan_due(self):
        """Put on pickups what is to leave with a carrier that comes by itself."""
        windows = self.env["order.pickup.window"].sudo().search([])
        for company, own in windows.grouped("company_id").items():
            pickings = (
                self.env["stock.picking"]
                .sudo()
                .search(
                    Domain("company_id", "=", company.id)
                    & Domain("order_pickup_id", "=", False)
                    & Domain("carrier_id", "in", own.carrier_id.ids)
                    & Domain("picking_type_code", "=", "outgoing")
                    & Domain("state", "in", ("waiting", "confirmed", "assigned"))
                )
            )
            self.sudo()._plan(pickings)

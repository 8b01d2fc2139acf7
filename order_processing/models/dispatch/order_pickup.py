from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..common.business_day import business_day, wall_moment
from ..common.transition import Transition, transition

PROCESSOR = "order_processing.group_processor"
MANAGER = "order_processing.group_manager"
CLOSED = ("handed_over", "missed")
# the carrier knows of it
BOOKED = ("requested", "loading")
# when and where the carrier comes
BOOKING = {"company_id", "carrier_id", "warehouse_id", "date", "window_from", "window_to"}
# of these it takes only transfers that have the same
ROUTE = {"company_id", "carrier_id", "warehouse_id"}
# what says who took which goods when
FACTS = BOOKING | {"name", "picking_ids", "driver", "vehicle", "dock"}


class OrderPickup(models.Model):
    """One collection by a carrier: which transfers and parcels go with it, and that they were handed over."""

    _name = "order.pickup"
    _inherit = ["order.transition.mixin", "order.company.mixin", "mail.thread", "mail.activity.mixin"]
    _description = "Pickup"
    _order = "date desc, id desc"
    _check_company_auto = True

    _transition_initial = "planned"
    _transitions = (
        Transition("request", ("planned",), "requested", group=PROCESSOR, who="requested_by_id", when="requested_at"),
        Transition("load", ("planned", "requested"), "loading", group=PROCESSOR),
        Transition(
            "hand_over",
            ("planned", "requested", "loading"),
            "handed_over",
            group=PROCESSOR,
            who="handed_by_id",
            when="handed_at",
        ),
        Transition(
            "miss", ("planned", "requested", "loading"), "missed", group=PROCESSOR, reason=True, why="missed_reason"
        ),
        Transition("plan_again", ("requested", "missed"), "planned", group=MANAGER, reason=True),
    )
    _transition_guarded = (
        "signed_by",
        "signature",
        "package_ids",
        "carrier_told",
        "appointment_number",
        "confirmed_by_id",
        "confirmed_at",
    )

    name = fields.Char(default="/", readonly=True, copy=False)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    carrier_id = fields.Many2one("delivery.carrier", check_company=True)
    warehouse_id = fields.Many2one("stock.warehouse", required=True, check_company=True)
    date = fields.Date(required=True, default=lambda self: business_day(self.env.company))
    window_from = fields.Float("From", default=15.0, help="By the clock of the company.")
    window_to = fields.Float("To", default=17.0)
    cutoff = fields.Float(
        "Cut-off", help="Hour up to which transfers are put on it by themselves. 0:00: up to the end of the window."
    )
    starts_at = fields.Datetime("Comes from", compute="_compute_moments", store=True)
    ends_at = fields.Datetime("Comes until", compute="_compute_moments", store=True)
    closes_at = fields.Datetime("Closes", compute="_compute_moments", store=True)
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("requested", "Requested"),
            ("loading", "Loading"),
            ("handed_over", "Handed over"),
            ("missed", "Missed"),
        ],
        default="planned",
        required=True,
        readonly=True,
        group_expand=True,
        tracking=False,
    )
    picking_ids = fields.One2many("stock.picking", "order_pickup_id", "Transfers", check_company=True)
    package_ids = fields.Many2many("stock.package", string="Parcels", readonly=True, copy=False)
    contact_id = fields.Many2one("res.partner", check_company=True, help="Who is asked at the carrier to come.")
    driver = fields.Char()
    vehicle = fields.Char(help="Its number plate.")
    dock = fields.Char()
    carrier_ref = fields.Char("Carrier's reference", copy=False, help="The number under which the carrier knows it.")
    requested_by_id = fields.Many2one("res.users", "Requested by", readonly=True)
    requested_at = fields.Datetime("Requested at", readonly=True)
    handed_by_id = fields.Many2one("res.users", "Handed over by", readonly=True)
    handed_at = fields.Datetime("Handed over at", readonly=True)
    signature = fields.Image(readonly=True, copy=False, max_width=1024, max_height=512)
    signed_by = fields.Char("Taken over by", readonly=True, help="Who signed for the carrier.")
    missed_reason = fields.Char(readonly=True)

    _by_day = models.Index("(company_id, warehouse_id, date)")
    _window = models.Constraint(
        "CHECK (window_from <= window_to AND window_from >= 0 AND window_to <= 24)",
        "A pickup's window lies within one day, and ends after it begins.",
    )
    _cutoff_hour = models.Constraint(
        "CHECK (cutoff >= 0 AND cutoff <= 24)", "The cut-off is an hour between 0:00 and 24:00; 0:00 for none."
    )

    @api.depends("company_id.order_tz", "company_id.partner_id.tz", "date", "window_from", "window_to", "cutoff")
    def _compute_moments(self):
        for pickup in self:
            ready = pickup.company_id and pickup.date
            hours = {
                "starts_at": pickup.window_from,
                "ends_at": pickup.window_to,
                "closes_at": pickup.cutoff or pickup.window_to,
            }
            for name, hour in hours.items():
                pickup[name] = ready and wall_moment(pickup.company_id, pickup.date, hour)

    @api.depends("name", "carrier_id", "date")
    @api.depends_context("pickup_day")
    def _compute_display_name(self):
        """Where a pickup is chosen from many (context ``pickup_day``), its carrier and day stand with its number."""
        if not self.env.context.get("pickup_day"):
            return super()._compute_display_name()
        for pickup in self:
            told = (pickup.name, pickup.carrier_id.name, pickup.date and format_date(self.env, pickup.date))
            pickup.display_name = ", ".join(filter(None, told))

    @api.model_create_multi
    def create(self, vals_list):
        """Pickups get their number from the sequence of their company."""
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                company = vals.get("company_id") or self.env.company.id
                # the year in the number is that of the pickup's own day
                day = str(vals.get("date") or business_day(self.env["res.company"].browse(company)))
                sequence = self.env["ir.sequence"].with_company(company).with_context(ir_sequence_date=day)
                vals["name"] = sequence.next_by_code("order.pickup") or "/"
        return super().create(vals_list)

    def write(self, vals):
        """What a closed pickup was is evidence: its carrier, day, transfers and parcels stay as they are."""
        if not FACTS.isdisjoint(vals):
            closed = self.filtered(lambda pickup: pickup.state in CLOSED)
            if closed:
                raise UserError(
                    self.env._(
                        "%s is closed and cannot be changed: plan another pickup.", ", ".join(closed.mapped("name"))
                    )
                )
        self._check_booking(vals)
        before = {} if ROUTE.isdisjoint(vals) else {pickup: pickup._route() for pickup in self.sudo()}
        answer = super().write(vals)
        for pickup, route in before.items():
            if pickup._route() != route:
                pickup.picking_ids._pickup_check_fits(pickup)
        return answer

    def _route(self):
        self.ensure_one()
        return [self[name] for name in ROUTE]

    def _check_booking(self, vals):
        """When a carrier that was asked comes is a manager's to change; another one is asked by another pickup."""
        booked = self.filtered(lambda pickup: pickup.state in BOOKED)
        for name in BOOKING.intersection(vals) if booked else ():
            plain = self._fields[name].convert_to_cache
            if any(plain(pickup[name], pickup) != plain(vals[name], pickup) for pickup in booked):
                self._check_order_group(MANAGER)
                if name in ROUTE:
                    raise UserError(
                        self.env._(
                            "%s: its carrier was asked to come. Plan it again first (“Plan again”), which tells the carrier not to.",
                            ", ".join(booked.mapped("name")),
                        )
                    )

    @api.ondelete(at_uninstall=False)
    def _unlink_only_empty_plans(self):
        kept = self.filtered(lambda pickup: pickup.state != "planned" or pickup.picking_ids)
        if kept:
            raise UserError(
                self.env._(
                    "%s cannot be deleted: a carrier knows of it, or transfers are on it. Take them off, or mark it as missed.",
                    ", ".join(kept.mapped("name")),
                )
            )

    @transition("request")
    def action_request(self, reason=""):
        """The carrier was asked to come.

        :raises UserError: the day of a pickup is over
        """
        over = self.filtered(lambda pickup: pickup.date < business_day(pickup.company_id))
        if over:
            raise UserError(
                self.env._(
                    "No carrier can come any more, the day of these pickups is over: %s. Choose a day to come, or mark them as missed.",
                    ", ".join(f"{pickup.name} ({format_date(self.env, pickup.date)})" for pickup in over),
                )
            )
        self._tell_carrier("request")

    @transition("load")
    def action_load(self, reason=""):
        """Loading has begun."""
        self._sync_parcels()

    @transition("hand_over")
    def action_hand_over(self, signed_by="", signature=None, reason=""):
        """The parcels are the carrier's now.

        :param str signed_by: name of who took them over, required
        :param str signature: picture of the signature, base64
        :raises UserError: no name, nothing on the pickup, a transfer on it that has not left, or a parcel that was not scanned
            where the others were
        """
        signed_by = (signed_by or "").strip()
        if not signed_by:
            raise UserError(
                self.env._("Say who took over %s: the name of the driver is required.", ", ".join(self.mapped("name")))
            )
        self._check_complete()
        self._check_loaded()
        self._sync_parcels(closing=True)
        self._transition_write({"signed_by": signed_by, **({"signature": signature} if signature else {})})
        self.env["order.event"]._record(
            [
                {
                    "kind": "handed_over",
                    "company_id": pickup.company_id.id,
                    "order_id": order.id,
                    "order_name": order.name,
                    "document_model": "order.pickup",
                    "document_id": pickup.id,
                    "document_name": pickup.name,
                    "business_date": pickup.date,
                    "note": signed_by,
                }
                for pickup in self.sudo()
                for order in pickup.picking_ids.sale_id
            ]
        )
        self._tell_tracking()

    def _check_complete(self):
        empty = self.sudo().filtered(lambda pickup: not pickup.picking_ids)
        if empty:
            raise UserError(
                self.env._("Nothing is on %s, so nothing can be handed over.", ", ".join(empty.mapped("name")))
            )
        waiting = self.sudo().picking_ids.filtered(lambda picking: picking.state != "done")
        if waiting:
            raise UserError(
                self.env._(
                    "These transfers have not left yet, so the carrier cannot have them: %s. Validate them, or take them off"
                    " the pickup.",
                    ", ".join(waiting.mapped("name")),
                )
            )

    @transition("miss")
    def action_miss(self, reason=""):
        """The carrier did not come; ``reason`` says why. The transfers go to the next pickup, and their customers are told."""
        self._transition_write({"carrier_told": "none", "confirmed_at": False, "confirmed_by_id": False})
        self._missed()

    @transition("plan_again")
    def action_plan_again(self, reason=""):
        """Back to planning (managers, with a ``reason``); a carrier that was asked to come is told not to."""
        self.filtered(lambda pickup: pickup.carrier_told in ("sent", "told"))._tell_carrier("cancel")
        self._sync_parcels()

    def action_detach(self, picking_ids, reason=""):
        """Take transfers off pickups of which the carrier knows (managers); the carrier has refused them, say.

        :param picking_ids: ids of the transfers (``list`` of ``int``)
        :param str reason: why, required
        :return: number of transfers taken off
        :raises UserError: no reason, a transfer that is on none of these pickups, or a pickup that is closed
        """
        self._check_order_group(MANAGER)
        self.check_access("write")
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why the transfers are taken off %s.", ", ".join(self.mapped("name"))))
        self._transition_lock()
        pickings = self.env["stock.picking"].browse(picking_ids).exists()
        foreign = pickings.filtered(lambda picking: picking.order_pickup_id not in self)
        if foreign or len(pickings) != len(set(picking_ids)):
            raise UserError(
                self.env._(
                    "%(transfers)s: not on %(pickups)s, so they cannot be taken off it.",
                    transfers=", ".join(foreign.mapped("name")) or self.env._("Transfers that there are not"),
                    pickups=", ".join(self.mapped("name")),
                )
            )
        pickings._pickup_check(pickings.order_pickup_id)
        bodies = {
            pickup.id: self.env._(
                "Taken off: %(transfers)s. %(reason)s", transfers=", ".join(own.mapped("name")), reason=reason
            )
            for pickup, own in pickings.grouped("order_pickup_id").items()
        }
        pickings._pickup_put(self.browse())
        self.sudo().browse(bodies)._message_log_batch(bodies=bodies, author_id=self.env.user.partner_id.id)
        return len(pickings)

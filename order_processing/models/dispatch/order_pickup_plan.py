from datetime import date, datetime
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ..common.business_day import business_day
from ..common.sql_arrays import id_array
from .pickup_plan import FULL, NONE_COMES, TOO_LATE, Coming, Leaving, choose
from .pickup_room import Load

PROCESSOR = "order_processing.group_processor"
# what still leaves; of these what is assigned lies there
OPEN = ("waiting", "confirmed", "assigned")
READY = ("assigned", "done")


class Row(NamedTuple):
    """What there is to know of a transfer before it is put on a pickup."""

    id: int
    company_id: int
    warehouse_id: int
    carrier_id: int
    state: str
    partner_id: int
    scheduled: datetime
    promised: date
    first: date
    last: date
    notice: int
    code: str


class OrderPickup(models.Model):
    """Transfers fall into the next fitting pickup: of their carrier and warehouse, from the day on which they are promised."""

    _inherit = "order.pickup"

    @api.model
    def action_plan(self):
        """Put all transfers of the user's companies that are to leave, and are on none, on the next pickup that fits them.

        :return: as ``stock.picking.action_plan_pickup``
        """
        self.env["order.transition.mixin"]._check_order_group(PROCESSOR)
        return (
            self.env["stock.picking"]
            .search(
                [
                    ("company_id", "in", self.env.companies.ids),
                    ("order_pickup_id", "=", False),
                    ("picking_type_code", "=", "outgoing"),
                    ("state", "in", OPEN),
                ]
            )
            .action_plan_pickup()
        )

    @api.model
    def _plan(self, pickings, after=None):
        """Put ``pickings`` (``sudo``) on pickups; the same statements whatever their number.

        :param after: naive UTC; only pickups that close later take something, default now
        :return: ``({transfer id: pickup id}, {transfer id: why not, in words})``
        """
        rows = self._plan_rows(pickings)
        refused = self._plan_unfit(rows)
        refused |= self._plan_served([row for row in rows if row.id not in refused])
        leaving = self._plan_leaving([row for row in rows if row.id not in refused])
        pickups = self._plan_pickups({row.key for row in leaving})
        leaving, coming = self._plan_loads(leaving, pickups)
        chosen, none = choose(leaving, coming, after or fields.Datetime.now())
        if chosen:
            self.env["stock.picking"]._pickup_assign(chosen)
            (pickups & self.browse(set(chosen.values())))._touch_limited()
        if none:
            refused |= self._plan_words(none, {row.id: row for row in leaving}, pickups)
        return chosen, refused

    def _plan_rows(self, pickings):
        """What there is to know of each transfer, in the order in which they take room: promised first, urgent first."""
        pickings.flush_model()
        self.env["sale.order"].flush_model(
            ["order_promise_date", "order_ship_from", "order_ship_until", "order_notice_hours"]
        )
        found = self.env.execute_query(
            SQL(
                """
                SELECT picking.id, picking.company_id, kind.warehouse_id, picking.carrier_id, picking.state, picking.partner_id,
                       picking.scheduled_date, sale.order_promise_date, sale.order_ship_from, sale.order_ship_until,
                       coalesce(sale.order_notice_hours, 0), kind.code
                  FROM stock_picking picking
                  JOIN stock_picking_type kind ON kind.id = picking.picking_type_id
             LEFT JOIN sale_order sale ON sale.id = picking.sale_id
                 WHERE picking.id = ANY(%s)
              ORDER BY coalesce(sale.order_promise_date, picking.scheduled_date::date), picking.priority DESC, picking.id
                """,
                id_array(pickings.ids),
            )
        )
        return [Row(*row) for row in found]

    def _plan_unfit(self, rows):
        """Words for those for which no carrier comes."""
        kind = self.env._("it is no delivery, so no carrier comes for it.")
        state = self.env._("it is a draft or cancelled, so no carrier comes for it.")
        return {
            row.id: kind if row.code != "outgoing" else state
            for row in rows
            if row.code != "outgoing" or row.state in ("draft", "cancel")
        }

    def _plan_served(self, rows):
        """Words for those whose carrier does not go where they go; a few statements for all of them."""
        carriers = self.env["delivery.carrier"].sudo().browse({row.carrier_id for row in rows if row.carrier_id})
        bound = carriers.filtered(lambda carrier: carrier.country_ids or carrier.state_ids or carrier.zip_prefix_ids)
        if not bound:
            return {}
        told = [row for row in rows if row.carrier_id in bound._ids and row.partner_id]
        partners = self.env["res.partner"].sudo().browse(dict.fromkeys(row.partner_id for row in told))
        by_id = dict(zip(partners.ids, partners))
        refused = {}
        for row in told:
            carrier, partner = bound.browse(row.carrier_id), by_id[row.partner_id]
            if not carrier._match_address(partner):
                refused[row.id] = carrier._no_service_text(partner)
        return refused

    def _plan_leaving(self, rows):
        """``rows`` as ``Leaving``: what lies there leaves from today on, the rest, and of what notice is wanted, when it is promised."""
        companies = {row.company_id for row in rows}
        companies = {company.id: company for company in self.env["res.company"].browse(companies)}
        now = fields.Datetime.now()
        today = {number: business_day(company, now) for number, company in companies.items()}
        found = []
        for row in rows:
            first = today[row.company_id]
            if row.state not in READY or row.notice:
                planned = row.promised
                if not planned and row.scheduled:
                    planned = business_day(companies[row.company_id], row.scheduled)
                if planned and planned > first:
                    first = planned
            if row.first and row.first > first:
                first = row.first
            # what has left already is only waiting for the carrier
            last = None if row.state == "done" else row.last
            found.append(Leaving(row.id, (row.company_id, row.warehouse_id, row.carrier_id), first, last))
        return found

    def _plan_pickups(self, keys):
        """The pickups (``sudo``) that still take something, locked so that nobody closes them meanwhile."""
        found = self.sudo().search(
            [
                ("company_id", "in", list({key[0] for key in keys})),
                ("warehouse_id", "in", list({key[1] for key in keys})),
                ("state", "in", ("planned", "requested")),
                ("closes_at", ">", fields.Datetime.now()),
            ]
        )
        found._lock_taking()
        return found

    def _plan_loads(self, leaving, pickups):
        """``leaving`` and ``Coming`` with what they take up and have room for, where some have limits."""
        limits = {pickup: pickup._limits() for pickup in pickups}
        limited = pickups.filtered(lambda pickup: any(limits[pickup]))
        used = limited._loads()
        if limited:
            pickings = self.env["stock.picking"].browse([row.id for row in leaving])
            loads = pickings._pickup_loads(volume=any(limit.volume for limit in limits.values()))
            leaving = [Leaving(*row[:4], loads[row.id]) for row in leaving]
        coming = [
            Coming(
                pickup.id,
                (pickup.company_id.id, pickup.warehouse_id.id, pickup.carrier_id.id or None),
                pickup.date,
                pickup.closes_at,
                limits[pickup],
                used.get(pickup, Load()),
            )
            for pickup in pickups
        ]
        return leaving, coming

    def _plan_words(self, none, leaving, pickups):
        """Why transfers fall into no pickup, in words."""
        words = {}
        for number, (why, looked_at) in none.items():
            row = leaving[number]
            names = ", ".join(pickups.browse(looked_at).mapped("name"))
            told = {
                "carrier": self.env["delivery.carrier"].sudo().browse(row.key[2]).name or self.env._("a carrier"),
                "warehouse": self.env["stock.warehouse"].sudo().browse(row.key[1]).name or "",
                "day": format_date(self.env, row.first),
                "pickups": names,
            }
            if why == NONE_COMES:
                words[number] = self.env._(
                    "no pickup of %(carrier)s comes to %(warehouse)s from %(day)s on. Plan one, or enter when the carrier comes"
                    " (Shipping > Pickup Windows).",
                    **told,
                )
            elif why == TOO_LATE:
                words[number] = self.env._(
                    "it may not leave after %(last)s, and before that no pickup of %(carrier)s comes: plan one sooner.",
                    last=format_date(self.env, row.last),
                    **told,
                )
            elif why == FULL:
                words[number] = self.env._(
                    "there is no room for it on %(pickups)s: plan another pickup of %(carrier)s, or enter more room.",
                    **told,
                )
        return words


class DeliveryCarrier(models.Model):
    _inherit = "delivery.carrier"

    def _no_service_text(self, partner):
        """That this carrier does not go to ``partner``, in words."""
        place = ", ".join(filter(None, (partner.zip, partner.city, partner.state_id.name, partner.country_id.name)))
        return self.env._(
            "%(carrier)s does not go to %(place)s: choose another carrier, or enter the place on the carrier.",
            carrier=self.name,
            place=place or partner.display_name,
        )


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def action_plan_pickup(self):
        """Put these transfers on the next pickup that fits each: of its carrier and warehouse, in its window, with room, not before
        what is to leave is promised.

        :return: one dict per transfer, in order: ``{transfer, transfer_id, ok, code, message, pickup, pickup_id, date}``; ``code``
            is ``planned``, ``kept`` (it is on one) or ``refused`` (the message says why)
        :raises AccessError: no processor, or a transfer that the user may not write
        """
        self.env["order.transition.mixin"]._check_order_group(PROCESSOR)
        # nothing else is read of them: a transfer has many columns
        self.fetch(["name", "company_id", "order_pickup_id"])
        self.check_access("write")
        before = {picking.id: picking.order_pickup_id.id for picking in self}
        names = {picking.id: picking.name for picking in self}
        free = self.browse([number for number in self.ids if not before[number]])
        chosen, refused = self.env["order.pickup"]._plan(free.sudo())
        pickups = self.env["order.pickup"].sudo().browse({*chosen.values(), *filter(None, before.values())})
        told = {pickup.id: (pickup.name, fields.Date.to_string(pickup.date)) for pickup in pickups}
        answer = []
        for number in self.ids:
            pickup = before[number] or chosen.get(number)
            name, day = told.get(pickup, ("", ""))
            answer.append(
                {
                    "transfer": names[number],
                    "transfer_id": number,
                    "ok": bool(pickup),
                    "code": "kept" if before[number] else "planned" if pickup else "refused",
                    "message": refused.get(number, ""),
                    "pickup": name,
                    "pickup_id": pickup or False,
                    "date": day,
                }
            )
        return answer

    def action_button_plan_pickup(self):
        """``action_plan_pickup``, and what came of it in words."""
        answers = self.action_plan_pickup()
        refused = [f"{answer['transfer']}: {answer['message']}" for answer in answers if not answer["ok"]]
        planned = sum(answer["code"] == "planned" for answer in answers)
        message = self.env._("%(planned)s of %(all)s put on pickups.", planned=planned, all=len(answers))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": "\n".join([message, *refused[:10]]),
                "type": "warning" if refused else "success",
                "sticky": bool(refused),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

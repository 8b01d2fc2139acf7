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
        refused = {row["id"]: row["no"] for row in rows if row["no"]}
        good = [row for row in rows if not row["no"]]
        refused |= self._plan_served(good)
        leaving = [self._plan_leaving(row) for row in good if row["id"] not in refused]
        pickups = self._plan_pickups({row.key for row in leaving})
        leaving, coming = self._plan_loads(leaving, pickups)
        chosen, none = choose(leaving, coming, after or fields.Datetime.now())
        if chosen:
            self.env["stock.picking"]._pickup_assign(chosen)
            (pickups & self.browse(set(chosen.values())))._touch_limited()
        refused |= self._plan_words(none, {row.id: row for row in leaving}, pickups)
        return chosen, refused

    def _plan_rows(self, pickings):
        """What there is to know of each transfer, in the order in which they take room: promised first, urgent first."""
        pickings.flush_model()
        self.env["sale.order"].flush_model(
            ["order_promise_date", "order_ship_from", "order_ship_until", "order_notice_hours"]
        )
        self.env.cr.execute(
            SQL(
                """
                SELECT picking.id, picking.company_id, kind.warehouse_id, picking.carrier_id, picking.state, picking.partner_id,
                       picking.scheduled_date, sale.order_promise_date AS promised, sale.order_ship_from AS first,
                       sale.order_ship_until AS last, sale.order_notice_hours AS notice,
                       CASE WHEN kind.code <> 'outgoing' THEN 'kind'
                            WHEN picking.state IN ('draft', 'cancel') THEN 'state' END AS no
                  FROM stock_picking picking
                  JOIN stock_picking_type kind ON kind.id = picking.picking_type_id
             LEFT JOIN sale_order sale ON sale.id = picking.sale_id
                 WHERE picking.id = ANY(%s)
              ORDER BY coalesce(sale.order_promise_date, picking.scheduled_date::date), picking.priority DESC, picking.id
                """,
                id_array(pickings.ids),
            )
        )
        rows = self.env.cr.dictfetchall()
        words = {
            "kind": self.env._("it is no delivery, so no carrier comes for it."),
            "state": self.env._("it is a draft or cancelled, so no carrier comes for it."),
        }
        for row in rows:
            row["no"] = words.get(row["no"])
        return rows

    def _plan_served(self, rows):
        """Words for those whose carrier does not go where they go; a few statements for all of them."""
        carriers = self.env["delivery.carrier"].sudo().browse({row["carrier_id"] for row in rows if row["carrier_id"]})
        bound = carriers.filtered(lambda carrier: carrier.country_ids or carrier.state_ids or carrier.zip_prefix_ids)
        if not bound:
            return {}
        told = [row for row in rows if row["carrier_id"] in bound._ids and row["partner_id"]]
        partners = self.env["res.partner"].sudo().browse(dict.fromkeys(row["partner_id"] for row in told))
        by_id = dict(zip(partners.ids, partners))
        refused = {}
        for row in told:
            carrier, partner = bound.browse(row["carrier_id"]), by_id[row["partner_id"]]
            if not carrier._match_address(partner):
                refused[row["id"]] = carrier._no_service_text(partner)
        return refused

    def _plan_leaving(self, row):
        today = self._plan_today(row["company_id"])
        first = today
        # of whose arrival a customer wants notice, that leaves on the day that was promised
        if row["state"] not in READY or row["notice"]:
            planned = row["promised"]
            if not planned and row["scheduled_date"]:
                planned = business_day(self.env["res.company"].browse(row["company_id"]), row["scheduled_date"])
            first = max(first, planned or first)
        first = max(first, row["first"] or first)
        key = row["company_id"], row["warehouse_id"], row["carrier_id"]
        # what has left already is only waiting for the carrier
        last = None if row["state"] == "done" else row["last"]
        return Leaving(row["id"], key, first, last)

    def _plan_today(self, company_id):
        known = self.env.cr.cache.setdefault("order_pickup_today", {})
        now = fields.Datetime.now()
        if known.get(company_id, (None,))[0] != now:
            known[company_id] = now, business_day(self.env["res.company"].browse(company_id), now)
        return known[company_id][1]

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
            loads = self.env["stock.picking"].browse([row.id for row in leaving])._pickup_loads()
            leaving = [row._replace(load=loads[row.id]) for row in leaving]
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
        self.check_access("write")
        kept = self.filtered("order_pickup_id")
        chosen, refused = self.env["order.pickup"]._plan((self - kept).sudo())
        answer = []
        for picking in self:
            pickup = picking.order_pickup_id.sudo()
            code = "kept" if picking in kept else "planned" if picking.id in chosen else "refused"
            answer.append(
                {
                    "transfer": picking.name,
                    "transfer_id": picking.id,
                    "ok": code != "refused",
                    "code": code,
                    "message": refused.get(picking.id, ""),
                    "pickup": pickup.name or "",
                    "pickup_id": pickup.id,
                    "date": fields.Date.to_string(pickup.date) or "",
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

"""Customers who want notice know when goods arrive before they do: in the promise, at the door, and by a message."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date

from ..common import contract
from ..common.business_day import business_day
from ..common.empty_columns import add_empty_columns
from .promise_days import PromiseDays

COLUMNS = {"order_notice_hours": "int4", "order_arrival_date": "date"}
PROCESSOR = "order_processing.group_processor"
TEMPLATE = "order_processing.mail_template_arrival"
OPEN = ("draft", "sent")
CHUNK = 100
# each morning those are told whose hours would begin before the next one, with some to spare
MORNING = timedelta(hours=26)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    order_notice_hours = fields.Integer(
        "Hours of notice",
        compute="_compute_order_notice_hours",
        store=True,
        readonly=False,
        precompute=True,
        copy=True,
        help="The customer is told at least this many hours before the goods arrive. 0: as it comes.",
    )
    order_arrival_told = fields.Date(
        "Arrival told", readonly=True, copy=False, help="The day of arrival that the customer was told last."
    )
    order_arrival_told_at = fields.Datetime("Arrival told at", readonly=True, copy=False)

    _order_notice_hours_positive = models.Constraint(
        "CHECK (order_notice_hours BETWEEN 0 AND 8760)", "The hours of notice are 0 to 8760, a year."
    )

    def _auto_init(self):
        """Orders of an existing database leave as they did: the columns come empty, nothing is computed."""
        add_empty_columns(self, COLUMNS)
        return super()._auto_init()

    @api.depends("partner_id", "company_id")
    def _compute_order_notice_hours(self):
        """A quotation takes over what its customer wants; what is confirmed keeps what it has."""
        for order in self:
            if not order.ids or order.state in OPEN:
                order.order_notice_hours = order._ship_profile().order_notice_hours

    # ------------------------------------------------------------------ where goods leave

    def _promise_carrier(self, company):
        """The carrier of this order, as core chooses one: its own, else that of the address, else of the address's company."""
        address = self.partner_shipping_id.with_company(company)
        return (
            self.carrier_id
            or address.property_delivery_carrier_id
            or address.commercial_partner_id.property_delivery_carrier_id
        )

    def _arrival_days(self):
        """``PromiseDays`` of these orders (``sudo``), and for each where its goods go."""
        where = {}
        carriers = self.env["delivery.carrier"]
        for order in self:
            address, carrier = order.partner_shipping_id, order._promise_carrier(order.company_id)
            carriers |= carrier
            where[order] = order.company_id.id, carrier.id or None, address.country_id.id, address.state_id.id or None
        return PromiseDays(self.company_id, carriers), where

    def _ship_window_problems(self, day=None):
        """Nor may goods leave of whose arrival the customer would know too late."""
        rows = super()._ship_window_problems(day)
        noticed = self.sudo().filtered("order_notice_hours")
        if not noticed:
            return rows
        days, where = noticed._arrival_days()
        for order in noticed:
            today = days.business[order.company_id.id]
            when = day or today
            if when < today:
                # they have left already: that day is no more to be chosen
                continue
            hours, told = order.order_notice_hours, (order.order_arrival_told, order.order_arrival_told_at)
            arrival = days.arrives(*where[order], when)
            # who was not told of this arrival is, by mail, as the goods leave
            knows = told[0] == arrival or order.partner_id.email_normalized
            if knows and days.gives_notice(where[order], when, hours, *told):
                continue
            first = days.noticed(where[order], days.leaves(*where[order][:2], when), hours, *told)
            rows.append(
                self.env._(
                    "- %(order)s: the customer wants to know %(hours)s hours before the goods arrive, and what leaves on %(day)s"
                    " arrives on %(arrival)s. Promise it anew (“Promise dates”), tell the customer (“Tell the arrival”), and they may"
                    " leave on %(first)s; or change the hours on the order.",
                    order=order.name,
                    hours=hours,
                    day=format_date(self.env, when),
                    arrival=format_date(self.env, arrival),
                    first=format_date(self.env, first),
                )
            )
        return rows

    def _arrival_left(self, day):
        """Goods of these orders (``sudo``) have left on ``day``: who wants notice, and does not know yet, is told."""
        noticed = self.filtered("order_notice_hours")
        if not noticed:
            return
        days, where = noticed._arrival_days()
        arrivals = {order: days.arrives(*where[order], day) for order in noticed}
        noticed._tell_arrival(
            {
                order: arrival
                for order, arrival in arrivals.items()
                if order.order_arrival_told != arrival and arrival >= days.business[order.company_id.id]
            }
        )

    def _arrival_if_left(self, day):
        """When goods of these orders arrive that leave on ``day``: dict of order to ``date``; hook, asked where a pickup was missed."""
        orders = self.sudo()
        days, where = orders._arrival_days()
        return {self.browse(order.id): days.arrives(*where[order], day) for order in orders}

    # ------------------------------------------------------------------ telling

    def action_tell_arrival(self, phone=False):
        """Tell the customers of these orders when the goods that leave next are promised to arrive; no day is told twice.

        :param bool phone: they were told by phone: no message is sent
        :return: one dict per order ``{order, order_id, code, arrival_date}``: ``code`` is ``sent``, ``told``, ``to_call`` (no
            e-mail address, or the message was refused) or ``nothing`` (no goods promised that are still to leave, or told)
        :raises AccessError: no processor, or an order that the user may not write
        """
        self.env["order.transition.mixin"]._check_order_group(PROCESSOR)
        self.check_access("write")
        orders = self.sudo().filtered(lambda order: order.state == "sale")
        arrivals = {order: order._arrival_next() for order in orders}
        codes = orders._tell_arrival(
            {order: day for order, day in arrivals.items() if day and day != order.order_arrival_told}, phone
        )
        return [
            {
                "order": order.name,
                "order_id": order.id,
                "code": codes.get(order, "nothing"),
                "arrival_date": fields.Date.to_string(arrivals.get(order)) or "",
            }
            for order in self.sudo()
        ]

    def action_button_tell_arrival(self):
        """``action_tell_arrival``, and what came of it in words."""
        answers = self.action_tell_arrival()
        words = {
            "sent": self.env._("told that it arrives on %s."),
            "to_call": self.env._("could not be told by mail that it arrives on %s: call, then press “Told by phone”."),
            "nothing": self.env._("nothing to tell."),
        }
        lines = []
        for answer in answers:
            day = answer["arrival_date"] and format_date(self.env, answer["arrival_date"])
            text = words[answer["code"]]
            lines.append(f"{answer['order']}: {text % day if '%s' in text else text}")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": "\n".join(lines),
                "type": "warning" if any(answer["code"] == "to_call" for answer in answers) else "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_button_arrival_by_phone(self):
        """The customers were told by phone when the goods arrive."""
        self.action_tell_arrival(phone=True)
        return True

    def _arrival_next(self):
        """When the goods of this order that leave next are promised to arrive, or ``None``."""
        self.ensure_one()
        today = business_day(self.company_id)
        days = [
            line.order_arrival_date
            for line in self.order_line
            if line.order_arrival_date
            and line.order_arrival_date >= today
            and line.product_id.type == "consu"
            and line.product_uom_id.compare(line.product_uom_qty, line.qty_delivered) > 0
        ]
        return (max if self.picking_policy == "one" else min)(days, default=None)

    def _tell_arrivals_due(self, facts, promises):
        """Tell now whose notice would else be too short; what is further off is told on a later morning.

        :param facts: ``Facts`` of lines of these orders (``sudo``)
        :param dict promises: line id to ``Promise``
        """
        wanting = {
            fact.order_id
            for fact in facts
            if fact.notice_hours and fact.goods and fact.state == "sale" and promises[fact.line_id].arrival
        }
        if wanting:
            self.browse(wanting)._tell_due()

    def _tell_due(self):
        now = fields.Datetime.now()
        due = {}
        days = PromiseDays(self.company_id, self.env["delivery.carrier"])
        for order in self:
            arrival = order._arrival_next()
            if not arrival or arrival == order.order_arrival_told:
                continue
            rest = days.begins(order.company_id.id, arrival) - now
            hours = timedelta(hours=order.order_notice_hours)
            if hours <= rest < hours + MORNING:
                due[order] = arrival
        self._tell_arrival(due)

    @api.model
    def _cron_tell_arrivals(self):
        """Each morning: who wants notice is told of what arrives soon."""
        orders = self.sudo().search(
            [
                ("state", "=", "sale"),
                ("order_notice_hours", ">", 0),
                ("order_arrival_date", "!=", False),
                ("delivery_status", "in", ("pending", "started", "partial")),
            ]
        )
        for start in range(0, len(orders), CHUNK):
            chunk = orders[start : start + CHUNK]
            chunk._tell_due()
            if not self.env["ir.cron"]._commit_progress(len(chunk), remaining=max(len(orders) - start - CHUNK, 0)):
                return

    def _tell_arrival(self, arrivals, phone=False):
        """Tell the customers of orders (``sudo``) their days of arrival.

        :param dict arrivals: order to ``date``
        :param bool phone: it was done by phone
        :return: dict of order to ``sent``, ``told`` or ``to_call``
        """
        if not arrivals:
            return {}
        orders = self.browse().union(*arrivals)
        codes = dict.fromkeys(orders, "told" if phone else "to_call")
        if phone:
            orders._arrival_keep(arrivals)
        else:
            template = self.env.ref(TEMPLATE, raise_if_not_found=False)
            reached = orders.filtered("partner_id.email_normalized")
            if template and template.active:
                for company, own in reached.grouped("company_id").items():
                    codes.update(own._arrival_mail(template.sudo().with_company(company), arrivals))
        self._arrival_log(arrivals, codes)
        return codes

    def _arrival_keep(self, arrivals):
        now = fields.Datetime.now()
        for day, own in self.grouped(arrivals.get).items():
            own.write({"order_arrival_told": day, "order_arrival_told_at": now})

    def _arrival_mail(self, template, arrivals):
        """Send the message of these orders; where one is refused, each by itself."""
        try:
            with contract.one_record(self.env.cr):
                self._arrival_keep(arrivals)
                template.send_mail_batch(self.ids, email_layout_xmlid="mail.mail_notification_light")
        except contract.REFUSALS:
            if len(self) == 1:
                return {self: "to_call"}
            return {order: code for own in self for order, code in own._arrival_mail(template, arrivals).items()}
        return dict.fromkeys(self, "sent")

    def _arrival_log(self, arrivals, codes):
        """It stands in the day book and in the chatter."""
        words = {
            "sent": self.env._("Told by mail that the goods arrive on %s."),
            "told": self.env._("Told by phone that the goods arrive on %s."),
            "to_call": self.env._("To be told by phone that the goods arrive on %s: no message could be sent."),
        }
        told = self.browse().union(*arrivals)
        told._message_log_batch(
            bodies={order.id: words[codes[order]] % format_date(self.env, arrivals[order]) for order in told},
            author_id=self.env.user.partner_id.id,
        )
        self.env["order.event"]._record(
            [
                {
                    "kind": "arrival_told",
                    "company_id": order.company_id.id,
                    "order_id": order.id,
                    "order_name": order.name,
                    "business_date": business_day(order.company_id),
                    "note": fields.Date.to_string(arrivals[order]),
                }
                for order in told
                if codes[order] != "to_call"
            ]
        )

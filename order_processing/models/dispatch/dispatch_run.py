from datetime import datetime, time

import pytz

from odoo import fields, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.tools.misc import clean_context

from ..common.business_day import business_day, company_tz

PROCESSOR = "order_processing.group_processor"
# core's posting grows faster than the set beyond this (72 ms an order in sets of 100, 149 in one of 1,000)
CHUNK = 100
CLOSED = ("done", "cancel", "draft")


class SaleOrderDispatch(models.Model):
    _inherit = "sale.order"

    def action_dispatch(self, pickup=True, invoice=True, check=True, business_date=None):
        """Dispatch confirmed orders: reserve, check, pack, validate what is in stock, invoice it, put it on a pickup.

        What is not in stock becomes a backorder with a promise of its own; an order that ships complete or not at all waits.
        Each order goes whole or not at all, and one that is refused does not stop the others.

        :param bool pickup: put the transfers on the day's pickup of their carrier
        :param bool invoice: invoice and post what is to be invoiced
        :param bool check: the caller states that the goods were checked, and is recorded as who did
        :param business_date: the documents' day (``date`` or text), default the company's business day
        :return: one dict per order, in order: ``{order, order_id, ok, code, message, transfers, invoices, pickup, packages}``;
            ``code`` is ``dispatched``, ``nothing`` (nothing of it in stock), ``incomplete`` (ships complete, is not), or, with
            ``ok`` false, ``not_confirmed`` or ``refused`` (the message says why)
        :raises AccessError: no processor, or an order that the user may not write
        """
        self.env["order.transition.mixin"]._check_order_group(PROCESSOR)
        self.check_access("write")
        options = {"pickup": pickup, "invoice": invoice, "check": check, "date": self._dispatch_day(business_date)}
        results = {order.id: self._dispatch_result(order) for order in self}
        for order in self.filtered(lambda order: order.state != "sale"):
            self._dispatch_failed(results, order, "not_confirmed", self.env._("It is not confirmed."))
        for company, orders in self.filtered(lambda order: order.state == "sale").grouped("company_id").items():
            orders = orders.with_company(company).with_context(**self._dispatch_context(company, options["date"]))
            for start in range(0, len(orders), CHUNK):
                orders[start : start + CHUNK]._dispatch_try(results, options)
        return [results[order.id] for order in self]

    def _dispatch_day(self, date):
        """``date`` (``date``, text or nothing) as a ``date`` or ``None``; a ``UserError`` if it is none."""
        try:
            return fields.Date.to_date(date) or None
        except ValueError as error:
            raise UserError(self.env._("“%s” is no date; write it as YYYY-MM-DD.", date)) from error

    @staticmethod
    def _dispatch_result(order):
        return {
            "order": order.name,
            "order_id": order.id,
            "ok": True,
            "code": "dispatched",
            "message": "",
            "transfers": [],
            "invoices": [],
            "pickup": "",
            "packages": [],
        }

    def _dispatch_context(self, company, date):
        """No wizard opens, and a back-dated dispatch carries noon of its day in the time zone of ``company``."""
        # what the screen that called us had in mind for its own documents must not reach the invoices
        context = {**clean_context(self.env.context), "skip_backorder": True, "skip_sms": True}
        if date:
            noon = company_tz(company).localize(datetime.combine(date, time(12)))
            context["order_business_moment"] = fields.Datetime.to_string(noon.astimezone(pytz.utc).replace(tzinfo=None))
        return context

    def _dispatch_try(self, results, options):
        """Dispatch ``self`` in one go; where that is refused, each half by itself, down to the order at fault.

        A concurrency error is no refusal: it goes up, and core tries the whole call again.
        """
        if not self:
            return
        try:
            with self.env.cr.savepoint():
                self._dispatch_set(results, options)
        except (UserError, RedirectWarning) as error:
            if len(self) == 1:
                self._dispatch_failed(results, self, "refused", str(error.args[0]))
                return
            half = len(self) // 2
            self[:half]._dispatch_try(results, options)
            self[half:]._dispatch_try(results, options)

    @staticmethod
    def _dispatch_failed(results, order, code, message):
        results[order.id].update(
            ok=False, code=code, message=message, transfers=[], invoices=[], pickup="", packages=[]
        )

    def _dispatch_set(self, results, options):
        shipped = self._dispatch_ship(options["check"])
        invoices = self._dispatch_invoice() if options["invoice"] else self.env["account.move"]
        if options["pickup"] and shipped:
            self.env["order.pickup"]._gather(shipped, options["date"] or business_day(self.env.company))
        late = self.filtered(lambda order: order.order_is_short or shipped.backorder_ids & order.picking_ids)
        if late:
            late.action_promise(date=options["date"])
        transfers = shipped.grouped("sale_id")
        bills = {}
        for move in invoices:
            for order in move.invoice_line_ids.sale_line_ids.order_id:
                bills.setdefault(order, []).append(move.name)
        for order in self:
            own = transfers.get(order, self.env["stock.picking"])
            results[order.id].update(
                self._dispatch_result(order),
                transfers=own.mapped("name"),
                packages=own.move_line_ids.result_package_id.mapped("name"),
                pickup=own.order_pickup_id[:1].name or "",
                invoices=bills.get(order, []),
            )
            if not own and order not in bills:
                results[order.id].update(order._dispatch_nothing())

    def _dispatch_nothing(self):
        """Code and message for an order of which nothing left."""
        waiting = self.picking_ids.filtered(
            lambda picking: picking.state not in CLOSED and any(move.quantity for move in picking.move_ids)
        )
        held = waiting._quality_held_back()
        if held:
            message = self.env._(
                "%s: these goods failed their check and are held back.", ", ".join(held.mapped("name"))
            )
            return {"code": "nothing", "message": message}
        if waiting:
            names = ", ".join(waiting.mapped("name"))
            message = self.env._("It ships complete, and %s is not fully in stock.", names)
            return {"code": "incomplete", "message": message}
        if self.picking_ids.filtered(lambda picking: picking.state not in CLOSED):
            return {"code": "nothing", "message": self._dispatch_missing()}
        return {"code": "nothing", "message": self.env._("Nothing of it is left to ship or to invoice.")}

    def _dispatch_missing(self):
        """Why nothing is reserved of an order that still is to leave, in words; hook."""
        return self.env._("Nothing of it is in stock.")

    def _dispatch_untouched(self):
        """Whether goods are to leave and none has left yet."""
        leaving = self.picking_ids.filtered(lambda picking: picking.picking_type_code == "outgoing")
        return "done" not in leaving.mapped("state") and any(picking.state not in CLOSED for picking in leaving)

    def _dispatch_ship(self, check):
        """Reserve, pack and validate all steps of the delivery; returns the done outgoing transfers."""
        shipped = self.env["stock.picking"]
        tried = self.env["stock.picking"]
        while True:
            todo = self.picking_ids.filtered(lambda p: p.state not in CLOSED and not p.return_id) - tried
            todo -= todo._quality_held_back()
            if todo:
                todo.action_assign()
            filled = todo.filtered(
                lambda picking: (
                    any(move.quantity for move in picking.move_ids)
                    and (picking.move_type != "one" or picking.state == "assigned")
                )
            )
            if not filled:
                return shipped
            leaving = filled.filtered(lambda picking: picking.picking_type_code == "outgoing")
            leaving._dispatch_pack()
            if check:
                filled._dispatch_check()
            moves = filled.move_ids.filtered(lambda move: move.quantity and not move.picked)
            (moves - moves._order_held_here()).picked = True
            filled.with_context(button_validate_picking_ids=filled.ids).button_validate()
            filled._dispatch_proven()
            shipped |= leaving
            # the goods that were missing stand in backorders now: nothing more of them in this run
            tried |= filled | filled.backorder_ids

    def _dispatch_invoice(self):
        """Invoice what is due; services of an order whose goods all wait are billed with the first that leave."""
        due = self.filtered(lambda order: order.invoice_status == "to invoice" and not order._dispatch_untouched())
        if not due:
            return self.env["account.move"]
        # final: what was paid down is taken off, as core's own screen does
        invoices = due._create_invoices(grouped=True, final=True)
        invoices.action_post()
        return invoices


class StockPickingDispatch(models.Model):
    _inherit = "stock.picking"

    def _dispatch_check(self):
        """Pass the open checks of these transfers in the name of the user who dispatches."""
        checks = self._quality_checks().sudo(False)
        # what a point is about may all be gone since
        there = checks.filtered(lambda check: not check.point_id or check.line_ids._present())
        there.filtered(lambda check: check.state == "to_check").action_pass()

    def _dispatch_proven(self):
        """Raise unless core really validated these: a screen that some module wants to show first leaves them open."""
        left = self.filtered(lambda picking: picking.state != "done")
        if left:
            raise UserError(
                self.env._(
                    "%s could not be validated without a person: open it and validate it there.",
                    ", ".join(left.mapped("name")),
                )
            )

    def _dispatch_pack(self):
        """Put what is loose of each transfer into one new package of its own."""
        held = self.move_ids._order_held_here()
        loose = self.move_line_ids.filtered(
            lambda line: not line.result_package_id and line.quantity and line.move_id not in held
        )
        groups = loose.grouped("picking_id")
        packages = self.env["stock.package"]._dispatch_create(len(groups))
        for lines, package in zip(groups.values(), packages):
            lines.result_package_id = package
        (packages | (self.move_line_ids - loose).result_package_id)._give_sscc(self.env.company)

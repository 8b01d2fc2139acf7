from datetime import datetime, time

import pytz

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.order_processing.models.common.business_day import business_day, company_tz

PROCESSOR = "order_processing.group_processor"
# core's posting grows faster than the set beyond this (PEERS: 72 ms an order in sets of 100, 149 in one of 1,000)
CHUNK = 100
SILENT = {"skip_backorder": True, "skip_sms": True}


class SaleOrderDispatch(models.Model):
    _inherit = "sale.order"

    def action_dispatch(self, pickup=True, invoice=True, check=True, business_date=None):
        """Dispatch confirmed orders: reserve, check, pack, validate what is in stock, invoice it, put it on a pickup.

        What is not in stock becomes a backorder. An order that fails does not stop the others.

        :param bool pickup: put the transfers on the day's pickup of their carrier
        :param bool invoice: invoice and post what was shipped
        :param bool check: the caller has checked the goods, and is recorded as who did
        :param business_date: the documents' day (``date`` or text), default today
        :return: one dict per order: ``{order, order_id, ok, code, message, transfers, invoices, pickup, packages}``
        :raises AccessError: no processor
        """
        self.env["order.transition.mixin"]._check_order_group(PROCESSOR)
        self.check_access("write")
        results = {
            order.id: {
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
            for order in self
        }
        for start in range(0, len(self), CHUNK):
            chunk = self[start : start + CHUNK].with_context(**self._dispatch_context(business_date))
            chunk._dispatch_chunk(
                results, {"pickup": pickup, "invoice": invoice, "check": check, "date": business_date}
            )
        return [results[order.id] for order in self]

    def _dispatch_context(self, business_date):
        """A back-dated dispatch carries noon of its day, in the company's time zone."""
        if not business_date:
            return {}
        noon = datetime.combine(fields.Date.to_date(business_date), time(12))
        moment = company_tz(self.env.company).localize(noon).astimezone(pytz.utc).replace(tzinfo=None)
        return {"order_business_moment": fields.Datetime.to_string(moment)}

    def _dispatch_chunk(self, results, options):
        ready = self.filtered(lambda order: order.state == "sale")
        for order in self - ready:
            self._dispatch_failed(results, order, "not_confirmed", self.env._("It is not confirmed."))
        try:
            # UserError alone: a concurrency error goes up, and core tries the whole call again
            with self.env.cr.savepoint():
                ready._dispatch_set(results, options)
        except UserError as error:
            if len(ready) == 1:
                self._dispatch_failed(results, ready, "refused", str(error))
                return
            for order in ready:
                try:
                    with self.env.cr.savepoint():
                        order._dispatch_set(results, options)
                except UserError as own:
                    self._dispatch_failed(results, order, "refused", str(own))

    @staticmethod
    def _dispatch_failed(results, order, code, message):
        results[order.id].update(
            ok=False, code=code, message=message, transfers=[], invoices=[], pickup="", packages=[]
        )

    def _dispatch_set(self, results, options):
        shipped = self._dispatch_ship(options["check"])
        invoices = self._dispatch_invoice(options["date"]) if options["invoice"] else self.env["account.move"]
        if options["pickup"] and shipped:
            day = fields.Date.to_date(options["date"]) or business_day(self.env.company)
            self.env["order.pickup"]._gather(shipped, day)
        transfers = shipped.grouped("sale_id")
        bills = {}
        for move in invoices:
            for order in move.invoice_line_ids.sale_line_ids.order_id:
                bills.setdefault(order, []).append(move.name)
        for order in self:
            own = transfers.get(order, self.env["stock.picking"])
            result = results[order.id]
            result["transfers"] = own.mapped("name")
            result["packages"] = own.move_line_ids.result_package_id.mapped("name")
            result["pickup"] = own.order_pickup_id[:1].name or ""
            result["invoices"] = bills.get(order, [])
            if not own and not result["invoices"]:
                result.update(code="nothing", message=self.env._("Nothing of it is in stock."))

    def _dispatch_ship(self, check):
        """Reserve, pack and validate all steps of the delivery; returns the done outgoing transfers."""
        shipped = self.env["stock.picking"]
        tried = self.env["stock.picking"]
        while True:
            open_ones = (
                self.picking_ids.filtered(lambda p: p.state not in ("done", "cancel", "draft") and not p.return_id)
                - tried
            )
            if open_ones:
                open_ones.action_assign()
            filled = open_ones.filtered(lambda picking: any(move.quantity for move in picking.move_ids))
            if not filled:
                return shipped
            leaving = filled.filtered(lambda picking: picking.picking_type_code == "outgoing")
            leaving._dispatch_pack()
            if check and leaving:
                checks = leaving._quality_checks().sudo(False)
                checks.filtered(lambda found: found.state == "to_check").action_pass()
            filled.move_ids.filtered("quantity").picked = True
            filled.with_context(**SILENT, button_validate_picking_ids=filled.ids).button_validate()
            shipped |= leaving
            # the goods that were missing stand in backorders now: nothing more of them in this run
            tried |= filled | filled.backorder_ids

    def _dispatch_invoice(self, business_date):
        due = self.filtered(lambda order: order.invoice_status == "to invoice")
        if not due:
            return self.env["account.move"]
        context = {"default_invoice_date": fields.Date.to_date(business_date)} if business_date else {}
        invoices = due.with_context(**context)._create_invoices(grouped=True)
        if business_date:
            invoices.invoice_date = fields.Date.to_date(business_date)
        invoices.action_post()
        return invoices


class StockPickingPack(models.Model):
    _inherit = "stock.picking"

    def _dispatch_pack(self):
        """Put what is picked of each transfer into one package of its own, unless it is packed already."""
        loose = self.filtered(lambda picking: not picking.move_line_ids.result_package_id and picking.move_line_ids)
        if not loose:
            return
        packages = self.env["stock.package"].create([{"name": False} for _picking in loose])
        for picking, package in zip(loose, packages):
            picking.move_line_ids.result_package_id = package

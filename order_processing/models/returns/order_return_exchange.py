from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .order_return_linked import working


class OrderReturn(models.Model):
    """Another product in place of what comes back: an order of its own.

    What came back is credited at what was paid for it; the other product is ordered at what the customer's pricelist says on
    that day, verified, delivered and invoiced as any order is. Credit note and invoice are set against each other, so that
    what stays open is the difference, whichever way it goes, and no ledger has to know of exchanges.
    """

    _inherit = "order.return"

    exchange_order_ids = fields.One2many("sale.order", "order_return_id", "Exchange orders", readonly=True)
    exchange_count = fields.Integer(compute="_compute_exchange_count")

    @api.depends("exchange_order_ids")
    def _compute_exchange_count(self):
        for case in self:
            case.exchange_count = len(case.exchange_order_ids)

    @working
    def _exchange(self, lines):
        """Order the other products of ``lines`` (settlement exchange), one order per case and original order.

        What the rules of the order desk stop waits on the desk as any order does, and the case says so.
        """
        groups = defaultdict(lambda: self.env["order.return.line"])
        for line in lines:
            if line.exchange_line_id.order_id.state in (False, "cancel"):
                groups[line.return_id, line.order_id] |= line
        if not groups:
            return
        orders = self.env["sale.order"].create(
            [case._prepare_exchange_vals(order, own) for (case, order), own in groups.items()]
        )
        for order, own in zip(orders, groups.values(), strict=True):
            goods = order.order_line.filtered(lambda line: not line.display_type)
            for line, item in zip(own, goods, strict=True):
                line._set({"exchange_line_id": item.id})
        answers = orders.action_verify_and_confirm()
        stopped = {answer["order_id"]: answer for answer in answers if not answer.get("confirmed")}
        bodies = {}
        for order in orders.filtered(lambda order: order.id in stopped):
            bodies.setdefault(order.order_return_id.id, []).append(
                self.env._(
                    "The exchange %(order)s waits on the desk: %(why)s",
                    order=order.name,
                    why=stopped[order.id].get("error") or ", ".join(stopped[order.id].get("holds") or ()),
                )
            )
        if bodies:
            self.browse(bodies).sudo()._message_log_batch(
                bodies={case_id: "\n".join(rows) for case_id, rows in bodies.items()},
                author_id=self.env.user.partner_id.id,
            )

    def _prepare_exchange_vals(self, order, lines):
        """Values of the order of the other products, called by ``_exchange``: to whom and how as the original ``order``."""
        self.ensure_one()
        moment = self.env.context.get("order_business_moment")
        return {
            "order_return_id": self.id,
            "partner_id": order.partner_id.id,
            "partner_invoice_id": order.partner_invoice_id.id,
            "partner_shipping_id": order.partner_shipping_id.id,
            "company_id": order.company_id.id,
            "warehouse_id": order.warehouse_id.id,
            "team_id": order.team_id.id,
            "user_id": order.user_id.id,
            "carrier_id": order.carrier_id.id,
            "fiscal_position_id": order.fiscal_position_id.id,
            "payment_term_id": order.payment_term_id.id,
            "pricelist_id": self._exchange_pricelist(order).id,
            "client_order_ref": order.client_order_ref,
            "origin": self.name,
            **({"date_order": fields.Datetime.to_datetime(moment)} if moment else {}),
            "order_line": [
                Command.create({"product_id": line.exchange_product_id.id, "product_uom_qty": line.exchange_quantity})
                for line in lines
            ],
        }

    @api.model
    def _exchange_pricelist(self, order):
        """The pricelist of what is sent in place of goods of ``order``: the customer's of this day. One in another currency
        would leave no difference that could be said, so then the original's stays."""
        pricelist = order.partner_id.with_company(order.company_id).property_product_pricelist
        return pricelist if pricelist.currency_id == order.currency_id else order.pricelist_id

    @api.model
    def _exchange_price(self, order, product, quantity):
        """What ``quantity`` (product's unit) costs this customer today: ``(untaxed, tax)`` in the order's currency."""
        price = self._exchange_pricelist(order)._get_product_price(product, quantity, currency=order.currency_id)
        own = product.taxes_id._filter_taxes_by_company(order.company_id)
        taxes = order.fiscal_position_id.map_tax(own)
        # as on an order line: a tax inside the price goes out of it where another takes its place
        price = product._get_tax_included_unit_price_from_price(price, own, order.fiscal_position_id, taxes)
        found = taxes.compute_all(price, order.currency_id, quantity, product, order.partner_shipping_id)
        return found["total_excluded"], found["total_included"] - found["total_excluded"]

    def action_view_exchanges(self):
        """Open the orders that bring other products for these cases.

        :return: an action of the web client
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("sale.action_orders")
        return {**action, "domain": [("order_return_id", "in", self.ids)], "context": {}}


class OrderReturnLine(models.Model):
    _inherit = "order.return.line"

    exchange_product_id = fields.Many2one(
        "product.product", "Other product", domain="[('sale_ok', '=', True)]", help="Sent in place of what comes back."
    )
    exchange_quantity = fields.Float("Of it", digits="Product Unit", help="In the unit of the other product.")
    exchange_line_id = fields.Many2one(
        "sale.order.line", "Exchange order line", readonly=True, index="btree_not_null", copy=False
    )
    difference_amount = fields.Monetary(
        "Difference",
        compute="_compute_difference_amount",
        help="What the other product costs less what is given for what came back, without tax; below zero: given back.",
    )

    @api.depends("exchange_line_id.price_subtotal", "credited_amount", "settlement")
    def _compute_difference_amount(self):
        for line in self:
            charged = line.exchange_line_id.sudo().price_subtotal
            line.difference_amount = charged - line.credited_amount if line.exchange_line_id else 0.0


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "order.return.linked"]
    _return_links = ("order_return_id",)

    order_return_id = fields.Many2one(
        "order.return",
        "Exchange of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The return case whose other products this order brings.",
    )

    def _check_exchange_unbilled(self):
        """:raises UserError: names the orders of exchanges whose posted invoices are not credited, and what to do first"""
        refused = []
        for order in self:
            posted = order.invoice_ids.filtered(lambda move: move.state == "posted")
            if order.company_id.currency_id.is_zero(sum(posted.mapped("amount_total_signed"))):
                continue
            refused.append(
                self.env._(
                    "%(case)s: its exchange %(order)s has not left and is invoiced already (%(invoices)s). Let that be "
                    "credited in full first, then the case can end and the order is cancelled with it.",
                    case=order.order_return_id.name,
                    order=order.name,
                    invoices=", ".join(posted.mapped("name")),
                )
            )
        if refused:
            raise UserError("\n".join(refused))

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.number_words import number_words
from .conditions import CONDITIONS
from .order_return_reason import FAULTS
from .return_process import EXPECTED
from .settlements import AHEAD, SETTLEMENTS

DISPOSITIONS = [
    ("restock", "Back to stock"),
    ("quarantine", "Quarantine"),
    ("repair", "Repair"),
    ("scrap", "Scrap"),
    ("vendor", "Back to the vendor"),
    ("customer_keeps", "Customer keeps it"),
    ("not_arrived", "Never arrived"),
]
KINDS = [("return", "Return"), ("exchange", "Exchange"), ("claim", "Claim")]
# what the desk may still choose while nothing has happened
OPEN_FIELDS = {
    "reason_id",
    "disposition",
    "settlement",
    "exchange_product_id",
    "exchange_quantity",
    "advance",
    "lot_id",
    "note",
}


class OrderReturnLine(models.Model):
    """So many of one delivered move: why they come back, where they go and how they are settled.

    Made by ``order.return.request`` and split by the inspection; reason, disposition and settlement may be changed until the
    goods are received. ``quantity`` is what counts: asked for until goods come, from then on what came.
    """

    _name = "order.return.line"
    _description = "Return Line"
    _order = "return_id, row, id"

    return_id = fields.Many2one(
        "order.return", "Return case", required=True, readonly=True, index=True, ondelete="cascade"
    )
    row = fields.Integer(readonly=True, help="Number of the row in the request, from 0.")
    company_id = fields.Many2one(related="return_id.company_id", store=True, index=True)
    state = fields.Selection(related="return_id.state")
    order_line_id = fields.Many2one("sale.order.line", required=True, readonly=True, index=True, ondelete="restrict")
    order_id = fields.Many2one(related="order_line_id.order_id", store=True, index=True)
    move_id = fields.Many2one(
        "stock.move", "Delivered move", required=True, readonly=True, index=True, ondelete="restrict"
    )
    product_id = fields.Many2one("product.product", required=True, readonly=True, index=True)
    uom_id = fields.Many2one("uom.uom", "Unit", required=True, readonly=True)
    quantity = fields.Float(digits="Product Unit", required=True, readonly=True)
    announced_qty = fields.Float(
        "Announced",
        digits="Product Unit",
        compute="_compute_announced_qty",
        store=True,
        readonly=False,
        help="As asked for; the quantity is what came in its place.",
    )
    received_qty = fields.Float("Received", digits="Product Unit", readonly=True)
    condition = fields.Selection(CONDITIONS, readonly=True, help="As the inspection found it.")
    split_from_id = fields.Many2one(
        "order.return.line", "Split from", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    place_id = fields.Many2one("stock.location", "Lies at", readonly=True, help="Where the goods that came lie now.")
    stock_move_ids = fields.One2many("stock.move", "order_return_line_id", "Moves", readonly=True)
    fault = fields.Selection(FAULTS, compute="_compute_kind", store=True, index=True, help="Whose, by the reason.")
    kind = fields.Selection(
        KINDS,
        compute="_compute_kind",
        store=True,
        index=True,
        help="A claim: our, the carrier's or the vendor's fault. Else an exchange where goods are sent again, or a return.",
    )
    lot_id = fields.Many2one("stock.lot", "Lot/serial", domain="[('product_id', '=', product_id)]")
    reason_id = fields.Many2one("order.return.reason", required=True)
    disposition = fields.Selection(DISPOSITIONS, required=True, default="restock")
    settlement = fields.Selection(SETTLEMENTS, required=True, default="refund")
    closed_qty = fields.Float(
        "Closed short", digits="Product Unit", readonly=True, help="So much of the order was closed with it."
    )
    requested_price = fields.Float(
        readonly=True, digits="Product Price", help="As the sender gave it; credit notes take the invoice's."
    )
    eligible = fields.Boolean("Within policy", readonly=True)
    eligibility = fields.Char("Policy says", readonly=True)
    return_until = fields.Date(readonly=True)
    fee_percent = fields.Float("Restocking fee (%)", readonly=True, digits=(5, 2))
    currency_id = fields.Many2one(related="order_line_id.currency_id")
    credited_qty = fields.Float("Credited", digits="Product Unit", readonly=True)
    credited_amount = fields.Monetary("Credited (untaxed)", readonly=True)
    note = fields.Char()

    _none_or_more = models.Constraint("CHECK (quantity >= 0)", "The returned quantity cannot be negative.")

    @api.model_create_multi
    def create(self, vals_list):
        """Lines are announced with the quantity they are made with."""
        return super().create([{"announced_qty": vals.get("quantity", 0.0), **vals} for vals in vals_list])

    def _compute_announced_qty(self):
        # of lines that are older than the field; without anything to depend on it stands from then on
        for line in self:
            line.announced_qty = line.quantity

    @api.depends("reason_id", "settlement")
    def _compute_kind(self):
        for line in self:
            line.fault = line.reason_id.fault
            if line.fault != "customer":
                line.kind = "claim"
            else:
                line.kind = "exchange" if line.settlement in AHEAD else "return"

    @api.depends("return_id", "order_line_id")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.return_id.name}, {line.order_id.name}, {line.product_id.display_name}"

    def _too_many(self, left):
        """The message for a quantity that is not there: names order, product, what is left."""
        return self.env._(
            "%(line)s: %(asked)s %(unit)s cannot come back, only %(left)s are left (delivered less returned, less other open cases).",
            line=self.display_name,
            asked=number_words(self.env, self.quantity),
            unit=self.uom_id.name,
            left=number_words(self.env, max(left, 0.0)),
        )

    def write(self, vals):
        if set(vals) - OPEN_FIELDS:
            raise UserError(
                self.env._(
                    "%s of a return line cannot be written directly: cancel the case and ask for another.",
                    ", ".join(sorted(set(vals) - OPEN_FIELDS)),
                )
            )
        closed = self.filtered(lambda line: line.state not in ("requested", *EXPECTED))
        if closed:
            raise UserError(
                self.env._("%s: the goods were received, so the line stands.", ", ".join(closed.mapped("display_name")))
            )
        ahead = self.filtered(lambda line: line.exchange_line_id or line.advance_until or line.credited_qty)
        if ahead and set(vals) - {"lot_id", "note"}:
            raise UserError(
                self.env._(
                    "%s: money or goods have moved for it already, so the line stands. Cancel the case and ask for another.",
                    ", ".join(ahead.mapped("display_name")),
                )
            )
        if vals.get("settlement") == "repair" and "disposition" not in vals:
            vals = {**vals, "disposition": "repair"}
        answer = super().write(vals)
        if {"reason_id", "settlement", "advance"} & set(vals):
            self._judge_again()
        return answer

    def _set(self, vals):
        """Write what happened; the one door, private, so that no remote call reaches it."""
        return super(OrderReturnLine, self.sudo()).write(vals)

    def unlink(self):
        # lines go with their case alone, and cases are kept
        raise UserError(self.env._("Return lines are kept; cancel or reject the case instead."))

from odoo import api, fields, models
from odoo.fields import Command

DATES = ("commitment_date", "order_ship_from", "order_ship_until")


class OrderChangeAsk(models.TransientModel):
    """Asks what is wished of an order that the floor has in hand, and why; the rights are the action's own."""

    _name = "order.change.ask"
    _description = "Ask the Floor"

    order_id = fields.Many2one("sale.order", required=True)
    kind = fields.Selection(
        lambda self: self.env["order.change.request"]._fields["kind"]._description_selection(self.env),
        "What",
        required=True,
        default="cancel",
    )
    reason = fields.Text("Why", required=True)
    line_ids = fields.One2many("order.change.ask.line", "ask_id", "Quantities")
    partner_shipping_id = fields.Many2one("res.partner", "Delivery address")
    commitment_date = fields.Datetime("Wished for")
    order_ship_from = fields.Date("Not before")
    order_ship_until = fields.Date("Cancel after")

    @api.model
    def default_get(self, fields_list):
        """Every line of goods with what is ordered, the address and the days: what is typed over it is wished."""
        values = super().default_get(fields_list)
        order = self.env["sale.order"].browse(values.get("order_id"))
        if "line_ids" in fields_list and order:
            order.check_access("read")
            values["line_ids"] = [
                Command.create({"order_line_id": line.id, "quantity": line.product_uom_qty})
                for line in order.order_line
                if line.product_id and not line.display_type and not line.is_downpayment
            ]
            values.update(
                {name: order[name] for name in DATES if name in fields_list},
                partner_shipping_id=order.partner_shipping_id.id,
            )
        return values

    def action_ask(self):
        """Ask, and close the screen."""
        self.ensure_one()
        wishes = {}
        if self.kind == "change":
            wishes["quantities"] = [
                {"line": line.order_line_id.id, "quantity": line.quantity} for line in self.line_ids
            ]
        elif self.kind == "address":
            wishes["address"] = self.partner_shipping_id.id
        elif self.kind == "date":
            wishes["dates"] = {name: self[name] for name in DATES}
        self.order_id.action_request_change(self.kind, self.reason, **wishes)
        return {"type": "ir.actions.act_window_close"}


class OrderChangeAskLine(models.TransientModel):
    _name = "order.change.ask.line"
    _description = "Quantity to Ask of the Floor"

    ask_id = fields.Many2one("order.change.ask", required=True, ondelete="cascade")
    order_line_id = fields.Many2one("sale.order.line", "Line", required=True)
    product_id = fields.Many2one(related="order_line_id.product_id")
    uom_id = fields.Many2one(related="order_line_id.product_uom_id")
    ordered = fields.Float(related="order_line_id.product_uom_qty", string="Ordered")
    quantity = fields.Float("Wished", digits="Product Unit")


class OrderChangeDecline(models.TransientModel):
    """Asks why the floor declines."""

    _name = "order.change.decline"
    _description = "Decline a Request"

    request_ids = fields.Many2many("order.change.request", string="Requests", required=True)
    reason = fields.Text("Why", required=True, help="The customer reads it.")

    def action_decline(self):
        """Decline, and close the screen."""
        self.ensure_one()
        self.request_ids.action_decline(reason=self.reason)
        return {"type": "ir.actions.act_window_close"}

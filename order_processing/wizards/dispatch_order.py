from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class OrderDispatch(models.TransientModel):
    """Dispatch orders from the screen, say that the goods were checked, and see what became of each."""

    _name = "order.dispatch"
    _description = "Dispatch Orders"

    order_ids = fields.Many2many("sale.order", string="Orders", default=lambda self: self._default_orders())
    checked = fields.Boolean(
        "I have checked these goods: they are as ordered and whole",
        help="You are recorded as who checked them. Without it only transfers leave that have passed their check.",
    )
    pickup = fields.Boolean("Put on the day's pickup", default=True)
    invoice = fields.Boolean("Invoice what is to be invoiced", default=True)
    business_date = fields.Date("Day of the documents", help="Empty: today.")
    result_ids = fields.One2many("order.dispatch.result", "dispatch_id", "Results", readonly=True)
    summary = fields.Char(compute="_compute_summary")
    shipped_count = fields.Integer(compute="_compute_summary")

    @api.model
    def _default_orders(self):
        context = self.env.context
        return context.get("active_ids", []) if context.get("active_model") == "sale.order" else []

    @api.depends("result_ids.code")
    def _compute_summary(self):
        for dispatch in self:
            done = dispatch.result_ids.filtered(lambda result: result.code == "dispatched")
            dispatch.shipped_count = len(done)
            dispatch.summary = self.env._(
                "%(done)s of %(all)s orders dispatched", done=len(done), all=len(dispatch.result_ids)
            )

    def action_apply(self):
        """Dispatch the orders and show one line of result for each.

        :return: the same window, with the results
        :raises UserError: no order is chosen
        """
        self.ensure_one()
        if not self.order_ids:
            raise UserError(self.env._("Choose the orders to dispatch in the list of orders first."))
        results = self.order_ids.action_dispatch(
            pickup=self.pickup, invoice=self.invoice, check=self.checked, business_date=self.business_date
        )
        self.result_ids = [Command.clear()] + [
            Command.create(
                {
                    "order_id": result["order_id"],
                    "code": result["code"],
                    "message": result["message"],
                    "documents": ", ".join(result["transfers"] + result["invoices"]),
                    "pickup": result["pickup"],
                }
            )
            for result in results
        ]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dispatched"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _shipped(self):
        """Transfers that left with this dispatch, in the order of the orders."""
        done = self.result_ids.filtered(lambda result: result.code == "dispatched").order_id
        shipped = done.picking_ids.filtered(
            lambda picking: picking.picking_type_code == "outgoing" and picking.state == "done"
        )
        names = {name for result in self.result_ids for name in (result.documents or "").split(", ")}
        shipped = shipped.filtered(lambda picking: picking.name in names)
        if not shipped:
            raise UserError(self.env._("Nothing left with this dispatch, so there is nothing to print."))
        return shipped

    def action_print_slips(self):
        """Packing slips of what left, as one PDF."""
        return self.env.ref("order_processing.action_report_packing_slip").report_action(self._shipped())

    def action_print_labels(self):
        """Shipping labels of what left, as one PDF."""
        return self.env.ref("order_processing.action_report_shipping_label").report_action(self._shipped())


class OrderDispatchResult(models.TransientModel):
    """What became of one order."""

    _name = "order.dispatch.result"
    _description = "Result of a Dispatch"

    dispatch_id = fields.Many2one("order.dispatch", required=True, ondelete="cascade")
    order_id = fields.Many2one("sale.order", readonly=True, ondelete="cascade")
    code = fields.Selection(
        [
            ("dispatched", "Dispatched"),
            ("nothing", "Nothing to ship"),
            ("incomplete", "Waits to be complete"),
            ("not_confirmed", "Not confirmed"),
            ("refused", "Refused"),
        ],
        "Result",
        readonly=True,
    )
    message = fields.Text("Why", readonly=True)
    documents = fields.Char(readonly=True)
    pickup = fields.Char(readonly=True)

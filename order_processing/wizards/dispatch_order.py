from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.dispatch.sale_order_papers import KINDS


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
    invoiced_count = fields.Integer(compute="_compute_summary")
    wants_pick_list = fields.Boolean(compute="_compute_wants")
    wants_slip = fields.Boolean(compute="_compute_wants")
    wants_label = fields.Boolean(compute="_compute_wants")
    wants_return_label = fields.Boolean(compute="_compute_wants")
    wants_invoice = fields.Boolean(compute="_compute_wants")

    @api.model
    def _default_orders(self):
        context = self.env.context
        return context.get("active_ids", []) if context.get("active_model") == "sale.order" else []

    @api.depends("order_ids")
    def _compute_wants(self):
        """Which papers the companies of the orders want."""
        for dispatch in self:
            wanted = dispatch.order_ids._paper_kinds(None)
            for kind in KINDS:
                dispatch[f"wants_{kind}"] = kind in wanted

    @api.depends("result_ids.code", "result_ids.invoices")
    def _compute_summary(self):
        for dispatch in self:
            done = dispatch.result_ids.filtered(lambda result: result.code == "dispatched")
            dispatch.shipped_count = len(done)
            dispatch.invoiced_count = len(done.filtered("invoices"))
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
                    "transfers": ", ".join(result["transfers"]),
                    "invoices": ", ".join(result["invoices"]),
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
        """Transfers that left with this dispatch, in picking order."""
        shipped = self._named("transfers", "picking_ids")
        if not shipped:
            raise UserError(self.env._("Nothing left with this dispatch, so there is nothing to print."))
        return shipped._in_picking_order()

    def _named(self, column, documents):
        """Those of the ``documents`` (a field) of each order that stand in a ``column`` of its result."""
        found = self.order_ids[documents].browse()
        for result in self.result_ids:
            names = set((result[column] or "").split(", "))
            found |= result.order_id[documents].filtered(lambda record, names=names: record.name in names)
        return found

    def _wanted(self, kind, records):
        """Those of ``records`` whose customers want this paper; all of them where none does, for who asks for it."""
        return self.order_ids._papers_wanted(kind, records) or records

    def _print(self, report, records):
        self.ensure_one()
        return self.env.ref(report).report_action(records)

    def action_print_pick_lists(self):
        """Reserve the goods of these orders and print where they lie, as one PDF; before the dispatch.

        What is held is left out, and said.

        :raises UserError: nothing is reserved for them, or all of it is held
        """
        self.ensure_one()
        self.env["order.transition.mixin"]._check_order_group("order_processing.group_processor")
        self.order_ids.check_access("write")
        orders = self.order_ids._papers_wanted("pick_list") or self.order_ids
        pickings = orders._papers_of("pick_list")
        if not pickings:
            raise UserError(self.env._("Nothing is reserved for these orders, so there is nothing to pick."))
        refused = {}
        free = self.order_ids._print_free("pick_list", pickings._in_picking_order(), refused)
        words = "\n".join(refused.values())
        if not free:
            raise UserError(words)
        action = self._print("order_processing.action_report_pick_list", free)
        if not refused:
            return action
        params = {"type": "warning", "sticky": True, "message": words, "next": action}
        return {"type": "ir.actions.client", "tag": "display_notification", "params": params}

    def action_print_slips(self):
        """Packing slips of what left, as one PDF."""
        return self._print("order_processing.action_report_packing_slip", self._wanted("slip", self._shipped()))

    def action_print_labels(self):
        """Shipping labels of what left, as one PDF."""
        return self._print("order_processing.action_report_shipping_label", self._shipped())

    def action_print_return_labels(self):
        """Labels for the way back of what left, as one PDF."""
        pickings = self._wanted("return_label", self._shipped())
        return self._print("order_processing.action_report_return_label", pickings)

    def action_print_invoices(self):
        """Invoices that were made with this dispatch, as one PDF in picking order.

        :raises UserError: none was made
        """
        invoices = self._named("invoices", "invoice_ids")
        if not invoices:
            raise UserError(self.env._("No invoice was made with this dispatch, so there is none to print."))
        wanted = self._wanted("invoice", invoices)
        return self._print("account.account_invoices", self.order_ids._papers_sorted(wanted))


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
    transfers = fields.Char(readonly=True)
    invoices = fields.Char(readonly=True)
    documents = fields.Char(readonly=True)
    pickup = fields.Char(readonly=True)

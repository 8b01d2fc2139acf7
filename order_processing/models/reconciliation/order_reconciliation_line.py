from odoo import api, fields, models
from odoo.exceptions import UserError

from . import buckets

QUANTITIES = ("ordered", "shipped", "returned", "invoiced", "credited", "open")
VALUES = ("ordered", "shipped", "returned", "invoiced", "credited", "paid", "open")


class OrderReconciliationLine(models.Model):
    """One entry of a statement: an order, or a submitted order that made none, in its bucket at the cut.

    Quantities are of goods, in the products' reference units; values are untaxed and of all lines, paid is with tax;
    in the order's currency and, at the order's own rate, in the company's.
    """

    _name = "order.reconciliation.line"
    _description = "Entry of a Daily Statement"
    _order = "reconciliation_id desc, sequence, id"
    _rec_name = "order_name"
    _log_access = False

    reconciliation_id = fields.Many2one(
        "order.reconciliation", "Statement", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    date = fields.Date("Business day", related="reconciliation_id.date")
    state = fields.Selection(related="reconciliation_id.state")
    sequence = fields.Integer(readonly=True, aggregator=None)
    order_id = fields.Many2one("sale.order", "Sales order", readonly=True, index="btree_not_null", ondelete="set null")
    order_number = fields.Integer(readonly=True, aggregator=None)
    intake_id = fields.Many2one(
        "order.intake", "Submitted order", readonly=True, index="btree_not_null", ondelete="set null"
    )
    intake_number = fields.Integer(readonly=True, aggregator=None)
    order_name = fields.Char("Order", readonly=True)
    partner_name = fields.Char("Customer", readonly=True)
    order_date = fields.Date("Ordered on", readonly=True)
    bucket = fields.Selection(buckets.LABELS, required=True, readonly=True)
    bucket_sequence = fields.Integer(readonly=True, aggregator=None)
    touched = fields.Boolean("Moved this day", readonly=True)
    moved = fields.Integer("Moved entries", readonly=True)
    reason = fields.Char(readonly=True, help="Why a submitted order was rejected.")
    currency_id = fields.Many2one("res.currency", readonly=True)
    company_currency_id = fields.Many2one("res.currency", readonly=True)

    ordered_qty = fields.Float("Ordered", digits="Product Unit", readonly=True)
    shipped_qty = fields.Float("Shipped", digits="Product Unit", readonly=True)
    returned_qty = fields.Float("Received back", digits="Product Unit", readonly=True)
    invoiced_qty = fields.Float("Invoiced", digits="Product Unit", readonly=True)
    credited_qty = fields.Float("Credited", digits="Product Unit", readonly=True)
    open_qty = fields.Float("Open", digits="Product Unit", readonly=True)
    open_units = fields.Json("Open by unit", readonly=True)

    ordered_value = fields.Monetary("Value ordered, order currency", readonly=True)
    shipped_value = fields.Monetary("Value shipped, order currency", readonly=True)
    returned_value = fields.Monetary("Value received back, order currency", readonly=True)
    invoiced_value = fields.Monetary("Value invoiced, order currency", readonly=True)
    credited_value = fields.Monetary("Value credited, order currency", readonly=True)
    paid_value = fields.Monetary("Paid with tax, order currency", readonly=True)
    open_value = fields.Monetary("Value open, order currency", readonly=True)

    ordered_value_company = fields.Monetary("Value ordered", currency_field="company_currency_id", readonly=True)
    shipped_value_company = fields.Monetary("Value shipped", currency_field="company_currency_id", readonly=True)
    returned_value_company = fields.Monetary("Value received back", currency_field="company_currency_id", readonly=True)
    invoiced_value_company = fields.Monetary("Value invoiced", currency_field="company_currency_id", readonly=True)
    credited_value_company = fields.Monetary("Value credited", currency_field="company_currency_id", readonly=True)
    paid_value_company = fields.Monetary("Paid with tax", currency_field="company_currency_id", readonly=True)
    open_value_company = fields.Monetary("Value open", currency_field="company_currency_id", readonly=True)

    # the terms of the flow of open goods, in the order's currency
    start_value = fields.Monetary("Open at the start", readonly=True)
    came_value = fields.Monetary("Came in", readonly=True)
    went_value = fields.Monetary("Went out", readonly=True)
    end_value = fields.Monetary("Open at the end", readonly=True)

    def action_open_entry(self):
        """Open the order, or the submitted order that made none.

        :return: a window action
        :raises UserError: the document does not exist any more
        """
        self.ensure_one()
        document = self.order_id or self.intake_id
        if not document:
            raise UserError(self.env._("%s was deleted; the statement keeps its name and figures.", self.order_name))
        return {
            "type": "ir.actions.act_window",
            "name": self.order_name,
            "res_model": document._name,
            "res_id": document.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _refuse(self):
        raise UserError(self.env._("Entries of a statement are drawn with it and never written by hand."))

    @api.model_create_multi
    def create(self, vals_list):
        """Refused: a statement inserts its entries."""
        self._refuse()

    def write(self, vals):
        """Refused for everybody."""
        self._refuse()

    def unlink(self):
        """Refused for everybody."""
        self._refuse()

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from . import buckets

QUANTITIES = ("ordered", "shipped", "returned", "invoiced", "credited", "open")
VALUES = ("ordered", "shipped", "returned", "invoiced", "credited", "paid", "open")


class OrderReconciliationLine(models.Model):
    """One entry of a statement: an order, or a submitted order that made none, in its bucket at the cut.

    Quantities are of goods, in the products' reference units, and never added up over units; values are untaxed and of all lines, paid is with tax;
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

    # of an order with goods in one unit; in several the quantities are no sums, and stand in `units`
    unit = fields.Char(readonly=True)
    ordered_qty = fields.Float("Ordered", digits="Product Unit", readonly=True, aggregator=None)
    shipped_qty = fields.Float("Shipped", digits="Product Unit", readonly=True, aggregator=None)
    returned_qty = fields.Float("Received back", digits="Product Unit", readonly=True, aggregator=None)
    invoiced_qty = fields.Float("Invoiced", digits="Product Unit", readonly=True, aggregator=None)
    credited_qty = fields.Float("Credited", digits="Product Unit", readonly=True, aggregator=None)
    open_qty = fields.Float("Open", digits="Product Unit", readonly=True, aggregator=None)
    open_units = fields.Json("Open by unit", readonly=True)
    units = fields.Json("By unit", readonly=True, help="Quantities of an order with goods in several units, by unit.")
    ordered_text = fields.Char("Goods ordered", compute="_compute_quantity_texts")
    shipped_text = fields.Char("Goods shipped", compute="_compute_quantity_texts")
    returned_text = fields.Char("Goods received back", compute="_compute_quantity_texts")
    invoiced_text = fields.Char("Goods invoiced", compute="_compute_quantity_texts")
    credited_text = fields.Char("Goods credited", compute="_compute_quantity_texts")
    open_text = fields.Char("Goods open", compute="_compute_quantity_texts")

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

    @api.depends("unit", "units", *(f"{name}_qty" for name in QUANTITIES))
    @api.depends_context("lang")
    def _compute_quantity_texts(self):
        for line in self:
            for name in QUANTITIES:
                figures = [f"{self._number(value)} {unit}".rstrip() for unit, value in line._by_unit(name) if value]
                line[f"{name}_text"] = " + ".join(figures)

    def _by_unit(self, name):
        """Pairs of a unit and the quantity ``name`` (of ``QUANTITIES``) in it."""
        if self.units:
            return [(row["unit"], float(row[name])) for row in self.units]
        return [(self.unit or "", self[f"{name}_qty"])]

    @api.model
    def _number(self, value):
        """``value`` as the user writes numbers, whole ones without decimals."""
        if float(value).is_integer():
            return formatLang(self.env, value, digits=0)
        return formatLang(self.env, value, dp="Product Unit")

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

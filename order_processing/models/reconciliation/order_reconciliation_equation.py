from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, formatLang

from . import equations


class OrderReconciliationEquation(models.Model):
    """One equation of a statement, in one unit or one currency: left, right, and the documents that make a difference.

    ``terms`` is ``{"left": [[label, value], ...], "right": [...]}``, ``documents`` a list of
    ``{order, order_id, line, left, right, difference}``, at most 200 of the ``document_count``, the largest first; of stock
    ``order`` and ``product_id`` are the product's.
    """

    _name = "order.reconciliation.equation"
    _description = "Equation of a Daily Statement"
    _order = "reconciliation_id desc, sequence, id"
    _rec_name = "label"
    _log_access = False

    reconciliation_id = fields.Many2one(
        "order.reconciliation", "Statement", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    sequence = fields.Integer(readonly=True, aggregator=None)
    name = fields.Selection(equations.LABELS, "Equation", required=True, readonly=True)
    label = fields.Char("Balance", readonly=True)
    measure = fields.Selection(
        [("quantity", "Quantity"), ("value", "Value"), ("count", "Count")], required=True, readonly=True
    )
    unit = fields.Char(readonly=True, help="Unit of measure, or currency.")
    currency_id = fields.Many2one("res.currency", readonly=True)
    left = fields.Float(digits=0, readonly=True, aggregator=None)
    right = fields.Float(digits=0, readonly=True, aggregator=None)
    difference = fields.Float(digits=0, readonly=True, aggregator=None)
    left_text = fields.Char("Left side", compute="_compute_texts")
    right_text = fields.Char("Right side", compute="_compute_texts")
    difference_text = fields.Char("Left less right", compute="_compute_texts")
    terms = fields.Json(readonly=True)
    explanation = fields.Char("What it says", readonly=True)
    documents = fields.Json(readonly=True)
    document_count = fields.Integer("Differing documents", readonly=True, aggregator=None)
    is_proven = fields.Boolean("Proven", readonly=True)
    terms_html = fields.Html("Composition", compute="_compute_terms_html", sanitize=False)

    def _text(self, value):
        """``value`` as the user writes numbers, in the unit of this equation."""
        self.ensure_one()
        value = value or 0.0
        if self.measure == "value" and self.currency_id:
            return format_amount(self.env, value, self.currency_id)
        if self.measure == "count" or float(value).is_integer():
            return formatLang(self.env, value, digits=0)
        return formatLang(self.env, value, dp="Product Unit")

    @api.depends("left", "right", "difference")
    @api.depends_context("lang")
    def _compute_texts(self):
        for equation in self:
            equation.left_text = equation._text(equation.left)
            equation.right_text = equation._text(equation.right)
            equation.difference_text = equation._text(equation.difference)

    @api.depends("terms", "documents")
    @api.depends_context("lang")
    def _compute_terms_html(self):
        for equation in self:
            equation.terms_html = self.env["ir.qweb"]._render(
                "order_processing.reconciliation_terms", {"equation": equation}
            )

    def action_open_documents(self):
        """Open the orders (of stock: the moves) that make the difference; without one, what the statement stands on.

        :return: a window action
        """
        self.ensure_one()
        products = [document["product_id"] for document in self.documents or [] if document.get("product_id")]
        if products:
            return self.reconciliation_id._moves_action(products)
        if self.name == "stock":
            return self.reconciliation_id.action_open_stock()
        numbers = [document["order_id"] for document in self.documents or [] if document.get("order_id")]
        if numbers:
            return {
                "type": "ir.actions.act_window",
                "name": self.label,
                "res_model": "sale.order",
                "view_mode": "list,form",
                "domain": [("id", "in", numbers)],
            }
        return {
            "type": "ir.actions.act_window",
            "name": self.reconciliation_id.display_name,
            "res_model": "order.reconciliation.line",
            "view_mode": "list,pivot,graph",
            "domain": [("reconciliation_id", "=", self.reconciliation_id.id)],
        }

    def _refuse(self):
        raise UserError(self.env._("Equations of a statement are drawn with it and never written by hand."))

    @api.model_create_multi
    def create(self, vals_list):
        """Refused: a statement inserts its equations."""
        self._refuse()

    def write(self, vals):
        """Refused for everybody."""
        self._refuse()

    def unlink(self):
        """Refused for everybody."""
        self._refuse()

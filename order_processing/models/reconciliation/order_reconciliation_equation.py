from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, formatLang

from . import equations
from .order_reconciliation import PROCESSOR

# what may differ, by the key of its number: the word for programs, the model that is opened, the field that has the number
KINDS = {
    "order_id": ("order", "sale.order", "id"),
    "product_id": ("product", "stock.move.line", "product_id"),
    "move_id": ("invoice", "account.move", "id"),
    "payment_id": ("payment", "account.payment", "id"),
    "intake_id": ("submission", "order.intake", "id"),
}


class OrderReconciliationEquation(models.Model):
    """One equation of a statement, in one unit or one currency: left, right, and the documents that make a difference.

    ``terms`` is ``{"left": [[label, value], ...], "right": [...]}``, ``documents`` a list of
    ``{order, order_id, line, left, right, difference}``, at most 200 of the ``document_count``, the largest first; ``order`` is
    the name of what differs, and its number stands under the key of its kind (``KINDS``).
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
    numbers = fields.Json(
        readonly=True, help="The numbers of all documents that differ, where more do than are listed."
    )
    is_mendable = fields.Boolean(compute="_compute_is_mendable")
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

    @api.depends("documents", "is_proven", "reconciliation_id.state")
    def _compute_is_mendable(self):
        """Whether orders differ, that the matching engine may know a mend for."""
        for equation in self:
            equation.is_mendable = not equation.is_proven and "order_id" in equation._document_keys()

    @api.depends("terms", "documents")
    @api.depends_context("lang")
    def _compute_terms_html(self):
        for equation in self:
            equation.terms_html = self.env["ir.qweb"]._render(
                "order_processing.reconciliation_terms", {"equation": equation}
            )

    def action_open_documents(self):
        """Open what makes the difference: orders, invoices, moves of products; without one, what the statement stands on.

        :return: a window action
        """
        self.ensure_one()
        for key in self._document_keys():
            if key:
                return self._documents_action(key)
        if self.name == "stock":
            return self.reconciliation_id.action_open_stock()
        return {
            "type": "ir.actions.act_window",
            "name": self.reconciliation_id.display_name,
            "res_model": "order.reconciliation.line",
            "view_mode": "list,pivot,graph",
            "domain": self._entries_domain(),
        }

    def _document_keys(self):
        """The kinds of what differs, as keys of ``KINDS``; ``""`` for what has a name and no number."""
        return list(
            dict.fromkeys(
                next((key for key in KINDS if document.get(key)), "")
                for equation in self
                for document in equation.documents or []
            )
        )

    def _documents_action(self, key):
        """Open what differs of one kind, a key of ``KINDS``; of no kind: the equations themselves."""
        numbers = {document[key] for equation in self for document in equation.documents or [] if document.get(key)}
        for equation in self:
            if key in equation._document_keys():
                numbers.update(equation.numbers or [])
        if key == "product_id":
            return self.reconciliation_id._moves_action(numbers)
        _word, model, field = KINDS.get(key) or ("", self._name, "id")
        return {
            "type": "ir.actions.act_window",
            "name": self.label if len(self) == 1 else self.env._("Balances with a difference"),
            "res_model": model,
            "view_mode": "list,form",
            "domain": [(field, "in", sorted(numbers) if key else self.ids)],
        }

    def action_mend(self):
        """Have the matching engine compare what differs now, and open what it proposes to mend (processors).

        :return: a window action on the discrepancies of the orders
        :raises UserError: no order differs, or the engine finds nothing to mend on them
        """
        self.ensure_one()
        statements = self.reconciliation_id
        statements._check_order_group(PROCESSOR)
        self.check_access("read")
        orders = (
            self.env["sale.order"]
            .browse({document["order_id"] for document in self.documents or [] if document.get("order_id")})
            .exists()
        )
        if not orders:
            raise UserError(self.env._("%s: no order differs. Open the documents and mend them there.", self.label))
        orders.check_access("read")
        found = self.env["order.discrepancy"]
        found.sudo()._sweep_lines(line_ids=orders.order_line.ids)
        found = found.search([("order_id", "in", orders.ids), ("state", "in", ("open", "in_progress"))])
        if not found:
            raise UserError(
                self.env._(
                    "%(balance)s: the documents of %(orders)s agree with each other, so none is mended: the day book says "
                    "something else. Open the orders, and write an explanation under “Checks”.",
                    balance=self.label,
                    orders=", ".join(orders[:10].mapped("name")),
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("To mend: %s", self.label),
            "res_model": found._name,
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", found.ids)],
        }

    def _differing(self):
        """What differs, for screens, files and programs: list of ``{kind, name, id, line, left, right, difference}``.

        ``line`` is the order line, or of a product where it lies, in the user's language; figures are texts.
        """
        usages = dict(self.env["order.reconciliation.stock"]._fields["usage"]._description_selection(self.env))
        rows = []
        for document in self.documents or []:
            key = next((key for key in KINDS if document.get(key)), "")
            line = document.get("line") or ""
            rows.append(
                {
                    "kind": KINDS[key][0] if key else "",
                    "name": document.get("order") or "",
                    "id": document.get(key) or 0,
                    "line": usages.get(line.lower(), line) if key == "product_id" else line,
                    **{side: document.get(side) or 0 for side in ("left", "right", "difference")},
                }
            )
        return rows

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

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import formatLang

from ..common.transition import Transition, transition
from .kinds import BY_CODE, KINDS

PROCESSOR = "order_processing.group_processor"
MANAGER = "order_processing.group_manager"
OPEN = ("open", "in_progress")
CLOSED = ("resolved", "accepted", "auto_closed")
CLOSING = {"who": "closed_by_id", "when": "closed_at", "why": "resolution"}
NOT_CLOSED = {"closed_by_id": False, "closed_at": False, "resolution": False, "accepted_value": 0}
# what people may write themselves; everything else comes from the ledgers
WRITABLE = {"owner_id", "cause", "note", "due"}
SEVERITIES = [("high", "High"), ("normal", "Normal"), ("low", "Low")]


class OrderDiscrepancy(models.Model):
    """One difference between the ledgers of an order line: what was expected, what was found, who owns it, how it ended.

    Records are made, refreshed, closed and re-opened by ``sweep`` alone; people take, resolve and accept them. A line has
    at most one record per kind: what comes back re-opens it with its history.
    """

    _name = "order.discrepancy"
    _description = "Order Discrepancy"
    _inherit = ["order.transition.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "found_at desc, id desc"
    _transition_initial = "open"
    _transition_guarded = ("accepted_value",)
    _transitions = (
        Transition("take", ("open",), "in_progress", group=PROCESSOR),
        Transition("resolve", OPEN, "resolved", group=PROCESSOR, reason=True, **CLOSING),
        Transition("accept", OPEN, "accepted", group=PROCESSOR, reason=True, **CLOSING),
        Transition("auto_close", OPEN, "auto_closed", **CLOSING),
        Transition("reopen", CLOSED, "open", group=PROCESSOR, reason=True),
    )

    kind = fields.Selection([(kind.code, kind.label) for kind in KINDS], required=True, readonly=True)
    severity = fields.Selection(SEVERITIES, required=True, readonly=True)
    order_id = fields.Many2one("sale.order", required=True, readonly=True, index=True, ondelete="cascade")
    line_id = fields.Many2one(
        "sale.order.line", "Order line", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, index=True)
    product_id = fields.Many2one("product.product", readonly=True, index="btree_not_null")
    uom_id = fields.Many2one("uom.uom", "Unit", readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    measure = fields.Selection([("quantity", "Quantity"), ("value", "Value")], required=True, readonly=True)
    expected = fields.Float(readonly=True, digits=0)
    found = fields.Float(readonly=True, digits=0)
    difference = fields.Float(readonly=True, digits=0, help="Found less expected.")
    detail = fields.Char(readonly=True)
    value = fields.Monetary("Value at stake", readonly=True, help="Untaxed, in the order's currency.")
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company currency")
    value_company = fields.Monetary(
        "Value at stake (company)", currency_field="company_currency_id", readonly=True, aggregator="sum"
    )
    found_at = fields.Datetime("Found at", readonly=True, required=True)
    last_found_at = fields.Datetime("Found again at", readonly=True)
    times_opened = fields.Integer(readonly=True)
    due = fields.Date(tracking=True)
    age = fields.Integer("Age (days)", compute="_compute_age")
    owner_id = fields.Many2one("res.users", tracking=True, index="btree_not_null")
    cause = fields.Selection(
        [
            ("picking", "Picking"),
            ("stock", "Stock was wrong"),
            ("carrier", "Carrier"),
            ("price", "Price or discount"),
            ("entry", "Order entry"),
            ("invoicing", "Invoicing"),
            ("customer", "Customer"),
            ("system", "Written around the documents"),
            ("other", "Other"),
        ],
        tracking=True,
    )
    note = fields.Text()
    state = fields.Selection(
        [
            ("open", "Open"),
            ("in_progress", "In progress"),
            ("resolved", "Resolved"),
            ("accepted", "Accepted"),
            ("auto_closed", "Closed by itself"),
        ],
        default="open",
        required=True,
        readonly=True,
        index=True,
    )
    resolution = fields.Char(readonly=True)
    accepted_value = fields.Monetary("Accepted up to", readonly=True)
    closed_by_id = fields.Many2one("res.users", "Closed by", readonly=True)
    closed_at = fields.Datetime("Closed at", readonly=True)
    explanation = fields.Char(compute="_compute_texts")
    expected_text = fields.Char("Should be", compute="_compute_texts")
    found_text = fields.Char("Is", compute="_compute_texts")
    difference_text = fields.Char("Difference shown", compute="_compute_texts")

    _one_open = models.UniqueIndex(
        "(kind, line_id) WHERE state IN ('open', 'in_progress')",
        "This line already has an open discrepancy of this kind.",
    )
    _by_line = models.Index("(line_id, kind)")

    # ------------------------------------------------------------------ what is shown

    @api.depends("kind", "order_id", "product_id")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for record in self:
            parts = [labels.get(record.kind), record.order_id.name, record.product_id.display_name]
            record.display_name = " · ".join(part for part in parts if part)

    @api.depends("found_at", "closed_at")
    def _compute_age(self):
        now = fields.Datetime.now()
        for record in self:
            end = record.closed_at if record.state in CLOSED else now
            record.age = max((end - record.found_at).days, 0) if record.found_at and end else 0

    @api.depends("kind", "expected", "found", "difference", "measure", "uom_id", "currency_id")
    def _compute_texts(self):
        """The figures with their unit, for people: a quantity in the line's unit or an amount."""
        for record in self:
            record.explanation = self.env._(BY_CODE[record.kind].why) if record.kind in BY_CODE else False
            for name in ("expected", "found", "difference"):
                record[f"{name}_text"] = record._shown(record[name])

    def _shown(self, figure):
        self.ensure_one()
        if self.measure == "value":
            return formatLang(self.env, figure, currency_obj=self.currency_id)
        text = formatLang(self.env, figure, dp="Product Unit")
        return f"{text} {self.uom_id.name}" if self.uom_id else text

    # ------------------------------------------------------------------ the guard

    @api.model_create_multi
    def create(self, vals_list):
        """Refused: discrepancies come from the ledgers, through ``sweep``."""
        raise UserError(
            self.env._("Discrepancies are found, not entered: run the comparison, or ask a question on the order.")
        )

    def write(self, vals):
        """People assign, explain and date; the figures come from the ledgers, the state from its actions."""
        foreign = {
            name for name in vals if name in self._fields and name not in WRITABLE and not self._is_chatter(name)
        }
        if foreign:
            self._transition_refuse(foreign)
        self._check_owner(vals)
        return super().write(vals)

    def _check_owner(self, vals):
        """Raise unless the new owner in ``vals`` works in the companies of these records; who takes them does."""
        owner = vals.get("owner_id")
        if owner and owner != self.env.uid and not self.env.su:
            self.sudo().company_id._order_discrepancy_check_person(owner)

    def _is_chatter(self, name):
        return name.startswith(("message_", "activity_", "my_activity", "website_message", "rating_"))

    # ------------------------------------------------------------------ actions

    @transition("take")
    def action_take(self, reason=""):
        """Make the acting user (a processor) the owner of open discrepancies."""
        self.owner_id = self.env.user

    @transition("resolve")
    def action_resolve(self, reason=""):
        """Close as settled, with a ``reason`` (processors). The next comparison re-opens what the ledgers still show."""
        self._book("discrepancy_closed", reason)

    @transition("accept")
    def action_accept(self, reason=""):
        """Live with the difference up to its present value, with a ``reason``; a larger one re-opens it.

        Managers, and processors within their ``order.accept.limit``, per record in the company's currency.

        :raises UserError: names every record above the limit, its value, the limit and who may
        """
        for value, records in self.grouped("value").items():
            records._transition_write({"accepted_value": value})
        self._book("discrepancy_closed", reason)

    @transition("reopen")
    def action_reopen(self, reason=""):
        """Open closed discrepancies again (processors, with a ``reason``)."""
        self._book("discrepancy_opened", reason)

    def _transition_values(self, declared, reason):
        """What is open again is not closed by anybody: how it ended last stands in its history alone."""
        values = super()._transition_values(declared, reason)
        return {**values, **NOT_CLOSED} if declared.name == "reopen" else values

    def _book(self, kind, reason):
        """One row of the day book per record."""
        rows = [
            {
                "kind": kind,
                "company_id": record.company_id.id,
                "order_id": record.order_id.id,
                "order_name": record.order_id.name,
                "line_id": record.line_id.id,
                "line_name": (record.line_id.name or "").split("\n")[0],
                "product_id": record.product_id.id or None,
                "uom_id": record.uom_id.id or None,
                "currency_id": record.currency_id.id,
                "quantity": 0,
                "amount": record.value,
                "document_model": "order.discrepancy",
                "document_id": record.id,
                "document_name": record.display_name,
                "reason": record.kind,
                "note": reason or None,
            }
            for record in self.sudo()
        ]
        self.env["order.event"]._record(rows)

    def action_check_now(self):
        """Compare the lines of these records again, now.

        :return: what ``sweep`` returns
        """
        self.check_access("read")
        self._check_order_group(PROCESSOR)
        return self.sudo()._sweep_lines(line_ids=self.sudo().line_id.ids)

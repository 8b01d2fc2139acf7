from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.availability.shortage import CHOICES, Decision

ASKED = ("wait", "part")


class OrderShortage(models.TransientModel):
    """Decide what becomes of short lines, many at once: see what each choice does before it is done, and what came of it."""

    _name = "order.shortage"
    _description = "Decide Shortages"

    row_ids = fields.One2many("order.shortage.line", "shortage_id", "Lines")
    choice = fields.Selection(CHOICES, "For all of them")
    look_again = fields.Date("Look again", help="Empty: on the day that is promised.")
    agreed_price = fields.Boolean(
        "Substitutes cost what was ordered",
        default=True,
        help="Otherwise they cost what the customer's pricelist says.",
    )
    reason_id = fields.Many2one("order.close.reason", default=lambda self: self._default_reason())
    note = fields.Char()
    asks_day = fields.Boolean(compute="_compute_asks")
    asks_price = fields.Boolean(compute="_compute_asks")
    asks_reason = fields.Boolean(compute="_compute_asks")
    result_ids = fields.One2many("order.shortage.result", "shortage_id", "Results", readonly=True)
    summary = fields.Char(compute="_compute_summary")

    @api.model
    def _default_reason(self):
        return self.env["order.close.reason"].search([("code", "=", "no_stock")], limit=1)

    @api.depends("row_ids.planned")
    def _compute_asks(self):
        for desk in self:
            chosen = set(desk.row_ids.mapped("planned"))
            desk.asks_day = bool(chosen & set(ASKED))
            desk.asks_price = "substitute" in chosen
            desk.asks_reason = "cancel" in chosen

    @api.depends("result_ids.code")
    def _compute_summary(self):
        for desk in self:
            done = desk.result_ids.filtered(lambda result: result.code == "done")
            desk.summary = self.env._("%(done)s of %(all)s orders done", done=len(done), all=len(desk.result_ids))

    @api.onchange("choice")
    def _onchange_choice(self):
        """What is chosen for all is chosen for each; the rows may be changed afterwards."""
        if self.choice:
            self.row_ids.choice = self.choice

    @api.model
    def _open(self, facts):
        """A new screen for short lines (line to ``Shortage``): what their customers want is chosen already."""
        return self.create(
            {
                "row_ids": [
                    Command.create(
                        {
                            "line_id": line.id,
                            "short": fact.short,
                            "ready": fact.ready,
                            "choice": "standing" if line._shortage_wish() else False,
                        }
                    )
                    for line, fact in facts.items()
                ]
            }
        )

    def _shown(self, name):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _decisions(self):
        """What is chosen: line to ``Decision``, in the order of the rows; rows without a choice are left out."""
        self.ensure_one()
        return {
            row.line_id._origin: Decision(
                row.choice,
                product=row.product_id._origin or None,
                warehouse=row.warehouse_id._origin or None,
                day=self.look_again or None,
                agreed=self.agreed_price,
                reason=self.reason_id.code or "",
                note=(self.note or "").strip(),
            )
            for row in self.row_ids
            if row.choice
        }

    def action_apply(self):
        """Do what is chosen and show one line of result for each order.

        :return: the same window, with the results
        :raises UserError: nothing is chosen, or something is cancelled without a reason
        """
        self.ensure_one()
        decisions = self._decisions()
        if not decisions:
            raise UserError(self.env._("Choose what becomes of at least one line."))
        if self.asks_reason and not self.reason_id:
            raise UserError(self.env._("Say why: a reason is required to cancel what is missing."))
        results = self.env["sale.order.line"]._decide_shortages(decisions)
        self.result_ids = [Command.clear()] + [
            Command.create(
                {
                    "order_id": result["order_id"],
                    "code": result["code"],
                    "message": result["message"] or "\n".join(line["message"] for line in result["lines"]),
                }
            )
            for result in results
        ]
        return self._shown(self.env._("Shortages decided"))


class OrderShortageLine(models.TransientModel):
    """One short line: what is chosen for it, and what that does."""

    _name = "order.shortage.line"
    _description = "Short Line to Decide"

    shortage_id = fields.Many2one("order.shortage", required=True, ondelete="cascade")
    line_id = fields.Many2one("sale.order.line", required=True, readonly=True, ondelete="cascade")
    order_id = fields.Many2one(related="line_id.order_id", string="Order")
    partner_id = fields.Many2one(related="line_id.order_partner_id", string="Customer")
    sold_id = fields.Many2one(related="line_id.product_id", string="Product")
    uom_id = fields.Many2one(related="line_id.product_uom_id", string="Unit")
    currency_id = fields.Many2one(related="line_id.currency_id")
    promised = fields.Date(related="line_id.order_promise_date")
    options = fields.Char("What can be done", compute="_compute_options")
    short = fields.Float(readonly=True, digits="Product Unit")
    ready = fields.Float("There", readonly=True, digits="Product Unit")
    choice = fields.Selection(CHOICES)
    product_id = fields.Many2one("product.product", "Substitute", help="Empty: the one of which most is free.")
    allowed_product_ids = fields.Many2many("product.product", compute="_compute_allowed")
    warehouse_id = fields.Many2one("stock.warehouse", "From", help="Empty: the one that has most of it.")
    allowed_warehouse_ids = fields.Many2many("stock.warehouse", compute="_compute_allowed")
    planned = fields.Char(compute="_compute_planned")
    effect = fields.Text("What it does", compute="_compute_planned")
    blocked = fields.Boolean(compute="_compute_planned")
    value = fields.Monetary("Worth more by", compute="_compute_planned")

    @api.depends("line_id.order_shortage_text")
    def _compute_options(self):
        for row in self:
            row.options = row.line_id.order_shortage_text or self.env._("wait or cancel")

    @api.depends("line_id")
    def _compute_allowed(self):
        houses = self.env["stock.warehouse"].search([("company_id", "in", self.line_id.company_id.ids)])
        for row in self:
            line = row.line_id
            row.allowed_product_ids = line._shortage_substitutes() if line else False
            row.allowed_warehouse_ids = houses.filtered(
                lambda house, line=line: house.company_id == line.company_id and house != line.order_id.warehouse_id
            )

    @api.depends(
        "choice",
        "product_id",
        "warehouse_id",
        "shortage_id.row_ids.choice",
        "shortage_id.row_ids.product_id",
        "shortage_id.row_ids.warehouse_id",
        "shortage_id.look_again",
        "shortage_id.agreed_price",
        "shortage_id.reason_id",
    )
    def _compute_planned(self):
        """All rows of a screen together: what one line takes is gone for the next."""
        plans = {}
        for desk in self.shortage_id:
            decisions = desk._decisions()
            found = self.env["sale.order.line"]._shortage_plans(decisions) if decisions else {}
            plans.update(((desk, line), plan) for line, plan in found.items())
        for row in self:
            plan = plans.get((row.shortage_id, row.line_id._origin))
            row.planned = plan.choice if plan else False
            row.effect = (plan.problem or plan.words) if plan else False
            row.blocked = bool(plan and plan.problem)
            row.value = plan.value if plan else 0.0


class OrderShortageResult(models.TransientModel):
    """What became of one order."""

    _name = "order.shortage.result"
    _description = "Result of Deciding Shortages"

    shortage_id = fields.Many2one("order.shortage", required=True, ondelete="cascade")
    order_id = fields.Many2one("sale.order", readonly=True, ondelete="cascade")
    code = fields.Selection(
        [("done", "Done"), ("nothing", "Not short any more"), ("refused", "Refused")], "Result", readonly=True
    )
    message = fields.Text("What was done, or why not", readonly=True)

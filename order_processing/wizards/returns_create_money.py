from odoo import api, fields, models

from ..models.common.business_day import business_day

MONEY = ("refund", "credit", "exchange")
# what the policy says of a line
JUDGED = (
    *("eligible", "eligibility", "policy_id", "withdrawal"),
    *("fee_percent", "fee_amount", "bonus_id", "bonus_percent", "bonus_amount"),
)


class OrderReturnCreate(models.TransientModel):
    """What the chosen lines come to, as it is typed; the documents say it to the cent."""

    _inherit = "order.return.create"

    currency_id = fields.Many2one("res.currency", compute="_compute_money")
    refund = fields.Monetary("Given back", compute="_compute_money")
    fee = fields.Monetary("Restocking fee", compute="_compute_money")
    bonus = fields.Monetary(compute="_compute_money")
    charge = fields.Monetary("Other products", compute="_compute_money")
    tax = fields.Monetary(
        compute="_compute_money", help="Of what is given back, bonuses too, less fees and other products."
    )
    total = fields.Monetary(
        "To pay back", compute="_compute_money", help="With tax; below zero: the customer pays for the other products."
    )
    to_charge = fields.Monetary("To charge", compute="_compute_money", help="With tax.")
    exchanges = fields.Boolean(compute="_compute_money")
    takes_back = fields.Boolean(compute="_compute_money", help="The policy takes back what is no longer reached.")
    several_currencies = fields.Boolean(compute="_compute_money", help="Their sum would say nothing.")
    totals = fields.Char("To pay back by currency", compute="_compute_money", help="With tax; a credit note for each.")

    @api.depends(
        "line_ids.quantity",
        "line_ids.disposition",
        "line_ids.fee_percent",
        "line_ids.fee_amount",
        "line_ids.bonus_id",
        "line_ids.charge",
        "line_ids.charge_tax",
        "line_ids.policy_id",
        "line_ids.settlement",
        "order_ids",
    )
    def _compute_money(self):
        """All lines together, as the credit note has them: what one gives depends on the others, to the cent and beyond."""
        for wizard in self:
            lines = wizard.line_ids
            chosen = lines.filtered("quantity")
            wizard.several_currencies = len(chosen.currency_id) > 1
            wizard.totals = ", ".join(chosen._totals()) if wizard.several_currencies else False
            if wizard.several_currencies:
                lines = lines.browse()
            wizard.currency_id = (lines & chosen).currency_id or wizard.order_ids.currency_id[:1]
            found = lines._estimate()
            for name in ("refund", "fee", "bonus"):
                wizard[name] = sum(money[name] for money in found.values())
            wizard.charge = sum(lines.mapped("charge"))
            wizard.tax = sum(money["tax"] for money in found.values()) - sum(lines.mapped("charge_tax"))
            wizard.total = wizard.refund - wizard.fee + wizard.bonus - wizard.charge + wizard.tax
            wizard.to_charge = max(-wizard.total, 0.0)
            wizard.exchanges = "exchange" in wizard.line_ids.mapped("settlement")
            giving = chosen.filtered(lambda line: line.settlement in MONEY)
            wizard.takes_back = any(giving.policy_id.mapped("clawback"))


class OrderReturnCreateLine(models.TransientModel):
    """What the policy says of a line and what it gives, as it is typed."""

    _inherit = "order.return.create.line"

    eligible = fields.Boolean(compute="_compute_policy")
    withdrawal = fields.Boolean(compute="_compute_policy")
    eligibility = fields.Char("Policy says", compute="_compute_policy")
    policy_id = fields.Many2one("order.return.policy", compute="_compute_policy")
    fee_percent = fields.Float(compute="_compute_policy")
    fee_amount = fields.Float(compute="_compute_policy")
    bonus_id = fields.Many2one("order.return.bonus", compute="_compute_policy")
    bonus_percent = fields.Float(compute="_compute_policy")
    bonus_amount = fields.Float(compute="_compute_policy")
    exchange_product_id = fields.Many2one(
        "product.product", "Other product", domain="[('sale_ok', '=', True)]", ondelete="cascade"
    )
    exchange_quantity = fields.Float("Of it", digits="Product Unit", default=1.0)
    advance = fields.Boolean("In advance", help="Leaves before the goods are in.")
    currency_id = fields.Many2one(related="order_line_id.currency_id")
    refund = fields.Monetary(
        "Given back", compute="_compute_money", help="Without tax, discounts of the order shared out."
    )
    fee = fields.Monetary(compute="_compute_money")
    bonus = fields.Monetary(compute="_compute_money")
    charge = fields.Monetary(
        "Charged", compute="_compute_money", help="The other product at today's price, without tax."
    )
    charge_tax = fields.Monetary("Tax of what is charged", compute="_compute_money")
    tax = fields.Monetary(compute="_compute_money")

    @api.depends("order_line_id", "quantity")
    def _compute_disposition(self):
        """As the policy proposes for so many, unless somebody has chosen."""
        proposed = self._proposed_dispositions()
        for line in self:
            if not line.disposition or (
                not line.disposition_chosen and line.disposition in ("restock", "customer_keeps")
            ):
                line.disposition = proposed[line]

    @api.onchange("disposition")
    def _inverse_disposition(self):
        """What is not as proposed was chosen, and stays whatever is typed afterwards."""
        proposed = self._proposed_dispositions()
        for line in self:
            if line.disposition != proposed[line]:
                line.disposition_chosen = True

    def _proposed_dispositions(self):
        """What the policy proposes for the quantity of each of these lines; constant queries for the set."""
        terms = self.env["order.return.policy"]._terms(self.order_line_id)
        return {line: terms[line.order_line_id.id].disposition(line.quantity) for line in self}

    @api.depends("order_line_id", "delivered_on", "obstacle", "reason_id", "settlement", "advance")
    def _compute_policy(self):
        terms = self.env["order.return.policy"]._terms(self.order_line_id)
        for line in self:
            judged = terms[line.order_line_id.id].judge(
                line.delivered_on,
                business_day(line.order_id.company_id),
                line.reason_id,
                line.settlement,
                advance=line.advance,
            )
            for name in JUDGED:
                line[name] = judged[name]
            if line.obstacle:
                line.eligible, line.eligibility = False, line.obstacle

    @api.depends(
        *("quantity", "disposition", "settlement", "fee_percent", "fee_amount", "bonus_id"),
        *("exchange_product_id", "exchange_quantity"),
    )
    def _compute_money(self):
        Case, found = self.env["order.return"], self._estimate()
        for line in self:
            money = found.get(line, dict.fromkeys(("refund", "fee", "bonus", "tax"), 0.0))
            charge, tax = 0.0, 0.0
            if line in found and line.settlement == "exchange" and line.exchange_product_id:
                charge, tax = Case._exchange_price(line.order_id, line.exchange_product_id, line.exchange_quantity)
            line.refund, line.fee, line.bonus = money["refund"], money["fee"], money["bonus"]
            line.charge, line.charge_tax, line.tax = charge, tax, money["tax"] - tax

    def _totals(self):
        """What these lines come to with tax, as texts, one for each currency."""
        found = self._estimate()
        for currency, lines in self.grouped("currency_id").items():
            given = [found[line] for line in lines if line in found]
            total = sum(money["refund"] - money["fee"] + money["bonus"] + money["tax"] for money in given)
            total -= sum(line.charge + line.charge_tax for line in lines)
            yield currency.format(total)

    def _estimate(self):
        """What those of these lines that give money come to on one credit note: line to ``{refund, fee, bonus, tax}``."""
        giving = self.filtered(lambda line: line.settlement in MONEY and line.quantity > 0)
        Line = self.env["order.return.line"]
        wanted = Line.union(*(Line.new(line._prepare_estimate()) for line in giving))
        return dict(zip(giving, Line._estimate_credits(wanted), strict=True))

    def _prepare_estimate(self):
        """Values of a new return line for ``_estimate_credits``."""
        return {
            "order_line_id": self.order_line_id.id,
            "uom_id": self.uom_id.id,
            "quantity": self.quantity,
            "disposition": self.disposition,
            "settlement": self.settlement,
            "policy_id": self.policy_id.id,
            "bonus_id": self.bonus_id.id,
            "reason_id": self.reason_id.id,
            **{
                name: self[name]
                for name in ("fee_percent", "fee_amount", "bonus_percent", "bonus_amount", "withdrawal")
            },
        }

    def _prepare_exchange(self):
        """Of the line as ``order.return.request`` takes it: the other product and whether it leaves in advance."""
        found = {"advance": True} if self.advance and self.settlement in ("replacement", "exchange") else {}
        if self.settlement == "exchange" and self.exchange_product_id:
            found["exchange_product_id"] = self.exchange_product_id.id
            found["exchange_quantity"] = self.exchange_quantity
        return found

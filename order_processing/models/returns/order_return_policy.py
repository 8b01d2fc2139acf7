from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .conditions import CONDITIONS
from .settlements import CONSEQUENCES, MOMENTS

SCOPE = ("product_id", "categ_id", "partner_id", "country_id", "team_id")


class OrderReturnPolicy(models.Model):
    """What a company takes back, from whom, until when and at what fee; the most specific one counts.

    Which one that is, ``order_return_policy_choice`` says; what it answers for one delivered line,
    ``order_return_policy_terms``. Where there is none everything may come back at any time.
    """

    _name = "order.return.policy"
    _inherit = ["order.company.mixin"]
    _description = "Return Policy"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10, help="Of two that are equally specific the first counts.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")

    product_id = fields.Many2one("product.product", check_company=True, index="btree_not_null")
    categ_id = fields.Many2one(
        "product.category", "Product category", index="btree_not_null", help="With the categories below it."
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        check_company=True,
        index="btree_not_null",
        domain="[('parent_id', '=', False)]",
        help="With all its contacts and addresses.",
    )
    country_id = fields.Many2one("res.country", "Delivery country", index="btree_not_null")
    team_id = fields.Many2one("crm.team", "Sales channel", check_company=True, index="btree_not_null")
    valid_from = fields.Date("Orders from", help="First day of the orders it holds for, in the company's calendar.")
    valid_to = fields.Date("Orders until", help="Last day of the orders it holds for.")
    scope = fields.Char("Holds for", compute="_compute_scope")

    returnable = fields.Boolean("May be returned", default=True)
    note = fields.Char("Text", translate=True, help="Shown where goods may not be returned.")
    window_days = fields.Integer(
        "Days from delivery", default=30, help="The last day is this many days after the goods left; 0: no limit."
    )
    invoice_window_days = fields.Integer(
        "Days from invoice",
        help="Where both are given the later day counts, and what is not invoiced yet may still come back; 0: not used.",
    )
    withdrawal = fields.Boolean(
        "Consumers may withdraw",
        help="The statutory right of customers who are no companies: without a fee, whatever else this policy says, and with "
        "the delivery cost of the order where all of it comes back.",
    )
    withdrawal_days = fields.Integer(
        "Days to withdraw", default=14, help="From the day on which the last goods of the order left."
    )
    allow_refund = fields.Boolean("Refund", default=True)
    allow_credit = fields.Boolean("Store credit", default=True)
    allow_replacement = fields.Boolean("Same product again", default=True)
    allow_exchange = fields.Boolean("Another product", default=True)
    allow_repair = fields.Boolean("Repair", default=True)
    allow_advance = fields.Boolean(
        "In advance", help="The customer may have the other goods before those that come back are in."
    )
    advance_days = fields.Integer("Days to follow", default=14, help="Until what was sent in advance is followed.")
    advance_consequence = fields.Selection(CONSEQUENCES, "Otherwise", default="invoice", required=True)
    money_when = fields.Selection(
        MOMENTS,
        "Money moves",
        default="settle",
        required=True,
        help="At once, at the approval and at the first scan it moves before the goods are in: a fee by their condition is then "
        "not taken.",
    )
    refund_online = fields.Boolean(
        "Refund online",
        default=True,
        help="A refund goes back through the payment provider where the order was paid by one that refunds.",
    )
    return_freight = fields.Selection(
        [("customer", "Customer"), ("us", "Us")],
        "Way back paid by",
        default="customer",
        required=True,
        help="What the customer sends back for our or the carrier's fault we pay in any case.",
    )
    approval_amount = fields.Monetary(
        "Manager approves above", help="Cases worth more than this, without tax, are approved by a manager; 0: never."
    )
    keep_amount = fields.Monetary(
        "Customer keeps below",
        help="A line worth less than this, without tax, is proposed to stay with the customer; 0: never.",
    )

    fee_percent = fields.Float(
        "Restocking fee (%)", digits=(5, 2), help="Of the price, discount taken off. Never on our fault."
    )
    fee_amount = fields.Monetary(
        "Fee per unit",
        help="Beside the percentage, for each unit that comes back; never more than is given back for it.",
    )
    fee_line_ids = fields.One2many("order.return.fee", "policy_id", "Other fees", copy=True)
    fee_product_id = fields.Many2one(
        "product.product",
        "Fee product",
        check_company=True,
        domain="[('type', '=', 'service')]",
        help="Gives the fee its account and its tax. Without one the fee lowers what the goods themselves earned.",
    )
    fee_account_id = fields.Many2one(
        "account.account",
        "Fee account",
        check_company=True,
        domain="[('account_type', 'in', ('income', 'income_other'))]",
        help="Before the product's own.",
    )

    clawback = fields.Boolean(
        "Take back what is no longer reached",
        help="A quantity price, a discount or gift of the whole order, free freight: where the goods that stay would not have "
        "had it, the credit note takes it back.",
    )
    threshold_amount = fields.Monetary(
        "Order value for discounts",
        help="Discounts of the whole order, gifts and free freight are granted from this value of the goods at the order's "
        "prices; a carrier's own limit of free freight counts before it. 0: there is none.",
    )
    standard_freight = fields.Monetary(
        "Standard freight",
        help="What a delivery costs at the standard rate: of the freight of an order that is withdrawn from so much is given "
        "back (0: all), and so much is charged where freight was free and is no longer.",
    )

    _fee_is_a_share = models.Constraint(
        "CHECK (fee_percent >= 0 AND fee_percent <= 100)", "A restocking fee is a percentage from 0 to 100."
    )
    _amounts_are_not_negative = models.Constraint(
        "CHECK (coalesce(fee_amount, 0) >= 0 AND coalesce(approval_amount, 0) >= 0 AND coalesce(keep_amount, 0) >= 0 "
        "AND coalesce(threshold_amount, 0) >= 0 AND coalesce(standard_freight, 0) >= 0)",
        "The amounts of a return policy cannot be negative.",
    )
    _window_is_ahead = models.Constraint(
        "CHECK (window_days >= 0 AND coalesce(invoice_window_days, 0) >= 0 AND coalesce(withdrawal_days, 0) >= 0)",
        "The days of a return policy cannot be negative.",
    )
    _validity_runs_forward = models.Constraint(
        "CHECK (valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from)",
        "A return policy cannot end before it begins.",
    )

    @api.constrains("product_id", "categ_id")
    def _check_scope(self):
        both = self.filtered(lambda policy: policy.product_id and policy.categ_id)
        if both:
            raise ValidationError(
                self.env._("%s: choose a product or a category, not both.", ", ".join(both.mapped("name")))
            )

    @api.depends(*SCOPE)
    def _compute_scope(self):
        for policy in self:
            found = [policy[name].display_name for name in SCOPE if policy[name]]
            policy.scope = ", ".join(found) or self.env._("Everything")

    def _fee(self, reason=None, condition=None):
        """The fee for a reason and a condition: ``(percent, amount per unit in the company's currency)``.

        The first row that names both counts, else one that names the condition, else the reason, else the policy's own.
        """
        rows = self.fee_line_ids.filtered(
            lambda row: (
                (not row.reason_id or row.reason_id == reason) and (not row.condition or row.condition == condition)
            )
        )
        best = rows.sorted(lambda row: (-2 * bool(row.condition) - bool(row.reason_id), row.sequence, row.id))[:1]
        source = best or self
        return source.fee_percent, source.fee_amount


class OrderReturnFee(models.Model):
    """A fee of a policy for goods in one condition, for one reason, or both; it stands in place of the policy's own."""

    _name = "order.return.fee"
    _description = "Restocking Fee"
    _order = "policy_id, sequence, id"

    policy_id = fields.Many2one("order.return.policy", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="policy_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="policy_id.currency_id")
    sequence = fields.Integer(default=10)
    condition = fields.Selection(CONDITIONS, help="As found at inspection; empty: any.")
    reason_id = fields.Many2one("order.return.reason", ondelete="cascade", index="btree_not_null", help="Empty: any.")
    fee_percent = fields.Float("Fee (%)", digits=(5, 2))
    fee_amount = fields.Monetary("Fee per unit")

    _fee_is_a_share = models.Constraint(
        "CHECK (fee_percent >= 0 AND fee_percent <= 100 AND coalesce(fee_amount, 0) >= 0)",
        "A restocking fee is a percentage from 0 to 100 and an amount that is not negative.",
    )
    _fee_names_a_case = models.Constraint(
        "CHECK (condition IS NOT NULL OR reason_id IS NOT NULL)",
        "Name a condition or a reason, else it is the policy's own fee.",
    )

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date


class OrderReturnPolicy(models.Model):
    """What a company takes back, until when and at what fee; the most specific one counts.

    One for a product comes before one for its category, a category before the categories above it, these before the one for
    all products; of equals the first by sequence. Where there is none everything may come back at any time.
    """

    _name = "order.return.policy"
    _description = "Return Policy"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    product_id = fields.Many2one("product.product", check_company=True, index="btree_not_null")
    categ_id = fields.Many2one("product.category", "Product category", index="btree_not_null")
    returnable = fields.Boolean("May be returned", default=True)
    window_days = fields.Integer(
        "Days from delivery", default=30, help="The last day is this many days after the goods left; 0: no limit."
    )
    fee_percent = fields.Float(
        "Restocking fee (%)", digits=(5, 2), help="Of the price, discount taken off. Never on our fault."
    )
    note = fields.Char("Text", translate=True, help="Shown where goods may not be returned.")

    _fee_is_a_share = models.Constraint(
        "CHECK (fee_percent >= 0 AND fee_percent <= 100)", "A restocking fee is a percentage from 0 to 100."
    )
    _window_is_ahead = models.Constraint("CHECK (window_days >= 0)", "The days from delivery cannot be negative.")

    @api.constrains("product_id", "categ_id")
    def _check_scope(self):
        both = self.filtered(lambda policy: policy.product_id and policy.categ_id)
        if both:
            raise ValidationError(
                self.env._("%s: choose a product or a category, not both.", ", ".join(both.mapped("name")))
            )

    @api.model
    def _for_products(self, company, products):
        """The policy of each product: ``{product id: order.return.policy or empty}``, one query for the policies."""
        policies = self.sudo().search([("company_id", "=", company.id)])
        by_product, by_category, general = {}, {}, self.browse()
        for policy in policies:
            if policy.product_id:
                by_product.setdefault(policy.product_id.id, policy)
            elif policy.categ_id:
                by_category.setdefault(policy.categ_id.id, policy)
            elif not general:
                general = policy
        found = {}
        for product in products.sudo():
            policy = by_product.get(product.id)
            path = (product.categ_id.parent_path or "").strip("/").split("/") if by_category else []
            for categ_id in reversed([int(part) for part in path if part]):
                policy = policy or by_category.get(categ_id)
            found[product.id] = policy or general
        return found

    def _judge(self, delivered, day):
        """Whether goods delivered on ``delivered`` may come back on ``day`` (dates of the company's calendar).

        :return: dict ``{eligible, eligibility (text), return_until (date or False), fee_percent}``; ``self`` may be empty
        """
        if not self:
            return {
                "eligible": True,
                "eligibility": self.env._("No policy limits it"),
                "return_until": False,
                "fee_percent": 0.0,
            }
        until = delivered + timedelta(days=self.window_days) if self.window_days and delivered else False
        answer = {"eligible": True, "return_until": until, "fee_percent": self.fee_percent}
        if not self.returnable:
            text = self.note or self.env._("May not be returned (%s)", self.name)
            return {**answer, "eligible": False, "eligibility": text}
        if until and day > until:
            text = self.env._(
                "Too late: until %(until)s, %(days)s days from delivery (%(policy)s)",
                until=format_date(self.env, until),
                days=self.window_days,
                policy=self.name,
            )
            return {**answer, "eligible": False, "eligibility": text}
        text = self.env._("Until %s", format_date(self.env, until)) if until else self.env._("At any time")
        if self.fee_percent:
            text = self.env._("%(until)s, restocking fee %(fee)g %%", until=text, fee=self.fee_percent)
        return {**answer, "eligibility": text}

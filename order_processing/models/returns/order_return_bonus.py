from odoo import fields, models
from odoo.fields import Command

from ..common.number_words import share_words
from .conditions import CONDITIONS
from .settlements import MONEY, NO_BONUS, SETTLEMENTS


class OrderReturnBonus(models.Model):
    """What a policy gives beside the goods' price to who chooses one settlement, most often store credit or an exchange."""

    _name = "order.return.bonus"
    _description = "Return Bonus"
    _order = "policy_id, sequence, id"
    _check_company_auto = True

    policy_id = fields.Many2one("order.return.policy", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="policy_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="policy_id.currency_id")
    sequence = fields.Integer(default=10)
    settlement = fields.Selection(
        [(code, label) for code, label in SETTLEMENTS if code in MONEY],
        required=True,
        default="credit",
        help="Given to who settles so.",
    )
    reason_id = fields.Many2one("order.return.reason", ondelete="cascade", index="btree_not_null", help="Empty: any.")
    condition = fields.Selection(CONDITIONS, help="As found at inspection; empty: any.")
    on_claim = fields.Boolean(
        "On claims too", help="Else it is given only where the customer brought the return about, never on our fault."
    )
    bonus_percent = fields.Float(
        "Bonus (%)", digits=(5, 2), help="Of what is given back, discounts and restocking fee taken off."
    )
    bonus_amount = fields.Monetary("Bonus per unit", help="Beside the percentage, for each unit that comes back.")
    name = fields.Char("Text", translate=True, help="On the credit note; empty: the bonus and the product.")
    product_id = fields.Many2one(
        "product.product",
        check_company=True,
        domain="[('type', '=', 'service')]",
        index="btree_not_null",
        help="Gives the bonus its account and its tax. Without one it is part of what the goods themselves earned.",
    )
    account_id = fields.Many2one(
        "account.account",
        check_company=True,
        domain="[('account_type', 'in', ('income', 'income_other', 'expense', 'expense_direct_cost'))]",
        help="Before the product's own.",
    )
    tax_ids = fields.Many2many(
        "account.tax",
        string="Taxes",
        check_company=True,
        domain="[('type_tax_use', '=', 'sale')]",
        help="Before the product's own.",
    )

    _bonus_is_a_share = models.Constraint(
        "CHECK (bonus_percent >= 0 AND bonus_percent <= 100 AND coalesce(bonus_amount, 0) >= 0)",
        "A bonus is a percentage from 0 to 100 and an amount that is not negative.",
    )
    _bonus_gives_something = models.Constraint(
        "CHECK (bonus_percent > 0 OR coalesce(bonus_amount, 0) > 0)",
        "Say how much the bonus is: a percentage, an amount, or both.",
    )

    def _account_and_taxes(self, item):
        """``(account, taxes)`` of this bonus on what is given back of an invoice line, by its fiscal position."""
        account, taxes, position = item.account_id, item.tax_ids, item.move_id.fiscal_position_id
        product = self.product_id.with_company(item.company_id)
        if product:
            account = product.product_tmpl_id.get_product_accounts(position)["income"] or account
        own = self.tax_ids or product.taxes_id
        if product or own:
            taxes = position.map_tax(own._filter_taxes_by_company(item.company_id))
        return self.account_id or account, taxes


class OrderReturnPolicy(models.Model):
    _inherit = "order.return.policy"

    bonus_ids = fields.One2many(
        "order.return.bonus",
        "policy_id",
        "Bonuses",
        copy=True,
        help="The first that names both reason and condition counts, else one that names the condition, else the reason.",
    )

    def _bonus(self, settlement, reason=None, condition=None):
        """What a return line keeps of the bonus for a settlement, a reason and a condition: as ``NO_BONUS``."""
        claim = bool(reason) and reason.fault != "customer"
        rows = self.bonus_ids.filtered(
            lambda row: (
                row.settlement == settlement
                and (not row.reason_id or row.reason_id == reason)
                and (not row.condition or row.condition == condition)
                and (row.on_claim or not claim)
            )
        )
        best = rows.sorted(lambda row: (-2 * bool(row.condition) - bool(row.reason_id), row.sequence, row.id))[:1]
        if not best:
            return dict(NO_BONUS)
        return {"bonus_id": best.id, "bonus_percent": best.bonus_percent, "bonus_amount": best.bonus_amount}


class OrderReturnLine(models.Model):
    """The bonus of a line on its credit note."""

    _inherit = "order.return.line"

    bonus_id = fields.Many2one("order.return.bonus", readonly=True, index="btree_not_null", ondelete="set null")
    bonus_percent = fields.Float("Bonus (%)", readonly=True, digits=(5, 2))
    bonus_amount = fields.Monetary("Bonus per unit", readonly=True, currency_field="company_currency_id")

    def _prepare_beside_vals(self, item, quantity, shares=None):
        """Values of the lines that a credit note gets beside the goods of this line: its fee, its bonus; may be empty.

        For the parameters see ``_prepare_fee_vals``.
        """
        found = (
            self._prepare_fee_vals(item, quantity, shares),
            self._prepare_bonus_vals(item, quantity, shares),
        )
        return [vals for vals in found if vals]

    def _beside_prices(self, item, quantity, shares=None):
        """Of the lines of ``_prepare_beside_vals`` what their amounts follow from, before there is any document."""
        found = (
            ("fee", -1, self._fee_price(item, quantity, shares), self.policy_id.sudo().fee_product_id),
            ("bonus", 1, self._bonus_price(item, quantity, shares), self.bonus_id.sudo().product_id),
        )
        return [
            {
                "price_unit": sign * amount,
                "quantity": 1,
                "discount": 0,
                "tax_ids": taxes,
                "order_return_part": part,
                "product_id": product.id,
            }
            for part, sign, (amount, _account, taxes), product in found
            if amount
        ]

    def _prepare_bonus_vals(self, item, quantity, shares=None):
        """Values of the bonus' line on the credit note, or ``None``.

        A percentage of what is given back for the goods, discounts and fee taken off, and an amount per unit at the invoice's
        rate, with account and taxes of the bonus. For the parameters see ``_prepare_fee_vals``.
        """
        amount, account, taxes = self._bonus_price(item, quantity, shares)
        if not amount:
            return None
        product = self.bonus_id.sudo().product_id
        return {
            "name": self._bonus_name(),
            "display_type": "product",
            "product_id": product.id,
            "quantity": 1,
            "price_unit": amount,
            "discount": 0,
            "account_id": account.id,
            "tax_ids": [Command.set(taxes.ids)],
            "analytic_distribution": item.analytic_distribution,
            "order_return_line_id": self.id,
            "order_return_part": "bonus",
            "product_uom_id": product.uom_id.id,
        }

    def _bonus_price(self, item, quantity, shares=None):
        """The bonus on ``quantity`` of an invoice line: ``(price, account, taxes)`` in the invoice's currency, the price that of
        a document line with these taxes. 0 where there is none."""
        self.ensure_one()
        if not self.bonus_percent and not self.bonus_amount:
            return 0.0, None, None
        currency = item.currency_id
        account, taxes = self.bonus_id.sudo()._account_and_taxes(item)
        worth = self._worth_of(item, quantity, taxes, shares)
        bonus = (worth - self._fee_on(worth, item, quantity)) * self.bonus_percent / 100
        bonus = currency.round(max(bonus, 0.0) + self._per_unit(self.bonus_amount, item, quantity))
        if currency.is_zero(bonus):
            return 0.0, None, None
        if taxes != item.tax_ids:
            bonus = self._with_inner_tax(bonus, taxes, item)
        return bonus, account, taxes

    def _bonus_name(self):
        """The words of the bonus on the credit note, in the customer's language."""
        self.ensure_one()
        line = self.with_context(lang=self.return_id.partner_id.lang or self.env.lang)
        if named := line.bonus_id.sudo().name:
            return f"{named} ({line.product_id.display_name})"
        parts = [share_words(line.env, self.bonus_percent)] if self.bonus_percent else []
        if self.bonus_amount:
            parts.append(
                line.env._("%s per unit", self.company_currency_id.with_env(line.env).format(self.bonus_amount))
            )
        return line.env._(
            "Bonus %(bonus)s on %(product)s", bonus=" + ".join(parts), product=line.product_id.display_name
        )

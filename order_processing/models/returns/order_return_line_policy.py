from odoo import fields, models
from odoo.exceptions import UserError

from ..common.business_day import business_day
from .settlements import BONUS

MANAGER = "order_processing.group_manager"
# what another reason changes on a line that is approved already
OF_REASON = ("fee_percent", "fee_amount", "withdrawal", "return_freight", *BONUS)


class OrderReturn(models.Model):
    _inherit = "order.return"

    def _check_worth(self):
        """Cases worth more than their policy lets the desk decide are approved by a manager.

        Of several policies in one case the smallest amount counts, against the worth of the whole case.

        :raises UserError: names every such case, what it is worth and what the policy allows
        """
        refused = self._over_worth()
        if refused and not self._has_order_group(MANAGER):
            raise UserError("\n".join(refused.values()))

    def _over_worth(self):
        """Cases worth more than their policy lets the desk decide: ``{case: message}``."""
        terms = self.env["order.return.policy"]._terms(self.line_ids.order_line_id)
        refused = {}
        for case in self:
            own = [(line, terms[line.order_line_id.id]) for line in case.line_ids]
            limits = [found.policy for _line, found in own if found.policy.approval_amount]
            if not limits:
                continue
            policy = min(limits, key=lambda found: found.approval_amount)
            worth = policy.currency_id.round(sum(found.value(line.quantity) for line, found in own))
            if policy.currency_id.compare_amounts(worth, policy.approval_amount) > 0:
                refused[case] = self.env._(
                    "%(case)s is worth %(worth)s, more than %(limit)s (%(policy)s): ask a manager to approve it.",
                    case=case.name,
                    worth=policy.currency_id.format(worth),
                    limit=policy.currency_id.format(policy.approval_amount),
                    policy=policy.name,
                )
        return refused


class OrderReturnLine(models.Model):
    """What the policy in force when the order was placed says of a line."""

    _inherit = "order.return.line"

    policy_id = fields.Many2one("order.return.policy", readonly=True, index="btree_not_null")
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company currency")
    fee_amount = fields.Monetary("Fee per unit", readonly=True, currency_field="company_currency_id")
    withdrawal = fields.Boolean(readonly=True, help="Within the consumer's right to withdraw: no fee is taken.")
    return_freight = fields.Selection(
        [("customer", "Customer"), ("us", "Us")], "Way back paid by", readonly=True, default="customer"
    )

    def _judge_again(self):
        """Another reason, condition or settlement may have another answer of the policy.

        :raises UserError: a line that is approved already would no longer be within policy (managers may)
        """
        terms = self.env["order.return.policy"]._terms(self.order_line_id)
        for line in self:
            judged = terms[line.order_line_id.id].judge(
                business_day(line.company_id, line.move_id.date),
                line.return_id.business_date,
                line.reason_id,
                line.settlement,
                line._found_condition(),
                line.advance,
            )
            if line.fee_overridden:
                judged = {name: value for name, value in judged.items() if name not in ("fee_percent", "fee_amount")}
            if line.state == "requested":
                # another wish is judged anew, whatever was decided of the one before
                line._set(judged)
                continue
            if line.state == "approved" and line.eligible and not judged["eligible"]:
                if not line.return_id._has_order_group(MANAGER):
                    raise UserError(
                        self.env._(
                            "%(line)s is approved, and the policy does not allow this change (%(why)s): ask a manager.",
                            line=line.display_name,
                            why=judged["eligibility"],
                        )
                    )
            line._set({name: judged[name] for name in OF_REASON if name in judged})

    def _found_condition(self):
        """The condition that the inspection found, where lines have one."""
        self.ensure_one()
        return self["condition"] if "condition" in self._fields else None

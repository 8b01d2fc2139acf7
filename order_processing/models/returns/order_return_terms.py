from datetime import timedelta

from odoo.tools import format_amount, format_date

from ..common.number_words import share_words
from .settlements import NO_BONUS


class ReturnTerms:
    """What one policy (or none) says of one sold line: whether, until when, how and at what fee it may come back.

    :param line: the ``sale.order.line``
    :param policy: the ``order.return.policy`` of that line, or empty
    :param invoiced: day of its last posted invoice, or ``None``
    :param completed: day on which the last goods of its order left, or ``None``
    """

    def __init__(self, line, policy, invoiced=None, completed=None):
        self.line, self.policy, self.invoiced, self.completed = line, policy, invoiced, completed
        self._ = policy.env._

    def judge(self, delivered, day, reason=None, settlement=None, condition=None, advance=False):
        """Values of a return line for goods that left on ``delivered`` and are asked to come back on ``day``.

        :param delivered: date in the company's calendar
        :param day: date in the company's calendar
        :param reason: ``order.return.reason``, empty: the customer's wish
        :param str settlement: what is asked for, empty: not said yet
        :param str condition: as found at inspection, where it is known
        :param bool advance: it is to leave before the goods are in
        :return: dict ``{policy_id, eligible, eligibility (text), return_until (date or False), fee_percent, fee_amount
            (per unit, company's currency), bonus_id, bonus_percent, bonus_amount (per unit), withdrawal, return_freight}``
        """
        policy = self.policy
        wish = not reason or reason.fault == "customer"
        answer = {
            "policy_id": policy.id,
            "eligible": True,
            "return_until": False,
            "fee_percent": 0.0,
            "fee_amount": 0.0,
            **NO_BONUS,
            "withdrawal": False,
            "return_freight": "customer" if wish else "us",
        }
        if not policy:
            return {**answer, "eligibility": self._("No policy limits it")}
        if wish:
            answer["return_freight"] = policy.return_freight
        answer.update(policy._bonus(settlement, reason, condition))
        last = self._withdrawal_until(delivered)
        if last and day <= last:
            text = self._("Right to withdraw until %s", format_date(policy.env, last))
            until = self._until(delivered)
            if policy.returnable:
                # the longer of the two is what the customer is told
                last = until and max(last, until)
            text = self._with_bonus(text, answer)
            return {**answer, "withdrawal": wish, "return_until": last, "eligibility": text}
        if wish:
            answer["fee_percent"], answer["fee_amount"] = policy._fee(reason, condition)
        if not policy.returnable:
            return {
                **answer,
                "eligible": False,
                "eligibility": policy.note or self._("May not be returned (%s)", policy.name),
            }
        until = answer["return_until"] = self._until(delivered)
        if until and day > until:
            return {**answer, "eligible": False, "eligibility": self._too_late(until, delivered)}
        if wish and settlement and not self.allows(settlement):
            return {**answer, "eligible": False, "eligibility": self.refusal(settlement)}
        if wish and advance and not policy.allow_advance:
            words = self._("%s does not allow to send anything in advance", policy.name)
            return {**answer, "eligible": False, "eligibility": words}
        return {**answer, "eligibility": self._text(until, answer)}

    def allows(self, settlement):
        """Whether the policy allows this settlement of a customer's wish; one it has no word on it allows.

        The policy's field is ``allow_<settlement>``: who adds a settlement adds that.
        """
        name = f"allow_{settlement}"
        return name not in self.policy._fields or not self.policy or bool(self.policy[name])

    def refusal(self, settlement):
        """The words for a settlement that the policy does not allow."""
        field = self.policy.env["order.return.line"]._fields["settlement"]
        label = dict(field._description_selection(self.policy.env)).get(settlement, settlement)
        return self._("%(policy)s does not allow: %(settlement)s", policy=self.policy.name, settlement=label)

    def value(self, quantity):
        """What ``quantity`` (line's unit) was sold for, without tax, in the company's currency, unrounded."""
        ordered = self.line.product_uom_qty
        share = quantity / ordered if ordered else 0.0
        return self.line.price_subtotal * share / (self.line.order_id.currency_rate or 1.0)

    def disposition(self, quantity):
        """What is proposed to become of the goods: they stay where fetching them costs more than they are worth."""
        worth = self.value(quantity)
        return "customer_keeps" if 0 < worth < self.policy.keep_amount else "restock"

    def _withdrawal_until(self, delivered):
        consumer = not self.line.order_id.partner_id.commercial_partner_id.is_company
        if not self.policy.withdrawal or not consumer or not delivered:
            return None
        return (self.completed or delivered) + timedelta(days=self.policy.withdrawal_days)

    def _until(self, delivered):
        """The last day; False: no limit, or none yet."""
        policy, days = self.policy, []
        if policy.window_days and delivered:
            days.append(delivered + timedelta(days=policy.window_days))
        if policy.invoice_window_days:
            if not self.invoiced:
                return False
            days.append(self.invoiced + timedelta(days=policy.invoice_window_days))
        return max(days) if days else False

    def _too_late(self, until, delivered):
        policy = self.policy
        values = {"until": format_date(policy.env, until), "policy": policy.name}
        if policy.window_days and delivered and delivered + timedelta(days=policy.window_days) == until:
            return self._(
                "Too late: until %(until)s, %(days)s days from delivery (%(policy)s)", days=policy.window_days, **values
            )
        return self._(
            "Too late: until %(until)s, %(days)s days from invoice (%(policy)s)",
            days=policy.invoice_window_days,
            **values,
        )

    def _text(self, until, answer):
        policy = self.policy
        if until:
            text = self._("Until %s", format_date(policy.env, until))
        elif policy.invoice_window_days:
            text = self._("Until %s days after the invoice", policy.invoice_window_days)
        else:
            text = self._("At any time")
        fee = self._words(answer["fee_percent"], answer["fee_amount"])
        text = self._("%(until)s, restocking fee %(fee)s", until=text, fee=fee) if fee else text
        return self._with_bonus(text, answer)

    def _with_bonus(self, text, answer):
        """``text`` and what bonus there is, where there is one."""
        bonus = self._words(answer["bonus_percent"], answer["bonus_amount"])
        return self._("%(terms)s, bonus %(bonus)s", terms=text, bonus=bonus) if bonus else text

    def _words(self, percent, amount):
        """The words for a percentage and an amount per unit in the company's currency, ``""`` for nothing."""
        parts = [share_words(self.policy.env, percent)] if percent else []
        if amount:
            env = self.policy.env
            parts.append(self._("%s per unit", format_amount(env, amount, self.policy.currency_id)))
        return " + ".join(parts)

from odoo import models
from odoo.exceptions import UserError

from ..common.business_day import business_day
from ..common.number_words import measure_words, number_words
from .case_payload import Case, number
from .kit_counts import is_whole
from .settlements import BONUS

SOURCE = "portal"
# what a customer may wish for; another product is agreed with the desk
SETTLEMENTS = ("refund", "credit", "replacement", "repair")
LINES = 500
NOTE_LENGTH = 2000
KEY_LENGTH = 40


class SaleOrder(models.Model):
    """What a customer may send back of an order, what the policy says of it, and the asking."""

    _inherit = "sale.order"

    def _return_in_portal(self):
        """Whether the customer's page of this order (``sudo``) offers a return."""
        self.ensure_one()
        return (
            self.state == "sale"
            and self.company_id.order_return_portal
            and any(line.qty_delivered > 0 for line in self.order_line)
        )

    def _return_portal_cases(self):
        """The return cases of this order (``sudo``) that its page shows, latest first."""
        self.ensure_one()
        if not self.company_id.order_return_portal:
            return self.env["order.return"]
        return self.order_return_line_ids.return_id.sorted("id", reverse=True)

    def _return_choices(self):
        """What the form offers: ``{reasons: [(code, name)], settlements: [(code, label)]}``."""
        labels = dict(self.env["order.return.line"]._fields["settlement"]._description_selection(self.env))
        reasons = self.env["order.return.reason"].sudo().search([])
        return {
            "reasons": [(reason.code, reason.name) for reason in reasons],
            "settlements": [(code, labels[code]) for code in SETTLEMENTS if code in labels],
        }

    def _return_offer(self):
        """What was delivered of this order (``sudo``) and may still come back; the queries do not grow with the lines.

        :return: list of dicts ``{line, left, eligible, text, settlements}``, quantities in the line's unit; ``text``: until
            when it may come back, or why not; ``settlements``: the codes that a wish of the customer may have
        """
        self.ensure_one()
        moves = self._return_moves()
        lines = self.order_line.filtered(lambda line: line.id in moves)
        terms = self.env["order.return.policy"]._terms(lines)
        today = business_day(self.company_id)
        offer = []
        for line in lines:
            own = moves[line.id]
            # the latest delivery is the one that is taken from first
            judged = terms[line.id].judge(business_day(self.company_id, own[0]["delivered_at"]), today)
            obstacle = own[0].get("obstacle") and self.env._("A kit that cannot be returned here: please ask us.")
            offer.append(
                {
                    "line": line,
                    "left": line.product_uom_id.round(sum(move["left"] for move in own)),
                    "eligible": judged["eligible"] and not obstacle,
                    "text": obstacle or judged["eligibility"],
                }
            )
        return offer

    def _return_moves(self):
        found = {}
        for move in self.env["sale.order.line"]._order_returnable_moves(self.order_line.ids):
            found.setdefault(move["line_id"], []).append(move)
        return found

    def _return_verdict(self, rows):
        """What would become of a request for ``rows``; nothing is written.

        :param list rows: dicts ``{line_id, quantity, reason, settlement}`` as the customer gave them; those without a quantity
            are not asked for
        :return: ``{problems: [text], lines: {line id: {eligible, text, amount}}, amount, chosen: rows as the request takes
            them}``; amounts with tax in the order's currency, ``text`` what the policy says of this reason and settlement
        """
        self.ensure_one()
        problems, found, chosen = [], {}, []
        rows = rows if isinstance(rows, list) and all(isinstance(row, dict) for row in rows) else [{}] * (LINES + 1)
        if len(rows) > LINES:
            rows, problems = [], [self.env._("This is no list of at most %s lines.", LINES)]
        reader = _RowReader(self)
        answers = [reader.read(row) for row in rows]
        reader.estimate()
        for answer in answers:
            if answer is None:
                continue
            if answer.get("problem"):
                problems.append(answer["problem"])
            if answer.get("line"):
                found[answer["line"].id] = {name: answer[name] for name in ("eligible", "text", "amount")}
                chosen.append(answer["row"])
        if not chosen and not problems:
            problems.append(self.env._("Choose at least one product and how many of it come back."))
        return {
            "problems": problems,
            "lines": found,
            "amount": self.currency_id.round(sum(line["amount"] for line in found.values())),
            "chosen": chosen,
        }

    def _return_ask(self, rows, key, note=""):
        """Ask for the return of ``rows`` for the order's customer, once per ``key``; the caller has checked whose order it is.

        :param list rows: as ``_return_verdict`` takes them
        :param str key: of the customer's form, so that one sent twice makes one case
        :param str note: the customer's words
        :return: ``(order.return, whether it is new)``, as ``sudo``
        :raises UserError: all that is wrong with it; nothing is kept then
        """
        self.ensure_one()
        order = self.sudo()
        if not order._return_in_portal():
            raise UserError(order.env._("%s: nothing of this order can be returned here.", order.name))
        if not isinstance(key, str) or not 0 < len(key) <= KEY_LENGTH:
            raise UserError(order.env._("This form is not complete: load the page again."))
        if not isinstance(note, str) or len(note) > NOTE_LENGTH:
            raise UserError(order.env._("What you tell us may have at most %s characters.", NOTE_LENGTH))
        Case_ = order.env["order.return"].with_company(order.company_id)
        full_key = f"{order.name}/{key}"
        known = Case_.search(
            [("company_id", "=", order.company_id.id), ("source", "=", SOURCE), ("external_key", "=", full_key)]
        )
        if known:
            return known, False
        verdict = order._return_verdict(rows)
        if verdict["problems"]:
            raise UserError("\n".join(verdict["problems"]))
        payload = {"key": full_key, "order_id": order.id, "note": note.strip(), "lines": verdict["chosen"]}
        answer = Case_._request([Case(payload)], SOURCE, order.company_id)[0]
        if not answer["ok"]:
            raise UserError(answer["message"])
        return Case_.browse(answer["return_id"]), True


class _RowReader:
    """Reads the rows of one form against what the order has left; one row after the other takes from it."""

    def __init__(self, order):
        self.order, self._ = order, order.env._
        self.moves = order._return_moves()
        self.lines = {line.id: line for line in order.order_line if line.id in self.moves}
        self.terms = order.env["order.return.policy"]._terms(order.order_line.browse(self.lines))
        self.reasons = {reason.code: reason for reason in order.env["order.return.reason"].sudo().search([])}
        self.settlements = dict(order._return_choices()["settlements"])
        self.wanted, self.Line = [], order.env["order.return.line"]
        self.owners = []
        self.today = business_day(order.company_id)
        self.seen = set()

    def read(self, row):
        """``None``: not asked for; else ``{line, row, eligible, text, amount, problem}``, or a problem alone."""
        quantity = row.get("quantity")
        if quantity is None or (isinstance(quantity, str) and not quantity.strip()):
            return None
        line_id = row.get("line_id")
        line = self.lines.get(line_id) if isinstance(line_id, int) and not isinstance(line_id, bool) else None
        if not line or line.id in self.seen:
            return {"problem": self._("%s has no such line to return.", self.order.name)}
        amount = number(quantity.replace(",", ".") if isinstance(quantity, str) else quantity)
        if amount == 0:
            return None
        self.seen.add(line.id)
        problem = self._wrong(line, amount, row)
        if problem:
            return {"problem": f"{line.product_id.display_name}: {problem}"}
        return self._judge(line, amount, self.reasons[row["reason"]], row["settlement"])

    def _wrong(self, line, amount, row):
        """What is wrong with the values of a row, or ``""``."""
        unit = line.product_uom_id
        left = unit.round(sum(move["left"] for move in self.moves[line.id]))
        if amount is None or amount < 0 or unit.is_zero(amount):
            return self._("the quantity must be a number above zero.")
        if unit.compare(amount, left) > 0:
            return self._(
                "%(left)s %(unit)s at most can come back.", left=number_words(self.order.env, left), unit=unit.name
            )
        if abs(unit.round(amount) - amount) > 1e-9:
            return self._(
                "%(amount)s %(unit)s cannot be counted: give it in steps of %(step)s.",
                amount=measure_words(self.order.env, amount),
                unit=unit.name,
                step=measure_words(self.order.env, unit.rounding),
            )
        whole = self.moves[line.id][0].get("whole")
        if whole and not is_whole(amount, whole):
            return self._("a kit comes back whole.")
        if not isinstance(row.get("reason"), str) or row["reason"] not in self.reasons:
            return self._("choose a reason.")
        if not isinstance(row.get("settlement"), str) or row["settlement"] not in self.settlements:
            return self._("choose what you wish for it.")
        return ""

    def _judge(self, line, amount, reason, settlement):
        terms, rest, judged = self.terms[line.id], amount, []
        for move in self.moves[line.id]:
            taken = min(rest, move["left"])
            if taken > 0:
                rest -= taken
                day = business_day(self.order.company_id, move["delivered_at"])
                judged.append((taken, terms.judge(day, self.today, reason, settlement)))
        said = next((found for _taken, found in judged if not found["eligible"]), judged[0][1])
        money = settlement in ("refund", "credit") and said["eligible"]
        answer = {
            "line": line,
            "eligible": said["eligible"],
            "text": said["eligibility"],
            "amount": 0.0,
            "row": {
                "line_id": line.id,
                "quantity": amount,
                "reason": reason.code,
                "settlement": settlement,
                # what never arrived is not waited for
                **({"disposition": "not_arrived"} if reason.code == "not_arrived" else {}),
            },
        }
        for taken, found in judged if money else ():
            self._estimate_later(line, taken, found, answer, reason)
        if not said["eligible"]:
            answer["problem"] = f"{line.product_id.display_name}: {said['eligibility']}"
        return answer

    def _estimate_later(self, line, quantity, judged, answer, reason):
        """Note what is to be estimated for ``answer``, all rows together."""
        row = answer["row"]
        self.owners.append(answer)
        self.wanted.append(
            {
                "order_line_id": line.id,
                "uom_id": line.product_uom_id.id,
                "quantity": quantity,
                # the desk decides what becomes of the goods; that they come back says what is given
                "disposition": row.get("disposition", "restock"),
                "settlement": row["settlement"],
                "reason_id": reason.id,
                **{name: judged[name] for name in ("policy_id", "fee_percent", "fee_amount", "withdrawal", *BONUS)},
            }
        )

    def estimate(self):
        """Say in the answers what they are expected to give, tax included, in the order's currency."""
        wanted = self.Line.union(*map(self.Line.new, self.wanted))
        for answer, found in zip(self.owners, self.Line._estimate_credits(wanted), strict=True):
            amount = found["refund"] - found["fee"] + found["bonus"] + found["tax"]
            answer["amount"] = self.order.currency_id.round(answer["amount"] + amount)
        for answer in {id(answer): answer for answer in self.owners}.values():
            line = answer["line"]
            # else an amount of nothing looks like a refusal
            if not answer["amount"] and line.product_uom_id.compare(line.qty_invoiced, 0.0) <= 0:
                answer["text"] = self._("%s. Not invoiced yet: what you send back will not be.", answer["text"])

from collections import defaultdict

from odoo import models
from odoo.fields import Command

from .order_return_linked import working
from .settlements import BESIDE


class OrderReturn(models.Model):
    """Money that moved before the goods were looked at took the fee and gave the bonus that were known then; what differs is
    settled."""

    _inherit = "order.return"

    @working
    def _settle_fees(self, lines, ended=False):
        """Charge or give back by how much fees and bonuses of ``lines`` on what was credited differ from those of what came.

        More is charged by an invoice, set against the credit notes of the case as far as these are open; less is given back by
        a credit note. Drafts where the company leaves those to its accountants.

        :param lines: return lines that money was given for before
        :param bool ended: nothing of them comes any more
        """
        lines = lines._family() if lines else lines
        found = self.env["account.move.line"].search(
            [("order_return_line_id", "in", lines.ids), ("parent_state", "=", "posted")], order="id"
        )
        groups = defaultdict(list)
        for root, pieces in lines.grouped(lambda line: line.split_from_id or line).items():
            own = found.filtered(lambda item, pieces=pieces: item.order_return_line_id in pieces)
            for part in BESIDE:
                invoice, amount, vals = root._fee_difference(part, pieces, own, ended)
                if vals:
                    vals = {**vals, "price_unit": abs(amount)}
                    groups[root.return_id, invoice, root.settlement, amount > 0].append(vals)
        if not groups:
            return
        moves = self.env["account.move"].create(
            [
                case._prepare_fee_document(invoice, kind, more, rows)
                for (case, invoice, kind, more), rows in groups.items()
            ]
        )
        moves.filtered(lambda move: not move.company_id.order_return_credit_draft).action_post()
        for move, (case, _invoice, _kind, more) in zip(moves, groups, strict=True):
            case._follow_fee_document(move, more)
        lines._count_credited()

    def _prepare_fee_document(self, invoice, settlement, more, rows):
        """Values of one document over a difference of fees or bonuses on what was given of ``invoice``; ``more``: it is
        charged."""
        self.ensure_one()
        day = self._document_day(self.company_id)
        own = {} if more else {
            "reversed_entry_id": invoice.id,
            "order_return_id": self.id,
            "order_return_settlement": settlement,
        }  # fmt: skip
        return {
            "move_type": "out_invoice" if more else "out_refund",
            "company_id": invoice.company_id.id,
            "partner_id": invoice.partner_id.id,
            "partner_shipping_id": invoice.partner_shipping_id.id,
            "journal_id": invoice.journal_id.id,
            "currency_id": invoice.currency_id.id,
            "invoice_currency_rate": invoice.invoice_currency_rate,
            "fiscal_position_id": invoice.fiscal_position_id.id,
            "invoice_date": day,
            "date": day,
            "invoice_date_due": day,
            "invoice_payment_term_id": False,
            "invoice_origin": self.name,
            "ref": self._difference_words(rows, invoice),
            "invoice_line_ids": [Command.create(vals) for vals in rows],
            **own,
        }

    def _difference_words(self, rows, invoice):
        """The reference of a document over a difference: of a fee, of a bonus, of both."""
        values = {"case": self.name, "invoice": invoice.name}
        parts = {row["order_return_part"] for row in rows}
        if parts == {"fee"}:
            return self.env._("%(case)s, fee on what was given of %(invoice)s", **values)
        if parts == {"bonus"}:
            return self.env._("%(case)s, bonus on what was given of %(invoice)s", **values)
        return self.env._("%(case)s, fee and bonus on what was given of %(invoice)s", **values)

    def _follow_fee_document(self, move, more):
        """Set what is charged against what this case still owes, and say it on the case."""
        self.ensure_one()
        if more:
            self._charge(dict.fromkeys(self, move))
        if more and move.state == "posted":
            for credit in self.credit_ids.filtered(lambda note: note.state == "posted").sorted("id"):
                credit._set_off_with(move)
        words = (
            self.env._("What came takes more of a fee, or earns less of a bonus: charged by %s", move._get_html_link())
            if more
            else self.env._(
                "What came takes less of a fee, or earns more of a bonus: given back by %s", move._get_html_link()
            )
        )
        self.sudo()._message_log(body=words, author_id=self.env.user.partner_id.id)


class OrderReturnLine(models.Model):
    _inherit = "order.return.line"

    def _fee_difference(self, part, pieces, found, ended):
        """By how much the fee (or bonus) on what came differs from the one taken (or given), of this line and what an
        inspection split off it.

        :param str part: ``fee`` or ``bonus``
        :param pieces: these lines
        :param found: posted document lines of theirs
        :param bool ended: nothing of them comes any more
        :return: ``(invoice, amount, values of a document line)``, the amount a price as the fee's, above zero where the customer
            owes more; no values: nothing differs
        """
        self.ensure_one()
        goods = found.filtered(
            lambda item: item.order_credited_line_id and (item.order_return_part or "share") == "share"
        )
        fees = found.filtered(lambda item: item.order_return_part == part)
        invoice = goods.order_credited_line_id.move_id[:1]
        parts = [] if ended else pieces._fees_due(part, goods)
        taken = -sum(
            item.price_unit * item.quantity * (1 if item.move_id.move_type == "out_refund" else -1) for item in fees
        )
        amount = invoice.currency_id.round(-sum(vals["price_unit"] for vals in parts) - taken) if invoice else 0.0
        # each part is rounded by itself, as each note's was
        slack = invoice.currency_id.rounding * max(len(parts) - 1, 0)
        if not amount or abs(amount) <= slack + invoice.currency_id.rounding / 2:
            return invoice, 0.0, None
        if parts:
            return invoice, amount, parts[-1]
        last = fees[-1:]
        return invoice, amount, {
            "name": last.name,
            "product_id": last.product_id.id,
            "quantity": 1,
            "discount": 0,
            "account_id": last.account_id.id,
            "tax_ids": [Command.set(last.tax_ids.ids)],
            "analytic_distribution": last.analytic_distribution,
            "order_return_line_id": self.id,
            "order_return_part": part,
        }  # fmt: skip

    def _fees_due(self, part, goods):
        """Values of the fees (or bonuses) of these lines by what they are now on what the credit lines ``goods`` gave back."""
        left, due = {line: line.quantity for line in self}, []
        for credit in goods:
            rest = credit.product_uom_id._compute_quantity(credit.quantity, self[:1].uom_id, round=False)
            for line in self:
                own = min(left[line], rest)
                if line.uom_id.compare(own, 0.0) <= 0:
                    continue
                left[line] -= own
                rest -= own
                item = credit.order_credited_line_id
                quantity = line.uom_id._compute_quantity(own, item.product_uom_id, round=False)
                due += [vals for vals in line._prepare_beside_vals(item, quantity) if vals["order_return_part"] == part]
        return due

from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..common.number_words import number_words
from .credit_estimate import PARTS, Lines, Sketch
from .credit_shares import product_items
from .order_left import OrderLeft
from .order_return_linked import working
from .settlements import MONEY


class OrderReturnCredit(models.Model):
    _inherit = "order.return"

    @working
    def _credit(self, lines):
        """One credit note per case, invoice and settlement for what ``lines`` give back: posted and set off, or left as a
        draft for the accountants where the company says so.

        Price, discount, taxes, analytic distribution and rate are those of the original invoice lines. What was not
        invoiced yet is simply not invoiced.

        :raises UserError: the goods are invoiced by a draft, or the customer keeps what was never invoiced
        """
        # what the inspection found may cost another fee
        lines.filtered(lambda line: line._found_condition())._judge_again()
        groups = defaultdict(list)
        for share in lines._plan_credits():
            groups[share["line"].return_id, share["item"].move_id, share["line"].settlement].append(share)
        if not groups:
            return
        invoices = self.env["account.move"].union(*(invoice for _case, invoice, _kind in groups))
        credits = self.env["account.move"]
        for company in invoices.company_id:
            own = {key: found for key, found in groups.items() if key[1].company_id == company}
            # an invoice that two cases give back from stands twice in the set
            moves = self.env["account.move"].browse(invoice.id for _case, invoice, _kind in own)
            credits |= moves.with_company(company)._reverse_moves(
                [case._prepare_credit_vals(invoice, found, kind) for (case, invoice, kind), found in own.items()],
                cancel=False,
            )
        credits._complete_returns()
        credits.filtered(lambda move: not move.company_id.order_return_credit_draft).action_post()
        lines._count_credited()

    def _prepare_credit_vals(self, invoice, shares, settlement="refund"):
        """Values of one credit note, called by ``_credit``; only the lines that come back, cut to what came back."""
        self.ensure_one()
        day = self._document_day(self.company_id)
        lines, discounts = [], {}
        for share in shares:
            lines.append(Command.create(share["line"]._prepare_credit_line_vals(share["item"], share["quantity"])))
            beside = share["line"]._prepare_beside_vals(share["item"], share["quantity"], discounts)
            lines += map(Command.create, beside)
        return {
            "invoice_date": day,
            "date": day,
            "invoice_date_due": day,
            "invoice_payment_term_id": False,
            "invoice_currency_rate": invoice.invoice_currency_rate,
            "ref": self.env._("%(case)s, credit of %(invoice)s", case=self.name, invoice=invoice.name),
            "order_return_id": self.id,
            "order_return_settlement": settlement,
            "line_ids": lines,
        }


class OrderReturnLine(models.Model):
    _inherit = "order.return.line"

    def _plan_credits(self):
        """What each line gives back of which invoice line: list of ``{line, item, quantity}``, in the item's unit.

        A line is credited for as much as its order line is invoiced beyond what stays with the customer (what stays
        ordered, where it is invoiced as ordered), never more than it gives back. Open invoices first, then the oldest.
        """
        ledger, ahead = _InvoiceLedger(self.order_line_id), self._ahead()
        waiting = self.filtered(lambda line: line.disposition == "customer_keeps")._on_draft_notes()
        plan = []
        for line in self:
            order_line = line.order_line_id
            keeps = line.disposition == "customer_keeps"
            if keeps:
                # money alone: what was given for it before counts
                wanted = line.quantity - line.credited_qty - waiting.get(line, 0.0)
            else:
                by_order = line.product_id.invoice_policy == "order"
                stays = order_line.product_uom_qty if by_order else order_line.qty_delivered
                wanted = min(line.quantity - line.credited_qty, ledger.net[order_line] - stays + ahead[order_line])
            wanted = line.uom_id.round(max(wanted, 0.0))
            if line.uom_id.is_zero(wanted):
                continue
            if not keeps:
                ledger.net[order_line] -= wanted
            found, rest = ledger.take(order_line, wanted)
            # what is given ahead waits for the settlement where it cannot be given yet
            if line.uom_id.compare(rest, 0.0) > 0 and not line._is_ahead():
                raise UserError(line._cannot_credit(rest, ledger.drafts(order_line)))
            plan += [{"line": line, "item": item, "quantity": quantity} for item, quantity in found]
        return plan

    @api.model
    def _estimate_credits(self, wanted):
        """What lines of a request would be given back, before anything is asked for: no document is made.

        :param wanted: new records of this model with order line, quantity, disposition, policy and fees
        :return: list beside ``wanted`` of dicts ``{refund, fee, bonus, tax}`` in the order's currency: goods without tax and their
            share of the order's discounts taken off, fee and bonus without tax, the tax of all; what is not invoiced yet gives
            nothing
        """
        ledger, groups = _InvoiceLedger(wanted.order_line_id), defaultdict(list)
        back = defaultdict(float)
        for line in wanted:
            if line.disposition != "customer_keeps":
                back[line.order_line_id] += line.quantity
        for order_line, own in back.items():
            # as if all of it were back
            stays = max(order_line.qty_delivered - own, 0.0)
            if order_line.product_id.invoice_policy == "order":
                stays = order_line.product_uom_qty - max(min(own, order_line.product_uom_qty - stays), 0.0)
            ledger.net[order_line] += order_line.order_return_ahead_qty - stays
        for line in wanted:
            order_line, quantity = line.order_line_id, line.quantity
            if line.disposition != "customer_keeps":
                quantity = line.uom_id.round(max(min(quantity, ledger.net[order_line]), 0.0))
                ledger.net[order_line] -= quantity
            found, _rest = ledger.take(order_line, max(quantity, 0.0))
            for item, part in found:
                groups[item.move_id, line.settlement].append((line, item, part))
        found = defaultdict(lambda: dict.fromkeys(PARTS, 0.0))
        for sketch in self._sketch_credits(groups, wanted):
            for line, answer in sketch.by_line().items():
                for name, amount in answer.items():
                    found[line][name] += amount
        return [
            {name: line.order_line_id.currency_id.round(value) for name, value in found[line].items()}
            for line in wanted
        ]

    @api.model
    def _sketch_credits(self, groups, wanted):
        """The sketches of credit notes; ``groups``: invoice and settlement to what each gives of it. One search for the set."""
        lefts = {}
        if any(policy.clawback or policy.withdrawal for policy in wanted.policy_id.sudo()):
            coming = wanted.sudo().filtered(lambda line: line.settlement in MONEY)
            for order in coming.order_line_id.order_id:
                lefts[order] = OrderLeft(order, coming.browse(), coming)
        items = self.env["account.move"].union(*(invoice for invoice, _kind in groups)).invoice_line_ids
        earlier = self.env["account.move.line"].search(
            [("order_credited_line_id", "in", items.ids), ("parent_state", "!=", "cancel")]
        )
        given = {item: Lines() for item in items}
        for line in earlier:
            given[line.order_credited_line_id].append(line)
        sketches = defaultdict(list)
        for (invoice, _kind), shares in groups.items():
            sketch = Sketch(invoice, shares, sketches[invoice])
            sketch.complete({item: given[item] for item in product_items(invoice)}, lefts)
            sketches[invoice].append(sketch)
        return [sketch for own in sketches.values() for sketch in own]

    def _on_draft_notes(self):
        """How much of these lines stands on credit notes that wait to be posted: line to quantity in its unit."""
        found = defaultdict(float)
        if not self:
            return found
        items = self.env["account.move.line"].search(
            [
                ("order_return_line_id", "in", self.ids),
                ("parent_state", "=", "draft"),
                ("order_credited_line_id", "!=", False),
            ]
        )
        for item in items:
            line = item.order_return_line_id
            found[line] += item.product_uom_id._compute_quantity(item.quantity, line.uom_id)
        return found

    def _cannot_credit(self, rest, drafts):
        if drafts:
            return self.env._(
                "%(line)s: %(rest)s %(unit)s are invoiced by a draft (%(drafts)s). Post it or take them off it, then settle.",
                line=self.display_name,
                rest=number_words(self.env, rest),
                unit=self.uom_id.name,
                drafts=", ".join(str(draft.name or draft.id) for draft in drafts),
            )
        return self.env._(
            "%(line)s: %(rest)s %(unit)s were not invoiced yet or credited before, so there is nothing to give back. "
            "Invoice the order first, or settle the line without a refund.",
            line=self.display_name,
            rest=number_words(self.env, rest),
            unit=self.uom_id.name,
        )

    def _prepare_credit_line_vals(self, item, quantity):
        """Values of one line of the credit note, called by ``_prepare_credit_vals``: the invoice line's, cut."""
        self.ensure_one()
        vals = item.with_context(include_business_fields=True).copy_data({"quantity": quantity})[0]
        vals.pop("move_id", None)
        if self.disposition == "customer_keeps":
            # money without goods: linked to the order it would be asked to be invoiced again
            vals["sale_line_ids"] = [Command.clear()]
        return {**vals, "order_return_line_id": self.id, "order_credited_line_id": item.id}


class _InvoiceLedger:
    """What of some order lines is invoiced and not yet given back, per invoice line; constant queries for the set."""

    def __init__(self, order_lines):
        items = order_lines.invoice_lines
        kept = order_lines.env["account.move.line"].search(
            [
                ("order_credited_line_id", "in", items.ids),
                ("sale_line_ids", "=", False),
                ("order_return_line_id", "!=", False),
                ("parent_state", "!=", "cancel"),
            ]
        )
        kept = kept.grouped("order_credited_line_id")
        self.left, self.net, self.of_line = {}, {}, {}
        for order_line in order_lines:
            unit = order_line.product_uom_id
            # what is read of one is read of all
            own = order_line.invoice_lines.with_prefetch(items._prefetch_ids)
            own = own.filtered(lambda item: item.parent_state != "cancel").with_prefetch(items._prefetch_ids)
            invoiced = own.filtered(lambda item: item.move_id.move_type == "out_invoice")
            credited = own.filtered(lambda item: item.move_id.move_type == "out_refund")
            amount = {item: item.product_uom_id._compute_quantity(item.quantity, unit, round=False) for item in own}
            self.net[order_line] = sum(amount[item] for item in invoiced) - sum(amount[item] for item in credited)
            posted = invoiced.filtered(lambda item: item.parent_state == "posted").sorted(
                lambda item: (not item.move_id.amount_residual, item.move_id.invoice_date, item.id)
            )
            posted = posted.with_prefetch(items._prefetch_ids)
            self.of_line[order_line] = posted
            for item in posted:
                self.left[item] = amount[item]
            for item in credited:
                self._give_back(posted, item, amount[item])
            for note in [note for item in posted for note in kept.get(item, ())]:
                self._give_back(posted, note, note.product_uom_id._compute_quantity(note.quantity, unit, round=False))

    def _give_back(self, posted, credit, quantity):
        """Take an earlier credit off the line it names, off its invoice's line, else off whatever is left."""
        exact = credit.order_credited_line_id or posted.filtered(
            lambda item: item.move_id == credit.move_id.reversed_entry_id
        )
        for item in [*(exact & posted), *(posted - exact)]:
            taken = min(quantity, self.left[item])
            self.left[item] -= taken
            quantity -= taken

    def drafts(self, order_line):
        """Draft invoices over this order line."""
        return order_line.invoice_lines.move_id.filtered(
            lambda move: move.state == "draft" and move.move_type == "out_invoice"
        )

    def take(self, order_line, wanted):
        """Take ``wanted`` (line's unit) from what is left: ``([(item, quantity in its unit)], rest)``."""
        found, unit = [], order_line.product_uom_id
        for item in self.of_line[order_line]:
            quantity = min(wanted, self.left[item])
            if unit.compare(quantity, 0.0) > 0:
                self.left[item] -= quantity
                wanted -= quantity
                found.append((item, unit._compute_quantity(quantity, item.product_uom_id)))
        return found, wanted

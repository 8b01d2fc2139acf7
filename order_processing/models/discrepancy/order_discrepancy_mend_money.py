from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..common.number_words import number_words


class OrderDiscrepancyMendMoney(models.Model):
    """Acts that enter invoices and credit notes. Drafts are made as core makes those of a sale, whoever may sell; posting
    needs the right to post."""

    _inherit = "order.discrepancy"

    # ------------------------------------------------------------------ acts

    def _mend_by_invoice(self, wishes):
        """Invoice what is missing of the lines, and nothing else of their orders; after a down payment the whole order,
        since core deducts it from that."""
        wanted = self._mend_wanted("invoice")
        orders = self.order_id
        whole = orders.filtered(lambda order: any(line.is_downpayment for line in order.order_line))
        moves = self.env["account.move"]
        part = orders - whole
        if part:
            quantities = {line.id: quantity for line, quantity in wanted.items()}
            moves |= part.with_context(order_mend_quantities=quantities)._create_invoices(grouped=True)
        if whole:
            moves |= whole._create_invoices(grouped=True, final=True)
        moves = self._mend_posted(moves, wishes)
        notes = []
        if whole:
            notes.append(
                self.env._(
                    "A down payment is deducted, so everything that is due is invoiced: %s.",
                    ", ".join(whole.mapped("name")),
                )
            )
        return {"documents": [moves], "notes": notes}

    def _mend_by_credit(self, wishes):
        """A credit note per invoice, of exactly the quantities that are too much, the latest invoice first."""
        wanted = self._mend_wanted("credit")
        left = self._mend_left(self.line_id)
        plan, missing = [], []
        for line, quantity in wanted.items():
            unit = line.product_uom_id
            for item, rest in left[line]:
                taken = min(quantity, rest)
                if unit.compare(taken, 0) > 0:
                    plan.append((item, unit._compute_quantity(taken, item.product_uom_id or unit)))
                    quantity -= taken
            if unit.compare(quantity, 0) > 0:
                missing.append(
                    self.env._(
                        "%(order)s, %(product)s: %(quantity)s %(unit)s stand on no posted invoice that is not credited.",
                        order=line.order_id.name,
                        product=(line.name or "").split("\n")[0],
                        quantity=number_words(self.env, quantity),
                        unit=unit.name,
                    )
                )
        if missing:
            raise UserError("\n".join([*missing, self.env._("Post or correct the invoices first.")]))
        credits = self._mend_posted(self._mend_credit_notes(plan), wishes)
        self._mend_set_off(credits)
        return {"documents": [credits]}

    def _mend_by_reprice(self, wishes):
        """Credit the invoice lines that differ from the order in price, discount or tax, and invoice them again as ordered;
        what credit notes gave back at other terms than it was invoiced at is corrected to those."""
        left, wrong = self._mend_left(self.line_id), self._mend_wrong_credits(self.line_id)
        plan, again, missing = [], defaultdict(float), self.browse()
        for line in self.line_id:
            found = [(item, rest) for item, rest in left[line] if self._mend_differs(line, item)]
            if not found and not wrong[line]:
                # it is in no single line's terms: all of it is billed anew
                found = left[line]
            if not found and not wrong[line]:
                missing |= self.filtered(lambda record, line=line: record.line_id == line)
            for item, rest in found:
                plan.append((item, line.product_uom_id._compute_quantity(rest, item.product_uom_id)))
                again[line] += rest
        if missing:
            raise UserError(
                self.env._("No posted invoice is left to be corrected: %s. Open the documents.", missing._mend_names())
            )
        corrections = self._mend_correct_credits(wrong)
        credits = self._mend_credit_notes(plan)
        invoices = self._mend_invoice_again(again, {line: found for line, found in left.items() if line in again})
        corrections, credits, invoices = (
            self._mend_posted(moves, wishes) for moves in (corrections, credits, invoices)
        )
        self._mend_set_off(credits, invoices)
        self._mend_set_off_corrections(corrections)
        return {"documents": [corrections, credits, invoices]}

    # ------------------------------------------------------------------ parts

    @api.model
    def _mend_posted(self, moves, wishes):
        """``moves`` as documents of the acting user, posted if that is wished (and only by who may)."""
        moves = moves.sudo(False)
        if moves and wishes["post"]:
            moves.action_post()
        return moves

    @api.model
    def _mend_left(self, lines):
        """What of the posted invoice lines of ``lines`` no credit note takes back, drafts of them counted.

        :return: dict of line to list of ``(invoice line, quantity in the line's unit)``, the latest invoice first
        """
        left = {}
        for line in lines.sudo():
            unit = line.product_uom_id
            own = self._mend_counted(line)
            posted = own.filtered(
                lambda item: item.move_id.move_type == "out_invoice" and item.parent_state == "posted"
            )
            posted = posted.sorted(lambda item: (item.move_id.invoice_date, item.id), reverse=True)
            rest = {item: item.product_uom_id._compute_quantity(item.quantity, unit, round=False) for item in posted}
            for credit in own.filtered(lambda item: item.move_id.move_type == "out_refund"):
                quantity = credit.product_uom_id._compute_quantity(credit.quantity, unit, round=False)
                exact = self._mend_credited(credit, posted)
                for item in [*exact, *(posted - exact)]:
                    taken = min(quantity, rest[item])
                    rest[item] -= taken
                    quantity -= taken
            left[line.sudo(False)] = [(item, rest[item]) for item in posted if unit.compare(rest[item], 0) > 0]
        return left

    @api.model
    def _mend_differs(self, line, item):
        """Whether an invoice line bills other terms than its order line."""
        price = line.product_uom_id._compute_price(line.price_unit, item.product_uom_id)
        digits = self.env["decimal.precision"].precision_get("Product Price")
        return (
            round(price - item.price_unit, digits) != 0
            or round(line.discount - item.discount, 6) != 0
            or line.tax_ids != item.tax_ids.with_env(line.env)
        )

    @api.model
    def _mend_credit_notes(self, plan):
        """Draft credit notes for ``plan``, a list of ``(invoice line, quantity in its unit)``: one per invoice, with the price,
        discount, taxes, analytic distribution and rate of the invoice."""
        named = "order_credited_line_id" in self.env["account.move.line"]._fields
        groups = defaultdict(list)
        for item, quantity in plan:
            vals = item.with_context(include_business_fields=True).copy_data({"quantity": quantity})[0]
            vals.pop("move_id", None)
            if named:
                vals["order_credited_line_id"] = item.id
            groups[item.move_id].append(Command.create(vals))
        credits = self.env["account.move"].sudo()
        invoices = credits.union(*groups)
        for company, own in invoices.grouped("company_id").items():
            day = self._mend_day(company)
            credits |= own.with_company(company)._reverse_moves(
                [
                    {
                        "invoice_date": day,
                        "date": day,
                        "invoice_date_due": day,
                        "invoice_payment_term_id": False,
                        "invoice_currency_rate": invoice.invoice_currency_rate,
                        "ref": self.env._("Correction of %s", invoice.name),
                        "line_ids": groups[invoice],
                    }
                    for invoice in own
                ]
            )
        return credits

    @api.model
    def _mend_invoice_again(self, again, left):
        """Draft invoices, one per order, of ``again`` (line to quantity) at the order's terms and the corrected invoices' rate."""
        moves = self.env["account.move"].sudo()
        lines = self.env["sale.order.line"].union(*again)
        for order, own in lines.grouped("order_id").items():
            order = order.with_company(order.company_id)
            if order.partner_invoice_id.lang:
                order = order.with_context(lang=order.partner_invoice_id.lang)
            vals = order._prepare_invoice()
            rates = {item.move_id.invoice_currency_rate for line in own for item, _rest in left[line]}
            if len(rates) == 1:
                vals["invoice_currency_rate"] = rates.pop()
            vals["invoice_line_ids"] += [
                Command.create(line._prepare_invoice_line(quantity=again[line], sequence=place))
                for place, line in enumerate(own.with_env(order.env).sorted("sequence"))
            ]
            moves |= order._create_account_invoices([vals], False)
        return moves

    @api.model
    def _mend_set_off(self, credits, invoices=()):
        """Reconcile posted credit notes with the invoices that they correct where those are open, then with ``invoices``."""
        for credit in credits.sudo():
            self._mend_reconcile(credit | credit.reversed_entry_id)
            orders = credit.line_ids.sale_line_ids.order_id
            for invoice in invoices:
                if invoice.sudo().line_ids.sale_line_ids.order_id & orders:
                    self._mend_reconcile(credit | invoice.sudo())

    @api.model
    def _mend_reconcile(self, moves):
        items = moves.filtered(lambda move: move.state == "posted").line_ids.filtered(
            lambda item: item.account_id.account_type == "asset_receivable" and not item.reconciled
        )
        for own in items.grouped("account_id").values():
            if own.move_id == moves:
                own.reconcile()

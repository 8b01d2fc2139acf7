from collections import defaultdict

from odoo import api, models
from odoo.fields import Command


class OrderDiscrepancyMendCredit(models.Model):
    """Credit notes that gave back another price, discount or tax than was invoiced, corrected on one document each: what was
    given is taken back and given again at the terms of the invoice. Quantities stay as they are."""

    _inherit = "order.discrepancy"

    # ------------------------------------------------------------------ what is wrong

    @api.model
    def _mend_counted(self, line):
        """Invoice lines of ``line`` (sudo) that bill or give back goods, drafts of them too: without cancelled documents and
        without those on which the line nets to nothing, which correct terms alone."""
        kept = self.env["account.move.line"].sudo()
        unit = line.product_uom_id
        own = line.invoice_lines.filtered(lambda item: item.parent_state != "cancel")
        for items in own.grouped("move_id").values():
            if unit.compare(sum(self._mend_in_unit(item, unit) for item in items), 0):
                kept |= items
        return kept

    @api.model
    def _mend_in_unit(self, item, unit):
        """Quantity of an invoice line in ``unit``, unrounded."""
        return item.product_uom_id._compute_quantity(item.quantity, unit, round=False)

    @api.model
    def _mend_credited(self, credit, posted):
        """Those of the invoice lines ``posted`` that a line of a credit note gives back: the one that it names, else those of
        the invoice that its document reverses."""
        named = "order_credited_line_id" in credit._fields and credit.order_credited_line_id
        return (named or posted.filtered(lambda item: item.move_id == credit.move_id.reversed_entry_id)) & posted

    @api.model
    def _mend_terms(self, item, unit):
        """Price for one ``unit``, discount and taxes of a line of an order or an invoice, to be compared."""
        digits = self.env["decimal.precision"].precision_get("Product Price")
        price = item.product_uom_id._compute_price(item.price_unit, unit)
        return round(price, digits), round(item.discount, 6), tuple(sorted(item.tax_ids.ids))

    @api.model
    def _mend_wrong_credits(self, lines):
        """What posted credit notes of ``lines`` give back at other terms than those of the invoice (without one: the order's).

        :return: dict of line to list of ``(credit line, invoice line or none, quantity in the line's unit)``; what was
            corrected before is left out
        """
        found = {}
        for line in lines.sudo():
            unit = line.product_uom_id
            own = line.invoice_lines.filtered(lambda item: item.parent_state == "posted")
            invoiced = own.filtered(lambda item: item.move_id.move_type == "out_invoice")
            counted = self._mend_counted(line)
            rows, answered = [], defaultdict(float)
            for item in own.sorted("id"):
                quantity = self._mend_in_unit(item, unit)
                if item in invoiced:
                    quantity = 0 if item in counted else -quantity
                if quantity > 0 and item not in invoiced:
                    exact = self._mend_credited(item, invoiced & counted)[:1]
                    if self._mend_terms(exact or line, unit) != self._mend_terms(item, unit):
                        rows.append((item, exact, quantity))
                elif quantity < 0:
                    answered[self._mend_terms(item, unit)] -= quantity
            wrong = []
            for item, exact, quantity in rows:
                terms = self._mend_terms(item, unit)
                taken = min(answered[terms], quantity)
                answered[terms] -= taken
                if unit.compare(quantity - taken, 0) > 0:
                    wrong.append((item, exact, quantity - taken))
            found[line.sudo(False)] = wrong
        return found

    # ------------------------------------------------------------------ the correction

    @api.model
    def _mend_correct_credits(self, wrong):
        """Drafts that correct ``wrong`` (of ``_mend_wrong_credits``), one per credit note: another credit note where more is to
        be given back, an invoice where too much was given."""
        groups = defaultdict(list)
        for line, rows in wrong.items():
            for item, exact, quantity in rows:
                groups[item.move_id].append((line, item, exact, quantity))
        moves = self.env["account.move"].sudo()
        for credit, rows in groups.items():
            more = sum(self._mend_correction_amount(*row) for row in rows)
            sign = -1 if credit.currency_id.compare_amounts(more, 0) < 0 else 1
            order = rows[0][0].order_id
            order = order.with_company(order.company_id)
            if order.partner_invoice_id.lang:
                order = order.with_context(lang=order.partner_invoice_id.lang)
            vals = self._prepare_mend_correction_vals(order, credit, sign)
            for row in rows:
                vals["invoice_line_ids"] += self._mend_correction_lines(*row, sign)
            moves |= order._create_account_invoices([vals], False)
        return moves

    @api.model
    def _prepare_mend_correction_vals(self, order, credit, sign):
        """Values of a correction without its lines, called by ``_mend_correct_credits``; ``sign`` 1: a credit note, -1: an
        invoice. Party, currency and rate are those of the credit note."""
        day = self._mend_day(credit.company_id)
        return {
            **order._prepare_invoice(),
            "move_type": "out_refund" if sign > 0 else "out_invoice",
            "partner_id": credit.partner_id.id,
            "partner_shipping_id": credit.partner_shipping_id.id,
            "fiscal_position_id": credit.fiscal_position_id.id,
            "currency_id": credit.currency_id.id,
            "journal_id": credit.journal_id.id,
            "invoice_currency_rate": credit.invoice_currency_rate,
            "invoice_date": day,
            "invoice_date_due": day,
            "invoice_payment_term_id": False,
            "reversed_entry_id": credit.reversed_entry_id.id if sign > 0 else False,
            "ref": self.env._("Correction of %s", credit.name),
            "invoice_line_ids": [],
        }

    @api.model
    def _mend_correction_amount(self, line, item, exact, quantity):
        """How much more, with tax, the customer gets back at the right terms; in the currency of the credit note."""
        unit = line.product_uom_id

        def total(source):
            price = source.product_uom_id._compute_price(source.price_unit, unit) * (1 - source.discount / 100)
            taxes = source.tax_ids.compute_all(
                price, item.currency_id, quantity, product=item.product_id, partner=item.partner_id
            )
            return taxes["total_included"]

        return total(exact or line.sudo()) - total(item)

    @api.model
    def _mend_correction_lines(self, line, item, exact, quantity, sign):
        """Commands of two lines: what was given back at the wrong terms, and the same quantity at the right ones."""
        unit = line.product_uom_id
        named = "order_credited_line_id" in item._fields and sign > 0
        wrong = item.with_context(include_business_fields=True).copy_data(
            {"quantity": -sign * unit._compute_quantity(quantity, item.product_uom_id, round=False)}
        )[0]
        if exact:
            right = exact.with_context(include_business_fields=True).copy_data(
                {"quantity": sign * unit._compute_quantity(quantity, exact.product_uom_id, round=False)}
            )[0]
        else:
            right = line.sudo()._prepare_invoice_line(quantity=sign * quantity)
        for vals in (wrong, right):
            vals.pop("move_id", None)
            if named and exact:
                vals["order_credited_line_id"] = exact.id
        return [Command.create(right), Command.create(wrong)]

    @api.model
    def _mend_set_off_corrections(self, corrections):
        """Reconcile posted corrections with the invoice that was credited, or with what is open of the credit notes."""
        self._mend_set_off(corrections.filtered(lambda move: move.move_type == "out_refund"))
        for move in corrections.sudo().filtered(lambda move: move.move_type == "out_invoice"):
            credits = move.line_ids.sale_line_ids.invoice_lines.move_id.filtered(
                lambda other, move=move: other.move_type == "out_refund" and other.partner_id == move.partner_id
            )
            for credit in credits.sorted("id"):
                self._mend_reconcile(move | credit)

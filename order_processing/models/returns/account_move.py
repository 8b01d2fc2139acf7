from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .credit_shares import STEPS, CreditShares
from .order_left import OrderLeft
from .settlements import SETTLEMENTS


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "order.return.linked"]
    _return_links = ("order_return_id", "order_return_settlement")

    order_return_id = fields.Many2one("order.return", "Return case", readonly=True, copy=False, index="btree_not_null")

    order_return_settlement = fields.Selection(
        SETTLEMENTS,
        "Settles a return by",
        index="btree_not_null",
        readonly=True,
        copy=False,
        help="A refund is to be paid back, store credit stays on the customer's account, what is given for goods of an exchange "
        "is set against their invoice.",
    )

    def action_order_return(self):
        """Open the return wizard on what these posted invoices bill of orders.

        :return: an action of the web client
        :raises UserError: they bill nothing of an order
        """
        self.check_access("read")
        posted = self.filtered(lambda move: move.state == "posted" and move.move_type == "out_invoice")
        lines = posted.invoice_line_ids.sale_line_ids
        if not lines:
            raise UserError(
                self.env._(
                    "%s: no posted invoice over goods of an order. Open the return from the order or the customer.",
                    ", ".join(self.mapped("display_name")),
                )
            )
        return lines.order_id._order_return_wizard(lines=lines)

    def _complete_returns(self):
        """Give draft credit notes of cases what stands beside their goods, and the cents that rounding left.

        Shares of discounts and freight, what is clawed back, rounding lines and taxes: over all credit notes of an invoice
        they add up to it, per line and tax, whatever the split. One search for the set, and writes only where there is one
        of these.
        """
        invoices = self.reversed_entry_id
        products = invoices.invoice_line_ids.filtered(lambda item: item.display_type == "product")
        found = self.env["account.move.line"].search(
            [("order_credited_line_id", "in", products.ids), ("parent_state", "!=", "cancel")]
        )
        given = {item: found.browse() for item in products}
        for credit in found:
            given[credit.order_credited_line_id] |= credit
        credited = (found | self.invoice_line_ids).order_return_line_id
        lefts = {}
        by_invoice, drafts = products.grouped("move_id"), self.grouped("reversed_entry_id")
        for move in self.sorted("id"):
            # of two drafts over one invoice the later one ends it
            later = drafts[move.reversed_entry_id].filtered_domain([("id", ">", move.id)]).invoice_line_ids
            own = {item: given[item] - later for item in by_invoice.get(move.reversed_entry_id, ())}
            for line in move._complete_return(own, lefts, credited):
                given[line.order_credited_line_id] |= line

    def _complete_return(self, given, lefts, credited):
        """Complete one draft; ``given``: its invoice's lines to the credit lines over them, ``credited``: the return lines that
        money was given for, drafts included. Returns the lines added."""
        self.ensure_one()
        policies = self.invoice_line_ids.order_return_line_id.policy_id
        if any(policy.clawback or policy.withdrawal for policy in policies):
            for order in self.reversed_entry_id.invoice_line_ids.sale_line_ids.order_id:
                if order not in lefts:
                    lefts[order] = OrderLeft(order.sudo(), credited.sudo())
        shares = CreditShares(self, given, lefts)
        added = self._add_return_lines(shares.side_lines(), given)
        added |= self._put_cents_right(shares, given)
        added |= self._add_return_lines(shares.clawed_cents(), given)
        self._correct_taxes(shares.tax_corrections())
        return added

    def _put_cents_right(self, shares, given):
        """Add lines over the cents that are off, until the books say so.

        Core rounds a document's sum and moves the difference to some of its lines, so a line over a cent may shift another:
        it is looked at again, with smaller steps where a half cent goes to and fro.
        """
        wanted = shares.wanted()
        added = self.env["account.move.line"]
        for step in wanted and STEPS:
            off = shares.off(wanted)
            if not off:
                break
            lines = {line.order_credited_line_id: line for line in added}
            added |= self._add_return_lines(
                [shares.rounding_line(item, rest) for item, rest in off.items() if item not in lines], given
            )
            commands = [
                Command.update(lines[item].id, {"price_unit": lines[item].price_unit + rest * step})
                for item, rest in off.items()
                if item in lines
            ]
            if commands:
                self.write({"invoice_line_ids": commands})
        return added

    def _add_return_lines(self, values, given):
        before = self.invoice_line_ids
        if values:
            self.write({"invoice_line_ids": [Command.create(vals) for vals in values]})
        added = self.invoice_line_ids - before
        for line in added:
            given[line.order_credited_line_id] |= line
        return added

    def _correct_taxes(self, corrections):
        """Add to the taxes of a draft; ``corrections``: tax to amount. A tax that rounded to nothing gets a line."""
        commands = []
        for tax, amount in corrections.items():
            item = self.line_ids.filtered(lambda item, tax=tax: item.tax_line_id == tax)[:1]
            if item:
                commands.append(Command.update(item.id, {"amount_currency": item.amount_currency + amount}))
                continue
            of_invoice = self.reversed_entry_id.line_ids.filtered(lambda item, tax=tax: item.tax_line_id == tax)[:1]
            share = of_invoice.tax_repartition_line_id.factor_percent
            mirror = tax.refund_repartition_line_ids.filtered(
                lambda line, share=share: line.repartition_type == "tax" and line.factor_percent == share
            )[:1]
            commands.append(
                Command.create(
                    {
                        "name": of_invoice.name,
                        "display_type": "tax",
                        "account_id": of_invoice.account_id.id,
                        "tax_repartition_line_id": mirror.id,
                        "amount_currency": amount,
                    }
                )
            )
        if commands:
            self.write({"line_ids": commands})

    def _set_off_returns(self):
        """Reconcile posted credit notes with the invoices that they reverse, where those are still open; store credit stays
        open for whatever the customer is invoiced next, what an exchange leaves is set against its invoice."""
        for credit in self.filtered(lambda move: move.state == "posted" and move.order_return_settlement != "credit"):
            credit._set_off_with(credit.reversed_entry_id)
            if credit.order_return_settlement == "exchange":
                # accountants read no cases
                lines = credit.sudo().invoice_line_ids.order_return_line_id.exchange_line_id
                for invoice in lines.invoice_lines.move_id.sorted("id"):
                    if invoice.move_type == "out_invoice" and invoice.state == "posted":
                        credit._set_off_with(invoice)

    def _set_off_with(self, invoice):
        """Reconcile one credit note with one invoice as far as both are open, account by account."""
        items = (self | invoice).line_ids.filtered(
            lambda item: item.account_id.account_type == "asset_receivable" and not item.reconciled
        )
        for own in items.grouped("account_id").values():
            if own.move_id == self | invoice:
                own.reconcile()

    def _set_off_exchanges(self):
        """Set posted invoices of exchanges against what their cases gave for the goods that came back."""
        orders = self.filtered(lambda move: move.move_type == "out_invoice").invoice_line_ids.sale_line_ids.order_id
        cases = orders.sudo().order_return_id
        cases.credit_ids.filtered(
            lambda move: move.order_return_settlement == "exchange" and move.amount_residual
        )._set_off_returns()

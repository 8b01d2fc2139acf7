from odoo import fields, models
from odoo.fields import Command


class AccountMove(models.Model):
    _inherit = "account.move"

    order_return_id = fields.Many2one("order.return", "Return case", readonly=True, copy=False, index="btree_not_null")

    def _round_off_returns(self):
        """Make the last of several partial credit notes take the cents that rounding left, so that all add up.

        An invoice line that a draft gives back to the end gets a line over the rest of what was entered for it; when the whole
        invoice is given back, by cases alone and without fees, the taxes take their rest too. One search for the set.
        """
        products = self.reversed_entry_id.invoice_line_ids.filtered(lambda item: item.display_type == "product")
        given = self.env["account.move.line"].search(
            [("order_credited_line_id", "in", products.ids), ("parent_state", "!=", "cancel")]
        )
        of_item = {item: given.browse() for item in products}
        for credit in given:
            of_item[credit.order_credited_line_id] |= credit
        done = self.browse()
        # of two drafts over one invoice the later one ends it
        for move in self.sorted("id"):
            done |= move
            later = (self - done).invoice_line_ids
            known = {item: found - later for item, found in of_item.items()}
            for line in move._round_off(known):
                of_item[line.order_credited_line_id] |= line

    def _round_off(self, given):
        """Round one draft off; ``given``: invoice line to the credit lines over it. Returns the lines that were added."""
        self.ensure_one()
        rounding, ended, credits = [], True, self
        for item in self.reversed_entry_id.invoice_line_ids.filtered(lambda item: item.display_type == "product"):
            own = given[item]
            credits |= own.move_id
            quantity = sum(own.filtered("order_return_line_id").mapped("quantity"))
            if not own or item.product_uom_id.compare(quantity, item.quantity):
                ended = False
                continue
            # what was entered in the books, which for prices with tax inside may be a cent beside the line's own figure
            rest = self.currency_id.round(-item.amount_currency - sum(own.mapped("amount_currency")))
            if rest and self in own.move_id:
                rounding.append(
                    {
                        "name": self.env._("Rounding of earlier partial credits"),
                        "display_type": "product",
                        "quantity": 1,
                        "price_unit": rest,
                        "discount": 0,
                        "tax_ids": [Command.clear()],
                        "account_id": item.account_id.id,
                        "analytic_distribution": item.analytic_distribution,
                        "order_credited_line_id": item.id,
                    }
                )
        before = self.invoice_line_ids
        if rounding:
            self.write({"invoice_line_ids": [Command.create(vals) for vals in rounding]})
        if ended:
            self._round_off_taxes(credits)
        return self.invoice_line_ids - before

    def _round_off_taxes(self, credits):
        """Set the taxes of this draft to what the invoice's taxes have left after ``credits``."""
        invoice = self.reversed_entry_id
        lines = credits.invoice_line_ids.filtered(lambda item: item.display_type == "product")
        if any(not item.order_credited_line_id for item in lines) or credits.reversed_entry_id != invoice:
            return

        def by_tax(moves):
            sums = {}
            for item in moves.line_ids.filtered("tax_line_id"):
                sums[item.tax_line_id] = sums.get(item.tax_line_id, 0.0) + item.amount_currency
            return sums

        charged, given = by_tax(invoice), by_tax(credits)
        commands = []
        for tax, amount in charged.items():
            rest = self.currency_id.round(-amount - given.get(tax, 0.0))
            item = self.line_ids.filtered(lambda item, tax=tax: item.tax_line_id == tax)[:1]
            if rest and item:
                commands.append(Command.update(item.id, {"amount_currency": item.amount_currency + rest}))
        if commands:
            self.write({"line_ids": commands})

    def _set_off_returns(self):
        """Reconcile posted credit notes with the invoices they reverse, where those are still open."""
        for credit in self:
            items = (credit | credit.reversed_entry_id).line_ids.filtered(
                lambda item: item.account_id.account_type == "asset_receivable" and not item.reconciled
            )
            for account in items.account_id:
                own = items.filtered(lambda item, account=account: item.account_id == account)
                if own.move_id == credit | credit.reversed_entry_id and credit.state == "posted":
                    own.reconcile()

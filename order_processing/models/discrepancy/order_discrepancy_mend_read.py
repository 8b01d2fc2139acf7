from odoo import api, models
from odoo.tools.misc import format_date


class OrderDiscrepancyMendRead(models.Model):
    """What an act made, as plain rows for people and programs; and what exists already for the same."""

    _inherit = "order.discrepancy"

    @api.model
    def _mend_document(self, document):
        """A document as ``{model, id, name, label}``."""
        return {
            "model": document._name,
            "id": document.id,
            "name": self._mend_name(document),
            "label": self._mend_label(document),
        }

    @api.model
    def _mend_name(self, document):
        """The number of a document, or what it is where it has none yet."""
        name = document.display_name if document._name != "account.move" else document.name
        return name if name and name != "/" else self._mend_label(document)

    @api.model
    def _mend_label(self, document):
        """What a document is, with its state: what people read before it has a number."""
        state = dict(document._fields["state"]._description_selection(self.env)).get(document.state, "")
        if document._name == "account.move":
            kinds = {"out_invoice": self.env._("Invoice"), "out_refund": self.env._("Credit note")}
            label = kinds.get(document.move_type, self.env._("Journal entry"))
            if document.reversed_entry_id:
                label = self.env._("Credit note of %s", document.reversed_entry_id.name)
        elif document._name == "stock.picking":
            label = document.picking_type_id.name
        elif document._name == "account.payment":
            label = self.env._("Payment to %s", document.partner_id.display_name)
        elif document._name == "order.claim":
            label = self.env._("Claim from %s", document.party_name)
        else:
            label = document.display_name
        return f"{label} ({state})" if state else label

    # ------------------------------------------------------------------ rows

    @api.model
    def _mend_rows(self, documents):
        """Rows of ``documents`` (one model): a heading per document and its lines, see ``_mend_row``."""
        reader = {
            "account.move": self._mend_rows_of_invoices,
            "stock.move": self._mend_rows_of_moves,
            "order.claim": self._mend_rows_of_claims,
            "account.payment": self._mend_rows_of_payments,
        }.get(documents._name)
        return reader(documents) if reader else []

    @staticmethod
    def _mend_row(name, heading=False, **values):
        """One row: ``name``, ``heading`` (of a document) and where they apply ``quantity, unit, price, discount, taxes,
        amount`` (with tax), ``currency_id``, ``source``, ``target`` (texts)."""
        return {"name": name, "heading": heading, **values}

    def _mend_rows_of_invoices(self, moves):
        rows = []
        for move in moves:
            label = self._mend_label(move)
            if move.invoice_date:
                label = f"{label}, {format_date(self.env, move.invoice_date)}"
            rows.append(self._mend_row(label, heading=True, amount=move.amount_total, currency_id=move.currency_id.id))
            for item in move.invoice_line_ids.filtered(lambda item: item.display_type == "product"):
                rows.append(
                    self._mend_row(
                        (item.name or item.product_id.display_name or "").split("\n")[0],
                        quantity=item.quantity,
                        unit=item.product_uom_id.name or "",
                        price=item.price_unit,
                        discount=item.discount,
                        taxes=", ".join(item.tax_ids.mapped("name")),
                        amount=item.price_total,
                        currency_id=item.currency_id.id,
                    )
                )
        return rows

    def _mend_rows_of_moves(self, moves):
        rows = []
        for transfer, own in moves.grouped("picking_id").items():
            label = self._mend_label(transfer) if transfer else self.env._("Goods")
            if transfer.partner_id:
                label = f"{label}, {transfer.partner_id.display_name}"
            rows.append(self._mend_row(label, heading=True))
            for move in own:
                rows.append(
                    self._mend_row(
                        move.product_id.display_name,
                        quantity=move.product_uom_qty,
                        unit=move.product_uom.name,
                        source=move.location_id.display_name,
                        target=move.location_dest_id.display_name,
                    )
                )
        return rows

    def _mend_rows_of_payments(self, payments):
        return [
            self._mend_row(
                self.env._(
                    "To %(partner)s through %(journal)s, %(day)s: %(memo)s",
                    partner=payment.partner_id.display_name,
                    journal=payment.journal_id.name,
                    day=format_date(self.env, payment.date),
                    memo=payment.memo or "",
                ),
                amount=payment.amount,
                currency_id=payment.currency_id.id,
            )
            for payment in payments
        ]

    def _mend_rows_of_claims(self, claims):
        rows = []
        for claim in claims:
            label = self.env._(
                "%(claim)s, to be filed until %(deadline)s",
                claim=self._mend_label(claim),
                deadline=format_date(self.env, claim.deadline),
            )
            rows.append(self._mend_row(label, heading=True, amount=claim.amount, currency_id=claim.currency_id.id))
            rows += [
                self._mend_row(
                    line.name,
                    quantity=line.quantity,
                    unit=line.uom_id.name or "",
                    amount=line.amount,
                    currency_id=claim.currency_id.id,
                )
                for line in claim.line_ids
            ]
        return rows

    # ------------------------------------------------------------------ what exists already

    def _mend_drafts(self, act):
        """Documents that are there already for what ``act`` would make: drafts of invoices, open transfers, open claims."""
        if act.code == "each":
            # each act names its own where it is chosen alone
            return self.env["stock.picking"]
        lines = self.line_id.sudo()
        if act.books == "money":
            kinds = {"invoice": ("out_invoice",), "credit": ("out_refund",)}.get(
                act.code, ("out_invoice", "out_refund")
            )
            found = lines.invoice_lines.move_id.filtered(lambda move: move.state == "draft" and move.move_type in kinds)
        elif act.books == "goods":
            back = act.code == "return" and "over_returned" not in self.mapped("kind")
            found = lines.move_ids.filtered(
                lambda move: move.state not in ("done", "cancel") and (move.location_id.usage == "customer") == back
            ).picking_id
        elif act.code == "claim":
            found = self.env["order.claim"].search(
                [("line_ids.discrepancy_id", "in", self.ids), ("state", "in", ("draft", "filed"))]
            )
        else:
            return self.env["stock.picking"]
        return found.sudo(False)

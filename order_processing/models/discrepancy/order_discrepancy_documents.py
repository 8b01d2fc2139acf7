import json

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

from .mends import LEDGERS

# rows of the day book that say what a ledger was told
BOOKED = {
    "stock": ("shipped", "shipped_component", "replaced", "received_back", "corrected", "corrected_back"),
    "invoice": ("invoiced", "uninvoiced", "credited", "uncredited"),
    "order": ("raised", "lowered", "closed_short", "cancelled", "reopened"),
}
MODELS = ("stock.picking", "stock.move", "account.move", "account.payment", "sale.order")
CLEARED = {"mended_model": False, "mended_id": False, "mended_name": False}


class OrderDiscrepancyDocuments(models.Model):
    """The documents on both sides of a discrepancy, and the one that mended it."""

    _inherit = "order.discrepancy"

    mended_model = fields.Char(readonly=True)
    mended_id = fields.Many2oneReference("Mending document", model_field="mended_model", readonly=True)
    mended_name = fields.Char("Mended by", readonly=True, help="The document after which the ledgers agreed again.")
    mended_document = fields.Reference(
        selection="_selection_mended_document", string="Document", compute="_compute_mended_document"
    )
    transfer_ids = fields.Many2many("stock.picking", string="Transfers", compute="_compute_documents")
    invoice_ids = fields.Many2many("account.move", string="Invoices and credit notes", compute="_compute_documents")

    @api.model
    def _selection_mended_document(self):
        return [(name, self.env["ir.model"]._get(name).sudo().name) for name in MODELS]

    @api.depends("mended_model", "mended_id")
    def _compute_mended_document(self):
        for record in self:
            record.mended_document = False
        for name, records in self.grouped("mended_model").items():
            if name in MODELS:
                there = set(self.env[name].browse(records.mapped("mended_id")).exists()._filtered_access("read").ids)
                for record in records:
                    if record.mended_id in there:
                        record.mended_document = f"{name},{record.mended_id}"

    @api.depends("line_id.move_ids.picking_id", "line_id.invoice_lines.move_id")
    def _compute_documents(self):
        for record in self:
            record.transfer_ids = record.line_id.move_ids.picking_id
            record.invoice_ids = record.line_id.invoice_lines.move_id

    # ------------------------------------------------------------------ what mended it

    def _transition_values(self, declared, reason):
        """What differs again is not mended."""
        values = super()._transition_values(declared, reason)
        return {**values, **CLEARED} if declared.name == "reopen" else values

    def _sweep_close(self, rows):
        """Name the document after which the ledgers agreed again, on the record and in its history."""
        records = super()._sweep_close(rows)
        if records:
            records._name_mending_documents()
        return records

    def _name_mending_documents(self):
        """Find and keep the mending documents: two statements whatever the number of records."""
        self.env["order.event"].flush_model()
        self.flush_recordset()
        self.env.cr.execute(self._mending_query())
        names = ("id", "mended_model", "mended_id", "mended_name")
        rows = [dict(zip(names, row)) for row in self.env.cr.fetchall()]
        if not rows:
            return
        for row in rows:
            row["mended_name"] = row["mended_name"] or self.env._("Draft invoice")
            row["said"] = self.env._("Mended by %s", row["mended_name"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE order_discrepancy record
                   SET mended_model = given.mended_model, mended_id = given.mended_id, mended_name = given.mended_name,
                       resolution = given.said
                  FROM jsonb_to_recordset(%s::jsonb)
                       AS given (id int4, mended_model varchar, mended_id int4, mended_name varchar, said varchar)
                 WHERE record.id = given.id
                """,
                json.dumps(rows),
            )
        )
        mended = self.browse([row["id"] for row in rows])
        mended.invalidate_recordset([*CLEARED, "mended_document", "resolution"], flush=False)
        mended._message_log_batch(
            bodies={
                row["id"]: Markup('%s: <a href="#" data-oe-model="%s" data-oe-id="%s">%s</a>')
                % (self.env._("Mended by"), row["mended_model"], row["mended_id"], row["mended_name"])
                for row in rows
            }
        )

    def _mending_query(self):
        """``SQL`` with the latest document of the ledgers concerned that touched the line since the record was opened.

        Documents that are done are facts of the day book; open transfers and drafts, which are work in hand, are read from
        their tables, as payments are: the book names the invoice that was paid.
        """

        def of(ledger):
            return [kind for kind, ledgers in LEDGERS.items() if ledger in ledgers]

        return SQL(
            """
            SELECT DISTINCT ON (record.id) record.id, found.model, found.document_id, found.name
              FROM order_discrepancy record
        CROSS JOIN LATERAL (
                   SELECT coalesce(max(event.at), record.found_at) AS at
                     FROM order_event event
                    WHERE event.document_model = 'order.discrepancy' AND event.document_id = record.id
                      AND event.kind = 'discrepancy_opened') opened
        CROSS JOIN LATERAL (
                   -- rows of a table bear the time at which their transaction began
                   SELECT date_trunc('second', least(opened.at, now() AT TIME ZONE 'UTC')) AS at) since
        CROSS JOIN LATERAL (
                   SELECT CASE WHEN transfer.id IS NULL THEN event.document_model ELSE 'stock.picking' END AS model,
                          coalesce(transfer.id, event.document_id) AS document_id,
                          coalesce(transfer.name, bill.name, event.document_name) AS name, event.at
                     FROM order_event event
                LEFT JOIN stock_move move ON event.document_model = 'stock.move' AND move.id = event.document_id
                LEFT JOIN stock_picking transfer ON transfer.id = move.picking_id
                LEFT JOIN account_move bill ON event.document_model = 'account.move' AND bill.id = event.document_id
                    WHERE event.line_id = record.line_id AND event.at >= opened.at
                      AND event.document_id IS NOT NULL AND event.document_model = ANY(%(models)s)
                      AND (record.kind = ANY(%(stock)s) AND event.kind = ANY(%(stock_rows)s)
                           OR record.kind = ANY(%(invoice)s) AND event.kind = ANY(%(invoice_rows)s)
                           OR record.kind = ANY(%(order)s) AND event.kind = ANY(%(order_rows)s))
                UNION ALL
                   SELECT 'stock.picking', transfer.id, transfer.name, move.write_date
                     FROM stock_move move
                     JOIN stock_picking transfer ON transfer.id = move.picking_id
                    WHERE move.sale_line_id = record.line_id AND record.kind = ANY(%(stock)s)
                      AND move.state NOT IN ('done', 'cancel') AND move.write_date >= since.at
                UNION ALL
                   SELECT 'account.move', bill.id, nullif(bill.name, '/'), item.write_date
                     FROM sale_order_line_invoice_rel rel
                     JOIN account_move_line item ON item.id = rel.invoice_line_id
                     JOIN account_move bill ON bill.id = item.move_id
                    WHERE rel.order_line_id = record.line_id AND record.kind = ANY(%(invoice)s)
                      AND bill.state = 'draft' AND item.write_date >= since.at
                UNION ALL
                   SELECT CASE WHEN payment.id IS NULL THEN 'account.move' ELSE 'account.payment' END,
                          coalesce(payment.id, money.id), coalesce(payment.name, money.name), partial.create_date
                     FROM sale_order_line_invoice_rel rel
                     JOIN account_move_line item ON item.id = rel.invoice_line_id
                     JOIN account_move_line side ON side.move_id = item.move_id
                     JOIN account_partial_reconcile partial
                          ON side.id IN (partial.debit_move_id, partial.credit_move_id)
                     JOIN account_move_line other
                          ON other.id = partial.debit_move_id + partial.credit_move_id - side.id
                     JOIN account_move money ON money.id = other.move_id
                LEFT JOIN account_payment payment ON payment.id = money.origin_payment_id
                    WHERE rel.order_line_id = record.line_id AND record.kind = ANY(%(payment)s)
                      AND partial.create_date >= since.at
                %(judged)s) found
             WHERE record.id = ANY(%(ids)s)
          ORDER BY record.id, found.at DESC, found.document_id DESC
            """,
            models=list(MODELS),
            judged=self._mending_judged(),
            stock=of("stock"),
            invoice=of("invoice"),
            order=of("order"),
            payment=of("payment"),
            stock_rows=list(BOOKED["stock"]),
            invoice_rows=list(BOOKED["invoice"]),
            order_rows=list(BOOKED["order"]),
            ids=list(self.ids),
        )

    @api.model
    def _mending_judged(self):
        """``SQL``: what somebody judged again, which changes no ledger: the transfer of a check, the order that was verified."""
        judged = SQL()
        if "order.quality.check" in self.env:
            judged = SQL(
                """
                UNION ALL
                   SELECT 'stock.picking', transfer.id, transfer.name, quality.write_date
                     FROM stock_move move
                     JOIN stock_picking transfer ON transfer.id = move.picking_id
                     JOIN order_quality_check quality ON quality.picking_id = transfer.id
                    WHERE record.kind = 'quality_failed' AND move.sale_line_id = record.line_id
                      AND quality.state <> 'failed' AND quality.write_date >= since.at
                """
            )
        if "order.pickup" in self.env:
            judged = SQL(
                """
                %s
                UNION ALL
                   SELECT 'stock.picking', transfer.id, transfer.name, transfer.order_carrier_scanned_at
                     FROM stock_move move
                     JOIN stock_picking transfer ON transfer.id = move.picking_id
                    WHERE record.kind = 'not_scanned' AND move.sale_line_id = record.line_id
                      AND transfer.order_carrier_scanned_at IS NOT NULL AND transfer.write_date >= since.at
                """,
                judged,
            )
        if "order.verification.check" in self.env:
            judged = SQL(
                """
                %s
                UNION ALL
                   SELECT 'sale.order', sale.id, sale.name, finding.write_date
                     FROM order_verification_check finding
                     JOIN sale_order sale ON sale.id = finding.order_id
                    WHERE record.kind = 'changed_after_verification' AND finding.order_id = record.order_id
                      AND finding.rule_code = 'changed_after_verification' AND finding.state <> 'failed'
                      AND finding.write_date >= since.at
                """,
                judged,
            )
        return judged

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..common.sql_arrays import id_array

_logger = logging.getLogger(__name__)

MARKS = "order_discrepancy_marks"
AT_ONCE = 500
# what comes true by the day alone: nobody has to touch a document for it
BY_THE_DAY = {"late", "shipped_not_invoiced", "over_paid", "under_paid", "not_scanned"}
# how the orders of a touched document are found
ORDERS = {
    "sale.order": "SELECT id FROM sale_order WHERE id = ANY(%s)",
    "sale.order.line": "SELECT order_id FROM sale_order_line WHERE id = ANY(%s)",
    "stock.move": "SELECT line.order_id FROM stock_move move JOIN sale_order_line line ON line.id = move.sale_line_id"
    " WHERE move.id = ANY(%s)",
    "stock.picking": "SELECT sale_id FROM stock_picking WHERE id = ANY(%s)",
    "stock.package": "SELECT line.order_id FROM stock_move_line detail JOIN stock_move move ON move.id = detail.move_id"
    " JOIN sale_order_line line ON line.id = move.sale_line_id WHERE detail.result_package_id = ANY(%s)",
    "order.quality.check": "SELECT line.order_id FROM order_quality_check quality"
    " JOIN stock_move move ON move.picking_id = quality.picking_id"
    " JOIN sale_order_line line ON line.id = move.sale_line_id WHERE quality.id = ANY(%s)",
    "order.verification.check": "SELECT order_id FROM order_verification_check WHERE id = ANY(%s)",
    "account.move": "SELECT line.order_id FROM account_move_line item"
    " JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = item.id"
    " JOIN sale_order_line line ON line.id = rel.order_line_id WHERE item.move_id = ANY(%s)",
    "account.move.line": "SELECT line.order_id FROM sale_order_line_invoice_rel rel"
    " JOIN sale_order_line line ON line.id = rel.order_line_id WHERE rel.invoice_line_id = ANY(%s)",
    "order.return": "SELECT line.order_id FROM order_return_line item JOIN sale_order_line line ON line.id = item.order_line_id"
    " WHERE item.return_id = ANY(%s)",
    "order.return.line": "SELECT line.order_id FROM order_return_line item"
    " JOIN sale_order_line line ON line.id = item.order_line_id WHERE item.id = ANY(%s)",
    # of masters: what of them decides how documents are compared
    "product.template": "SELECT line.order_id FROM product_product product"
    " JOIN sale_order_line line ON line.product_id = product.id"
    " JOIN sale_order sale ON sale.id = line.order_id AND sale.state IN ('sale', 'cancel')"
    " WHERE product.product_tmpl_id = ANY(%s)",
    "product.product": "SELECT line.order_id FROM stock_move_line detail"
    " JOIN stock_package package ON package.id = detail.result_package_id AND package.shipping_weight > 0"
    " JOIN stock_move move ON move.id = detail.move_id JOIN sale_order_line line ON line.id = move.sale_line_id"
    " WHERE detail.product_id = ANY(%s)",
}


class OrderDiscrepancyMark(models.Model):
    """An order that a document has touched since it was compared last; rows come and go, nobody reads them but the cron.

    Touched documents are kept by id until the transaction ends and become rows with one statement.
    """

    _name = "order.discrepancy.mark"
    _description = "Order to Compare"
    _log_access = False

    order_id = fields.Integer(required=True)

    @api.model
    def _touch(self, model_name, ids):
        """Note that documents (a key of ``ORDERS``) were touched in this transaction."""
        if not ids:
            return
        precommit = self.env.cr.precommit
        if MARKS not in precommit.data:
            precommit.data[MARKS] = {}
            precommit.add(self.sudo()._write_marks)
        precommit.data[MARKS].setdefault(model_name, set()).update(ids)

    def _write_marks(self):
        """Enter a row for each order of the documents that were touched, whatever their number."""
        touched = self.env.cr.precommit.data.pop(MARKS, {})
        if touched:
            orders = SQL(" UNION ").join(SQL(ORDERS[name], list(ids)) for name, ids in touched.items())
            self.env.cr.execute(
                SQL(
                    "INSERT INTO order_discrepancy_mark (order_id)"
                    " SELECT order_id FROM (%s) AS found (order_id) WHERE order_id IS NOT NULL",
                    orders,
                )
            )

    @api.model
    def _take(self, limit=None, orders=None):
        """Remove marks that no other transaction is taking, and return the ids of their orders.

        :param int limit: at most so many; ``orders``: only marks of these ids of ``sale.order``, those of this transaction left to its end
        """
        if orders is None:
            self._write_marks()
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM order_discrepancy_mark mark
                 USING (SELECT id FROM order_discrepancy_mark WHERE %s ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED) AS first
                 WHERE mark.id = first.id
             RETURNING mark.order_id
                """,
                SQL("TRUE") if orders is None else SQL("order_id = ANY(%s)", list(orders)),
                limit,
            )
        )
        return sorted({row[0] for row in self.env.cr.fetchall()})


class OrderDiscrepancy(models.Model):
    _inherit = "order.discrepancy"

    missed = fields.Boolean(
        "Missed by day",
        readonly=True,
        help="Only the night's full comparison found it: nothing that it could see had changed.",
    )

    @api.model
    def _cron_touched(self):
        """Each minute: compare the orders that stock, account and sale documents touched since, a few hundred at a time."""
        Mark = self.env["order.discrepancy.mark"].sudo()
        while orders := Mark._take(AT_ONCE):
            self._sweep_orders(orders)
            left = Mark.search_count([])
            if not self.env["ir.cron"]._commit_progress(len(orders), remaining=left):
                break

    @api.model
    def _sweep_orders(self, order_ids):
        """Compare all lines of some orders now, for ``sudo``.

        :return: what ``sweep`` returns
        """
        self.env["sale.order.line"].flush_model(["order_id"])
        self.env.cr.execute(SQL("SELECT id FROM sale_order_line WHERE order_id = ANY(%s)", id_array(order_ids)))
        return self.sudo()._sweep_lines(line_ids=[row[0] for row in self.env.cr.fetchall()])

    @api.model
    def _cron_sweep(self):
        """Each night, all companies: first what was touched, then everything; what only that finds is a fault of detection."""
        Discrepancy = self.sudo()
        while orders := self.env["order.discrepancy.mark"].sudo()._take(AT_ONCE):
            Discrepancy._sweep_orders(orders)
        before = fields.Datetime.now()
        answer = Discrepancy._sweep_lines(company_ids=self.env["res.company"].sudo().search([]).ids)
        if answer["opened"] or answer["reopened"]:
            Discrepancy._tell_missed(before)
        return answer

    @api.model
    def _tell_missed(self, before):
        """Mark, and write to the log, what was opened since ``before`` and should have been found when it arose."""
        found = self.search([("last_found_at", ">=", before), ("state", "=", "open"), ("closed_at", "=", False)])
        setting = self.env["order.discrepancy.setting"].with_context(active_test=False)
        # days of grace end, and a setting that was changed finds or leaves more, without any document
        excused = BY_THE_DAY | set(
            setting.search(["|", ("tolerance_days", ">", 0), ("write_date", ">=", before - timedelta(days=1))]).mapped(
                "kind"
            )
        )
        opened = self.env["order.event"].search(
            [("kind", "=", "discrepancy_opened"), ("document_id", "in", found.ids), ("at", ">=", before)]
        )
        missed = found.filtered(
            lambda record: record.kind not in excused and record.id in set(opened.mapped("document_id"))
        )
        if missed:
            missed._transition_write({"missed": True})
            missed._message_log_batch(
                bodies={
                    record.id: self.env._(
                        "Found by the full comparison of the night alone: no document that is watched was touched."
                    )
                    for record in missed
                }
            )
            _logger.error(
                "The full comparison found %s discrepancies that the day's comparison had missed: %s",
                len(missed),
                ", ".join(f"{record.kind} {record.order_id.name} line {record.line_id.id}" for record in missed[:20]),
            )
        return missed

from odoo import fields, models
from odoo.tools import SQL

from ..models.reconciliation import buckets


class OrderReconciliationBucket(models.Model):
    """A bucket of a statement with its figures, a row for each bucket, each leading to its entries."""

    _name = "order.reconciliation.bucket"
    _description = "Bucket of a Daily Statement"
    _auto = False
    _order = "reconciliation_id desc, sequence"
    _rec_name = "bucket"
    _depends = {
        "order.reconciliation": ["company_id"],
        "order.reconciliation.line": [
            "reconciliation_id",
            "bucket",
            "moved",
            "ordered_value_company",
            "open_value_company",
        ],
    }

    reconciliation_id = fields.Many2one("order.reconciliation", "Statement", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    sequence = fields.Integer(readonly=True, aggregator=None)
    bucket = fields.Selection(buckets.LABELS, readonly=True)
    entry_count = fields.Integer("Orders", readonly=True)
    moved_count = fields.Integer("Moved this day", readonly=True)
    ordered_value = fields.Monetary("Value ordered", readonly=True)
    open_value = fields.Monetary("Value open", readonly=True)

    @property
    def _table_query(self):
        """All buckets of each statement, also those in which nothing stands; values in the company's currency."""
        codes = [bucket.code for bucket in buckets.BUCKETS]
        return SQL(
            """
            SELECT statement.id * 100 + place.sequence AS id, statement.id AS reconciliation_id, statement.company_id,
                   place.sequence::int AS sequence, place.bucket, coalesce(stands.entries, 0) AS entry_count,
                   coalesce(stands.moved, 0) AS moved_count, coalesce(stands.ordered, 0) AS ordered_value,
                   coalesce(stands.open, 0) AS open_value
              FROM order_reconciliation statement
        CROSS JOIN unnest(%s::varchar[]) WITH ORDINALITY AS place (bucket, sequence)
         LEFT JOIN (SELECT line.reconciliation_id, line.bucket, count(*) AS entries, sum(line.moved) AS moved,
                           sum(line.ordered_value_company) AS ordered, sum(line.open_value_company) AS open
                      FROM order_reconciliation_line line
                  GROUP BY line.reconciliation_id, line.bucket) stands
                ON stands.reconciliation_id = statement.id AND stands.bucket = place.bucket
            """,
            codes,
        )

    def action_open_entries(self):
        """Open the entries that stand in these buckets.

        :return: a window action
        """
        self.check_access("read")
        labels = dict(self._fields["bucket"]._description_selection(self.env))
        return {
            **self.reconciliation_id[:1]._entries_action({}),
            "name": ", ".join(labels[row.bucket] for row in self),
            "domain": [
                ("reconciliation_id", "in", self.reconciliation_id.ids),
                ("bucket", "in", self.mapped("bucket")),
            ],
        }


class OrderReconciliation(models.Model):
    """The buckets of a statement as rows."""

    _inherit = "order.reconciliation"

    bucket_ids = fields.One2many("order.reconciliation.bucket", "reconciliation_id", "Buckets", readonly=True)

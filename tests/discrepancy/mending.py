"""What the tests of mending share: the documents of the database counted, before and after a preview."""

from datetime import timedelta

from odoo import fields
from odoo.tools import SQL

from tests.discrepancy.common import DiscrepancyCase

COUNTED = (
    "account.move",
    "account.move.line",
    "account.partial.reconcile",
    "stock.picking",
    "stock.move",
    "stock.reference",
    "mail.message",
    "mail.mail",
    "mail.activity",
    "order.claim",
    "order.event",
    "order.discrepancy.mark",
)


class MendingCase(DiscrepancyCase):
    """A discrepancy, its preview that leaves nothing behind, the act, and the record closed with the document named."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in ("salesman", "accountant"):
            cls.users[name].group_ids |= cls.env.ref("base.group_user")
        cls.tax = cls.env["account.tax"].create({"name": "Twenty", "amount": 20, "company_id": cls.company.id})

    def _open(self, orders, *kinds):
        """Compare, and return the open records of ``kinds`` of the orders (all kinds if none is named)."""
        self._sweep(orders)
        domain = [("order_id", "in", orders.ids), ("state", "in", ("open", "in_progress"))]
        if kinds:
            domain.append(("kind", "in", kinds))
        records = self.Discrepancy.search(domain)
        self.assertEqual(set(records.mapped("kind")), set(kinds or records.mapped("kind")))
        return records

    def _lock(self, name, days):
        """Set a lock date so many days from today, beside core's checks of the demo data's bank statements."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE res_company SET %s = %s WHERE id = %s",
                SQL.identifier(name),
                fields.Date.today() + timedelta(days=days),
                self.company.id,
            )
        )
        self.env.invalidate_all()

    def _state(self):
        """What the database holds: counts of documents, the next numbers of their sequences, the state of the records."""
        # with the hooks before a commit, which write the marks of what was touched until now
        self.env.cr.flush()
        self.env.invalidate_all()
        counts = {name: self.env[name].sudo().search_count([]) for name in COUNTED}
        sequences = self.env["stock.picking.type"].search([]).sequence_id | self.env.ref(
            "order_processing.sequence_order_claim"
        )
        numbers = {sequence.id: sequence.number_next_actual for sequence in sequences}
        journal = self.env["account.journal"].search(
            [("company_id", "=", self.company.id), ("type", "=", "sale")], limit=1
        )
        last = self.env["account.move"].search(
            [("journal_id", "=", journal.id), ("state", "=", "posted")], order="sequence_number desc", limit=1
        )
        records = [
            (record.id, record.state, record.write_date, record.expected, record.found)
            for record in self.Discrepancy.search([], order="id")
        ]
        return counts, numbers, last.name, records

    def _mend(self, records, act, user="processor", rows=True, **wishes):
        """Preview (nothing is left of it), then the act, both as ``user``; returns the preview and the answer."""
        records = self._as(user, records)
        before = self._state()
        preview = records.mend_preview(act, **wishes)
        self.assertEqual(preview["problem"], "")
        self.assertEqual(bool(preview["rows"]), rows)
        self.assertEqual(self._state(), before, "the preview left something behind")
        answer = records.mend_apply(act, **wishes)
        self.assertEqual(len(answer["documents"]), len(preview["documents"]))
        self.assertEqual(len(answer["open"]), len(preview["open"]))
        self.assertEqual(answer["closed"], preview["closed"])
        return preview, answer

    def _documents(self, answer):
        """The documents of an answer, as a recordset of one model."""
        model = answer["documents"][0]["model"]
        return self.env[model].browse([document["id"] for document in answer["documents"]])

    def _assert_mended(self, records, document):
        """The records closed by themselves and name ``document``."""
        for record in records:
            self.assertEqual(record.state, "auto_closed")
            self.assertEqual(
                (record.mended_model, record.mended_id, record.mended_name),
                (document._name, document.id, document.name or record.mended_name),
            )
            self.assertEqual(record.mended_document, document)
            self.assertIn(record.mended_name, record.resolution)

    @staticmethod
    def _lines(preview):
        """Rows of a preview that are lines of a document."""
        return [row for row in preview["rows"] if not row["heading"]]

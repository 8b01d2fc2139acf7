import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .order_reconciliation import OPEN, PROCESSOR


class OrderReconciliationCount(models.Model):
    """What somebody counted, beside what the book says: parcels handed over by carrier, cash by journal.

    The expected figure is drawn with the cut; what was counted is written while the day is not signed, survives drawing
    again, and is signed with the day.
    """

    _name = "order.reconciliation.count"
    _inherit = ["order.reconciliation.part"]
    _description = "Counted Against the Book"
    _rec_name = "name"

    state = fields.Selection(related="reconciliation_id.state")
    kind = fields.Selection([("parcels", "Parcels handed over"), ("cash", "Cash")], required=True, readonly=True)
    number = fields.Integer(readonly=True, aggregator=None, help="Id of the carrier, or of the journal.")
    name = fields.Char("Carrier or journal", readonly=True)
    unit = fields.Char(readonly=True)
    expected = fields.Float("By the book", digits=(20, 6), readonly=True, aggregator=None)
    counted = fields.Float(digits=(20, 6), aggregator=None)
    is_counted = fields.Boolean("Was counted")
    difference = fields.Float(compute="_compute_difference", digits=(20, 6), help="Counted less by the book.")
    note = fields.Char("Remark")
    counted_by_id = fields.Many2one("res.users", "Counted by", readonly=True, ondelete="restrict")

    @api.depends("expected", "counted", "is_counted")
    def _compute_difference(self):
        for count in self:
            count.difference = round(count.counted - count.expected, 6) if count.is_counted else 0.0

    def write(self, vals):
        """What was counted, and a remark (processors); who counted is kept.

        Writing ``counted`` counts, also where it is nothing; ``is_counted`` False takes it back.

        :raises UserError: another value, or the statement is signed
        """
        if set(vals) - {"counted", "is_counted", "note"}:
            self._refuse()
        if not vals:
            return True
        self._check_countable()
        values = dict(vals)
        if "is_counted" in values and not values["is_counted"]:
            values.update(counted=0, counted_by_id=False)
        elif "counted" in values or values.get("is_counted"):
            values.update(is_counted=True, counted_by_id=self.env.uid)
        return self._write_part(values)

    def _check_countable(self):
        statements = self.reconciliation_id
        statements._check_order_group(PROCESSOR)
        self.check_access("write")
        # a new version of the statement's row: who signs beside it with an older snapshot starts again
        self.env.cr.execute(
            SQL("UPDATE order_reconciliation SET write_date = write_date WHERE id = ANY(%s)", statements.ids)
        )
        closed = statements.filtered(lambda statement: statement.state not in OPEN)
        if closed:
            raise UserError(
                self.env._("%s is signed and stays as it was signed.", ", ".join(closed.mapped("display_name")))
            )


class OrderReconciliation(models.Model):
    """Draws what there is to count."""

    _inherit = "order.reconciliation"

    count_ids = fields.One2many("order.reconciliation.count", "reconciliation_id", "Counted")
    miscounted_count = fields.Integer("Counted otherwise", compute="_compute_miscounted_count")

    def _compute_miscounted_count(self):
        for statement in self:
            statement.miscounted_count = len(statement.count_ids.filtered("difference"))

    def _kept_counts(self):
        """What was counted of the draft before, as it is given to ``_insert_counts``."""
        return [
            {
                **{name: count[name] for name in ("kind", "number", "name", "unit", "counted", "is_counted")},
                "note": count.note or None,
                "counted_by_id": count.counted_by_id.id or None,
            }
            for count in self.count_ids
            if count.is_counted or count.note
        ]

    def _insert_counts(self, kept):
        """One row per carrier that fetched parcels or was to, and per cash journal; what was counted before stays counted."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO order_reconciliation_count (
                    reconciliation_id, company_id, sequence, kind, number, name, unit, expected, counted, is_counted, note,
                    counted_by_id)
                SELECT %(statement)s, %(company)s,
                       row_number() OVER (ORDER BY coalesce(found.kind, kept.kind) DESC, coalesce(found.name, kept.name),
                                          coalesce(found.number, kept.number)),
                       coalesce(found.kind, kept.kind), coalesce(found.number, kept.number),
                       coalesce(found.name, kept.name), coalesce(found.unit, kept.unit), coalesce(found.expected, 0),
                       kept.counted, coalesce(kept.is_counted, FALSE), kept.note, kept.counted_by_id
                  FROM ((%(parcels)s) UNION ALL (%(cash)s)) AS found (kind, number, name, unit, expected)
             FULL JOIN jsonb_to_recordset(%(kept)s::jsonb)
                       AS kept (kind varchar, number int4, name varchar, unit varchar, counted numeric, is_counted bool,
                                note varchar, counted_by_id int4)
                    ON kept.kind = found.kind AND kept.number = found.number
                """,
                statement=self.id,
                company=self.company_id.id,
                parcels=self._parcels_query(),
                cash=self._cash_query(),
                kept=json.dumps(kept),
            )
        )

    def _parcels_query(self):
        """Per carrier: parcels of the pickups that the day handed over; a transfer that is not packed is one parcel."""
        relation = self.env["order.pickup"]._fields["package_ids"]
        return SQL(
            """
            SELECT 'parcels'::varchar, coalesce(carrier.id, 0), coalesce(carrier.name ->> 'en_US', 'No carrier'), 'parcels',
                   sum(CASE WHEN pickup.handed THEN packed.parcels + loose.parcels ELSE 0 END)
              FROM (
                SELECT pickup.id, pickup.carrier_id, pickup.date, pickup.id = ANY(ARRAY(
                           SELECT event.document_id FROM order_event event
                            WHERE event.document_model = 'order.pickup' AND event.kind = 'handed_over'
                              AND event.company_id = %(company)s AND %(owned)s)) AS handed
                  FROM order_pickup pickup WHERE pickup.company_id = %(company)s) pickup
         LEFT JOIN delivery_carrier carrier ON carrier.id = pickup.carrier_id
        CROSS JOIN LATERAL (SELECT count(*) AS parcels FROM %(relation)s packed WHERE packed.%(pickup)s = pickup.id) packed
        CROSS JOIN LATERAL (
                   SELECT count(*) AS parcels, count(*) > 0 AS found FROM stock_picking transfer
                    WHERE transfer.order_pickup_id = pickup.id
                      AND NOT EXISTS (SELECT 1 FROM stock_move_line item
                                       WHERE item.picking_id = transfer.id AND item.result_package_id IS NOT NULL)) loose
             WHERE pickup.handed OR (pickup.date = %(day)s AND (packed.parcels > 0 OR loose.found))
          GROUP BY carrier.id
            """,
            company=self.company_id.id,
            owned=self._owned("event"),
            relation=SQL.identifier(relation.relation),
            pickup=SQL.identifier(relation.column1),
            day=self.date,
        )

    def _cash_query(self):
        """Per cash journal with anything in it: what its account holds, with payments that no statement of the till has yet.

        Those stand on the outstanding account of their method, as far as it is open, or have no journal entry.
        """
        return SQL(
            """
            SELECT 'cash'::varchar, journal.id, journal.name ->> 'en_US', currency.name, holds.amount
              FROM account_journal journal
              JOIN res_currency currency ON currency.id = coalesce(journal.currency_id, %(currency)s)
        CROSS JOIN LATERAL (
                   SELECT round(coalesce(sum(amount), 0), 6) AS amount, count(*) AS found
                     FROM (SELECT CASE WHEN journal.currency_id IS NULL THEN item.balance ELSE item.amount_currency END AS amount
                             FROM account_move_line item
                            WHERE item.account_id = journal.default_account_id AND item.company_id = %(company)s
                              AND item.parent_state = 'posted'
                        UNION ALL
                           SELECT CASE WHEN NOT account.reconcile THEN
                                            CASE WHEN journal.currency_id IS NULL THEN item.balance ELSE item.amount_currency END
                                       WHEN journal.currency_id IS NULL THEN item.amount_residual
                                       ELSE item.amount_residual_currency END
                             FROM account_payment payment
                             JOIN account_move_line item ON item.move_id = payment.move_id
                                                        AND item.account_id = payment.outstanding_account_id
                             JOIN account_account account ON account.id = item.account_id
                            WHERE payment.journal_id = journal.id AND item.parent_state = 'posted'
                              AND item.account_id IS DISTINCT FROM journal.default_account_id
                        UNION ALL
                           SELECT CASE WHEN payment.payment_type = 'inbound' THEN payment.amount ELSE -payment.amount END
                             FROM account_payment payment
                            WHERE payment.journal_id = journal.id AND payment.move_id IS NULL
                              AND payment.currency_id = currency.id AND payment.state IN ('in_process', 'paid')
                              AND payment.is_matched IS NOT TRUE) item) holds
             WHERE journal.company_id = %(company)s AND journal.type = 'cash' AND holds.found > 0
            """,
            company=self.company_id.id,
            currency=self.company_id.currency_id.id,
        )

import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# what a caller may give for a row, with its column type; the rest is added by the book itself
ROW_COLUMNS = {
    "kind": "varchar",
    "company_id": "int4",
    "order_id": "int4",
    "order_name": "varchar",
    "line_id": "int4",
    "line_name": "varchar",
    "product_id": "int4",
    "uom_id": "int4",
    "currency_id": "int4",
    "quantity": "numeric",
    "quantity_ref": "numeric",
    "amount": "numeric",
    "document_model": "varchar",
    "document_id": "int4",
    "document_name": "varchar",
    "reason": "varchar",
    "note": "text",
    "business_date": "date",
    "to_refund": "bool",
}
PENDING = "order_processing.pending_events"
LATER = "order_processing.pending_documents"
WRITING = "order_processing.writing"
# what documents changed is entered in this order, each phase on the sums that the phases before left
PHASES = (
    ("sale.order.line", "_book_changes"),
    ("sale.order", "_book_confirmed"),
    ("stock.move", "_book_moved"),
    ("sale.order", "_book_cancelled"),
    ("account.move", "_book_posted"),
    ("account.payment", "_book_money"),
)
# documents whose pending writes become rows of the book
FEEDING = {
    "sale.order.line": ("product_uom_qty", "product_uom_id", "product_id", "price_subtotal", "currency_id", "name"),
    "sale.order": ("state",),
    "stock.move": ("state", "quantity", "to_refund"),
    "account.move": ("state",),
    "account.payment": ("state",),
}

KINDS = [
    ("received", "Received"),
    ("rejected", "Rejected"),
    ("entered", "Entered"),
    ("raised", "Raised"),
    ("lowered", "Lowered"),
    ("removed", "Removed"),
    ("cancelled", "Cancelled"),
    ("closed_short", "Closed short"),
    ("reopened", "Re-opened"),
    ("change_requested", "Change asked of the floor"),
    ("change_accepted", "Change accepted"),
    ("change_declined", "Change declined"),
    ("change_withdrawn", "Request withdrawn"),
    ("changed_in_picking", "Changed while picked"),
    ("verified", "Verified"),
    ("held", "Held"),
    ("released", "Released"),
    ("waiver_requested", "Waiver asked for"),
    ("claimed", "Hold taken"),
    ("escalated", "Escalated"),
    ("passed_over", "Not reserved: held"),
    ("waived", "Waived"),
    ("ticked", "Step ticked"),
    ("unticked", "Step taken back"),
    ("unsealed", "Changed after verification"),
    ("confirmed", "Confirmed"),
    ("promised", "Promised"),
    ("short_decided", "Shortage decided"),
    ("delay_told", "Told of a delay"),
    ("delay_answered", "Customer's choice on a delay"),
    ("arrival_told", "Told of the arrival"),
    ("picked", "Picked"),
    ("put_back", "Put back"),
    ("parcel_voided", "Parcel voided"),
    ("checked", "Checked"),
    ("check_failed", "Check failed"),
    ("shipped", "Shipped"),
    ("shipped_component", "Component shipped"),
    ("replaced", "Replacement shipped"),
    ("received_back", "Received back"),
    ("corrected", "Shipment corrected"),
    ("corrected_back", "Return corrected"),
    ("handed_over", "Handed over"),
    ("invoiced", "Invoiced"),
    ("uninvoiced", "Invoice taken back"),
    ("credited", "Credited"),
    ("uncredited", "Credit note taken back"),
    ("paid", "Paid"),
    ("unpaid", "Payment taken back"),
    ("payment", "Payment entered"),
    ("payment_undone", "Payment undone"),
    ("return_requested", "Return requested"),
    ("overridden", "Return policy overridden"),
    ("settled", "Return settled"),
    ("asked", "Question"),
    ("answered", "Answer"),
    ("discrepancy_opened", "Discrepancy found"),
    ("discrepancy_closed", "Discrepancy closed"),
    ("day_signed", "Day signed"),
    ("day_reopened", "Day re-opened"),
    ("signing_set", "Who signs is set"),
]


def _by_writer(documents):
    """``{writer: {id: facts}}`` of ``{id: (writer, facts)}``."""
    found = {}
    for document_id, (writer, facts) in documents.items():
        found.setdefault(writer, {})[document_id] = facts
    return found


class OrderEvent(models.Model):
    """The day book: one row per business fact, written once, never changed.

    Orders, lines and documents stand as plain numbers with the name of that moment: deleting a draft goes on
    working in core, and is itself a row. Quantities are in the line's unit (``quantity``) and in the product's
    reference unit (``quantity_ref``), amounts untaxed in the order's currency; signs as docs/architecture.md says.
    """

    _name = "order.event"
    _description = "Day Book Entry"
    _order = "id"
    _log_access = False
    _rec_name = "order_name"

    kind = fields.Selection(KINDS, required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    order_id = fields.Integer("Order number", readonly=True)
    order_name = fields.Char("Order", readonly=True)
    line_id = fields.Integer("Line number", readonly=True)
    line_name = fields.Char("Line", readonly=True)
    product_id = fields.Integer("Product number", readonly=True)
    uom_id = fields.Integer("Unit number", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True, ondelete="restrict")
    quantity = fields.Float(readonly=True, digits=0)
    quantity_ref = fields.Float("Quantity in the product's unit", readonly=True, digits=0)
    amount = fields.Monetary(readonly=True)
    document_model = fields.Char(readonly=True)
    document_id = fields.Many2oneReference("Document number", model_field="document_model", readonly=True)
    document_name = fields.Char("Document", readonly=True)
    reason = fields.Char(readonly=True)
    note = fields.Text(readonly=True)
    business_date = fields.Date(readonly=True)
    to_refund = fields.Boolean(readonly=True)
    user_id = fields.Integer("User number", readonly=True)
    user_name = fields.Char("By", readonly=True)
    at = fields.Datetime("Recorded at", required=True, readonly=True)
    opening = fields.Boolean(readonly=True)
    era_id = fields.Integer(required=True, readonly=True)

    _line_kind = models.Index("(line_id, kind) WHERE line_id IS NOT NULL")
    _order_book = models.Index("(order_id, id)")
    _document = models.Index("(document_model, document_id)")
    _day = models.Index("(company_id, business_date, order_id) WHERE business_date IS NOT NULL")

    def init(self):
        """Add what the ORM has no type for: the 64-bit transaction number, and the eras of a database."""
        super().init()
        self.env.cr.execute(
            SQL("""
            ALTER TABLE order_event ADD COLUMN IF NOT EXISTS xact xid8 NOT NULL DEFAULT pg_current_xact_id()
        """)
        )
        self.env.cr.execute(SQL("CREATE INDEX IF NOT EXISTS order_event_cut ON order_event (era_id, xact, id)"))
        self.env.cr.execute(
            SQL("""
            CREATE TABLE IF NOT EXISTS order_event_era (
                id serial PRIMARY KEY, system_identifier varchar NOT NULL UNIQUE
            )
        """)
        )
        self._ensure_era()

    def _register_hook(self):
        """A database restored elsewhere starts a new era: its transaction numbers begin anew."""
        super()._register_hook()
        self._ensure_era()

    @api.model
    def _ensure_era(self):
        self.env.cr.execute(
            SQL("""
            SELECT id FROM order_event_era
             WHERE system_identifier = (SELECT system_identifier::varchar FROM pg_control_system())
        """)
        )
        if not self.env.cr.rowcount:
            self.env.cr.execute(
                SQL("""
                INSERT INTO order_event_era (system_identifier)
                SELECT system_identifier::varchar FROM pg_control_system()
                ON CONFLICT DO NOTHING
            """)
            )

    @api.model
    def _current_era(self):
        """SQL for the era of the cluster that this database runs on."""
        return SQL(
            "(SELECT id FROM order_event_era"
            " WHERE system_identifier = (SELECT system_identifier::varchar FROM pg_control_system()))"
        )

    # ------------------------------------------------------------------ writing

    @api.model
    def _record(self, rows):
        """Enter ``rows`` (list of dicts, keys of ``ROW_COLUMNS``) into the book.

        They are kept until the next flush and go in with one INSERT; a savepoint that is rolled back takes its
        rows along, since core flushes before each savepoint and clears the pending ones on its rollback.
        """
        if not rows:
            return
        precommit = self.env.cr.precommit
        if PENDING not in precommit.data:
            precommit.data[PENDING] = []
            precommit.add(self.sudo()._write_pending)
        precommit.data[PENDING] += [{**self._who(), **row} for row in rows]

    @api.model
    def _who(self):
        user = self.env.user
        return {"user_id": user.id, "user_name": user.sudo().name}

    @api.model
    def _record_later(self, records, before, vals_list):
        """Ask the model of ``records`` for their rows when the pending ones are written, once for all flushes until then.

        :param records: the records being written, one for each of ``vals_list``: they say who wrote them
        :param dict before: record id to what the database said of it before the change; the first one stands.
            The methods of ``PHASES`` compare it with what the database says then.
        """
        precommit = self.env.cr.precommit
        if LATER not in precommit.data:
            precommit.data[LATER] = {}
            precommit.add(self.sudo()._write_pending)
        known = precommit.data[LATER].setdefault(records._name, {})
        for record_id, vals in zip(records._ids, vals_list):
            if record_id in before:
                known.setdefault(record_id, (self._writer(records, record_id, vals), before[record_id]))

    @api.model
    def _writer(self, records, record_id, vals):
        """Id of the user who wrote ``vals``, whoever flushes them.

        A second write of the same user leaves ``write_uid`` as it is, so that only the cache has it; a value that was
        computed alone has no writer but who flushes it.
        """
        if "write_uid" in vals:
            return vals["write_uid"]
        if any(not records._fields[name].compute for name in vals):
            return records._fields["write_uid"]._get_cache(records.env).get(record_id) or self.env.uid
        return self.env.uid

    def _write_pending(self):
        """Insert the pending rows, however many: one statement for those given, one per phase of documents."""
        data = self.env.cr.precommit.data
        if data.get(WRITING):
            return
        data[WRITING] = True
        try:
            while data.get(PENDING) or data.get(LATER):
                self._insert_pending()
                later = data.pop(LATER, {})
                for model_name, method in PHASES:
                    if model_name in later:
                        for writer, before in _by_writer(later[model_name]).items():
                            getattr(self.env[model_name].with_user(writer).sudo(), method)(before)
                            self._insert_pending()
        finally:
            data.pop(WRITING, None)

    def _insert_pending(self):
        rows = self.env.cr.precommit.data.pop(PENDING, None)
        if rows:
            self._insert(rows)

    def _insert(self, rows):
        columns = {**ROW_COLUMNS, "user_id": "int4", "user_name": "varchar"}
        unknown = {key for row in rows for key in row} - set(columns)
        if unknown:
            raise ValueError(f"unknown columns of the day book: {sorted(unknown)}")
        names = SQL(", ").join(SQL.identifier(name) for name in columns)
        typed = SQL(", ").join(SQL("%s %s", SQL.identifier(name), SQL(kind)) for name, kind in columns.items())
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO order_event (%(names)s, at, era_id, opening)
                SELECT %(names)s, clock_timestamp() AT TIME ZONE 'UTC', %(era)s, FALSE
                  FROM jsonb_to_recordset(%(rows)s::jsonb) AS given (%(typed)s)
                """,
                names=names,
                typed=typed,
                era=self._current_era(),
                rows=json.dumps(rows, default=str),
            )
        )
        self.invalidate_model()

    @api.model
    def _insert_select(self, select, columns, opening=False):
        """Enter rows computed by the database: ``select`` (``SQL``) returns ``columns`` in that order.

        Pending rows go in first, so that the book keeps the order of the facts. ``opening`` marks the rows of
        an installation on a database that has orders.
        """
        self._write_pending()
        self._insert_pending()
        user = self.env.user
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO order_event (%(names)s, user_id, user_name, at, era_id, opening)
                SELECT computed.*, %(user)s, %(user_name)s, clock_timestamp() AT TIME ZONE 'UTC', %(era)s, %(opening)s
                  FROM (%(select)s) AS computed
                """,
                names=SQL(", ").join(SQL.identifier(name) for name in columns),
                user=user.id,
                user_name=user.sudo().name,
                era=self._current_era(),
                opening=opening,
                select=select,
            )
        )
        self.invalidate_model()

    @api.private
    def flush_model(self, fnames=None):
        """What the documents still have to write, and the rows it makes, are written before anybody reads the book."""
        if not self.env.cr.precommit.data.get(WRITING):
            for model_name, names in FEEDING.items():
                self.env[model_name].flush_model(names)
            self._write_pending()
        return super().flush_model(fnames)

    @api.private
    def flush_recordset(self, fnames=None):
        """See ``flush_model``."""
        self.flush_model(fnames)

    # ------------------------------------------------------------------ the guard

    def _refuse(self):
        raise UserError(
            self.env._("The day book is written once and never changed; enter the correction as its own document.")
        )

    @api.model_create_multi
    def create(self, vals_list):
        """Refused: rows come from the documents alone."""
        self._refuse()

    def write(self, vals):
        """Refused for everybody."""
        self._refuse()

    def unlink(self):
        """Refused for everybody."""
        self._refuse()

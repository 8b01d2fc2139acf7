from odoo import api, models
from odoo.tools import SQL

from .digest import canonical, digest_text, is_cut
from .order_reconciliation import MANAGER, OPEN, PROCESSOR
from .sections import BOOK, SECTIONS

STEP = 2000
# states of a statement that has a signature
CLOSED = ("signed", "superseded")
PARTS = ("line", "equation", "check", "stock", "total", "count")


class OrderReconciliationChain(models.Model):
    """The digest of a statement, chained by closing number, and the check of the whole chain."""

    _inherit = "order.reconciliation"

    # ------------------------------------------------------------------ the canonical form

    @api.model
    def _texts(self, alias, names, columns):
        """Each column as the canonical form writes it, ``SQL``: text, numbers without trailing zeros."""
        numeric = {name for name, kind in columns.items() if kind == "numeric"}
        return [
            SQL("trim_scale(%s)::text" if name in numeric else "%s::text", SQL.identifier(alias, name))
            for name in names
        ]

    @api.model
    def _column_types(self, table):
        self.env.cr.execute(
            SQL(
                "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute"
                " WHERE attrelid = %s::text::regclass AND attnum > 0 AND NOT attisdropped",
                table,
            )
        )
        return dict(self.env.cr.fetchall())

    def _canonical_blocks(self, book=None):
        """The canonical form of one statement (see ``digest.py``), in pieces of whole lines.

        The database writes the lines and hands them over by a cursor of its own, so that a statement of any size takes the
        same memory.

        :param book: its ``_book_state``, if known
        """
        self.ensure_one()
        for section in SECTIONS:
            yield from self._streamed(
                SQL(
                    "SELECT %s FROM %s record WHERE record.%s = %s AND %s ORDER BY %s, record.id",
                    self._json_line(section.tag, "record", section.columns, self._column_types(section.table)),
                    SQL.identifier(section.table),
                    SQL.identifier(section.key),
                    self.id,
                    SQL(section.condition),
                    SQL.identifier("record", "id" if section.key == "id" else "sequence"),
                )
            )
        yield canonical(("book", *(book or self._book_state()))) + "\n"

    @api.model
    def _json_line(self, tag, alias, names, columns):
        """``SQL`` of one line of the canonical form: as ``digest.canonical`` writes it, and a line feed."""
        values = self._texts(alias, names, columns)
        return SQL(
            "'[' || concat_ws(',', to_json(%s::text)::text, %s) || E']\\n'",
            tag,
            SQL(", ").join(SQL("coalesce(to_json(%s)::text, 'null')", value) for value in values),
        )

    def _streamed(self, query):
        """The only column of ``query``, a text of many rows at a time; the rows stay in the database until then."""
        cr = self.env.cr
        name = SQL.identifier("order_reconciliation_stream")
        cr.execute(SQL("DECLARE %s NO SCROLL CURSOR FOR %s", name, query))
        try:
            while True:
                cr.execute(SQL("FETCH FORWARD %s FROM %s", STEP, name))
                rows = cr.fetchall()
                if not rows:
                    break
                yield "".join(row[0] for row in rows)
        except GeneratorExit:
            # whoever asked has seen enough
            cr.execute(SQL("CLOSE %s", name))
            raise
        # where it fails the transaction does, and the cursor goes with it: closing it would hide why
        cr.execute(SQL("CLOSE %s", name))

    def _book_state(self):
        """Number of the day-book rows that the statement owns, and a SHA-256 over the SHA-256 of each."""
        self.env.cr.execute(
            SQL(
                """
                SELECT count(*), encode(sha256(coalesce(string_agg(row.digest, ''::bytea ORDER BY row.id), ''::bytea)), 'hex')
                  FROM (
                    -- its text is what jsonb would write; digests are put in order, and not the rows that they are of
                    SELECT event.id, sha256(convert_to(json_build_array(%(columns)s)::text, 'UTF8')) AS digest
                      FROM order_event event
                     WHERE event.company_id = %(company)s AND %(owned)s
                    OFFSET 0) row
                """,
                columns=SQL(", ").join(self._texts("event", BOOK, self._column_types("order_event"))),
                company=self.company_id.id,
                owned=self._owned("event"),
            )
        )
        count, book = self.env.cr.fetchone()
        return str(count), book

    # ------------------------------------------------------------------ signing

    def _seal(self):
        """Give the statement its number and its digest, chained to the signature before; two at once: one waits."""
        self.ensure_one()
        # the number is the company's: a second signature of it waits here
        self.env.cr.execute(
            SQL("SELECT pg_advisory_xact_lock(hashtextextended('order_reconciliation', %s))", self.company_id.id)
        )
        last = self.search([("company_id", "=", self.company_id.id), ("number", ">", 0)], order="number desc", limit=1)
        self.env["order.event"].flush_model()
        self.check_ids.flush_recordset()
        self.count_ids.flush_recordset()
        rows, book = self._book_state()
        self._transition_write(
            {
                "number": last.number + 1,
                "previous_digest": last.digest or "",
                "book_rows": int(rows),
                "book_digest": book,
            }
        )
        self.flush_recordset()
        self._transition_write({"digest": digest_text(last.digest, self._canonical_blocks((rows, book)))})
        self.flush_recordset()

    # ------------------------------------------------------------------ the check

    @api.model
    def verify_chain(self, company_id=None):
        """Compute the digests of all signed statements of a company anew and compare the chain.

        :param int company_id: one of the user's companies, default the present one
        :return: ``{ok, days, broken}``; ``days`` is how many were checked, ``broken`` a list of
            ``{date, revision, why}``, ``date`` is ``""`` where a statement is missing
        :raises AccessError: no processor, or a foreign company
        """
        self._check_order_group(PROCESSOR)
        company = self._own_company(company_id)
        return self.sudo()._verify_chain(company)

    def _verify_chain(self, company):
        self.env.flush_all()
        self.env["order.event"].flush_model()
        self.invalidate_model()
        statements = self.search(
            [("company_id", "=", company.id), "|", ("state", "not in", OPEN), ("number", ">", 0)], order="number, id"
        )
        broken, digest_before, number, ids = [], "", 0, set()
        sealed, reopened = (self._said_in_the_book(company, kind) for kind in ("day_signed", "day_reopened"))

        def report(statement, why):
            broken.append({"date": str(statement.date or ""), "revision": statement.revision, "why": why})

        for statement in statements:
            if statement.number != number + 1:
                broken.append(
                    {
                        "date": "",
                        "revision": 0,
                        "why": self.env._(
                            "between the closing numbers %(before)s and %(after)s a statement is missing",
                            before=number,
                            after=statement.number,
                        ),
                    }
                )
            elif (statement.previous_digest or "") != digest_before:
                report(statement, self.env._("it does not follow the statement before: that one's digest changed"))
            if sealed.get(statement.id, (statement.digest,))[0] != statement.digest:
                report(statement, self.env._("the day book knows another digest of its signature"))
            who_why = (statement.reopen_reason, statement.reopened_by_id.id)
            if reopened.get(statement.id, who_why if statement.reopened_at else (False, False)) != who_why:
                report(
                    statement, self.env._("the day book knows another reason why it was re-opened, or another who did")
                )
            for why in statement._faults():
                report(statement, why)
            number, digest_before = statement.number, statement.digest or ""
            ids.add(statement.id)
        last = self.env["order.event"].search(
            [("kind", "=", "day_signed"), ("company_id", "=", company.id)], order="id desc", limit=1
        )
        if last and last.document_id not in ids:
            broken.append(
                {
                    "date": str(last.business_date or ""),
                    "revision": 0,
                    "why": self.env._("the day book knows its signature, but the statement is missing"),
                }
            )
        return {"ok": not broken, "days": len(statements), "broken": broken}

    @api.model
    def _said_in_the_book(self, company, kind):
        """What the day book noted of the statements of ``company`` when they were signed (the digest) or re-opened (the reason).

        Nothing follows the last signature: its digest, computed anew, would fit the chain.

        :return: dict of statement id to note and user
        """
        return {
            number: (note, user)
            for number, note, user in self.env.execute_query(
                SQL(
                    """
                    SELECT document_id, max(note), max(user_id) FROM order_event
                     WHERE document_model = %s AND kind = %s AND company_id = %s AND note IS NOT NULL
                  GROUP BY document_id
                    """,
                    self._name,
                    kind,
                    company.id,
                )
            )
        }

    def _cut_fault(self):
        """Why the rows of the day book that the statement owns cannot be asked for at all, or nothing."""
        before = self.previous_id.exists()
        if before != self.previous_id:
            return self.env._("the statement that it follows is missing")
        for statement in self + before:
            if statement.cut_snapshot and not is_cut(statement.cut_snapshot, statement.cut_xact):
                return self.env._("the cut of %s is none: it was changed", statement.display_name)
        return ""

    def _faults(self):
        """What is wrong with one signed statement, as texts."""
        self.ensure_one()
        if fault := self._cut_fault():
            yield fault
            return
        if self.state in OPEN:
            yield self.env._("it has a closing number and is not signed")
        elif self.state not in CLOSED or (self.state == "superseded") != bool(self.reopened_at):
            yield self.env._("its state is “%s”, and nobody made it so", self.state)
        yield from self._part_faults()
        rows, book = self._book_state()
        if (int(rows), book) != (self.book_rows, self.book_digest):
            yield self.env._(
                "the day book's rows of this day changed (%(found)s rows, %(signed)s were signed)",
                found=rows,
                signed=self.book_rows,
            )
        if digest_text(self.previous_digest, self._canonical_blocks((rows, book))) != self.digest:
            yield self.env._("a figure, an entry or an equation changed: the digest does not agree")
        if self._totals_fault():
            yield self.env._("the running totals do not go on from the statement before")
        self.env.cr.execute(
            SQL(
                """
                SELECT order_name FROM order_reconciliation_line
                 WHERE reconciliation_id = %s AND (order_id <> order_number OR intake_id <> intake_number)
                """,
                self.id,
            )
        )
        if self.env.cr.rowcount:
            names = ", ".join(row[0] or "?" for row in self.env.cr.fetchall()[:10])
            yield self.env._("entries lead to another document than they name: %s", names)

    def _part_faults(self):
        """Whether what is shown of a part, and is no figure of its own, says another thing than what was signed."""
        moved = SQL(
            "SELECT 1 FROM order_reconciliation_line WHERE reconciliation_id = %s AND moved <> touched::int", self.id
        )
        hidden = [
            SQL(
                "SELECT 1 FROM %s WHERE reconciliation_id = %s AND company_id <> %s",
                SQL.identifier(f"order_reconciliation_{part}"),
                self.id,
                self.company_id.id,
            )
            for part in PARTS
        ]
        money = SQL(
            "SELECT 1 FROM order_reconciliation_line WHERE reconciliation_id = %s AND company_currency_id <> %s",
            self.id,
            self.company_id.currency_id.id,
        )
        if self.env.execute_query(SQL("%s LIMIT 1", money)):
            yield self.env._("values of entries stand in another currency than the company's")
        if self.env.execute_query(SQL("%s LIMIT 1", moved)):
            yield self.env._("entries that moved are counted otherwise than they were signed")
        if self.env.execute_query(SQL("%s LIMIT 1", SQL(" UNION ALL ").join(hidden))):
            yield self.env._("a part of it was given to another company, whose users alone see it")

    def action_verify_chain(self):
        """Check the chain of the companies of these statements and say the result (managers).

        :return: a notification
        """
        self._check_order_group(MANAGER)
        companies = self.company_id or self.env.company
        answers = [self.verify_chain(company.id) for company in companies]
        broken = [fault for answer in answers for fault in answer["broken"]]
        message = self.env._("%s signed statements follow each other unchanged.", sum(a["days"] for a in answers))
        if broken:
            message = "\n".join(f"{fault['date']}: {fault['why']}" for fault in broken[:10])
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger" if broken else "success",
                "sticky": bool(broken),
                "title": self.env._("The chain of days"),
                "message": message,
            },
        }

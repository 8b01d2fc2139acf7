from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..common.business_day import desk_day
from ..common.transition import Transition, transition

PROCESSOR = "order_processing.group_processor"
MANAGER = "order_processing.group_manager"
# states of a statement that can still become another
OPEN = ("draft", "review")


class OrderReconciliation(models.Model):
    """The statement of one business day of one company: where each order stands, and the proof that nothing is lost.

    The statement owns the rows of the day book that its cut saw and the cut of the statement before did not. Its lines and
    equations are a snapshot, inserted by the database; a signed statement is never changed.
    """

    _name = "order.reconciliation"
    _inherit = ["order.transition.mixin", "mail.thread", "mail.activity.mixin"]
    _description = "Daily Statement"
    _order = "date desc, revision desc, id desc"

    _transition_access = "read"
    _transitions = (
        Transition("review", ("draft",), "review", group=PROCESSOR, who="review_by_id", when="review_at"),
        Transition("take_back", ("review",), "draft", group=PROCESSOR, reason=True),
        Transition("sign", OPEN, "signed", group=MANAGER, who="signed_by_id", when="signed_at"),
        Transition(
            "supersede",
            ("signed",),
            "superseded",
            group=MANAGER,
            reason=True,
            who="reopened_by_id",
            when="reopened_at",
            why="reopen_reason",
        ),
    )
    _transition_guarded = (
        "company_id",
        "date",
        "revision",
        "number",
        "previous_id",
        "prepared_by_id",
        "prepared_at",
        "cut_snapshot",
        "cut_xact",
        "cut_event",
        "cut_era",
        "cutoff_at",
        "cutoff_reason",
        "cutoff_by_id",
        "digest",
        "previous_digest",
        "book_digest",
        "book_rows",
    )

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date("Business day", required=True, readonly=True)
    revision = fields.Integer(required=True, readonly=True, default=1)
    state = fields.Selection(
        [("draft", "Draft"), ("review", "In review"), ("signed", "Signed"), ("superseded", "Superseded")],
        required=True,
        readonly=True,
        default="draft",
        tracking=False,
    )
    number = fields.Integer(
        "Closing number", readonly=True, aggregator=None, help="Without a gap and never reset, by signature."
    )
    previous_id = fields.Many2one(
        "order.reconciliation", "Statement before", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    prepared_by_id = fields.Many2one("res.users", "Prepared by", readonly=True, ondelete="restrict")
    prepared_at = fields.Datetime(
        "Cut at", readonly=True, help="The day ends here: what comes after is the next day's."
    )
    review_by_id = fields.Many2one("res.users", "Sent to review by", readonly=True, ondelete="restrict")
    review_at = fields.Datetime("In review since", readonly=True)
    signed_by_id = fields.Many2one("res.users", "Signed by", readonly=True, ondelete="restrict")
    signed_at = fields.Datetime("Signed at", readonly=True)
    reopened_by_id = fields.Many2one("res.users", "Re-opened by", readonly=True, ondelete="restrict")
    reopened_at = fields.Datetime("Re-opened at", readonly=True)
    reopen_reason = fields.Char(readonly=True)
    cut_snapshot = fields.Text("Snapshot", readonly=True)
    cut_xact = fields.Char("Transaction", readonly=True)
    cut_event = fields.Integer("Last own row", readonly=True, aggregator=None)
    cut_era = fields.Integer("Era", readonly=True, aggregator=None)
    digest = fields.Char(readonly=True)
    previous_digest = fields.Char("Digest before", readonly=True)
    book_digest = fields.Char("Digest of the day book's rows", readonly=True)
    book_rows = fields.Integer("Rows of the day book", readonly=True, aggregator=None)
    note = fields.Text("Remarks", help="What the signer has to say to the differences; part of the signed statement.")
    line_ids = fields.One2many("order.reconciliation.line", "reconciliation_id", "Entry list", readonly=True)
    equation_ids = fields.One2many("order.reconciliation.equation", "reconciliation_id", "Balances", readonly=True)
    entry_count = fields.Integer("Entries", compute="_compute_counts")
    touched_count = fields.Integer("Moved this day", compute="_compute_counts")
    difference_count = fields.Integer("Differences", compute="_compute_counts")
    is_proven = fields.Boolean("Proven", compute="_compute_counts")
    days_missing = fields.Integer("Days without a statement", compute="_compute_days_missing")

    _once = models.UniqueIndex("(company_id, date, revision)", "This revision of the day exists already.")
    _one_current = models.UniqueIndex(
        "(company_id, date) WHERE state IN ('draft', 'review', 'signed')", "A day has one statement that counts."
    )
    _gap_free = models.UniqueIndex("(company_id, number) WHERE number > 0", "A closing number is given once.")

    @api.depends("date", "revision", "company_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for statement in self:
            name = fields.Date.to_string(statement.date) or ""
            if statement.revision > 1:
                name = self.env._("%(day)s, revision %(revision)s", day=name, revision=statement.revision)
            statement.display_name = name

    def _compute_counts(self):
        lines = {
            statement.id: (count, touched)
            for statement, count, touched in self.env["order.reconciliation.line"]._read_group(
                [("reconciliation_id", "in", self.ids)], ["reconciliation_id"], ["__count", "moved:sum"]
            )
        }
        differing = {
            statement.id: count
            for statement, count in self.env["order.reconciliation.equation"]._read_group(
                [("reconciliation_id", "in", self.ids), ("is_proven", "=", False)], ["reconciliation_id"], ["__count"]
            )
        }
        for statement in self:
            statement.entry_count, statement.touched_count = lines.get(statement.id, (0, 0))
            statement.difference_count = differing.get(statement.id, 0)
            statement.is_proven = not statement.difference_count

    @api.depends("date", "previous_id.date")
    def _compute_days_missing(self):
        for statement in self:
            before = statement.previous_id.date
            statement.days_missing = (statement.date - before).days - 1 if before and statement.date else 0

    # ------------------------------------------------------------------ drawing

    @api.model
    def draft_day(self, date, company_id=None):
        """Draw the statement of a day in this transaction's snapshot, which is the day's cut from now on.

        A draft of that day is drawn again; days are closed in order, a day without business too.

        :param date: business day, ``date`` or text ``YYYY-MM-DD``
        :param int company_id: one of the user's companies, default the present one
        :return: ``{id, date, state, revision, entries, proven}``
        :raises AccessError: no processor, or a foreign company
        :raises UserError: the day is signed or in review, a later day is drawn, or the day is still to come
        """
        self._check_order_group(PROCESSOR)
        try:
            day = fields.Date.to_date(date)
        except (ValueError, TypeError, AttributeError):
            day = None
        if not day:
            raise UserError(self.env._("“%s” is no date: write it as 2026-01-31.", date))
        company = self._own_company(company_id)
        statement = self.sudo().with_company(company)._claim_day(day, company.sudo())
        statement._draw()
        return statement._plain()

    def _claim_day(self, day, company):
        """The draft of that day, found or made; two at once: the second is tried again by core and finds the first."""
        if day > desk_day(company):
            raise UserError(self.env._("%s is still to come: a day is closed when it ends.", day))
        known = self.search([("company_id", "=", company.id), ("date", "=", day)])
        if signed := known.filtered(lambda statement: statement.state == "signed"):
            raise UserError(
                self.env._(
                    "%s is signed. A manager may re-open it with a reason, which makes a new revision.",
                    signed.display_name,
                )
            )
        self.new({"company_id": company.id, "date": day})._check_last()
        if reviewed := known.filtered(lambda statement: statement.state == "review"):
            reviewed._refuse_reviewed()
        if draft := known.filtered(lambda statement: statement.state == "draft"):
            return draft
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO order_reconciliation (company_id, date, revision, state, create_uid, write_uid, create_date, write_date)
                VALUES (%(company)s, %(day)s, %(revision)s, 'draft', %(user)s, %(user)s, %(now)s, %(now)s)
                ON CONFLICT DO NOTHING RETURNING id
                """,
                company=company.id,
                day=day,
                revision=max(known.mapped("revision"), default=0) + 1,
                user=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        statement = self.browse(row[0] for row in self.env.cr.fetchall())
        if not statement:
            raise UserError(self.env._("%s is being drawn by somebody else; look again in a moment.", day))
        self.invalidate_model()
        return statement

    def action_redraw(self):
        """Draw drafts again with the cut of now: what was entered meanwhile comes in.

        :return: list of dicts as ``draft_day``
        :raises UserError: not a draft, or a later day is drawn
        """
        self._check_order_group(PROCESSOR)
        self.check_access("read")
        answers = []
        for statement in self.sorted(lambda one: (one.company_id.id, one.date)):
            if statement.state == "review":
                statement._refuse_reviewed()
            if statement.state != "draft":
                raise UserError(self.env._("%s is not a draft.", statement.display_name))
            answers.append(self.draft_day(statement.date, statement.company_id.id))
        return answers

    # ------------------------------------------------------------------ signing

    @transition("sign")
    def action_sign(self, reason=""):
        """Sign days (managers), from the review or at once: the cut is locked, digested, chained to the signature before, and mailed.

        :return: list of dicts ``{id, date, state, number, digest}``
        :raises UserError: an earlier day is not signed, or a document of the cut was taken back since
        """
        answers = []
        for statement in self.sudo().sorted(lambda one: (one.company_id.id, one.date)):
            statement._seal()
            answers.append({**statement._plain(), "number": statement.number, "digest": statement.digest})
        self._book_days("day_signed", "digest")
        self.sudo().activity_unlink(["order_processing.mail_activity_sign_day"])
        self.sudo()._notify_signed()
        return answers

    def _transition_check(self, declared, reason):
        """What stops a signature or a new revision is looked for before anything is written."""
        super()._transition_check(declared, reason)
        if declared.name == "sign":
            for statement in self.sudo():
                statement._check_signable(self)
        elif declared.name == "supersede":
            for statement in self.sudo():
                statement._check_last()

    @transition("supersede")
    def action_reopen(self, reason=""):
        """Make a new revision of a signed day (managers, with a ``reason``); the old one stays as it was signed.

        :return: list of dicts as ``draft_day``, of the new drafts
        :raises UserError: a later day is drawn already: what is mended now stands there
        """
        # before the new cut, which owns it: why is signed with the new revision
        self._book_days("day_reopened", "reopen_reason")
        return [statement.draft_day(statement.date, statement.company_id.id) for statement in self.sorted("date")]

    def _book_days(self, kind, noted):
        """Enter into the day book what was done to these statements, with the value of the field ``noted``."""
        self.env["order.event"]._record(
            [
                {
                    "kind": kind,
                    "company_id": statement.company_id.id,
                    "document_model": self._name,
                    "document_id": statement.id,
                    "document_name": statement.display_name,
                    "business_date": statement.date,
                    "note": statement[noted],
                }
                for statement in self.sudo()
            ]
        )

    # ------------------------------------------------------------------ the guard

    @api.model_create_multi
    def create(self, vals_list):
        """Refused: ``draft_day`` draws statements."""
        raise UserError(self.env._("A statement is drawn from the documents: use “Draw the day”."))

    def write(self, vals):
        """Remarks of a draft, or of a day in review; a signed statement is written by nobody."""
        closed = self.filtered(lambda statement: statement.state not in OPEN)
        if closed and vals:
            raise UserError(
                self.env._(
                    "%s is signed and stays as it was signed. Re-open the day for a new revision.",
                    ", ".join(closed.mapped("display_name")),
                )
            )
        return super().write(vals)

    def copy(self, default=None):
        """Refused: a day is drawn, not copied."""
        return self.create([{}])

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        self._check_order_group(MANAGER)
        for reviewed in self.filtered(lambda statement: statement.state == "review"):
            reviewed._refuse_reviewed()
        closed = self.filtered(lambda statement: statement.state not in OPEN)
        if closed:
            raise UserError(self.env._("Signed statements are kept: %s.", ", ".join(closed.mapped("display_name"))))

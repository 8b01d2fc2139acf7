from contextlib import contextmanager

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.misc import Callbacks

from ..common import contract
from ..common.business_day import business_day
from ..common.ir_sequence import no_numbers
from .mends import ACTS, BY_ACT, IN_HAND, INVOICING, PLAIN, PROCESSOR, acts_of, proposed_of
from .order_discrepancy import OPEN


class _TakenBack(Exception):
    """Ends a preview: the savepoint around it is rolled back."""


class OrderDiscrepancyMend(models.Model):
    """Mending: the real act for a set of discrepancies, first as a preview that is taken back, then for good."""

    _inherit = "order.discrepancy"

    # ------------------------------------------------------------------ public

    def action_mend(self):
        """Open the screen that mends these discrepancies (processors), with the preview of what is proposed.

        :return: an action of the web client
        :raises UserError: none of them is open
        """
        self._mend_check_rights()
        todo = self.filtered(lambda record: record.state in OPEN)
        if not todo:
            raise UserError(self.env._("Closed discrepancies need no mending: %s.", self._mend_names()))
        return self.env["discrepancy.mend"]._open_for(todo)

    def mend_options(self):
        """What mends these discrepancies, best first (processors).

        :return: list of dicts ``{act, label, why, ids, blocked, drafts}``: ``ids`` of those that the act mends, ``blocked``
            why it cannot be done now (``""``: it can), ``drafts`` what exists already for the same, each as in
            ``mend_apply``'s ``documents``
        """
        self._mend_check_rights()
        labels = self._mend_labels()
        options = []
        for act in ACTS:
            records = self._mend_fits(act.code)
            if records:
                options.append(
                    {
                        "act": act.code,
                        "label": labels[act.code],
                        "why": self.env._(act.why),
                        "ids": records.ids,
                        "blocked": records._mend_blocked(act),
                        "drafts": [self._mend_document(draft) for draft in records._mend_drafts(act)],
                    }
                )

        def rank(option):
            if option["act"] == "each":
                return (bool(option["blocked"]), -len(self), 0)
            places = [acts_of(record.kind).index(option["act"]) for record in self.browse(option["ids"])]
            return (bool(option["blocked"]), -places.count(0), min(places))

        return sorted(options, key=rank)

    def mend_preview(self, act, reason_code="", note="", post=None, party=""):
        """What ``mend_apply`` would do with the same arguments: really done, read, and taken back (processors).

        No mail leaves, no number of a document is used up, and nothing remains.

        :return: as ``mend_apply``; beside it ``rows``: what stands in the documents, and ``problem``: why it cannot be done
        """
        self._mend_check_rights()
        answer = {"problem": ""}
        with self._mend_taken_back() as refused:
            quiet = self.with_context(
                mail_notify_force_send=False, mail_create_nosubscribe=True, mail_auto_subscribe_no_notify=True
            )
            answer = quiet._mend_run(act, self._mend_wishes(reason_code, note, post, party), preview=True)
            answer["problem"] = ""
        if refused:
            answer = {**self._mend_answer(act), "rows": [], "problem": "\n".join(refused)}
        return answer

    def mend_apply(self, act, reason_code="", note="", post=None, party=""):
        """Mend these discrepancies by ``act`` and compare their lines at once (processors; some acts: managers).

        The figures are compared again first: what is settled by then is left alone, so a second call does nothing twice.

        :param str act: code of one of ``mend_options``
        :param str reason_code: of ``order.close.reason``, for ``close_short``
        :param str note: what is to be known; the reason of ``accept``
        :param post: whether invoices and credit notes are posted; ``None``: if the user may post
        :param str party: for ``claim``: ``carrier`` or ``vendor``, ``""`` as the kind suggests
        :return: ``{act, label, ids, documents: [{model, id, name, label}], closed, open, left: [text], notes: [text]}``: ``ids``
            of those that were mended, ``closed`` and ``open`` ids of the discrepancies of their lines, ``left`` what still differs
        :raises AccessError: no processor, an order that the user may not write, or a posting that the user may not do
        :raises UserError: an act that does not mend a kind, a lock date, or what core refuses; the message names it
        """
        self._mend_check_rights()
        return self._mend_run(act, self._mend_wishes(reason_code, note, post, party))

    # ------------------------------------------------------------------ rights, state

    def _mend_check_rights(self):
        self._check_order_group(PROCESSOR)
        self.check_access("write")
        self.order_id.check_access("write")

    @api.model
    def _mend_may_post(self):
        """Whether the acting user may post invoices."""
        return self.env.user.has_group(INVOICING)

    @api.model
    def _mend_wishes(self, reason_code, note, post, party):
        if post and not self._mend_may_post():
            self._check_order_group(INVOICING)
        return {
            "reason_code": reason_code or "",
            "note": (note or "").strip(),
            "post": self._mend_may_post() if post is None else bool(post),
            "party": party or "",
        }

    def _mend_fits(self, code):
        """Those of the records that ``code`` mends; ``each`` where several kinds are proposed different acts."""
        if code != "each":
            return self.filtered(lambda record: code in acts_of(record.kind))
        ways = {proposed_of(record.kind) for record in self} - {None}
        return self.filtered(lambda record: proposed_of(record.kind)) if len(ways) > 1 else self.browse()

    def _mend_names(self):
        return ", ".join(self.mapped("display_name"))

    @api.model
    def _mend_labels(self):
        return {act.code: self.env._(act.label) for act in ACTS}

    def _mend_act(self, code):
        """The ``Act`` called ``code``, which mends each of these kinds and which no right, state or lock date forbids."""
        act = BY_ACT.get(code)
        if not act or act.screen:
            raise UserError(self.env._("“%s” is nothing that mends by itself.", code))
        if act.group != PROCESSOR:
            self._check_order_group(act.group)
        foreign = self - self._mend_fits(code)
        if foreign:
            raise UserError(
                self.env._(
                    "“%(act)s” does not mend these: %(records)s. Leave them out.",
                    act=self._mend_labels()[code],
                    records=foreign._mend_names(),
                )
            )
        blocked = self._mend_blocked(act)
        if blocked:
            raise UserError(blocked)
        return act

    def _mend_blocked(self, act):
        """Why ``act`` cannot be done for these now, in words, ``""`` if it can: a right, a lock date, the order's state."""
        rows = []
        if act.code == "each":
            parts = self._mend_ways().items()
            return "\n".join(filter(None, (records._mend_blocked(BY_ACT[code]) for code, records in parts)))
        if act.group != PROCESSOR and not self._has_order_group(act.group):
            rows.append(self.env._("It needs the right “%s”.", self.env.ref(act.group).sudo().name))
        for company in self.company_id if act.books else ():
            locks = self._mend_locks(company, act)
            if locks:
                rows.append(
                    self.env._(
                        "%(company)s is locked: %(locks)s. Nothing of today may be entered; ask who keeps the books.",
                        company=company.name,
                        locks=company._format_lock_dates(locks),
                    )
                )
        rows += filter(None, [self._mend_blocked_payment(act)])
        if act.code in ("backorder", "close_short"):
            shut = self.order_id.filtered(lambda order: order.state != "sale" or order.locked)
            if shut:
                rows.append(
                    self.env._("Only for confirmed orders that are not locked: %s.", ", ".join(shut.mapped("name")))
                )
        return "\n".join(rows)

    def _mend_locks(self, company, act):
        """Lock dates of ``company`` that what is entered today would violate, exceptions of the user apart."""
        today = self._mend_day(company)
        if act.books == "goods":
            return company._get_lock_date_violations(
                today, fiscalyear=True, sale=False, purchase=False, tax=False, hard=True
            )
        journal = self.env["account.journal"].sudo()
        journal = journal.search([*journal._check_company_domain(company), ("type", "=", "sale")], limit=1)
        taxed = any(record.line_id.tax_ids for record in self if record.company_id == company)
        return company._get_violated_lock_dates(today, taxed, journal)

    @api.model
    def _mend_day(self, company):
        """The day that documents of ``company`` bear: that of context ``order_business_moment``, else today."""
        return business_day(company, self.env.context.get("order_business_moment"))

    # ------------------------------------------------------------------ the act

    def _mend_ways(self):
        """``each``: act to the records for which it is proposed, in the order in which they are done."""
        ways = {code: self.filtered(lambda record, code=code: proposed_of(record.kind) == code) for code in PLAIN}
        return {code: records for code, records in ways.items() if records}

    def _mend_each(self, wishes, preview):
        """Each in its proposed way, one act after the other; what one of them settled the next leaves alone."""
        answer = self._mend_answer("each")
        answer["rows"] = []
        for code, records in self._mend_ways().items():
            part = records._mend_run(code, wishes, preview=preview)
            for name in ("ids", "documents", *(["rows"] if preview else [])):
                answer[name] += part.get(name, [])
            answer["notes"] += part["notes"] if part["ids"] else []
        open_now = self.search([("line_id", "in", self.line_id.ids), ("state", "in", OPEN)])
        answer.update(
            closed=(self - open_now).ids, open=open_now.ids, left=[record._mend_told() for record in open_now]
        )
        if not preview:
            del answer["rows"]
        return answer

    def _mend_run(self, code, wishes, preview=False):
        """Do it; ``preview``: read what stands in the documents too."""
        act = self._mend_act(code)
        if code == "each":
            return self._mend_each(wishes, preview)
        todo = self._mend_lock()
        answer = self._mend_answer(code)
        if not todo:
            answer["notes"] = [self.env._("Nothing is left to mend: the ledgers agree by now.")]
            return answer
        done = getattr(todo, f"_mend_by_{act.code}")(wishes)
        lines = todo.line_id
        if preview:
            read = [done["read"]] if "read" in done else done["documents"]
            answer["rows"] = done.get("rows") or [row for documents in read for row in self._mend_rows(documents)]
        self.sudo()._sweep_lines(line_ids=lines.ids)
        found = self.search([("line_id", "in", lines.ids)])
        open_now = found.filtered(lambda record: record.state in OPEN)
        answer.update(
            ids=todo.ids,
            documents=[self._mend_document(document) for group in done["documents"] for document in group],
            closed=(todo - open_now).ids,
            open=open_now.ids,
            left=[record._mend_told() for record in open_now],
            notes=done.get("notes", []),
        )
        return answer

    @api.model
    def _mend_answer(self, code):
        return {
            "act": code,
            "label": self._mend_labels().get(code, code),
            "ids": [],
            "documents": [],
            "closed": [],
            "open": [],
            "left": [],
            "notes": [],
        }

    def _mend_lock(self):
        """Lock the records and their lines, compare anew, and return those that are still open."""
        self._transition_lock()
        line_ids = self.sudo().line_id.ids
        self.env.cr.execute(
            SQL("SELECT id FROM sale_order_line WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", line_ids)
        )
        # a new version of the rows: who waited for them with an older snapshot starts again, and sees what was made
        self.env.cr.execute(SQL("UPDATE sale_order_line SET write_date = write_date WHERE id = ANY(%s)", line_ids))
        self.sudo()._sweep_lines(line_ids=line_ids)
        return self.filtered(lambda record: record.state in OPEN)

    def _mend_told(self):
        """One line about what this record says."""
        return self.env._(
            "%(record)s: should be %(expected)s, is %(found)s",
            record=self.display_name,
            expected=self.expected_text,
            found=self.found_text,
        )

    @contextmanager
    def _mend_taken_back(self):
        """Everything done inside is taken back at the end; yields a list that then holds what was refused."""
        refused, cr = [], self.env.cr
        after = cr.postcommit
        # what would be told to the world after the commit (mails, messages of the bus) never happened
        cr.postcommit = Callbacks()
        try:
            with no_numbers(cr), contract.one_record(cr):
                yield refused
                raise _TakenBack
        except _TakenBack:
            refused.clear()
        except contract.REFUSALS as refusal:
            refused.append(contract.said(refusal))
        finally:
            cr.postcommit = after

    # ------------------------------------------------------------------ how much

    def _mend_figures(self):
        """The engine's figures of the lines of these records: dict of line id to row; one statement."""
        matching = self.env["order.matching"].sudo()
        matching._flush_ledgers()
        self.env.cr.execute(matching._figures_query(line_ids=self.line_id.ids))
        names = [column.name for column in self.env.cr.description]
        rows = (dict(zip(names, row)) for row in self.env.cr.fetchall())
        return {row["line_id"]: row for row in rows}

    def _mend_wanted(self, code, key=lambda record: record.line_id):
        """How much ``code`` has to bring or take back, by ``key`` of a record (default: its line), in the line's unit.

        What open work has in hand is taken off. Two discrepancies of one line ask for the same goods: the larger counts.

        :raises UserError: nothing is missing any more; names the records
        """
        figures = self._mend_figures()
        wanted = {}
        for record in self:
            row = figures[record.line_id.id]
            quantity = abs(record.found - record.expected) - float(row.get(IN_HAND.get((record.kind, code))) or 0)
            if code == "backorder":
                missing = row["ordered"] - row["cancelled"] - row["shipped"] + row["resent"] - row["open_out"]
                quantity = min(quantity, float(missing))
            unit = record.uom_id or record.line_id.product_uom_id
            quantity = unit.round(quantity)
            if unit.compare(quantity, 0) > 0:
                wanted[key(record)] = max(quantity, wanted.get(key(record), 0))
        if not wanted:
            raise UserError(
                self.env._(
                    "Nothing is left for it: open documents cover %s. Open them instead.",
                    self._mend_names(),
                )
            )
        return wanted

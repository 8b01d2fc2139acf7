from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..common import contract
from ..common.ir_sequence import no_numbers
from . import reading
from .amendment import Amendment, carry_out
from .amounts import Amounts
from .lookup import Lookup
from .lookup_partner import make_partners
from .parcel import Parcel

CALLERS = ("order_processing.group_integration", "order_processing.group_processor")
LIMIT = 1000


class OrderIntakeSubmit(models.Model):
    _inherit = "order.intake"

    @api.model
    def submit(self, orders, source, company=None, dry_run=False):
        """Enter submitted orders, once per reference; the queries that this adds do not grow with their number.

        :param list orders: dicts of the contract (docs/integration.md), at most 1,000
        :param str source: the sender
        :param company: id of one of the user's companies, default the present one
        :param bool dry_run: answer the same and write nothing
        :return: one dict per order, in the order given: ``{reference, ok, code, message, errors, order, order_id, state,
            intake_id}``; ``code`` is accepted, repeated, rejected or conflict
        :raises AccessError: neither integration nor processor
        :raises UserError: the call as a whole is malformed
        """
        if not any(self._has_order_group(group) for group in CALLERS):
            self._check_order_group(CALLERS[1])
        if not isinstance(orders, list) or len(orders) > LIMIT:
            raise UserError(self.env._("`orders` must be a list of at most %s orders.", LIMIT))
        if not isinstance(source, str) or not 0 < len(source.strip()) <= reading.REFERENCE_LENGTH:
            raise UserError(self.env._("`source` must name the sender."))
        company = self.env["res.company"].browse(company) if company else self.env.company
        if company not in self.env.user.company_ids and self.env.uid != 1:
            raise UserError(self.env._("%s is not a company of yours.", company.sudo().name))
        source = reading.plain(source).strip()
        if dry_run:
            return self._trial(lambda: self._submit(orders, source, company))
        return self._submit(orders, source, company)

    @api.model
    def _trial(self, act):
        """The answers of ``act``, all it wrote taken back, rows of the day book and mails to be sent included."""
        later = self.env.cr.postcommit
        waiting, data = list(later._funcs), dict(later.data)
        try:
            with no_numbers(self.env.cr), self.env.cr.savepoint():
                answers = act()
                raise _DryRun
        except _DryRun:
            # core takes back what waits for the commit to begin, not what waits for its end
            later.clear()
            later.data.update(data)
            for act_later in waiting:
                later.add(act_later)
            orders = self.env["sale.order"].sudo().browse({answer["order_id"] for answer in answers}).exists().ids
            kept = self.sudo().browse({answer["intake_id"] for answer in answers}).exists().ids
            for answer in answers:
                if answer["order_id"] not in orders:
                    answer.update(order="", order_id=0)
                if answer["intake_id"] not in kept:
                    answer["intake_id"] = 0
            return answers

    def _submit(self, orders, source, company, mended=False, settings=None, chosen=None):
        """``submit`` when the call is checked.

        :param mended: the desk mended what the sender sent
        :param settings: read by these instead of by the sender's profile
        :param chosen: one ``Chosen`` per order, what the desk picked from Odoo itself
        """
        self = self.sudo().with_company(company)
        company = company.sudo()
        settings = settings or self.env["order.intake.profile"]._settings_of(source, company)
        parcels = [Parcel(order, mended) for order in orders]
        for parcel, picked in zip(parcels, chosen or ()):
            parcel.choose(picked)
        waiting = parcels
        while waiting:
            first, later = {}, []
            for parcel in waiting:
                before = first.setdefault(parcel.reference, parcel)
                if before is parcel:
                    continue
                if before.digest == parcel.digest:
                    parcel.twin = before
                else:
                    # other content under a reference of the same call: judged when the one before is settled
                    later.append(parcel)
            self._round(list(first.values()), source, company, settings)
            waiting = later
        return [parcel.result() for parcel in parcels]

    def _round(self, parcels, source, company, settings):
        """Settle parcels of different references."""
        self._claim(parcels, source, company)
        fresh = [parcel for parcel in parcels if not parcel.answer]
        for parcel in fresh:
            parcel.errors = reading.check_form(parcel.payload)
        Lookup(self.env, company, settings).resolve(fresh)
        words = self._error_words()
        for parcel in fresh:
            parcel.errors = [reading.told(error, words) for error in parcel.errors]
        self._enter([parcel for parcel in fresh if not parcel.errors and not parcel.amending], company)
        self._amend([parcel for parcel in fresh if parcel.amending], company)
        self._keep([parcel for parcel in fresh if not parcel.amending], company)

    def _error_words(self):
        """What the codes of errors mean, in the user's language."""
        return dict(self._fields["first_error_code"]._description_selection(self.env))

    def _claim(self, parcels, source, company):
        """Take each reference, or answer what became of it before.

        Outside any savepoint: when another transaction took the same reference meanwhile, PostgreSQL raises a serialization
        failure, core tries the call again, and then finds the other's row.
        """
        now = fields.Datetime.now()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO order_intake (company_id, source, reference, state, received_at, received_by_id, attempts,
                                          create_uid, write_uid, create_date, write_date)
                SELECT %(company)s, %(source)s, reference, 'received', %(now)s, %(user)s, 0, %(user)s, %(user)s, %(now)s, %(now)s
                  FROM unnest(%(references)s) AS reference ORDER BY reference
                ON CONFLICT DO NOTHING
                """,
                company=company.id,
                source=source,
                now=now,
                user=self.env.uid,
                references=[parcel.reference for parcel in parcels],
            )
        )
        self.env.cr.execute(
            SQL(
                """
                SELECT reference, id FROM order_intake
                 WHERE company_id = %s AND source = %s AND reference = ANY(%s) ORDER BY id FOR NO KEY UPDATE
                """,
                company.id,
                source,
                [parcel.reference for parcel in parcels],
            )
        )
        envelopes = self.browse([row[1] for row in self.env.cr.fetchall()])
        envelopes.invalidate_recordset()
        by_reference = {envelope.reference: envelope for envelope in envelopes}
        for parcel in parcels:
            parcel.envelope = by_reference[parcel.reference]
            if parcel.envelope.state in ("accepted", "cancelled"):
                parcel.answer_from_before()
        conflicts = [parcel for parcel in parcels if parcel.answer and not parcel.answer["ok"]]
        self._keep_attempts([parcel.attempt("conflict", parcel.answer["errors"]) for parcel in conflicts])

    def _enter(self, parcels, company):
        """Create the quotations of all good parcels with one call; where Odoo refuses, each by itself."""
        if not parcels:
            return
        try:
            self._create_orders(parcels, company)
        except contract.REFUSALS:
            for parcel in parcels:
                try:
                    self._create_orders([parcel], company)
                except contract.REFUSALS as error:
                    parcel.errors.append(reading.error("", "refused", "", contract.said(error)))

    def _create_orders(self, parcels, company):
        """Addresses that are new, then the orders; all or nothing."""
        with contract.one_record(self.env.cr):
            make_partners(self.env, company, parcels)
            amounts = Amounts(self.env, company)
            amounts.fill(parcels)
            orders = self.env["sale.order"].with_company(company).create([parcel.values for parcel in parcels])
            for parcel, order in zip(parcels, orders):
                parcel.order = order
            amounts.discount(parcels)

    def _amend(self, parcels, company):
        """Change the orders of amendments, each whole or not at all, and keep what stood or what was refused."""
        good = [parcel for parcel in parcels if not parcel.errors]
        # an address is made before one knows whether the change is too late: such a one is changed by itself
        plain = [parcel for parcel in good if not parcel.new_partners]
        alone = [parcel for parcel in good if parcel.new_partners]
        try:
            self._amend_set(plain, company)
        except contract.REFUSALS:
            alone = good
        for parcel in alone:
            self._amend_one(parcel, company)
        rows = []
        for parcel in parcels:
            if parcel.errors:
                late = parcel.errors[0]["code"] == "too_late"
                rows.append(parcel.attempt("too_late" if late else "rejected", parcel.errors))
                parcel.keep_refused_change()
                continue
            rows.append({**parcel.attempt("replaced"), "payload": parcel.envelope.payload})
            parcel.keep(company)
        self._keep_attempts(rows)
        self.browse([parcel.envelope.id for parcel in parcels])._acknowledge_later()

    def _amend_set(self, parcels, company):
        """Plan and carry out amendments together, all or, where Odoo refuses one, nothing of them."""
        if not parcels:
            return
        with contract.one_record(self.env.cr):
            amounts = Amounts(self.env, company)
            planned = [Amendment(self.env, company, parcel, amounts) for parcel in parcels]
            carry_out(self.env, [amendment for amendment in planned if amendment.plan()], amounts)

    def _amend_one(self, parcel, company):
        """Carry out one amendment, or leave its errors on the parcel and nothing else behind."""
        parcel.errors = []
        try:
            with contract.one_record(self.env.cr):
                make_partners(self.env, company, [parcel])
                amounts = Amounts(self.env, company)
                amendment = Amendment(self.env, company, parcel, amounts)
                if not amendment.plan():
                    # an address that was made for it goes too
                    raise _DryRun
                carry_out(self.env, [amendment], amounts)
        except _DryRun:
            parcel.order = None
        except contract.REFUSALS as error:
            parcel.order = None
            if not parcel.errors:
                parcel.errors.append(reading.error("", "refused", "", contract.said(error)))

    def _keep_attempts(self, rows):
        if rows:
            self.env["order.intake.attempt"].create(rows)

    def _keep(self, parcels, company):
        """Write what became of each envelope, its errors and its rows of the day book."""
        if not parcels:
            return
        envelopes = self.browse([parcel.envelope.id for parcel in parcels])
        envelopes._keep_refused()
        envelopes.error_ids.unlink()
        again = envelopes.filtered(lambda envelope: envelope.state == "rejected")
        if again:
            again._transition("receive_again")
        for parcel in parcels:
            parcel.keep(company)
        self.env["order.intake.error"].create(
            [{"intake_id": parcel.envelope.id, **error} for parcel in parcels for error in parcel.errors]
        )
        accepted = self.browse([parcel.envelope.id for parcel in parcels if not parcel.errors])
        accepted._transition("accept")
        (envelopes - accepted)._transition("reject")
        self.env["order.event"]._record([row for parcel in parcels for row in parcel.rows(company)])
        envelopes._acknowledge_later()


class _DryRun(Exception):
    """Takes a trial back."""

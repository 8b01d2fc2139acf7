from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..common import contract
from ..common.business_day import business_day
from . import reading
from .amounts import Amounts
from .lookup import Lookup
from .lookup_partner import make_partners
from .order_intake import NAMELESS

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
        """The answers of ``act``, all it wrote taken back, rows of the day book included."""
        try:
            with self.env.cr.savepoint():
                answers = act()
                raise _DryRun
        except _DryRun:
            orders = self.env["sale.order"].sudo().browse({answer["order_id"] for answer in answers}).exists().ids
            kept = self.sudo().browse({answer["intake_id"] for answer in answers}).exists().ids
            for answer in answers:
                if answer["order_id"] not in orders:
                    answer.update(order="", order_id=0)
                if answer["intake_id"] not in kept:
                    answer["intake_id"] = 0
            return answers

    def _submit(self, orders, source, company, mended=False, settings=None):
        """``submit`` when the call is checked.

        :param mended: the desk mended what the sender sent
        :param settings: read by these instead of by the sender's profile
        """
        self = self.sudo().with_company(company)
        company = company.sudo()
        settings = settings or self.env["order.intake.profile"]._settings_of(source, company)
        parcels = [_Parcel(order, mended) for order in orders]
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
        self._enter([parcel for parcel in fresh if not parcel.errors], company)
        self._keep(fresh, company)

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
                 WHERE company_id = %s AND source = %s AND reference = ANY(%s) ORDER BY id FOR UPDATE
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
                    parcel.errors.append(reading.error("", "refused", "", str(error).strip()))

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

    def _keep(self, parcels, company):
        """Write what became of each envelope, its errors and its rows of the day book."""
        if not parcels:
            return
        envelopes = self.browse([parcel.envelope.id for parcel in parcels])
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


class _DryRun(Exception):
    """Takes a trial back."""


class _Parcel:
    """One submitted order on its way through the room."""

    def __init__(self, payload, mended=False):
        self.mended = mended
        self.payload = payload = reading.plain(payload)
        self.digest = reading.canonical(payload)
        self.errors = []
        reference = payload.get("reference") if isinstance(payload, dict) else None
        reference = reference.strip() if isinstance(reference, str) else ""
        # what has no reference is kept all the same, under its content
        named = 0 < len(reference) <= reading.REFERENCE_LENGTH
        self.reference = reference if named else f"{NAMELESS}{self.digest[:12]}"
        self.envelope = None
        self.order = None
        self.values = {}
        self.line_values = []
        self.new_partners = []
        self.answer = None
        self.twin = None

    @property
    def lines(self):
        """``(place, line)`` of the lines that are objects, whatever else is wrong."""
        lines = self.payload.get("lines") if isinstance(self.payload, dict) else None
        return [
            (place, line)
            for place, line in enumerate(lines if isinstance(lines, list) else [])
            if isinstance(line, dict)
        ]

    @property
    def ordered_at(self):
        """When the customer ordered: naive UTC ``datetime``, a ``date`` for a whole day, or ``None``."""
        value = self.payload.get("ordered_at") if isinstance(self.payload, dict) else None
        return reading.moment(value) if reading.present(value) else None

    @property
    def value(self):
        """Quantity times price less discount over the lines, where these are numbers."""

        def net(line):
            quantity, price, discount = (
                reading.number(line.get(key)) or 0.0 for key in ("quantity", "price", "discount")
            )
            return quantity * price * (1 - discount / 100)

        return round(sum(net(line) for _place, line in self.lines), 2)

    def answer_from_before(self):
        """The envelope was settled earlier: same content is a repetition, other content a conflict."""
        order = self.envelope.order_id
        if self.envelope.state == "cancelled":
            errors = [reading.error("reference", "conflict", self.reference, "This reference was cancelled.")]
        elif self.digest not in (self.envelope.digest, reading.canonical(self.envelope.sent_payload)):
            errors = list(_differences(self.envelope.payload, self.payload))
        else:
            errors = []
        self.answer = {
            "reference": self.reference,
            "ok": not errors,
            "code": "conflict" if errors else "repeated",
            "message": errors[0]["message"] if errors else "Entered before.",
            "errors": errors,
            "order": order.name or "",
            "order_id": order.id or 0,
            "state": order.state or "",
            "intake_id": self.envelope.id,
        }

    def keep(self, company):
        """Values of the envelope, the guarded ones by the mixin's own door."""
        when = self.ordered_at
        # a whole day is a business day already
        day = when if when and not isinstance(when, datetime) else business_day(company, when)
        self.envelope._transition_write(
            {
                "payload": self.payload if isinstance(self.payload, dict) else {"as_received": self.payload},
                "sent_payload": self.envelope.sent_payload if self.mended else False,
                "digest": self.digest,
                "attempts": self.envelope.attempts + 1,
                "order_id": self.order.id if self.order else False,
                "value": self.value,
                "business_date": day,
                "first_error_code": self.errors[0]["code"] if self.errors else False,
            }
        )

    def rows(self, company):
        """Rows of the day book: received with its first attempt, rejected with its reason."""
        order = self.order
        head = {
            "company_id": company.id,
            "order_id": order.id if order else None,
            "order_name": order.name if order else self.reference,
            "currency_id": company.currency_id.id,
            "amount": self.value,
            "document_model": "order.intake",
            "document_id": self.envelope.id,
            "document_name": self.reference,
            "business_date": self.envelope.business_date,
        }
        if self.envelope.attempts == 1:
            yield {**head, "kind": "received"}
        if self.errors:
            yield {**head, "kind": "rejected", "reason": self.errors[0]["code"], "note": self.errors[0]["message"]}

    def result(self):
        """The answer of the contract."""
        if self.twin:
            first = self.twin.result()
            return {**first, "code": "repeated" if first["ok"] else first["code"]}
        if self.answer:
            return self.answer
        return {
            "reference": self.reference,
            "ok": not self.errors,
            "code": "rejected" if self.errors else "accepted",
            "message": self.errors[0]["message"] if self.errors else "",
            "errors": self.errors,
            "order": self.order.name if self.order else "",
            "order_id": self.order.id if self.order else 0,
            "state": self.order.state if self.order else "",
            "intake_id": self.envelope.id,
        }


def _differences(before, now):
    """One conflict error per key whose content differs, saying what was accepted and what came now."""
    before = before if isinstance(before, dict) else {}
    now = now if isinstance(now, dict) else {}
    for key in sorted({*before, *now}):
        if reading.canonical(before.get(key)) != reading.canonical(now.get(key)):
            accepted = reading.error(key, "conflict", before.get(key))["found"] or "-"
            yield reading.error(
                key, "conflict", now.get(key), f"The reference was accepted before with other content: {accepted}"
            )

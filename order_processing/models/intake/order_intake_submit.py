import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.order_processing.models.common.business_day import business_day

from . import reading
from .lookup import Lookup

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
        if not isinstance(source, str) or not source.strip():
            raise UserError(self.env._("`source` must name the sender."))
        company = self.env["res.company"].browse(company) if company else self.env.company
        if company not in self.env.user.company_ids and self.env.uid != 1:
            raise UserError(self.env._("%s is not a company of yours.", company.sudo().name))
        room = self.sudo().with_company(company)
        if not dry_run:
            return room._submit(orders, source.strip(), company.sudo())
        try:
            # the savepoint takes everything back, rows of the day book included
            with self.env.cr.savepoint():
                answers = room._submit(orders, source.strip(), company.sudo())
                raise _DryRun
        except _DryRun:
            return [{**answer, "order": "", "order_id": 0, "intake_id": 0} for answer in answers]

    def _submit(self, orders, source, company):
        parcels = [_Parcel(order) for order in orders]
        first = {}
        for parcel in parcels:
            parcel.same_as = first.setdefault(parcel.reference, parcel)
        todo = list(first.values())
        self._claim(todo, source, company)
        fresh = [parcel for parcel in todo if not parcel.answer]
        Lookup(self.env, company).resolve(fresh)
        self._enter([parcel for parcel in fresh if not parcel.errors], company)
        self._keep(fresh, company)
        return [parcel.result() for parcel in parcels]

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
                  FROM unnest(%(references)s) AS reference
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
        Order = self.env["sale.order"].with_company(company)
        try:
            with self.env.cr.savepoint():
                orders = Order.create([parcel.values for parcel in parcels])
        except (UserError, ValueError, psycopg2.errors.CheckViolation, psycopg2.errors.NotNullViolation):
            # a concurrency error is none of these: it goes up and core tries again
            for parcel in parcels:
                self._enter_alone(Order, parcel)
            return
        for parcel, order in zip(parcels, orders):
            parcel.order = order

    def _enter_alone(self, Order, parcel):
        try:
            with self.env.cr.savepoint():
                parcel.order = Order.create(parcel.values)
        except (UserError, ValueError, psycopg2.errors.CheckViolation, psycopg2.errors.NotNullViolation) as error:
            parcel.errors.append(reading.error("", "refused", "", str(error)))

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
        for parcel in parcels:
            if parcel.order:
                parcel.order.intake_id = parcel.envelope
        self.env["order.event"]._record([row for parcel in parcels for row in parcel.rows(company)])


class _DryRun(Exception):
    """Takes a trial back."""


class _Parcel:
    """One submitted order on its way through the room."""

    def __init__(self, payload):
        self.payload = payload
        self.digest = reading.canonical(payload)
        self.errors = reading.check_form(payload)
        reference = payload.get("reference") if isinstance(payload, dict) else None
        # what has no reference is kept all the same, under its content
        self.reference = (
            reference.strip() if isinstance(reference, str) and reference.strip() else f"none-{self.digest[:12]}"
        )
        self.envelope = None
        self.order = None
        self.values = {}
        self.answer = None
        self.same_as = self

    @property
    def lines(self):
        """The lines that are objects, whatever else is wrong."""
        lines = self.payload.get("lines") if isinstance(self.payload, dict) else None
        return [line for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []

    @property
    def ordered_at(self):
        """When the customer ordered, naive UTC ``datetime`` or ``None``."""
        value = self.payload.get("ordered_at") if isinstance(self.payload, dict) else None
        return reading.moment(value) if reading.present(value) else None

    @property
    def value(self):
        """Quantity times price over the lines, where both are numbers."""
        return round(
            sum(
                (reading.number(line.get("quantity")) or 0.0) * (reading.number(line.get("price")) or 0.0)
                for line in self.lines
            ),
            2,
        )

    def answer_from_before(self):
        """The envelope was settled earlier: same content is a repetition, other content a conflict."""
        order = self.envelope.order_id
        if self.envelope.state == "cancelled":
            errors = [reading.error("reference", "conflict", self.reference, "This reference was cancelled.")]
        elif self.envelope.digest != self.digest:
            errors = [
                reading.error(path, "conflict", found)
                for path, found in _differences(self.envelope.payload, self.payload)
            ]
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
        ordered_at = self.ordered_at
        # a moment without an hour is a calendar day already
        whole_day = isinstance(self.payload, dict) and len(str(self.payload.get("ordered_at") or "")) == 10
        if ordered_at and not whole_day:
            day = business_day(company, ordered_at)
        else:
            day = ordered_at.date() if ordered_at else business_day(company)
        self.envelope._transition_write(
            {
                "payload": self.payload if isinstance(self.payload, dict) else {"as_received": self.payload},
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
        if self.same_as is not self:
            first = self.same_as.result()
            same = self.same_as.digest == self.digest
            if same or not first["ok"]:
                return {**first, "code": "repeated" if same and first["ok"] else first["code"]}
            errors = [
                reading.error(path, "conflict", found)
                for path, found in _differences(self.same_as.payload, self.payload)
            ]
            return {**first, "ok": False, "code": "conflict", "message": errors[0]["message"], "errors": errors}
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
    """Where two payloads differ, at the first level: ``(path, what came now)``."""
    before = before if isinstance(before, dict) else {}
    now = now if isinstance(now, dict) else {}
    return [(key, now.get(key)) for key in sorted({*before, *now}) if before.get(key) != now.get(key)] or [("", "")]

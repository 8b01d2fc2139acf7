from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..common.business_day import business_day, desk_day
from .case_lookup import CaseLookup
from .case_payload import MESSAGES, Case

CALLERS = ("order_processing.group_integration", "order_processing.group_processor")
LIMIT = 1000


class OrderReturnRequest(models.Model):
    _inherit = "order.return"

    @api.model
    def request(self, cases, source, company=None):
        """Ask for returns, once per key; the queries that this adds do not grow with their number.

        :param list cases: at most 1,000 dicts ``{key, reference or order_id, customer, requested_at or business_date,
            allow_partial, note, lines: [{line_id or product, quantity, reason, disposition, settlement, price}]}``;
            quantities in the order line's unit
        :param str source: the sender; keys are unique per company and source
        :param company: id of one of the user's companies, default the present one
        :return: one dict per case, in the order given: ``{key, ok, code, message, return, return_id, state, lines}``;
            ``code`` is requested, partly_matched, unmatched, repeated or conflict
        :raises AccessError: neither integration nor processor
        :raises UserError: the call as a whole is malformed
        """
        if not any(self._has_order_group(group) for group in CALLERS):
            self._check_order_group(CALLERS[1])
        if not isinstance(cases, list) or len(cases) > LIMIT:
            raise UserError(self.env._("`cases` must be a list of at most %s cases.", LIMIT))
        if not isinstance(source, str) or not source.strip():
            raise UserError(self.env._("`source` must name the sender."))
        company = self.env["res.company"].browse(company) if company else self.env.company
        if company not in self.env.user.company_ids and self.env.uid != 1:
            raise UserError(self.env._("%s is not a company of yours.", company.sudo().name))
        room = self.sudo().with_company(company)
        return room._request([Case(payload) for payload in cases], source.strip(), company.sudo())

    def action_match(self):
        """Try again to find the deliveries of unmatched cases (processors), as orders have come in since.

        :return: one dict per case as ``request`` answers
        """
        self._check_order_group(CALLERS[1])
        self.check_access("write")
        room = self.sudo().filtered(lambda record: record.unmatched and record.state == "requested")
        for company in room.company_id:
            parcels = []
            for record in room.filtered(lambda record, company=company: record.company_id == company):
                parcel = Case(record.payload)
                parcel.record, parcel.fresh = record, True
                parcel.business_date = record.business_date
                parcels.append(parcel)
            room.with_company(company)._match(parcels, company)
        return [record._answer() for record in self.sudo()]

    def _request(self, parcels, source, company):
        first = {}
        for parcel in parcels:
            first.setdefault(parcel.key, parcel)
        self._claim(list(first.values()), source, company)
        fresh = [parcel for parcel in first.values() if parcel.fresh]
        self._match(fresh, company, source)
        answers = []
        for parcel in parcels:
            record = first[parcel.key].record
            answer = record._answer()
            if record.digest != parcel.digest:
                answer.update(ok=False, code="conflict", message=self.env._(MESSAGES["conflict"]))
            elif not (parcel.fresh and parcel is first[parcel.key]):
                answer.update(code="repeated" if answer["ok"] else answer["code"])
            answers.append(answer)
        return answers

    def _claim(self, parcels, source, company):
        """Take each key, or find the case that has it.

        Outside any savepoint: when another transaction took the same key meanwhile, PostgreSQL raises a serialization
        failure, core tries the call again, and then finds the other's case.
        """
        if not parcels:
            return
        now = fields.Datetime.now()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO order_return (id, name, company_id, source, external_key, digest, state, unmatched, requested_at,
                                          requested_by_id, create_uid, write_uid, create_date, write_date)
                SELECT id, 'RET' || lpad(id::text, 5, '0'), %(company)s, %(source)s, key, digest, 'requested', FALSE,
                       %(now)s, %(user)s, %(user)s, %(user)s, %(now)s, %(now)s
                  FROM (SELECT nextval('order_return_id_seq') AS id, key, digest
                          FROM unnest(%(keys)s, %(digests)s) AS given (key, digest)
                         WHERE NOT EXISTS (SELECT FROM order_return known
                                            WHERE known.company_id = %(company)s AND known.source = %(source)s
                                              AND known.external_key = given.key)) AS numbered
                ON CONFLICT DO NOTHING
             RETURNING external_key
                """,
                company=company.id,
                source=source,
                now=now,
                user=self.env.uid,
                keys=[parcel.key for parcel in parcels],
                digests=[parcel.digest for parcel in parcels],
            )
        )
        fresh = {row[0] for row in self.env.cr.fetchall()}
        records = self.search(
            [
                ("company_id", "=", company.id),
                ("source", "=", source),
                ("external_key", "in", [parcel.key for parcel in parcels]),
            ]
        )
        by_key = {record.external_key: record for record in records}
        for parcel in parcels:
            parcel.record = by_key[parcel.key]
            parcel.fresh = parcel.key in fresh

    def _match(self, parcels, company, source=""):
        """Find, under a lock, the delivered moves that each row comes from, and keep what was found."""
        if not parcels:
            return
        for parcel in parcels:
            if isinstance(parcel.business_date, datetime):
                parcel.business_date = desk_day(company, parcel.business_date)
        lookup = CaseLookup(self.env, company, source)
        lookup.resolve(parcels)
        Line = self.env["sale.order.line"]
        Line._order_return_lock(lookup.line_ids())
        lookup.allocate(parcels, Line._order_returnable_moves(lookup.line_ids()))
        taken = [(parcel, parcel.decide()) for parcel in parcels]
        Line._order_return_touch([pick["line_id"] for _case, rows in taken for row in rows for pick in row.picks])
        lines = self._create_lines(taken, lookup, company)
        self._keep(parcels, lookup, company)
        self._book_requested(lines, parcels)
        lines.return_id._reach_request()

    def _create_lines(self, taken, lookup, company):
        picks = [pick for _parcel, rows in taken for row in rows for pick in row.picks]
        order_lines = {line.id: line for line in self.env["sale.order.line"].browse(pick["line_id"] for pick in picks)}
        terms = self.env["order.return.policy"]._terms(self.env["sale.order.line"].union(*order_lines.values()))
        values = []
        for parcel, rows in taken:
            day = parcel.business_date or business_day(company)
            for row in rows:
                reason = lookup.reason(row)
                for pick in row.picks:
                    line = order_lines[pick["line_id"]]
                    settlement = row.payload.get("settlement") or "refund"
                    delivered = business_day(company, pick["delivered_at"])
                    judged = terms[line.id].judge(
                        delivered, day, reason, settlement, advance=row.payload.get("advance") is True
                    )
                    values.append(
                        {
                            "return_id": parcel.record.id,
                            "row": row.index,
                            "order_line_id": line.id,
                            "move_id": pick["move_id"],
                            "product_id": line.product_id.id,
                            "uom_id": line.product_uom_id.id,
                            "kit": pick.get("kit", False),
                            "quantity": pick["quantity"],
                            "reason_id": reason.id,
                            "disposition": row.payload.get("disposition")
                            or ("repair" if settlement == "repair" else terms[line.id].disposition(pick["quantity"])),
                            "settlement": settlement,
                            **lookup.exchange(row, pick["quantity"]),
                            "requested_price": lookup.price(row),
                            **judged,
                        }
                    )
        return self.env["order.return.line"].create(values)

    def _keep(self, parcels, lookup, company):
        """Write what became of each case; guarded fields by the mixin's own door."""
        for parcel in parcels:
            unmatched, code, message = parcel.verdict(self.env._)
            first = next((pick["line_id"] for row in parcel.rows for pick in row.picks), 0)
            order = self.env["sale.order.line"].browse(first).order_id
            note = parcel.payload.get("note")
            parcel.record._transition_write(
                {
                    "payload": parcel.sent,
                    "problems": [row.problem(self.env._) for row in parcel.rows if row.code] or False,
                    "row_count": len(parcel.rows),
                    "unmatched": unmatched,
                    "unmatched_code": code,
                    "unmatched_message": message,
                    "order_id": order.id or lookup.only_order(parcel),
                    "partner_id": order.partner_id.id or lookup.only_partner(parcel),
                    "business_date": parcel.business_date or desk_day(company),
                    **({"note": note} if isinstance(note, str) and note else {}),
                }
            )

    def _book_requested(self, lines, parcels):
        """Rows of the day book: one per line, one without quantity for a case that is not matched."""
        rows = [line._book_row("return_requested", line.quantity) for line in lines]
        for parcel in parcels:
            record = parcel.record
            if record.unmatched:
                rows.append(
                    {
                        "kind": "return_requested",
                        "company_id": record.company_id.id,
                        "order_id": record.order_id.id or None,
                        "order_name": record.order_id.name or record.external_key,
                        "document_model": "order.return",
                        "document_id": record.id,
                        "document_name": record.name,
                        "business_date": record.business_date,
                        "reason": record.unmatched_code,
                        "note": record.unmatched_message,
                    }
                )
        self.env["order.event"]._record(rows)

    def _answer(self):
        """The answer of the contract, read from the record."""
        self.ensure_one()
        lines = [
            {
                "row": line.row,
                "ok": True,
                "code": "matched" if line.eligible else "not_eligible",
                "message": line.eligibility or "",
                "line_id": line.order_line_id.id,
                "order": line.order_id.name,
                "product": line.product_id.default_code or line.product_id.name,
                "quantity": line.quantity,
                "disposition": line.disposition,
                "settlement": line.settlement,
                "credited_qty": line.credited_qty,
                "credited_amount": line.credited_amount,
            }
            for line in self.line_ids
        ]
        lines += [
            {**dict.fromkeys(EMPTY_LINE, ""), **NUMBERS, **problem, "ok": False} for problem in self.problems or []
        ]
        if self.unmatched:
            code = "unmatched"
        elif self.state == "requested":
            code = "partly_matched" if self.problems else "requested"
        else:
            code = self.state
        return {
            "key": self.external_key or "",
            "ok": not self.unmatched,
            "code": code,
            "message": self.unmatched_message or "",
            "reason": self.unmatched_code or "",
            "return": self.name,
            "return_id": self.id,
            "state": self.state,
            "lines": sorted(lines, key=lambda line: line["row"]),
        }


EMPTY_LINE = ("order", "product", "disposition", "settlement")
NUMBERS = {"line_id": 0, "credited_qty": 0.0, "credited_amount": 0.0}


class OrderReturnLine(models.Model):
    _inherit = "order.return.line"

    def _book_row(self, kind, quantity, amount=None):
        """One row of the day book for this line; the amount defaults to the share of the order line's value."""
        self.ensure_one()
        line, case = self.order_line_id, self.return_id
        if amount is None:
            ordered = line.product_uom_qty
            amount = line.currency_id.round(line.price_subtotal * quantity / ordered) if ordered else 0.0
        return {
            "kind": kind,
            "company_id": case.company_id.id,
            "order_id": line.order_id.id,
            "order_name": line.order_id.name,
            "line_id": line.id,
            "line_name": (line.name or "").split("\n")[0],
            "product_id": self.product_id.id,
            "uom_id": self.uom_id.id,
            "currency_id": line.currency_id.id,
            "quantity": quantity,
            "quantity_ref": round(quantity * self.uom_id.factor / self.product_id.uom_id.factor, 10),
            "amount": amount,
            "document_model": "order.return",
            "document_id": case.id,
            "document_name": case.name,
            "business_date": case._document_day(case.company_id) if kind == "settled" else case.business_date,
            "reason": self.reason_id.code,
        }

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.business_day import business_day, day_bounds
from ..common.transition import transition
from .return_process import DONE, EXPECTED, PROCESSOR, STATES, TRANSITIONS

CHUNK = 20


class OrderReturn(models.Model):
    """One return case, from the request to the last cent; its lines may belong to several orders of one customer.

    Cases are made by ``request`` (the contract, the wizard and the loader go through it), once per company, source and key.
    What cannot be matched with a delivery is kept ``unmatched`` with its reason and can be matched later.
    """

    _name = "order.return"
    _description = "Return Case"
    _inherit = ["order.transition.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _transition_initial = "requested"
    _transitions = TRANSITIONS
    _transition_guarded = (
        "name",
        "company_id",
        "partner_id",
        "order_id",
        "source",
        "external_key",
        "digest",
        "payload",
        "problems",
        "row_count",
        "unmatched",
        "unmatched_code",
        "unmatched_message",
        "requested_at",
        "requested_by_id",
        "business_date",
    )

    name = fields.Char("Number", readonly=True, required=True, index="trigram")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, index="btree_not_null")
    order_id = fields.Many2one(
        "sale.order", readonly=True, index="btree_not_null", help="The order, or the first of several."
    )
    source = fields.Char(readonly=True, required=True)
    external_key = fields.Char("Key of the source", readonly=True)
    digest = fields.Char(readonly=True)
    payload = fields.Json("As received", readonly=True)
    problems = fields.Json(readonly=True, help="Rows that could not be matched: row, code, message.")
    row_count = fields.Integer("Rows asked for", readonly=True)
    unmatched = fields.Boolean(readonly=True, index=True, help="No delivery was found for it yet.")
    unmatched_code = fields.Char(readonly=True)
    unmatched_message = fields.Char("Why it is unmatched", readonly=True)
    requested_at = fields.Datetime("Requested at", readonly=True)
    requested_by_id = fields.Many2one("res.users", "Requested by", readonly=True)
    business_date = fields.Date("Requested on", readonly=True)
    note = fields.Text()
    reason = fields.Char("Why rejected or cancelled", readonly=True)
    override_reason = fields.Char("Why approved beyond the policy", readonly=True)
    approved_by_id = fields.Many2one("res.users", "Approved by", readonly=True)
    approved_at = fields.Datetime("Approved at", readonly=True)
    received_by_id = fields.Many2one("res.users", "Received by", readonly=True)
    received_at = fields.Datetime("Received at", readonly=True)
    settled_by_id = fields.Many2one("res.users", "Settled by", readonly=True)
    settled_at = fields.Datetime("Settled at", readonly=True)
    state = fields.Selection(
        STATES,
        default="requested",
        required=True,
        readonly=True,
        index=True,
    )
    line_ids = fields.One2many("order.return.line", "return_id", "Lines", readonly=True)
    transfer_ids = fields.One2many("stock.picking", "order_return_id", "Own transfers", readonly=True)
    picking_ids = fields.Many2many(
        "stock.picking",
        compute="_compute_picking_ids",
        string="Transfers",
        help="Its own transfers and those of several cases in which its goods moved.",
    )
    credit_ids = fields.One2many("account.move", "order_return_id", "Credit notes", readonly=True)
    picking_count = fields.Integer(compute="_compute_counts")
    credit_count = fields.Integer(compute="_compute_counts")
    eligible = fields.Boolean("Within policy", compute="_compute_eligible")
    asked = fields.Text(
        "Asked for", compute="_compute_asked", help="The rows as they were sent, each with what was wrong."
    )

    _once = models.UniqueIndex(
        "(company_id, source, external_key) WHERE external_key IS NOT NULL",
        "This source has asked for a return under this key before.",
    )

    @api.depends("transfer_ids", "line_ids.stock_move_ids.picking_id")
    def _compute_picking_ids(self):
        for case in self:
            case.picking_ids = case.transfer_ids | case.line_ids.stock_move_ids.picking_id

    @api.depends("picking_ids", "credit_ids")
    def _compute_counts(self):
        for case in self:
            case.picking_count = len(case.picking_ids)
            case.credit_count = len(case.credit_ids)

    @api.depends("line_ids.eligible")
    def _compute_eligible(self):
        for case in self:
            case.eligible = bool(case.line_ids) and all(case.line_ids.mapped("eligible"))

    @api.depends("payload", "problems")
    def _compute_asked(self):
        for case in self:
            rows = (case.payload or {}).get("lines") or []
            wrong = {problem["row"]: problem["message"] for problem in case.problems or []}
            texts = []
            for index, row in enumerate(rows if isinstance(rows, list) else []):
                row = row if isinstance(row, dict) else {}
                what = row.get("product") or (row.get("line_id") and self.env._("order line %s", row["line_id"])) or "?"
                said = wrong.get(index)
                texts.append(f"{row.get('quantity', '?')} × {what}" + (f": {said}" if said else ""))
            case.asked = "\n".join(texts)

    # ------------------------------------------------------------------ the steps

    @transition("approve")
    def action_approve(self, reason=""):
        """Approve cases whose lines are all within policy; the quantities are held for them until they are received, or
        until the days that the company keeps them are over.

        :raises UserError: an unmatched case, or names every line that the policy or the quantity refuses
        """
        outside = self.line_ids.filtered(lambda line: not line.eligible)
        if outside:
            raise UserError(
                "\n".join(
                    [
                        self.env._("The return policy does not allow this; a manager can approve it with a reason:"),
                        *(f"{line.display_name}: {line.eligibility}" for line in outside),
                    ]
                )
            )
        self._check_worth()
        self._check_approvable()
        self._keep_until()
        self._reach("approve")

    @transition("override")
    def action_override(self, reason=""):
        """Approve cases beyond the policy (managers, with a reason). Never beyond the delivered quantity."""
        self._check_approvable()
        self.env["order.event"]._record(
            [{**line._book_row("overridden", 0.0, 0.0), "note": reason} for line in self.line_ids if not line.eligible]
        )
        self._keep_until()
        self._reach("approve")

    @transition("reject")
    def action_reject(self, reason=""):
        """Reject requested cases, with the reason that the customer is told; their quantities are free again."""
        self._check_given()
        self._call_ahead_off()

    @transition("cancel")
    def action_cancel(self, reason=""):
        """Cancel cases before goods came back, with a reason; their quantities are free again.

        What was given for them already is to be invoiced again; what was to leave in advance is called off.

        :raises UserError: money was given for goods that the customer keeps
        """
        self._check_given()
        self._call_ahead_off()

    @transition("send")
    def action_on_way(self, reason=""):
        """The goods of approved cases are on their way: the first scan, or the customer's word. Approval no longer expires."""
        self._reach("send")

    @transition("settle")
    def action_settle(self, reason=""):
        """Settle inspected cases (received ones where the company inspects nothing): credit notes posted and set against
        what is open, replacements sent on their way.

        Context ``order_business_date`` (ISO) dates the credit notes.

        :raises UserError: names the cases that wait for their inspection, or whose credit note stands as a draft
        """
        self._check_settleable()
        self._settle()

    def process(self, business_date=None, reason=""):
        """Approve, receive and settle in one pass: the goods are on the counter.

        Cases are worked in sets; where a set fails, each by itself, so one that fails does not stop the others. What is done
        already is passed over.

        :param business_date: ISO date of the documents in the company's calendar, default the present moment
        :param str reason: why beyond the policy (managers)
        :return: one dict per case, in the order given: ``{return, return_id, key, ok, code, message, state, transfers,
            credits}``; ``code`` is settled, closed, to_post (its credit note is a draft), received (waits for its inspection),
            unmatched or refused
        :raises AccessError: no processor
        """
        self._check_order_group(PROCESSOR)
        self.check_access("write")
        day = fields.Date.to_date(business_date)
        failures = {}
        for start in range(0, len(self), CHUNK):
            chunk = self[start : start + CHUNK]
            ready = chunk.filtered(lambda case: not case.unmatched)
            try:
                with self.env.cr.savepoint():
                    ready._process(day, reason)
            except (UserError, ValueError) as error:
                # a concurrency error is none of these: it goes up and core tries the call again
                if len(ready) == 1:
                    failures[ready.id] = str(error)
                    continue
                for case in ready:
                    try:
                        with self.env.cr.savepoint():
                            case._process(day, reason)
                    except (UserError, ValueError) as alone:
                        failures[case.id] = str(alone)
        return [case._result(failures.get(case.id)) for case in self]

    def _process(self, day, reason):
        for company in self.company_id:
            cases = self.filtered(lambda case, company=company: case.company_id == company)
            cases = cases.with_context(**cases._dated(company, day)).with_company(company)
            requested = cases.filtered(lambda case: case.state == "requested")
            if reason:
                beyond = requested.filtered(lambda case: not case.eligible)
                beyond.action_override(reason=reason)
                requested -= beyond
            requested.action_approve()
            cases.filtered(lambda case: case.state in EXPECTED).action_receive()
            # what waits for its inspection or its accountant stops here
            cases.filtered(
                lambda case: (
                    case.state not in DONE
                    and not any(move.state == "draft" for move in case.credit_ids)
                    and (case.inspected_at or not case.inspects or not case._has_goods())
                )
            ).action_settle()

    @staticmethod
    def _dated(company, day):
        """Context that dates documents on ``day``: a moment at the company's noon, unless it is its present day."""
        if not day or day == business_day(company):
            return {"order_business_date": fields.Date.to_string(day)} if day else {}
        start, end = day_bounds(company, day)
        return {
            "order_business_date": fields.Date.to_string(day),
            "order_business_moment": fields.Datetime.to_string(start + (end - start) / 2),
        }

    def _document_day(self, company):
        """The date that documents of this call carry."""
        return fields.Date.to_date(self.env.context.get("order_business_date")) or business_day(company)

    def _result(self, failure=None):
        self.ensure_one()
        if failure:
            code, message = "refused", failure
        elif self.unmatched:
            code, message = "unmatched", self.unmatched_message
        elif any(move.state == "draft" for move in self.credit_ids):
            code, message = "to_post", self.env._("Its credit note waits for an accountant to post it.")
        elif self.state == "received":
            code, message = self.state, self.env._("Received: it waits for its inspection.")
        else:
            code, message = self.state, ""
        return {
            "return": self.name,
            "return_id": self.id,
            "key": self.external_key or "",
            "ok": code in (*DONE, "to_post"),
            "code": code,
            "message": message or "",
            "state": self.state,
            "transfers": self.picking_ids.sorted("id").mapped("name"),
            "credits": self.credit_ids.sorted("id").mapped("name"),
        }

    # ------------------------------------------------------------------ checks

    def _check_approvable(self):
        open_cases = self.filtered(lambda case: case.unmatched or not case.line_ids)
        if open_cases:
            raise UserError(
                "\n".join(
                    self.env._(
                        "%(case)s is not matched with a delivery (%(why)s). Match it first, or reject it.",
                        case=case.name,
                        why=case.unmatched_message or self.env._("it has no lines"),
                    )
                    for case in open_cases
                )
            )
        self.line_ids._check_again()
        self._check_quantities()

    def _check_quantities(self):
        """Under a lock of the order lines: what these cases take is still there beside all other open cases.

        :raises UserError: names every line with what is left
        """
        lines = self.line_ids
        Line = self.env["sale.order.line"].sudo()
        Line._order_return_lock(lines.order_line_id.ids)
        rows = {row["move_id"]: row for row in Line._order_returnable_moves(lines.order_line_id.ids, self.ids)}
        left = {move_id: row["left"] for move_id, row in rows.items()}
        # a kit is held by any move of the transfer that completed it
        place = {move_id: row["move_id"] for row in rows.values() for move_id in row.get("move_ids", ())}
        Line._order_return_touch(lines.order_line_id.ids)
        refused = []
        for line in lines:
            move_id = place.get(line.move_id.id, line.move_id.id)
            rest = left.get(move_id, 0.0)
            obstacle = line.quantity and rows.get(move_id, {}).get("obstacle")
            if obstacle:
                refused.append(f"{line.return_id.name}: {obstacle}")
            elif line.uom_id.compare(line.quantity, rest) > 0:
                refused.append(line._too_many(rest))
            left[move_id] = rest - line.quantity
        if refused:
            raise UserError("\n".join(refused))

    def action_view_transfers(self):
        """Open the transfers of these cases.

        :return: an action of the web client
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("stock.action_picking_tree_all")
        return {**action, "domain": [("id", "in", self.picking_ids.ids)], "context": {}}

    def action_view_credits(self):
        """Open the credit notes of these cases.

        :return: an action of the web client
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_move_out_refund_type")
        return {
            **action,
            "domain": [("order_return_id", "in", self.ids)],
            "context": {"default_move_type": "out_refund"},
        }

    def action_process(self):
        """The button of ``process``: settles, or says why not.

        :raises UserError: names every case that could not be settled
        """
        refused = [
            f"{answer['return']}: {answer['message']}"
            for answer in self.process()
            if not answer["ok"] and answer["code"] != "received"
        ]
        if refused:
            raise UserError("\n".join(refused))
        return True

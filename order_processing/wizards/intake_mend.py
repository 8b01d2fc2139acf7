from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.intake import reading
from ..models.intake.lookup_partner import PartnerLookup
from ..models.intake.parcel import NAMELESS, Parcel
from ..models.intake.places import in_words
from .intake_mend_rows import ROLES, merged, same, shown
from .intake_mend_words import Words

PROCESSOR = "order_processing.group_processor"
# key of the order to the field that shows it
HEAD = {
    "reference": "reference",
    "ordered_at": "ordered_at",
    "wished_date": "wished_date",
    "currency": "currency",
    "pricelist": "pricelist",
    "carrier": "carrier",
    "terms": "terms",
    "total": "total",
    "note": "note",
}
PAYMENT = {key: f"payment_{key}" for key in ("method", "reference", "amount", "state")}
CHOICES = {"carrier": "delivery.carrier", "terms": "account.payment.term", "pricelist": "product.pricelist"}
PARTS = {"lines": "line_ids", "charges": "charge_ids"}
# of another form than documented these show in no field
WHOLE = ("payment", "charges", "prices_include_tax", "replace")


class OrderIntakeMend(models.TransientModel):
    """A rejected order as a form: fields and lines, each with what is wrong; checked as often as wished, then resubmitted."""

    _name = "order.intake.mend"
    _description = "Mend a Rejected Order"

    intake_id = fields.Many2one("order.intake", "Submitted order", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="intake_id.company_id")
    source = fields.Char(related="intake_id.source")
    nameless = fields.Boolean(compute="_compute_nameless")
    base = fields.Json(readonly=True, help="The content on which this form was opened.")
    content = fields.Json(readonly=True, help="The content as it was checked last.")
    problems = fields.Json(readonly=True)
    problem_count = fields.Integer(readonly=True)
    general_problem = fields.Text(readonly=True)
    checked = fields.Boolean(readonly=True)
    holds = fields.Char(readonly=True)

    reference = fields.Char("Sender's reference")
    ordered_at = fields.Char("Ordered on")
    wished_date = fields.Char("Wished for")
    currency = fields.Char()
    pricelist = fields.Char()
    pricelist_id = fields.Many2one("product.pricelist", "Choose a pricelist", check_company=True)
    carrier = fields.Char()
    carrier_id = fields.Many2one("delivery.carrier", "Choose a carrier", check_company=True)
    terms = fields.Char("Payment terms")
    terms_id = fields.Many2one("account.payment.term", "Choose payment terms", check_company=True)
    total = fields.Char("Stated total")
    prices_include_tax = fields.Selection([("yes", "With tax"), ("no", "Without tax")], "Prices are")
    note = fields.Text()
    payment_method = fields.Char("Means of payment")
    payment_reference = fields.Char()
    payment_amount = fields.Char("Paid")
    payment_state = fields.Char()
    party_ids = fields.One2many("order.intake.mend.party", "mend_id", "Addresses")
    line_ids = fields.One2many("order.intake.mend.line", "mend_id", "Lines")
    charge_ids = fields.One2many("order.intake.mend.charge", "mend_id", "Charges")
    other_ids = fields.One2many("order.intake.mend.other", "mend_id", "Not understood")

    reference_problem = fields.Char(compute="_compute_problems")
    ordered_at_problem = fields.Char(compute="_compute_problems")
    wished_date_problem = fields.Char(compute="_compute_problems")
    currency_problem = fields.Char(compute="_compute_problems")
    pricelist_problem = fields.Char(compute="_compute_problems")
    carrier_problem = fields.Char(compute="_compute_problems")
    terms_problem = fields.Char(compute="_compute_problems")
    total_problem = fields.Char(compute="_compute_problems")
    prices_include_tax_problem = fields.Char(compute="_compute_problems")
    note_problem = fields.Char(compute="_compute_problems")
    payment_problem = fields.Char(compute="_compute_problems")
    lines_problem = fields.Char(compute="_compute_problems")
    charges_problem = fields.Char(compute="_compute_problems")

    @api.depends("intake_id")
    def _compute_nameless(self):
        for mend in self:
            mend.nameless = (mend.intake_id.reference or "").startswith(NAMELESS)

    @api.depends("problems")
    def _compute_problems(self):
        names = [name for name in self._fields if name.endswith("_problem") and name != "general_problem"]
        for mend in self:
            for name in names:
                mend[name] = (mend.problems or {}).get(name.removesuffix("_problem"), False)

    @api.onchange("carrier_id", "terms_id", "pricelist_id")
    def _onchange_choices(self):
        """What is chosen goes into the order by its name."""
        for key in CHOICES:
            if self[f"{key}_id"]:
                self[key] = self[f"{key}_id"].name

    def _item_code(self):
        """The kind of code by which this sender names products."""
        return self._settings().item_code

    def _settings(self):
        return self.env["order.intake.profile"]._settings_of(self.source, self.company_id)

    # ------------------------------------------------------------------ payload to form

    def _load(self, payload, errors):
        """Show ``payload`` with ``errors``, dicts of the contract; choices of lines that are still there stay."""
        self.ensure_one()
        kept = [
            {"product_id": line.product_id.id, "remember": line.remember, "sent_code": line.sent_code}
            for line in self.line_ids.sorted(lambda line: (line.place, line.id))
        ]
        order = payload if isinstance(payload, dict) else {}
        words = Words(self.env, self.company_id, order)
        told = words.by_place(errors)
        unknown = [error for error in errors if error["code"] == "unknown_key" or error["path"] in WHOLE]
        include = order.get("prices_include_tax")
        payment = order.get("payment") if isinstance(order.get("payment"), dict) else {}
        self.line_ids.unlink()
        vals = {
            **{name: shown(order.get(key)) for key, name in HEAD.items()},
            **{name: shown(payment.get(key)) for key, name in PAYMENT.items()},
            **dict.fromkeys((f"{key}_id" for key in CHOICES), False),
            "prices_include_tax": {True: "yes", False: "no"}.get(include) if isinstance(include, bool) else False,
            "content": {"value": payload},
            "problems": {key: "\n".join(rows) for key, rows in told.items()},
            "problem_count": len(errors),
            "general_problem": "\n".join(told.get("", [])),
            "party_ids": self._rows("party_ids", [(role, order.get(role)) for role, _label in ROLES], told),
            "other_ids": self._rows("other_ids", [(error["path"], None) for error in unknown], told),
        }
        for key, name in PARTS.items():
            sent = order.get(key) if isinstance(order.get(key), list) else []
            vals[name] = self._rows(name, [(f"{key}[{place}]", item) for place, item in enumerate(sent)], told)
        self.write(vals)
        for row, error in zip(self.other_ids, unknown):
            row.write({"found": error["found"], "where": in_words(self.env, order, error["path"])})
        # the form's own rows, in their order; none when it opens
        for line, choice in zip(self.line_ids.sorted("place"), kept):
            line.write(choice)

    def _rows(self, name, items, told):
        Row = self.env[self._fields[name].comodel_name]
        rows = [
            fields.Command.create(Row._vals(item, path, place, "\n".join(told.get(path, []))))
            for place, (path, item) in enumerate(items)
        ]
        return [fields.Command.clear(), *rows]

    # ------------------------------------------------------------------ form to payload

    def _payload(self):
        """The order as the form says it; what has no field, and what was not touched, is as it was."""
        self.ensure_one()
        before = (self.content or {}).get("value")
        left_out = set(self.other_ids.filtered("leave_out").mapped("path"))
        order = before if isinstance(before, dict) else {}
        order = {key: value for key, value in order.items() if key not in left_out}
        order = merged(order, {key: self[name] for key, name in HEAD.items()})
        include = before.get("prices_include_tax") if isinstance(before, dict) else None
        said = {"yes": True, "no": False}.get(self.prices_include_tax)
        if said is not None or isinstance(include, bool):
            order["prices_include_tax"] = said
        parts = {party.role: party._content(left_out) for party in self.party_ids}
        parts["payment"] = self._payment(order.get("payment"), left_out)
        for key, name in PARTS.items():
            rows = [row._content(left_out) for row in self[name].sorted(lambda row: (row.place, row.id))]
            parts[key] = rows or (order.get(key) if not isinstance(order.get(key), list) else None)
        self._number_lines(parts["lines"])
        for key, value in parts.items():
            if value is None or value == []:
                order.pop(key, None)
            else:
                order[key] = value
        return order

    def _payment(self, sent, left_out):
        if isinstance(sent, dict):
            sent = {key: value for key, value in sent.items() if f"payment.{key}" not in left_out}
        return merged(sent, {key: self[name] for key, name in PAYMENT.items()})

    def _number_lines(self, contents):
        """Lines keep the sender's numbers when others are taken out; a new one gets a number that was not sent."""
        rows = self.line_ids.sorted(lambda row: (row.place, row.id))
        before = (self.content or {}).get("value")
        sent = before.get("lines") if isinstance(before, dict) else None
        used = {
            reading.mark(place, item) if isinstance(item, dict) else str(place + 1)
            for place, item in enumerate(sent if isinstance(sent, list) else [])
        }
        for place, row in enumerate(rows):
            value = contents[place]
            if (
                not isinstance(value, dict)
                or not same(row.line, value.get("line"))
                or reading.present(value.get("line"))
            ):
                continue
            mark = row._mark()
            if not mark:
                number = place + 1
                while str(number) in used:
                    number += 1
                mark = str(number)
                used.add(mark)
            if mark != str(place + 1):
                value = {**value, "line": mark}
            contents[place] = value

    # ------------------------------------------------------------------ acts

    def action_check(self):
        """Say anew what is wrong, as if the order were submitted; nothing is entered.

        :return: an action of the web client
        """
        payload = self._checked()
        intake, found = self.intake_id, {}

        def act():
            self._remember()
            answers = intake._submit([payload], self.source, self.company_id, mended=True)
            made = self.env["sale.order"].sudo().browse([answer["order_id"] for answer in answers if answer["ok"]])
            if made:
                made.action_verify()
                holds = made.order_hold_ids.filtered(lambda hold: hold.state == "open")
                found["holds"] = ", ".join(holds.mapped("reason_id.name"))
            return answers

        answer = intake._trial(act)[0]
        self._load(payload, answer["errors"])
        self.write({"checked": True, "holds": found.get("holds", False)})
        return self._reopen()

    def action_resubmit(self):
        """Enter the order as the form says it; where it is rejected again the form says what is wrong.

        :return: an action of the web client: the order, or this form
        :raises UserError: somebody else mended the order meanwhile, or it is not rejected any more
        """
        payload = self._checked()
        self._remember()
        self.intake_id._mend(payload)
        answer = self.intake_id.action_resubmit()[0]
        intake = self.env["order.intake"].browse(answer["intake_id"])
        if answer["ok"]:
            return intake.action_open_order()
        self.intake_id = intake
        self._load(payload, answer["errors"])
        self.write({"checked": False, "holds": False, "base": {"value": intake.payload}})
        return self._reopen()

    def _checked(self):
        """The payload, when the caller may mend it and nobody else did meanwhile."""
        self.ensure_one()
        self.intake_id._check_order_group(PROCESSOR)
        self.intake_id.check_access("write")
        if self.intake_id.state != "rejected" or self.intake_id.payload != (self.base or {}).get("value"):
            raise UserError(
                self.env._(
                    "%s was mended or settled by somebody else meanwhile: close this form and open it again.",
                    self.intake_id.reference,
                )
            )
        return reading.plain(self._payload())

    def _remember(self):
        """Keep what was sent as the customer's own codes, of the lines that say so."""
        lines = self.line_ids.filtered(
            lambda line: line.remember and line.product_id and (line.sent_code or "").strip()
        )
        customer = self._customer() if lines else None
        if not customer:
            return
        house = customer.commercial_partner_id
        Code = self.env["order.customer.code"]
        known = Code.search([("company_id", "=", self.company_id.id), ("partner_id", "=", house.id)])
        known = {own.code.casefold(): own for own in known}
        for line in lines:
            code = line.sent_code.strip()
            if code.casefold() in known:
                known[code.casefold()].product_id = line.product_id
            else:
                known[code.casefold()] = Code.create(
                    {
                        "company_id": self.company_id.id,
                        "partner_id": house.id,
                        "code": code,
                        "product_id": line.product_id.id,
                    }
                )

    def _customer(self):
        """The customer that the order names, if it is a known one."""
        parcel = Parcel(self._payload())
        lookup = PartnerLookup(self.sudo().env, self.company_id.sudo(), self._settings())
        lookup.find([parcel])
        found = lookup.fill(parcel, {})
        return self.env["res.partner"].browse(found.id) if found and found.id else None

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Mend %s", self.intake_id.reference),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }


class OrderIntake(models.Model):
    _inherit = "order.intake"

    def action_mend(self):
        """Open a rejected order as a form in which it is mended.

        :return: an action of the web client
        :raises UserError: it is not rejected
        """
        self.ensure_one()
        self._check_order_group(PROCESSOR)
        self.check_access("write")
        if self.state != "rejected":
            raise UserError(self.env._("%s is not rejected: only rejected content is mended.", self.reference))
        mend = self.env["order.intake.mend"].create({"intake_id": self.id, "base": {"value": self.payload}})
        errors = [
            {name: error[name] or "" for name in ("path", "code", "message", "found")} for error in self.error_ids
        ]
        content = self.payload
        if isinstance(content, dict) and list(content) == ["as_received"]:
            content = content["as_received"]
        mend._load(content, errors)
        return mend._reopen()

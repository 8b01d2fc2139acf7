from odoo import api, fields, models

from ..models.common.number_words import number_words


class OrderQualityAnswer(models.TransientModel):
    """Answer the check of a quality point: count, measure, photograph, describe or weigh its goods, or scan them."""

    _name = "order.quality.answer"
    _description = "Answer a Check"

    check_id = fields.Many2one("order.quality.check", required=True, readonly=True, ondelete="cascade")
    kind = fields.Selection(related="check_id.kind")
    instruction = fields.Html(related="check_id.instruction")
    picture = fields.Image(related="check_id.picture")
    expected = fields.Char(compute="_compute_expected")
    line_ids = fields.One2many("order.quality.answer.line", "answer_id", "Goods")
    code = fields.Char("Scan", help="A product, a packaging, a lot or serial number, or a GS1 code.")
    said = fields.Char(readonly=True)
    note = fields.Text("What is wrong", help="Required where something failed.")

    @api.depends("check_id")
    def _compute_expected(self):
        for answer in self:
            point = answer.check_id.point_id
            answer.expected = point._expected_text() if point.kind == "measure" else False

    def action_scan(self):
        """Count what was scanned; the window stays open until everything is counted.

        :return: an action
        """
        self.ensure_one()
        code, self.code = self.code, False
        found = self.check_id.action_scan(code or "")
        self.said = self.env._(
            "%(product)s %(lot)s: %(counted)s of %(wanted)s",
            product=found["product"],
            lot=found["lot"],
            counted=number_words(self.env, found["counted"]),
            wanted=number_words(self.env, found["wanted"]),
        )
        if found["state"] != "to_check":
            return {"type": "ir.actions.act_window_close"}
        self._follow()
        return self._window()

    def action_apply(self):
        """Give the answers; what failed is held back in a transfer of its own.

        :return: an action
        """
        self.ensure_one()
        answers = [line._answer() for line in self.line_ids if line.answered]
        found = self.check_id.action_answer(answers, reason=self.note or "")[0]
        close = {"type": "ir.actions.act_window_close"}
        if not found["held_back"]:
            return close
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                # whoever has turned to the next parcel by then must still see it
                "sticky": True,
                "message": self.env._(
                    "What failed is held back in %(held)s; the rest of %(transfer)s may leave.",
                    held=found["held_back"],
                    transfer=found["transfer"],
                ),
                "next": close,
            },
        }

    def _follow(self):
        """Show what is counted now, and goods that came since; what was typed stays."""
        rows = self.check_id.line_ids._present()
        self.line_ids.filtered(lambda line: line.line_id not in rows).unlink()
        for line in self.line_ids:
            line.passed = line.line_id.passed_qty
        self.line_ids = self._lines_of(rows - self.line_ids.line_id)

    @api.model
    def _open(self, check):
        """The window for ``check`` (``order.quality.check``), its rows filled in as if all were well."""
        return self.create({"check_id": check.id, "line_ids": self._lines_of(check.line_ids._present())})._window()

    @api.model
    def _lines_of(self, rows):
        """Commands for lines that show ``rows`` (``order.quality.check.line``)."""
        return [
            fields.Command.create(
                {
                    "line_id": row.id,
                    "passed": row.passed_qty if row.answered_at or row.kind == "scan" else row.quantity,
                    "failed": row.failed_qty,
                    "value": row.value,
                    "weight": row.value,
                    "text": row.text,
                    # a concession stands until somebody says otherwise
                    "answered": row.kind == "pass_fail" and not row.conceded,
                }
            )
            for row in rows
        ]

    def _window(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.check_id.display_name,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }


class OrderQualityAnswerLine(models.TransientModel):
    """The answer for some goods."""

    _name = "order.quality.answer.line"
    _description = "Answer for Goods"

    answer_id = fields.Many2one("order.quality.answer", required=True, ondelete="cascade")
    line_id = fields.Many2one("order.quality.check.line", required=True, readonly=True, ondelete="cascade")
    kind = fields.Selection(related="line_id.kind")
    product_id = fields.Many2one(related="line_id.product_id")
    lot_id = fields.Many2one(related="line_id.lot_id")
    package_id = fields.Many2one(related="line_id.package_id")
    number = fields.Integer(related="line_id.number")
    quantity = fields.Float(related="line_id.quantity")
    uom_id = fields.Many2one(related="line_id.uom_id")
    answered = fields.Boolean("Answer", help="Rows that are not answered stay as they are.")
    passed = fields.Float("Good", digits="Product Unit")
    failed = fields.Float(digits="Product Unit")
    value = fields.Float("Measured", digits=(16, 6))
    weight = fields.Float(digits="Stock Weight")
    text = fields.Text()
    photo = fields.Image(max_width=1920, max_height=1920)

    @api.onchange("failed")
    def _onchange_failed(self):
        """What failed is not good, and is an answer."""
        if self.failed:
            self.answered = True
            if self.kind == "pass_fail":
                self.passed = max(self.quantity - self.failed, 0.0)

    @api.onchange("value", "weight", "text", "photo")
    def _onchange_found(self):
        """Whoever enters something has answered."""
        if self.value or self.weight or self.text or self.photo:
            self.answered = True

    def _answer(self):
        """This answer as ``order.quality.check.action_answer`` takes it."""
        self.ensure_one()
        answer = {"line": self.line_id.id}
        if self.kind == "measure":
            return {**answer, "value": self.value}
        if self.kind == "weight":
            return {**answer, "weight": self.weight}
        answer["failed"] = self.failed
        if self.kind == "pass_fail":
            answer["passed"] = self.passed
        elif self.kind in ("text", "photo"):
            answer[self.kind] = self[self.kind] or ""
        return answer

from odoo import api, fields, models


class ReconciliationHousekeeping(models.TransientModel):
    """What is left lying before the day is drawn: a count and a click each; the work is ``order.reconciliation.tidy``'s."""

    _name = "reconciliation.housekeeping"
    _description = "Housekeeping Before the Close"

    company_id = fields.Many2one("res.company", required=True, readonly=True, default=lambda self: self.env.company)
    line_ids = fields.One2many("reconciliation.housekeeping.line", "housekeeping_id")

    @api.model_create_multi
    def create(self, vals_list):
        """Count as it is opened."""
        wizards = super().create(vals_list)
        for wizard in wizards:
            wizard._count()
        return wizards

    def _count(self):
        """Count anew; what the clicks have done stays said."""
        found = self.env["order.reconciliation"].housekeeping(self.company_id.id)
        known = {line.code: line for line in self.line_ids}
        for place, queue in enumerate(found):
            values = {"label": queue["label"], "count": queue["count"]}
            if queue["code"] in known:
                known[queue["code"]].write(values)
            else:
                values |= {"housekeeping_id": self.id, "code": queue["code"], "sequence": place}
                self.env["reconciliation.housekeeping.line"].create(values)

    def action_count(self):
        """Count anew."""
        self.ensure_one()
        self._count()
        return self._reopen()

    def _reopen(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Housekeeping"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }


class ReconciliationHousekeepingLine(models.TransientModel):
    """One kind of what is left lying: how much of it, the click that mends it, and what the click did."""

    _name = "reconciliation.housekeeping.line"
    _description = "Left Lying"
    _order = "sequence, id"

    housekeeping_id = fields.Many2one("reconciliation.housekeeping", required=True, ondelete="cascade")
    sequence = fields.Integer()
    code = fields.Selection(
        [
            ("invoice", "Invoice what left"),
            ("hand_over", "Hand over"),
            ("reset_printed", "Take the pick lists back"),
            ("orphans", "Cancel the transfers"),
        ],
        "What mends it",
        required=True,
        readonly=True,
    )
    label = fields.Char("Left lying", readonly=True)
    count = fields.Integer(readonly=True)
    outcome = fields.Char(readonly=True)

    def action_tidy(self):
        """Put it away; pickups are opened, since each needs its driver's name.

        :return: a window action
        """
        self.ensure_one()
        if self.code == "hand_over":
            return self.action_open()
        answers = self.env["order.reconciliation"].tidy(self.code, self.housekeeping_id.company_id.id)
        done = sum(answer["ok"] for answer in answers)
        refused = [f"{answer['document']}: {answer['message']}" for answer in answers if not answer["ok"]]
        self.outcome = "; ".join([self.env._("%s done", done), *refused])
        self.housekeeping_id._count()
        return self.housekeeping_id._reopen()

    def action_open(self):
        """Open what was counted.

        :return: a window action
        """
        self.ensure_one()
        statements = self.env["order.reconciliation"]
        company = statements._tidy_company(self.housekeeping_id.company_id.id)
        records = statements._tidy_records(self.code, company)
        return {
            "type": "ir.actions.act_window",
            "name": self.label,
            "res_model": records._name,
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", records.ids)],
        }

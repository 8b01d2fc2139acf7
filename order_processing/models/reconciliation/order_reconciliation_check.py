from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from . import checks
from .order_reconciliation import OPEN, PROCESSOR


class OrderReconciliationCheck(models.Model):
    """What a check found at the cut of one statement, and what was said to it. Signed with the statement.

    ``documents`` is a list of ``{id, name}`` of ``model``, at most 200 of the ``document_count``, by name.
    """

    _name = "order.reconciliation.check"
    _description = "Check of a Daily Statement"
    _order = "reconciliation_id desc, sequence, id"
    _rec_name = "code"
    _log_access = False

    reconciliation_id = fields.Many2one(
        "order.reconciliation", "Statement", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    state = fields.Selection(related="reconciliation_id.state")
    sequence = fields.Integer(readonly=True, aggregator=None)
    code = fields.Selection(checks.LABELS, "Check", required=True, readonly=True)
    weight = fields.Selection(checks.WEIGHTS, "What it asks for", required=True, readonly=True)
    model = fields.Char(readonly=True)
    documents = fields.Json(readonly=True)
    document_count = fields.Integer("Found", readonly=True, aggregator=None)
    numbers = fields.Json(readonly=True, help="The numbers of all documents found, where more were than are listed.")
    names = fields.Char("Documents", compute="_compute_names")
    advice = fields.Char(compute="_compute_names")
    explanation = fields.Char(help="Why the day is right nevertheless; signed with it.")
    explained_by_id = fields.Many2one("res.users", "Explained by", readonly=True, ondelete="restrict")
    fingerprint = fields.Char(readonly=True, help="Over the numbers of all documents found.")
    status = fields.Selection(
        [("fine", "Nothing found"), ("note", "Shown"), ("explained", "Explained"), ("explain", "To explain"),
         ("stop", "Stops the signature")],
        compute="_compute_status",
    )  # fmt: skip

    @api.depends("documents", "document_count", "code")
    @api.depends_context("lang")
    def _compute_names(self):
        advices = self._advices()
        for check in self:
            shown = [document["name"] or "?" for document in (check.documents or [])[:5]]
            more = check.document_count - len(shown)
            names = ", ".join(dict.fromkeys(shown))
            check.names = self.env._("%(names)s and %(more)s more", names=names, more=more) if more > 0 else names
            check.advice = advices[check.code] if check.document_count else False

    @api.model
    def _advices(self):
        """What mends a finding, by code."""
        return {
            "not_invoiced": self.env._("Make the invoices."),
            "drafts": self.env._("Post them, or delete what is not wanted."),
            "held_unowned": self.env._("Claim the holds, or release them."),
            "promises_missed": self.env._("Ship them, or promise anew and tell the customers."),
            "pickups_open": self.env._("Hand them over, or move the parcels to another pickup."),
            "printed_unshipped": self.env._("Ship them, or pick again tomorrow."),
            "orphan_transfers": self.env._("Cancel the transfers."),
            "returns_uninspected": self.env._("Inspect the goods."),
            "discrepancies_unowned": self.env._("Give each an owner, or mend it."),
            "submissions_undecided": self.env._("Submit them again, or give them up."),
            "back_dated": self.env._("They stand in this day as adjustments of days before."),
            "differences": self.env._("Look at the documents that the balance names."),
        }

    @api.depends("weight", "document_count", "explanation")
    def _compute_status(self):
        for check in self:
            if not check.document_count:
                check.status = "fine"
            elif check.weight == "explain" and (check.explanation or "").strip():
                check.status = "explained"
            else:
                check.status = check.weight

    def action_open_documents(self):
        """Open what the check found.

        :return: a window action
        :raises UserError: nothing was found
        """
        self.ensure_one()
        self.check_access("read")
        if self.code == "differences" and self.document_count:
            return self.reconciliation_id.action_open_differences()
        ids = self.numbers or [document["id"] for document in self.documents or [] if document["id"]]
        if not ids:
            raise UserError(self.env._("Nothing was found here."))
        return {
            "type": "ir.actions.act_window",
            "name": dict(self._fields["code"]._description_selection(self.env))[self.code],
            "res_model": self.model,
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", ids)],
        }

    # ------------------------------------------------------------------ the guard

    def _refuse(self):
        raise UserError(self.env._("Checks of a statement are drawn with it; only an explanation may be written."))

    @api.model_create_multi
    def create(self, vals_list):
        """Refused: a statement inserts its checks."""
        self._refuse()

    def write(self, vals):
        """The explanation of a check of a day that is not signed (processors); who wrote it is kept.

        :raises UserError: another value, the statement is signed, or there is nothing to explain
        """
        if set(vals) - {"explanation"}:
            self._refuse()
        if not vals:
            return True
        self._check_explainable()
        text = (vals["explanation"] or "").strip()
        return super().write({"explanation": text, "explained_by_id": self.env.uid if text else False})

    def _check_explainable(self):
        self.env["order.reconciliation"]._check_order_group(PROCESSOR)
        self.check_access("write")
        # a new version of the statement's row: who signs or explains beside it with an older snapshot starts again
        self.env.cr.execute(
            SQL(
                "UPDATE order_reconciliation SET write_date = write_date WHERE id = ANY(%s)", self.reconciliation_id.ids
            )
        )
        nothing = self.filtered(lambda check: not check.document_count)
        if nothing:
            labels = dict(self._fields["code"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "Nothing was found, so there is nothing to explain: %s.",
                    ", ".join(labels[check.code] for check in nothing),
                )
            )
        closed = self.reconciliation_id.filtered(lambda statement: statement.state not in OPEN)
        if closed:
            raise UserError(
                self.env._("%s is signed and stays as it was signed.", ", ".join(closed.mapped("display_name")))
            )

    def unlink(self):
        """Refused for everybody."""
        self._refuse()

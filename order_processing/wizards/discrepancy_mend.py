from odoo import api, fields, models
from odoo.fields import Command

from ..models.discrepancy.mends import ACTS, BY_ACT
from ..models.discrepancy.order_claim import PARTIES


class DiscrepancyMend(models.TransientModel):
    """Choose how discrepancies are mended, see what that does, and do it. Rights and checks are those of ``order.discrepancy``."""

    _name = "discrepancy.mend"
    _description = "Mend Discrepancies"

    discrepancy_ids = fields.Many2many("order.discrepancy", readonly=True)
    single = fields.Boolean(compute="_compute_single")
    single_text = fields.Char(compute="_compute_single")
    option_ids = fields.One2many("discrepancy.mend.option", "mend_id", readonly=True)
    act = fields.Selection([(act.code, act.label) for act in ACTS], readonly=True)
    why = fields.Char(readonly=True)
    layout = fields.Selection(
        [("money", "Money"), ("goods", "Goods"), ("both", "Both"), ("text", "Text")],
        compute="_compute_layout",
        string="Shows",
    )
    asks_post = fields.Boolean(compute="_compute_layout")
    asks_note = fields.Boolean(compute="_compute_layout")
    asks = fields.Boolean(compute="_compute_layout")
    may_post = fields.Boolean(compute="_compute_may_post")
    post = fields.Boolean("Post at once", help="Otherwise drafts are made, for somebody to post.")
    reason_id = fields.Many2one("order.close.reason")
    party = fields.Selection(PARTIES, "Claim from")
    note = fields.Char()
    blocked = fields.Text(readonly=True)
    problem = fields.Text(readonly=True)
    notes = fields.Text(readonly=True)
    left_alone = fields.Text(readonly=True)
    left_text = fields.Text(readonly=True)
    row_ids = fields.One2many("discrepancy.mend.row", "mend_id", "What it makes", readonly=True)
    draft_ids = fields.One2many("discrepancy.mend.draft", "mend_id", "There already", readonly=True)

    @api.depends("act")
    def _compute_layout(self):
        for mend in self:
            act = BY_ACT.get(mend.act)
            other = {"each": "both", "close_short": "money", "claim": "money", "accept": "money"}
            mend.layout = (act and act.books) or other.get(mend.act, "text")
            asked = act.asks if act else ()
            mend.asks, mend.asks_post, mend.asks_note = bool(asked), "post" in asked, "note" in asked

    @api.depends("discrepancy_ids")
    def _compute_single(self):
        for mend in self:
            mend.single = len(mend.discrepancy_ids) == 1
            mend.single_text = mend.discrepancy_ids._mend_told() if mend.single else False

    def _compute_may_post(self):
        self.may_post = self.env["order.discrepancy"]._mend_may_post()

    # ------------------------------------------------------------------ open, choose, preview

    @api.model
    def _open_for(self, records):
        """The action that shows the screen for ``records``, with the preview of what is proposed."""
        mend = self.create(
            {
                "discrepancy_ids": [Command.set(records.ids)],
                "post": records._mend_may_post(),
                "reason_id": self.env["order.close.reason"].search([], limit=1).id,
            }
        )
        mend._show()
        return mend._action()

    def _action(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Mend"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def action_preview(self):
        """Show again what the chosen act does, with what is entered now."""
        self._show(self.act)
        return self._action()

    def _show(self, code=None):
        """Bring the screen up to date for the act ``code``, or for what is proposed."""
        self.ensure_one()
        options = self.discrepancy_ids.mend_options()
        chosen = next((option for option in options if option["act"] == code), options[0])
        act = BY_ACT[chosen["act"]]
        shown = {"rows": [], "problem": "", "notes": [], "left": []}
        if not chosen["blocked"]:
            shown.update(self._preview(act, self.discrepancy_ids.browse(chosen["ids"])))
        others = self.discrepancy_ids - self.discrepancy_ids.browse(chosen["ids"])
        self.write(
            {
                "act": act.code,
                "why": chosen["why"],
                "blocked": chosen["blocked"],
                "problem": shown["problem"],
                "notes": "\n".join(shown["notes"]),
                "left_text": "\n".join(shown["left"]),
                "left_alone": "\n".join(others.mapped("display_name")),
                "option_ids": [Command.clear(), *(Command.create(self._option_vals(option, act)) for option in options)],
                "row_ids": [Command.clear(), *(Command.create(row) for row in shown["rows"])],
                "draft_ids": [
                    Command.clear(),
                    *(
                        Command.create({"name": draft["name"], "label": draft["label"],
                                        "res_model": draft["model"], "res_id": draft["id"]})
                        for draft in chosen["drafts"]
                    ),
                ],
            }
        )  # fmt: skip

    def _preview(self, act, records):
        if act.code == "ask":
            return {"rows": records._mend_rows_of_questions()}
        if act.screen:
            return {}
        wishes = self._wishes()
        if act.code == "accept":
            # the reason may come after the look at it
            wishes["note"] = wishes["note"] or "…"
        return records.mend_preview(act.code, **wishes)

    def _wishes(self):
        return {
            "reason_code": self.reason_id.code or "",
            "note": self.note or "",
            "post": self.post and self.may_post,
            "party": self.party or "",
        }

    def _option_vals(self, option, act):
        count = self.env._("%(number)s of %(all)s", number=len(option["ids"]), all=len(self.discrepancy_ids))
        remark = option["blocked"]
        if not remark and option["drafts"]:
            remark = self.env._("There already: %s", ", ".join(draft["name"] for draft in option["drafts"]))
        return {
            "act": option["act"],
            "name": option["label"],
            "chosen": option["act"] == act.code,
            "blocked": bool(option["blocked"]),
            "count": count if len(self.discrepancy_ids) > 1 else False,
            "remark": remark or option["why"],
        }

    # ------------------------------------------------------------------ do it

    def action_apply(self):
        """Do what is chosen, to those that it mends, and go to what was made."""
        self.ensure_one()
        records = self.discrepancy_ids._mend_fits(self.act)
        if self.act == "ask":
            return records.action_ask_customer()
        if self.act == "register":
            return records._mend_register()
        if self.act == "open":
            return records._mend_open()
        answer = records.mend_apply(self.act, **self._wishes())
        return self._tell(records, answer)

    def _tell(self, records, answer):
        """A message with what was made and what still differs, then the documents."""
        made = ", ".join(document["name"] for document in answer["documents"])
        rows = [self.env._("Made: %s.", made) if made else "", *answer["notes"]]
        if answer["left"]:
            rows.append(self.env._("Still differs: %s", "; ".join(answer["left"])))
        elif answer["ids"]:
            rows.append(self.env._("Nothing of these lines differs any more."))
        target = {"type": "ir.actions.act_window_close"}
        models_made = {document["model"] for document in answer["documents"]}
        if len(models_made) > 1:
            target = records._open("order.discrepancy", records, answer["label"])
        elif models_made:
            model = models_made.pop()
            documents = self.env[model].browse([document["id"] for document in answer["documents"]])
            target = records._open(model, documents, answer["label"])
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": answer["label"],
                "message": "\n".join(filter(None, rows)),
                "type": "warning" if answer["left"] else "success",
                "sticky": bool(answer["left"]),
                "next": target,
            },
        }


class DiscrepancyMendOption(models.TransientModel):
    """One way to mend what is on the screen."""

    _name = "discrepancy.mend.option"
    _description = "Way to Mend Discrepancies"

    mend_id = fields.Many2one("discrepancy.mend", required=True, ondelete="cascade")
    act = fields.Char(required=True)
    name = fields.Char("Way")
    chosen = fields.Boolean()
    blocked = fields.Boolean()
    count = fields.Char("For")
    remark = fields.Char()

    def action_choose(self):
        """Choose it and see what it does."""
        self.ensure_one()
        # the ways are listed anew
        mend = self.mend_id
        mend._show(self.act)
        return mend._action()


class DiscrepancyMendRow(models.TransientModel):
    """One row of the preview: a document, or a line in it."""

    _name = "discrepancy.mend.row"
    _description = "Preview of Mending"

    mend_id = fields.Many2one("discrepancy.mend", required=True, ondelete="cascade")
    name = fields.Char("Document")
    heading = fields.Boolean()
    quantity = fields.Float(digits="Product Unit")
    unit = fields.Char()
    price = fields.Float("Unit price", digits="Product Price")
    discount = fields.Float("Disc. %", digits="Discount")
    taxes = fields.Char()
    currency_id = fields.Many2one("res.currency")
    amount = fields.Monetary()
    source = fields.Char("From")
    target = fields.Char("To")


class DiscrepancyMendDraft(models.TransientModel):
    """A document that is there already for the same."""

    _name = "discrepancy.mend.draft"
    _description = "Draft for the Same Discrepancy"

    mend_id = fields.Many2one("discrepancy.mend", required=True, ondelete="cascade")
    name = fields.Char("Document")
    label = fields.Char("What it is")
    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference("Number", model_field="res_model")

    def action_open(self):
        """Open it instead."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

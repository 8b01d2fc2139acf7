import json
import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.common.number_words import number_words
from ..models.intake import reading
from ..models.intake.places import in_words


class OrderIntakeTrial(models.TransientModel):
    """An order tried against a sender's profile: what would become of it, nothing written."""

    _name = "order.intake.trial"
    _description = "Try an Order"

    profile_id = fields.Many2one("order.intake.profile", "Sender", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="profile_id.company_id")
    intake_id = fields.Many2one(
        "order.intake", "A submitted order", ondelete="cascade", domain="[('company_id', '=', company_id)]"
    )
    payload_text = fields.Text("Order", help="One order, or a list of them, as a program sends it.")
    result_html = fields.Html("Result", readonly=True, sanitize=False)

    @api.onchange("intake_id")
    def _onchange_intake_id(self):
        """A kept order brings its content as the sender sent it."""
        if self.intake_id:
            content = self.intake_id.sent_payload or self.intake_id.payload
            self.payload_text = json.dumps(reading.in_order(content), indent=2, ensure_ascii=False)

    def action_try(self):
        """Show what would become of the pasted order, as if its reference had never been sent; nothing is written.

        :return: an action of the web client
        :raises UserError: what was pasted is no JSON
        """
        self.ensure_one()
        self.profile_id.check_access("read")
        try:
            pasted = json.loads(self.payload_text or "")
        except ValueError as error:
            raise UserError(self.env._("This is no JSON: %s", error)) from None
        orders = pasted if isinstance(pasted, list) else [pasted]
        answers = self.env["order.intake"]._try(orders, self.profile_id)
        self.result_html = self.env["ir.qweb"]._render("order_processing.intake_trial_result", {"answers": answers})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Try an Order of %s", self.profile_id.source),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }


class OrderIntake(models.Model):
    _inherit = "order.intake"

    @api.model
    def _try(self, orders, profile):
        """What would become of ``orders`` of the sender of ``profile``, whatever it sent before; all of it taken back.

        :return: one dict per order: ``{reference, ok, code, errors, lines: [{name, quantity, unit, price}], customer, amount}``
        """
        self._check_order_group("order_processing.group_processor")
        company = profile.company_id
        # a name that no sender has: references that were used are evaluated all the same
        source = f"trial-{secrets.token_hex(8)}"
        shown = []

        def act():
            answers = self._submit(orders, source, company, settings=profile.sudo()._settings())
            made = self.env["sale.order"].sudo().browse([answer["order_id"] for answer in answers if answer["ok"]])
            results = {result["order_id"]: result for result in made.action_verify()} if made else {}
            for sent, answer in zip(orders, answers):
                order = made.filtered(lambda order, answer=answer: order.id == answer["order_id"])
                shown.append(
                    {
                        **answer,
                        "errors": [
                            {**error, "where": in_words(self.env, sent, error["path"])} for error in answer["errors"]
                        ],
                        "customer": order.partner_id.display_name or "",
                        "held": results.get(order.id, {}).get("state") == "held",
                        "holds": order.order_hold_ids.filtered(lambda hold: hold.state == "open").mapped(
                            "reason_id.name"
                        ),
                        "amount": order.currency_id.format(order.amount_total) if order else "",
                        "lines": [
                            {
                                "name": line.product_id.display_name,
                                "quantity": number_words(self.env, line.product_uom_qty),
                                "unit": line.product_uom_id.name,
                                "price": order.currency_id.format(line.price_unit),
                            }
                            for line in order.order_line
                        ],
                    }
                )
            return answers

        self._trial(act)
        return shown

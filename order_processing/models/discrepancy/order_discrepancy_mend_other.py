from odoo import models
from odoo.exceptions import UserError

from ..common.number_words import number_words
from .kinds import BY_CODE
from .mends import acts_of
from .order_discrepancy import OPEN, PROCESSOR

STORED = ("qty_delivered", "qty_invoiced")


class OrderDiscrepancyMendOther(models.Model):
    """Acts that make no invoice and no transfer: questions, claims, acceptance, stored figures, the documents themselves."""

    _inherit = "order.discrepancy"

    # ------------------------------------------------------------------ accept, recompute

    def _mend_by_accept(self, wishes):
        """Accept with the note as the reason; rights and limits are those of ``action_accept``."""
        if not wishes["note"]:
            raise UserError(self.env._("Say why: accepting needs a reason."))
        rows = [
            self._mend_row(record.display_name, amount=record.value, currency_id=record.currency_id.id)
            for record in self
        ]
        self.action_accept(reason=wishes["note"])
        return {"documents": [], "rows": rows}

    def _mend_by_recompute(self, wishes):
        """Let core compute the stored quantities of the lines anew from their documents."""
        lines = self.line_id.sudo()
        before = {line.id: [line[name] for name in STORED] for line in lines}
        for name in STORED:
            self.env.add_to_compute(lines._fields[name], lines.filtered(lambda line: line.qty_delivered_method))
        lines.flush_recordset()
        labels = [lines._fields[name]._description_string(self.env) for name in STORED]
        rows = []
        for line in lines:
            for label, name, old in zip(labels, STORED, before[line.id]):
                text = self.env._(
                    "%(line)s, %(field)s: %(old)s before",
                    line=line.display_name,
                    field=label,
                    old=number_words(self.env, old),
                )
                rows.append(self._mend_row(text, quantity=line[name], unit=line.product_uom_id.name))
        return {"documents": [lines.sudo(False).order_id], "rows": rows}

    # ------------------------------------------------------------------ ask

    def action_ask_customer(self):
        """Open a mail to the customer about these discrepancies, in the customer's language (processors).

        It is sent and kept with the order; several orders are asked in one go, each with its own mail.

        :return: an action of the web client: the composer
        :raises UserError: none of them is a question to the customer
        """
        self._mend_check_rights()
        asked = self.filtered(lambda record: record.state in OPEN and "ask" in acts_of(record.kind))
        if not asked:
            raise UserError(self.env._("There is nothing to ask the customer about %s.", self._mend_names()))
        template = self.env.ref("order_processing.mail_template_discrepancy_question")
        return asked.order_id._ask_customer_action(template, order_question_discrepancy_ids=asked.ids)

    def _mend_questions(self):
        """Question to the customer by kind, in the language of the environment; ``_mend_question`` fills it in."""
        return {
            "short_shipped": self.env._(
                "%(product)s: we sent %(found)s of %(expected)s. May we send the rest later, or shall we close the order for it?"
            ),
            "over_shipped": self.env._(
                "%(product)s: you got %(found)s and had ordered %(expected)s. Would you keep the rest, or may we fetch it?"
            ),
            "late": self.env._(
                "%(product)s: we are late with %(missing)s. Do you still want it, and until when would it be in time?"
            ),
            "invoiced_not_shipped": self.env._(
                "%(product)s: we invoiced %(missing)s too much. Have you received these goods?"
            ),
            "price_differs": self.env._(
                "%(product)s: our invoice differs from your order by %(missing)s. Which price was agreed?"
            ),
            "refunded_not_returned": self.env._(
                "%(product)s: we credited %(missing)s. When may we expect the goods back?"
            ),
            "over_returned": self.env._(
                "%(product)s: %(missing)s more came back than we sent. What are they meant for?"
            ),
            "replacement_not_sent": self.env._(
                "%(product)s: we owe you %(missing)s in exchange. Do you still want it?"
            ),
            "paid_not_shipped": self.env._(
                "%(product)s: %(missing)s are paid and not delivered. Shall we send them, or refund them?"
            ),
            "over_paid": self.env._("You paid %(missing)s more than we invoiced. Shall we pay it back, or set it off?"),
            "under_paid": self.env._(
                "%(missing)s of our invoice are not paid yet. Is there anything to be settled first?"
            ),
            "cancelled_but_shipped": self.env._(
                "%(product)s: the order is cancelled and you have %(missing)s of it. When may we fetch the goods?"
            ),
            "wrong_address": self.env._(
                "%(product)s: the parcel went to another address than agreed. Has it reached you?"
            ),
            "wrong_product": self.env._(
                "In place of %(product)s another product left. Have you received it, and would you keep it?"
            ),
            "parcel_weight": self.env._(
                "%(product)s: the weight of the parcel was not as expected. Was its content complete?"
            ),
            "not_scanned": self.env._(
                "%(product)s: the carrier has not told us that it has your parcel. Has it reached you?"
            ),
            "changed_after_verification": self.env._(
                "The order was changed after it was checked. Is it right as it stands now?"
            ),
        }

    def _mend_question(self, texts):
        self.ensure_one()
        return texts[self.kind] % {
            "product": (self.line_id.name or self.product_id.display_name or "").split("\n")[0],
            "expected": self.expected_text,
            "found": self.found_text,
            "missing": self._shown(abs(self.difference)),
        }

    def _mend_rows_of_questions(self):
        """Rows for people: who is asked what, in the customer's language."""
        rows = []
        for order, records in self.grouped("order_id").items():
            partner = order.partner_id
            label = f"{order.name}: {partner.display_name}, {partner.email or self.env._('no e-mail address')}"
            rows.append(self._mend_row(label, heading=True))
            spoken = order.with_context(lang=partner.lang or self.env.lang, order_question_discrepancy_ids=records.ids)
            rows += [self._mend_row(text) for text in spoken._discrepancy_questions()]
        return rows

    def _asked_customer(self):
        """Keep that the customer was asked about these discrepancies, once the mail is on its way; other rooms extend it.

        :return: dict of order to list of the questions, in the customer's language
        """
        asked, bodies = {}, {}
        for order, records in self.grouped("order_id").items():
            spoken = order.with_context(
                lang=order.partner_id.lang or self.env.lang, order_question_discrepancy_ids=records.ids
            )
            asked[order] = spoken._discrepancy_questions()
            texts = records.with_env(spoken.env)._mend_questions()
            for record in records.filtered(lambda record, texts=texts: record.kind in texts):
                question = record.with_env(spoken.env)._mend_question(texts)
                bodies[record.id] = self.env._("The customer was asked: %s", question)
        if bodies:
            self.browse(bodies)._message_log_batch(bodies=bodies)
        return asked

    # ------------------------------------------------------------------ claim

    def _mend_by_claim(self, wishes):
        """One claim per order and party over these discrepancies, with its filing deadline; the desk adds the proof.

        What is claimed already is left alone.
        """
        claims = self.env["order.claim"].search(
            [("line_ids.discrepancy_id", "in", self.ids), ("state", "in", ("draft", "filed", "settled"))]
        )
        todo = self - claims.line_ids.discrepancy_id
        if not todo:
            raise UserError(self.env._("It is claimed already: %s.", ", ".join(claims.mapped("display_name"))))
        claims = self.env["order.claim"]._create_for(todo, wishes["party"], wishes["note"])
        claims.line_ids.discrepancy_id.filtered(lambda record: record.state == "open").action_take()
        return {"documents": [claims]}

    # ------------------------------------------------------------------ by hand

    def _mend_open(self):
        """Open what these discrepancies are about: of one record its documents, of several their orders."""
        if len(self) == 1:
            kind = BY_CODE.get(self.kind)
            return getattr(self, kind.mend if kind else "", self.action_open_order)()
        return self._open("sale.order", self.order_id, self.env._("Orders"))

    def action_open_order(self):
        """Open the order of this discrepancy."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.order_id.id,
            "views": [(False, "form")],
        }

    def action_open_transfers(self):
        """Open the transfers of this line, done and open ones."""
        self.ensure_one()
        return self._mend_transfers()

    def action_open_invoices(self):
        """Open the invoices and credit notes of this line, drafts too."""
        self.ensure_one()
        return self._mend_invoices()

    def _mend_order(self):
        return self.action_open_order()

    def _mend_stored(self):
        return self.action_open_order()

    def _mend_transfers(self):
        transfers = self.line_id.move_ids.picking_id
        if not transfers:
            return self.action_open_order()
        return self._open("stock.picking", transfers, self.env._("Transfers of %s", self.order_id.name))

    def _mend_invoices(self):
        invoices = self.line_id.invoice_lines.move_id
        if not invoices:
            return self.action_open_order()
        return self._open("account.move", invoices, self.env._("Invoices of %s", self.order_id.name))

    def _mend_invoice(self):
        """Core's wizard: it invoices what is due and credits what came back. A draft that exists is shown instead."""
        drafts = self.line_id.invoice_lines.move_id.filtered(lambda move: move.state == "draft")
        if drafts:
            return self._open("account.move", drafts, self.env._("Drafts of %s", self.order_id.name))
        action = self.env["ir.actions.act_window"]._for_xml_id("sale.action_view_sale_advance_payment_inv")
        return {**action, "context": {"active_model": "sale.order", "active_ids": self.order_id.ids}}

    def _mend_return(self):
        """Core's return of the last transfer that brought goods of this line to the customer."""
        sent = self.line_id.move_ids.filtered(
            lambda move: move.state == "done" and move.location_dest_id.usage == "customer"
        )
        if not sent:
            return self.action_open_order()
        transfer = sent.sorted("date")[-1].picking_id
        action = self.env["ir.actions.act_window"]._for_xml_id("stock.act_stock_return_picking")
        return {
            **action,
            "context": {"active_model": "stock.picking", "active_id": transfer.id, "active_ids": transfer.ids},
        }

    def _open(self, model_name, records, name):
        action = {"type": "ir.actions.act_window", "name": name, "res_model": model_name}
        if len(records) == 1:
            return {**action, "res_id": records.id, "views": [(False, "form")]}
        return {**action, "views": [(False, "list"), (False, "form")], "domain": [("id", "in", records.ids)]}


class MailComposeMessage(models.TransientModel):
    _inherit = "mail.compose.message"

    def _action_send_mail(self, auto_commit=False):
        """A question that was sent about discrepancies is kept with them; who is not of the desk asks nothing."""
        answer = super()._action_send_mail(auto_commit=auto_commit)
        chosen = self.env.context.get("order_question_discrepancy_ids")
        Discrepancy = self.env["order.discrepancy"]
        if chosen and set(self.mapped("model")) == {"sale.order"} and Discrepancy._has_order_group(PROCESSOR):
            orders = self.env["sale.order"].browse(
                {order for composer in self for order in composer._evaluate_res_ids()}
            )
            Discrepancy.search(
                [("id", "in", chosen), ("order_id", "in", orders.ids), ("state", "in", OPEN)]
            )._asked_customer()
        return answer

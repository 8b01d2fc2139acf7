"""Parts of a rejected order as rows in which a person mends them; what is not touched stays as it was sent."""

import json

from odoo import api, fields, models

from ..models.common.scalars import present
from ..models.intake.schema import ADDRESS_KEYS

ROLES = [("customer", "Customer"), ("ship_to", "Deliver to"), ("invoice_to", "Invoice to")]
# a row that was not sent comes after all that were
LAST = 1_000_000


def shown(value):
    """A sent value as the text of a field: any JSON value has one."""
    if not present(value):
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def same(text, value):
    """Whether a field still says what was sent; the web client takes blanks away."""
    return (text or "").split() == shown(value).split()


def merged(sent, texts):
    """What was sent with the fields that were changed.

    :param sent: any JSON value
    :param dict texts: text of each key that has a field
    :return: ``sent`` itself where nothing was changed, else a dict
    """
    before = sent if isinstance(sent, dict) else {}
    changed = {key: (text or "").strip() for key, text in texts.items() if not same(text, before.get(key))}
    if not changed:
        return sent
    value = {key: item for key, item in before.items() if key not in changed}
    return {**value, **{key: text for key, text in changed.items() if text}}


class OrderIntakeMendPart(models.AbstractModel):
    """One part of the order: what was sent of it, what is wrong with it, and fields to change it."""

    _name = "order.intake.mend.part"
    _description = "Part of an Order That Is Mended"
    _order = "place, id"

    mend_id = fields.Many2one("order.intake.mend", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="mend_id.company_id")
    place = fields.Integer(default=LAST, readonly=True)
    sent = fields.Json(readonly=True)
    path = fields.Char(readonly=True)
    problem = fields.Text("What is wrong", readonly=True)

    def _sent(self):
        return (self.sent or {}).get("value")

    def _keys(self):
        """Keys of the contract that are fields of this row, to these fields; what stands under no key is left as it was sent."""
        return {}

    def _content(self, left_out):
        """The part as it is now.

        :param set left_out: paths that are left out of it
        """
        self.ensure_one()
        sent = self._sent()
        if isinstance(sent, dict):
            sent = {key: item for key, item in sent.items() if f"{self.path}.{key}" not in left_out}
        return merged(sent, {key: self[name] for key, name in self._keys().items()})

    @api.model
    def _vals(self, sent, path, place, problem):
        """Values of the row of what was ``sent`` at ``path``."""
        parts = sent if isinstance(sent, dict) else {}
        texts = {name: shown(parts.get(key)) for key, name in self._keys().items()}
        return {**texts, "sent": {"value": sent}, "path": path, "place": place, "problem": problem}


class OrderIntakeMendParty(models.TransientModel):
    _name = "order.intake.mend.party"
    _inherit = ["order.intake.mend.part"]
    _description = "Address of an Order That Is Mended"

    role = fields.Selection(ROLES, required=True, readonly=True)
    word = fields.Char("Sent as", help="A reference, an e-mail or a VAT number that names the contact.")
    partner_id = fields.Many2one(
        "res.partner",
        "Choose",
        check_company=True,
        help="Puts the contact's reference, or its address, into the order.",
    )
    reference = fields.Char()
    name = fields.Char()
    company = fields.Char("Company name")
    vat = fields.Char("VAT number")
    email = fields.Char("E-mail")
    phone = fields.Char()
    street = fields.Char()
    street2 = fields.Char("Street 2")
    city = fields.Char()
    zip = fields.Char("ZIP")
    state = fields.Char()
    country = fields.Char(help="Two letters of ISO 3166-1, like GB.")

    def _keys(self):
        return {key: key for key in ADDRESS_KEYS}

    @api.model
    def _vals(self, sent, path, place, problem):
        word = "" if isinstance(sent, dict) else shown(sent)
        return {**super()._vals(sent, path, place, problem), "role": path, "word": word}

    def _content(self, left_out):
        """A word or an address; a word that was typed replaces the address."""
        sent = self._sent()
        word = "" if isinstance(sent, dict) else sent
        if not same(self.word, word) and (self.word or "").strip():
            return self.word.strip()
        value = super()._content(left_out)
        if value is sent and not isinstance(sent, dict):
            return sent if (self.word or "").strip() else None
        return value

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        """A contact with a reference is named by it, another one by its address."""
        partner = self.partner_id
        if not partner:
            return
        for name in ADDRESS_KEYS:
            self[name] = False
        self.word = partner.ref
        if partner.ref:
            return
        for name in ("name", "email", "phone", "street", "street2", "city", "zip"):
            self[name] = partner[name]
        self.vat = partner.vat if self.role == "customer" else False
        self.country = partner.country_id.code
        self.state = partner.state_id.code


class OrderIntakeMendLine(models.TransientModel):
    _name = "order.intake.mend.line"
    _inherit = ["order.intake.mend.part"]
    _description = "Line of an Order That Is Mended"

    line = fields.Char(help="The sender's id of the line, by default its place from 1.")
    product = fields.Char("Sent as")
    sent_code = fields.Char(readonly=True)
    product_id = fields.Many2one(
        "product.product",
        "Choose",
        check_company=True,
        domain=[("sale_ok", "=", True)],
        help="Puts the code of the product into the order.",
    )
    remember = fields.Boolean(
        help="Keep what was sent as the customer's own code of this product, for its next orders."
    )
    quantity = fields.Char()
    unit = fields.Char()
    price = fields.Char()
    discount = fields.Char("Disc. %")
    note = fields.Char()

    def _keys(self):
        return {key: key for key in ("line", "product", "quantity", "unit", "price", "discount", "note")}

    @api.model
    def _vals(self, sent, path, place, problem):
        vals = super()._vals(sent, path, place, problem)
        return {**vals, "sent_code": vals["product"]}

    def _mark(self):
        """The sender's id of the line, ``''`` for one that was not sent."""
        sent = self._sent()
        own = sent.get("line") if isinstance(sent, dict) else None
        return shown(own).strip() or (str(self.place + 1) if self.place < LAST else "")

    @api.onchange("product_id")
    def _onchange_product_id(self):
        """Name the product as this sender names products."""
        if not self.product_id:
            return None
        kind = self.mend_id._item_code()
        if kind == "customer":
            # the code stays: it becomes one that is known
            self.remember = True
            return None
        code = self._code_of(self.product_id, kind)
        if code:
            self.product = code
            return None
        return {
            "warning": {
                "title": self.env._("No code"),
                "message": self.env._(
                    "%s has no code by which this sender may name it. Give it one, or change how the sender is read.",
                    self.product_id.display_name,
                ),
            }
        }

    @api.model
    def _code_of(self, product, kind):
        if kind == "vendor":
            return product.seller_ids.filtered("product_code")[:1].product_code
        if kind == "name":
            return product.name
        codes = {"reference": product.default_code, "barcode": product.barcode}
        return codes[kind] if kind in codes else product.default_code or product.barcode


class OrderIntakeMendCharge(models.TransientModel):
    _name = "order.intake.mend.charge"
    _inherit = ["order.intake.mend.part"]
    _description = "Charge of an Order That Is Mended"

    type = fields.Char(help="delivery, fee or discount")
    amount = fields.Char()
    label = fields.Char("As printed")

    def _keys(self):
        return {key: key for key in ("type", "amount", "label")}


class OrderIntakeMendOther(models.TransientModel):
    """What was sent and is no part of the contract."""

    _name = "order.intake.mend.other"
    _inherit = ["order.intake.mend.part"]
    _description = "Other Content of an Order That Is Mended"

    where = fields.Char(readonly=True)
    found = fields.Char("Was sent", readonly=True)
    leave_out = fields.Boolean()

    def _keys(self):
        return {}

from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare, format_amount, format_date, format_datetime, html2plaintext

from ..common.business_day import business_day
from ..common.number_words import share_words
from . import reading
from .amounts import charges
from .places import labels

# what a customer states of an address, and the field of the contact that holds it
ADDRESS = {
    "reference": "ref",
    "name": "name",
    "company": "commercial_company_name",
    "vat": "vat",
    "email": "email",
    "phone": "phone",
    "street": "street",
    "street2": "street2",
    "city": "city",
    "zip": "zip",
    "state": "state_id",
    "country": "country_id",
}
PARTIES = {"customer": "partner_id", "ship_to": "partner_shipping_id", "invoice_to": "partner_invoice_id"}
NAMED = {"currency": "currency_id", "pricelist": "pricelist_id", "carrier": "carrier_id", "terms": "payment_term_id"}
ALWAYS = ("customer", "ship_to", "ordered_at", "wished_date", "currency", "total")


def _same_text(one, other):
    return " ".join(str(one or "").split()).casefold() == " ".join(str(other or "").split()).casefold()


def _digits(text):
    return "".join(sign for sign in str(text or "") if sign.isdigit())


class SaleOrder(models.Model):
    """What the customer sent beside what stands in the order."""

    _inherit = "sale.order"

    order_submitted = fields.Boolean(compute="_compute_order_submitted", compute_sudo=True)
    order_comparison_html = fields.Html("What was sent", compute="_compute_order_comparison_html", sanitize=False)
    order_difference_count = fields.Integer("Differences", compute="_compute_order_comparison_html")

    @api.depends("intake_id")
    def _compute_order_submitted(self):
        for order in self:
            order.order_submitted = bool(order.intake_id)

    @api.depends("intake_id", "partner_id", "partner_shipping_id", "partner_invoice_id", "order_line", "amount_total")
    def _compute_order_comparison_html(self):
        compared = self._intake_comparison()
        for order in self:
            rows = compared.get(order.id, [])
            order.order_difference_count = sum(row["differs"] for row in rows)
            order.order_comparison_html = (
                self.env["ir.qweb"]._render(
                    "order_processing.intake_comparison", {"order": order, "rows": rows, "parts": _parts(rows)}
                )
                if rows
                else False
            )

    def action_open_comparison(self):
        """Open what the customer sent beside what was entered.

        :return: an action of the web client
        :raises UserError: the order was entered by hand
        """
        self.ensure_one()
        self.check_access("read")
        if not self.order_submitted:
            raise UserError(self.env._("%s was entered by hand: nothing was sent to compare it with.", self.name))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sent and entered: %s", self.name),
            "res_model": "sale.order",
            "res_id": self.id,
            "view_mode": "form",
            "views": [(self.env.ref("order_processing.sale_order_view_form_comparison").id, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _intake_comparison(self):
        """What was sent beside what was entered; for the orders of ``self`` that were submitted, which the user may read.

        Where the desk mended the content, this is what the sender sent. What the sender did not say is no difference.

        :return: dict of order id to rows, the order's own first, then line by line: ``{part, line, key, label, sent,
            entered, differs}``; ``part`` is ``order`` or ``line``, ``line`` the sender's id of the line, ``''`` for one
            that was not sent; ``sent`` and ``entered`` are texts for people
        """
        self.check_access("read")
        payloads = {order: order.sudo()._comparison_payload() for order in self}
        payloads = {order: payload for order, payload in payloads.items() if isinstance(payload, dict)}
        units = self._comparison_units(payloads.values())
        return {
            order.id: [*order._comparison_head(payload), *order._comparison_lines(payload, units)]
            for order, payload in payloads.items()
        }

    @api.model
    def _comparison_units(self, payloads):
        """Units by their name in any case, archived ones too: one search for all ``payloads``, none where no unit was sent.

        :param payloads: dicts of the contract
        :return: dict of name (``casefold``) to ``uom.uom``
        """
        found = {}
        lines = [line for payload in payloads for line in _sent_lines(payload) if isinstance(line, dict)]
        if any(reading.present(line.get("unit")) for line in lines):
            units = self.env["uom.uom"].sudo().with_context(active_test=False)
            for unit in units.search([("name", "!=", False)]):
                name = (unit.name or "").casefold()
                found[name] = found.get(name, units) + unit
        return found

    def _comparison_payload(self):
        self.ensure_one()
        return (self.intake_id.sent_payload or self.intake_id.payload) if self.intake_id else None

    # ------------------------------------------------------------------ the order

    def _comparison_head(self, payload):
        reference = payload.get("reference")
        rows = [self._comparison_row("reference", reference, self.client_order_ref)]
        for key in PARTIES:
            rows += self._comparison_party(key, payload.get(key))
        rows += [self._comparison_ordered(payload), self._comparison_wished(payload)]
        for key, name in NAMED.items():
            rows.append(self._comparison_row(key, payload.get(key), self[name].sudo().display_name))
            # names of the contract are names of the records, not what a list shows of them
            if reading.present(payload.get(key)):
                rows[-1]["differs"] = not _same_text(payload[key], self[name].sudo().name)
        note = html2plaintext(self.note or "")
        rows.append(self._comparison_row("note", payload.get("note"), note))
        rows.append(self._comparison_total(payload))
        return [row for row in rows if row["sent"] or row["key"] in ALWAYS]

    def _comparison_row(self, key, sent, entered, differs=None, **more):
        """One row; where ``differs`` is not given the texts are compared without regard to case and blanks."""
        sent = str(sent).strip() if reading.present(sent) else ""
        entered = str(entered or "")
        return {
            "part": "order",
            "line": "",
            "key": key,
            "label": self._comparison_labels().get(key.split(".")[-1], key),
            "sent": sent,
            "entered": entered,
            "differs": bool(sent) and (not _same_text(sent, entered) if differs is None else differs),
            **more,
        }

    @api.model
    def _comparison_labels(self):
        """Words for the keys of an order and of its lines."""
        return labels(self.env)

    def _comparison_party(self, key, value):
        """One row for who was named by a word, else a row for each thing that was said of the address."""
        partner = self[PARTIES[key]].sudo()
        shown = " ".join(partner._display_address().split()) if key != "customer" else partner.display_name
        shown = f"{partner.name or ''}, {shown}" if key != "customer" else shown
        if not isinstance(value, dict):
            word = str(value or "").strip()
            compact = "".join(word.split())
            own = (partner.ref, partner.email_normalized, partner.vat, partner.name)
            known = any(_same_text(word, name) or _same_text(compact, name) for name in own if name)
            return [self._comparison_row(key, word, shown, not known)]
        label = self._comparison_labels()[key]
        rows = []
        for part, name in ADDRESS.items():
            if reading.present(value.get(part)):
                row = self._comparison_row(f"{key}.{part}", value[part], _entered(partner, name))
                row["label"] = f"{label}: {row['label']}"
                row["differs"] = not _same_part(part, value[part], partner)
                rows.append(row)
        return rows or [self._comparison_row(key, "", shown)]

    def _comparison_ordered(self, payload):
        entered = format_datetime(self.env, self.date_order, dt_format="short") if self.date_order else ""
        sent = payload.get("ordered_at")
        when = reading.moment(sent) if reading.present(sent) else None
        if when is None:
            return self._comparison_row("ordered_at", sent, entered)
        if isinstance(when, datetime):
            shown = format_datetime(self.env, when, dt_format="short")
            return self._comparison_row("ordered_at", shown, entered, when != self.date_order)
        day = business_day(self.company_id, self.date_order)
        return self._comparison_row("ordered_at", format_date(self.env, when), format_date(self.env, day), when != day)

    def _comparison_wished(self, payload):
        day = business_day(self.company_id, self.commitment_date) if self.commitment_date else None
        entered = format_date(self.env, day) if day else ""
        sent = payload.get("wished_date")
        when = reading.day(sent) if reading.present(sent) else None
        if when is None:
            return self._comparison_row("wished_date", sent, entered)
        return self._comparison_row("wished_date", format_date(self.env, when), entered, when != day)

    def _comparison_total(self, payload):
        """A customer states a total with or without tax: either is the order's."""
        entered = self._comparison_money(self.amount_total)
        if self.currency_id.compare_amounts(self.amount_total, self.amount_untaxed):
            entered = self.env._(
                "%(total)s (%(untaxed)s without tax)",
                total=entered,
                untaxed=self._comparison_money(self.amount_untaxed),
            )
        stated = reading.number(payload.get("total")) if reading.present(payload.get("total")) else None
        if stated is None:
            return self._comparison_row("total", payload.get("total"), entered)
        differs = all(
            self.currency_id.compare_amounts(stated, amount) for amount in (self.amount_total, self.amount_untaxed)
        )
        return self._comparison_row("total", self._comparison_money(stated), entered, differs)

    def _comparison_money(self, amount):
        return format_amount(self.env, amount, self.currency_id)

    # ------------------------------------------------------------------ lines

    def _comparison_lines(self, payload, units):
        """Lines as they were sent, in their order, then those that were not sent.

        :param dict units: of ``_comparison_units``
        """
        sent = _sent_lines(payload)
        entered = self.order_line.filtered(lambda line: not line.display_type)
        by_mark = {line.order_sender_line: line for line in entered if line.order_sender_line}
        rows, seen = [], entered.browse()
        for place, line in enumerate(sent):
            if not isinstance(line, dict):
                continue
            mark = reading.mark(place, line)
            found = by_mark.get(mark, entered.browse())
            seen |= found
            rows += (
                found._comparison_rows(line, mark, payload, units) if found else [self._comparison_removed(line, mark)]
            )
        charged, more = entered._comparison_charges(payload)
        rows += more
        for line in entered - seen - charged:
            # what core adds of itself is not what somebody changed
            own = line.is_downpayment or line.is_delivery
            row = self._comparison_row("line", "", line._comparison_text(), part="line")
            rows.append({**row, "differs": not own})
        return rows

    def _comparison_removed(self, line, mark):
        text = " ".join(str(line[key]) for key in ("quantity", "unit", "product") if reading.present(line.get(key)))
        return self._comparison_row("line", text, "", True, part="line", line=mark)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _comparison_net(self, payload, price):
        """``price`` of this line with or without tax, as the sender said its prices are."""
        if not isinstance(payload.get("prices_include_tax"), bool):
            return price
        details = self.tax_ids._get_tax_details(price, 1.0, rounding_method="round_globally", product=self.product_id)
        return details["total_included" if payload["prices_include_tax"] else "total_excluded"]

    def _comparison_charges(self, payload):
        """The lines of ``self`` that stand for charges, and a row for each charge that was sent."""
        charged, rows = self.filtered("order_sender_charge"), []
        included = payload.get("prices_include_tax") is True
        for place, charge in charges(payload):
            own = charged.filtered(lambda line, place=place: line.order_sender_charge == place + 1)
            order = self.order_id
            amount = reading.number(charge["amount"]) * (-1 if charge["type"] == "discount" else 1)
            entered = sum(own.mapped("price_total" if included else "price_subtotal"))
            label = str(charge.get("label") or charge["type"]).strip()
            sent = f"{label} {order._comparison_money(amount)}"
            differs = not own or bool(order.currency_id.compare_amounts(amount, entered))
            shown = f"{own[0].name.split(chr(10))[0]} {order._comparison_money(entered)}" if own else ""
            rows.append(order._comparison_row("charge", sent, shown, differs))
        return charged, rows

    def _comparison_text(self):
        """The line in a few words."""
        self.ensure_one()
        return f"{self.product_uom_id._quantity_words(self.product_uom_qty)} {self.name.split(chr(10))[0]}"

    def _comparison_rows(self, sent, mark, payload, units):
        """Product, quantity with its unit, price with its discount, and note of a line that was sent and entered."""
        self.ensure_one()

        def row(key, *values):
            return self.order_id._comparison_row(key, *values, part="line", line=mark)

        product = self.product_id.sudo()
        code = str(sent.get("product") or "").strip()
        known = any(_same_text(code, name) for name in (product.default_code, product.barcode) if name)
        unit = self._comparison_unit(sent, units)
        quantity = reading.number(sent.get("quantity")) or 0.0
        entered = self.product_uom_id._compute_quantity(self.product_uom_qty, unit, round=False)
        rows = [
            row("product", code, self.name.split("\n")[0], not known),
            row(
                "quantity",
                unit._quantity_words(quantity),
                self.product_uom_id._quantity_words(self.product_uom_qty),
                bool(unit.compare(quantity, entered)),
            ),
            self._comparison_price(sent, unit, row, payload),
        ]
        if reading.present(sent.get("note")):
            words = self.name.partition("\n")[2]
            rows.append(row("note", sent["note"], words, not _same_text(sent["note"], words)))
        return rows

    def _comparison_unit(self, sent, units):
        """The unit that was sent, by default the product's own, as intake finds it."""
        own = self.product_id.uom_id
        if not reading.present(sent.get("unit")) or _same_text(sent["unit"], self.product_uom_id.name):
            return self.product_uom_id if reading.present(sent.get("unit")) else own
        named = units.get(str(sent["unit"]).strip().casefold(), own.browse())
        return named.filtered(lambda unit: unit._has_common_reference(own))[:1] or own

    def _comparison_price(self, sent, unit, row, payload):
        """Price per unit that was sent, after the discount: how a price is split into both is no difference."""
        money = self.order_id._comparison_money
        entered = money(self._comparison_net(payload, self.price_unit))
        if self.discount:
            entered = self.env._(
                "%(price)s less %(discount)s", price=entered, discount=share_words(self.env, self.discount)
            )
        price = reading.number(sent.get("price")) if reading.present(sent.get("price")) else None
        discount = reading.number(sent.get("discount")) if reading.present(sent.get("discount")) else None
        if price is None:
            if discount is None:
                return row("price", "", entered)
            return row(
                "discount",
                share_words(self.env, discount),
                share_words(self.env, self.discount),
                bool(float_compare(discount, self.discount, 2)),
            )
        shown = money(price)
        if discount:
            shown = self.env._("%(price)s less %(discount)s", price=shown, discount=share_words(self.env, discount))
        digits = self.env["decimal.precision"].precision_get("Product Price")
        here = self._comparison_net(payload, self.price_unit * (1 - self.discount / 100))
        here = self.product_uom_id._compute_price(here, unit)
        there = price * (1 - (discount or 0) / 100)
        return row("price", shown, entered, bool(float_compare(here, there, precision_digits=digits)))


def _sent_lines(payload):
    """The lines of a payload, whatever they are."""
    return payload.get("lines") if isinstance(payload.get("lines"), list) else []


def _entered(partner, name):
    value = partner[name]
    if isinstance(value, models.BaseModel):
        return value.code if name == "country_id" else value.name
    return value


def _same_part(part, sent, partner):
    """Whether what was said of an address is what the contact has."""
    value = partner[ADDRESS[part]]
    if part in ("state", "country"):
        return any(_same_text(sent, name) for name in (value.code, value.name))
    if part == "phone":
        return _digits(sent) == _digits(value)
    if part == "vat":
        return _same_text("".join(str(sent).split()), "".join((value or "").split()))
    return _same_text(sent, value)


def _parts(rows):
    """Rows as the screen shows them: the order's, then a group a line."""
    groups = {}
    for place, row in enumerate(rows):
        key = (row["part"], row["line"] if row["line"] or row["part"] == "order" else f"+{place}")
        groups.setdefault(key, []).append(row)
    return list(groups.values())

"""An order that is sent again with other content and `replace`: what still can be changed is, all of it or nothing."""

from odoo.tools import float_compare

from . import reading
from .sale_order import PAYMENT

# what is decided with the confirmation, and what with the start of dispatch
CONFIRMED = {"customer": "partner_id", "pricelist": "pricelist_id"}
DISPATCHED = {"ship_to": "partner_shipping_id", "carrier": "carrier_id", "wished_date": "commitment_date"}
ANY_TIME = {
    "invoice_to": "partner_invoice_id",
    "terms": "payment_term_id",
    "ordered_at": "date_order",
    "note": "note",
    "total": "order_stated_total",
    **{f"payment.{key}": field for key, field in PAYMENT.items()},
}
LINE = {
    "product": "product_id",
    "quantity": "product_uom_qty",
    "unit": "product_uom_id",
    "price": "price_unit",
    "discount": "discount",
    "note": "name",
}


def carry_out(env, amendments, amounts):
    """Change the orders of planned amendments."""
    added, removed = [], env["sale.order.line"]
    for amendment in amendments:
        more, less = amendment.change()
        added += more
        removed |= less
    if added:
        env["sale.order.line"].create(added)
    # a line of a quotation goes; one of a sale stays with a quantity of zero, as core demands
    sold = removed.filtered(lambda line: line.order_id.state == "sale")
    if sold:
        sold.write({"product_uom_qty": 0, "order_sender_line": False, "order_sender_charge": 0})
    if removed - sold:
        (removed - sold).unlink()
    for amendment in amendments:
        amendment.parcel.order = amendment.order
    amounts.discount([amendment.parcel for amendment in amendments if amendment.charged])


class Amendment:
    """The changes of one parcel to the order that stands under its reference."""

    def __init__(self, env, company, parcel, amounts):
        self.env = env
        self.company = company
        self.parcel = parcel
        self.amounts = amounts
        self.order = parcel.envelope.order_id
        self.before = parcel.envelope.payload or {}

    def plan(self):
        """Find what changes, or add errors to the parcel; nothing is written.

        :return: whether the amendment can be carried out
        """
        parcel = self.parcel
        if closed := self._closed():
            parcel.errors.append(reading.error("", "too_late", "", closed))
            return False
        self.amounts.fill([parcel])
        commands = [values for _command, _zero, values in parcel.values["order_line"]]
        self.goods = {values["order_sender_line"]: values for values in commands if "order_sender_line" in values}
        self.charges = [values for values in commands if "order_sender_charge" in values]
        self.head, self.lines = self._head(), self._lines(self.goods)
        self.charged = self._charges_change(bool(self.lines), self._taxes_change())
        return not parcel.errors

    def change(self):
        """Change what stands as planned.

        :return: ``(values of lines to add, lines to take away)``, which is done for many amendments at once
        """
        order = self.order
        self._write_head()
        removed, added = order.order_line.browse(), []
        for line, values in self.lines:
            if line and values and "product_id" not in values:
                line.write(values)
                continue
            # another product is another line: core keeps the product of a line that was confirmed
            removed |= line
            if values:
                added.append(self.goods[line.order_sender_line] if line else values)
        if self.charged:
            removed |= order.order_line.filtered("order_sender_charge")
            added += self.charges
        self._ask_pricelist(removed)
        return [{**values, "order_id": order.id} for values in added], removed

    def _write_head(self):
        """Write the order's own; another fiscal position puts its taxes on the lines that stand, as core does when asked."""
        order = self.order
        before = order.fiscal_position_id
        self.pricelist = order.pricelist_id
        if self.head:
            order.with_context(update_delivery_shipping_partner=True).write(self.head)
        if order.fiscal_position_id != before:
            order._recompute_taxes()

    def _ask_pricelist(self, removed):
        """Lines without a price of the sender's have that of the pricelist, where it is another or their discount is gone."""
        order = self.order
        other = order.pricelist_id != self.pricelist
        if not other and not self.undiscounted:
            return
        lines = order.order_line.filtered("order_sender_line") - removed
        lines = lines.filtered(
            lambda line: (
                line.order_sender_line in self.goods
                and "price_unit" not in self.goods[line.order_sender_line]
                and (other or line.order_sender_line in self.undiscounted and not line._has_sent_price())
            )
        )
        if lines:
            lines.invalidate_recordset(["pricelist_item_id"])
            lines.with_context(force_price_recomputation=True)._compute_price_unit()
            lines.discount = 0.0
            lines._compute_discount()
            for line in lines:
                if "discount" in self.goods[line.order_sender_line]:
                    line.discount = self.goods[line.order_sender_line]["discount"]
        if other:
            order.show_update_pricelist = False

    # ------------------------------------------------------------------ what is too late

    def _closed(self):
        order = self.order
        if not order:
            return self.env._("The order is not there any more.")
        if order.state == "cancel":
            return self.env._("%s is cancelled.", order.name)
        return self.env._("%s is locked.", order.name) if order.locked else ""

    def _late(self, lines):
        """Why these lines cannot change any more, else ``""``."""
        moves = lines.move_ids.filtered(lambda move: move.state != "cancel" and move.product_uom_qty)
        begun = moves.filtered(lambda move: move.state == "done" or move.picked or move.picking_id.printed)
        if begun:
            return self.env._("Dispatch has begun with %s.", ", ".join(begun.picking_id.mapped("name")))
        posted = lines.invoice_lines.move_id.filtered(lambda move: move.state == "posted")
        return self.env._("It is invoiced with %s.", ", ".join(posted.mapped("name"))) if posted else ""

    def _too_late(self, path, found, why):
        self.parcel.errors.append(reading.error(path, "too_late", found, why))

    # ------------------------------------------------------------------ the order's own

    def _head(self):
        """Values that change on the order."""
        order, parcel, changes = self.order, self.parcel, {}
        values = {**self._dropped(), **parcel.values}
        begun = self._late(order.order_line)
        # core fills in what depends on the customer: what the sender says of it is said again
        moved = order.state != "sale" and not self._same(order, "partner_id", values["partner_id"])
        for key, field in {**CONFIRMED, **DISPATCHED, **ANY_TIME}.items():
            if field not in values or not moved and self._same(order, field, values[field]):
                continue
            if key in CONFIRMED and order.state == "sale":
                self._too_late(key, parcel.payload.get(key), self.env._("%s is confirmed.", order.name))
            elif key in DISPATCHED and begun:
                self._too_late(key, parcel.payload.get(key), begun)
            else:
                changes[field] = values[field]
        if "date_order" in changes:
            changes["order_dated"] = True
        return changes

    def _dropped(self):
        """What was said before and is not said now goes back to what it is when nobody says it."""

        def gone(key):
            return reading.present(self.before.get(key)) and not reading.present(self.parcel.payload.get(key))

        partner = self.env["res.partner"].browse(self.parcel.values["partner_id"])
        own = partner.address_get(["delivery", "invoice"])
        plain = {
            "ship_to": {"partner_shipping_id": own["delivery"]},
            "invoice_to": {"partner_invoice_id": own["invoice"]},
            "terms": {"payment_term_id": partner.with_company(self.company).property_payment_term_id.id},
            "pricelist": {"pricelist_id": partner.with_company(self.company).property_product_pricelist.id},
            "carrier": {"carrier_id": False},
            "wished_date": {"commitment_date": False},
            "note": {"note": False},
            "total": {"order_stated_total": 0.0},
            "payment": dict.fromkeys(PAYMENT.values(), False),
        }
        return {name: value for key, values in plain.items() if gone(key) for name, value in values.items()}

    @staticmethod
    def _same(record, name, value):
        field, now = record._fields[name], record[name]
        if field.type == "many2one":
            return (now.id or False) == (value or False)
        if field.type in ("float", "monetary"):
            return not float_compare(now, value or 0.0, precision_digits=6)
        return (now or False) == (field.convert_to_cache(value, record) or False)

    # ------------------------------------------------------------------ lines

    def _lines(self, goods):
        """``(line, values)`` of lines that change: an empty line is new, values ``None`` go away."""
        entered = self.order.order_line.filtered("order_sender_line")
        by_mark = {line.order_sender_line: line for line in entered}
        before = self._lines_before()
        self.undiscounted = set()
        changes = []
        for place, sent in self.parcel.lines:
            mark = reading.mark(place, sent)
            values, line = goods[mark], by_mark.get(mark, entered.browse())
            if not line:
                changes.append((line, values))
                continue
            values = {**self._left_out(line, before.get(mark, {}), sent), **values}
            keys = {key: field for key, field in LINE.items() if field in values}
            keys = {key: field for key, field in keys.items() if not self._same(line, field, values[field])}
            if not keys:
                continue
            if late := self._late(line):
                for key in keys:
                    self._too_late(f"lines[{place}].{key}", sent.get(key), late)
            else:
                if "price" in keys:
                    keys["sent"] = "technical_price_unit"
                changes.append((line, {field: values[field] for field in keys.values()}))
        for mark, line in by_mark.items():
            if mark in goods or not line.product_uom_qty:
                continue
            if late := self._late(line):
                words = self.env._("Line %(line)s cannot be taken away: %(why)s", line=mark, why=late)
                self._too_late("lines", mark, words)
            else:
                changes.append((line, None))
        return changes

    def _lines_before(self):
        """The lines that stand, as they were sent, by the sender's id."""
        lines = self.before.get("lines") if isinstance(self.before, dict) else None
        lines = enumerate(lines if isinstance(lines, list) else [])
        return {reading.mark(place, line): line for place, line in lines if isinstance(line, dict)}

    def _left_out(self, line, before, sent):
        """Values of what was said of a line and is not said any more; a price that is left out stays."""
        gone = {key for key in before if reading.present(before[key]) and not reading.present(sent.get(key))}
        values = {}
        if "unit" in gone:
            values["product_uom_id"] = line.product_id.uom_id.id
        if "note" in gone:
            values["name"] = line.with_context(
                lang=self.order.partner_id.lang
            )._get_sale_order_line_multiline_description_sale()
        if "discount" in gone:
            values["discount"] = 0.0
            self.undiscounted.add(line.order_sender_line)
        return values

    def _taxes_change(self):
        """Whether the customer or the address that change bring another fiscal position."""
        if not {"partner_id", "partner_shipping_id"} & set(self.head):
            return False
        return self.amounts.position(self.parcel) != self.order.fiscal_position_id

    def _charges_change(self, lines_change, taxes_change):
        """Whether charges are made anew: they or their taxes differ, or there is a discount on lines that change."""
        keys = ("charges", "prices_include_tax")
        differs = any(
            reading.canonical(self.before.get(key)) != reading.canonical(self.parcel.payload.get(key)) for key in keys
        )
        charged = self.order.order_line.filtered("order_sender_charge")
        discounted = any(line.price_unit < 0 for line in charged)
        if not differs and not (lines_change and discounted) and not (taxes_change and charged):
            return False
        if late := self._late(charged):
            self._too_late("charges", self.parcel.payload.get("charges"), late)
        return True

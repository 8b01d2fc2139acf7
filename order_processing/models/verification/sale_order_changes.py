from odoo import api, models

# parts of the sealed content that are ids, and the model that names them
NAMED = {
    "product": "product.product",
    "unit": "uom.uom",
    "taxes": "account.tax",
    "options": "product.template.attribute.value",
    "customer": "res.partner",
    "pricelist": "product.pricelist",
    "fiscal_position": "account.fiscal.position",
    "currency": "res.currency",
    "payment_term": "account.payment.term",
    "incoterm": "account.incoterms",
    "carrier": "delivery.carrier",
}


class SaleOrder(models.Model):
    """What changed since an order was sealed, in words: names, not numbers."""

    _inherit = "sale.order"

    @api.model
    def _verification_parts(self):
        """The parts of a sealed content, with what people call them.

        :return: dict of code to label; the codes are those that a company may call sensitive
        """
        return {
            "line": self.env._("lines added or removed"),
            "product": self.env._("product"),
            "quantity": self.env._("quantity"),
            "unit": self.env._("unit"),
            "price": self.env._("price"),
            "discount": self.env._("discount"),
            "taxes": self.env._("taxes"),
            "options": self.env._("options"),
            "ship_to": self.env._("delivery address"),
            "invoice_to": self.env._("invoice address"),
            "contact": self.env._("phone and e-mail of the delivery address"),
            "customer": self.env._("customer"),
            "pricelist": self.env._("pricelist"),
            "fiscal_position": self.env._("fiscal position"),
            "currency": self.env._("currency"),
            "payment_term": self.env._("payment terms"),
            "incoterm": self.env._("incoterm"),
            "carrier": self.env._("carrier"),
            "wished": self.env._("wished date"),
        }

    def _verification_change_texts(self, changes):
        """The changes of seals as lines for people; a constant number of queries.

        :param dict changes: order id to rows ``(part, key, old, new)`` (``_verification_broken``)
        :return: dict of order id to text, one change a line
        """
        return {
            order_id: "\n".join(f"{where}: {old} → {new}" for where, old, new in rows)
            for order_id, rows in self._verification_change_words(changes).items()
        }

    def _verification_change_words(self, changes):
        """The changes of seals in words: dict of order id to rows ``(where, old, new)``, in the order of the changes."""
        changes = {order_id: list(rows) for order_id, rows in changes.items() if rows}
        if not changes:
            return {}
        names = self._verification_change_names(changes)
        labels = self._verification_parts()
        lines = {str(line.id): line for line in self.sudo().browse(changes).order_line}
        return {
            order_id: [self._verification_change_row(row, names, labels, lines) for row in rows]
            for order_id, rows in changes.items()
        }

    @api.model
    def _verification_change_names(self, changes):
        """The names of all records that ``changes`` speak of, one read per model.

        :return: dict of ``(key, id)`` to name; records that are gone are called by their number
        """
        wanted = {}
        for rows in changes.values():
            for part, key, old, new in rows:
                for value in (old, new):
                    if key == "line" and value:
                        wanted.setdefault("product", set()).add(value["product"])
                    elif (kind := key if part.isdigit() else part) in NAMED:
                        wanted.setdefault(kind, set()).update(value if isinstance(value, list) else [value])
        names = {}
        for kind, ids in wanted.items():
            records = self.env[NAMED[kind]].sudo().browse(filter(None, ids))
            present = records.with_context(active_test=False).exists()
            names |= {(kind, record.id): record.display_name for record in present}
            names |= {(kind, gone.id): f"#{gone.id}" for gone in records - present}
        return names

    def _verification_change_row(self, change, names, labels, lines):
        """One change in words: ``(where, old, new)``."""
        part, key, old, new = change

        def told(kind, value):
            if kind in NAMED:
                numbers = value if isinstance(value, list) else [value]
                value = ", ".join(names[kind, number] for number in numbers if number)
            return value or "-"

        if key == "line":
            product, quantity = told("product", (old or new)["product"]), (old or new)["quantity"]
            return (product, quantity, self.env._("removed")) if old else (product, self.env._("added"), quantity)
        if part.isdigit():
            where = lines[part].name.split("\n")[0] if part in lines else self.env._("line %s", part)
            return f"{where}, {labels.get(key, key)}", told(key, old), told(key, new)
        where = labels.get(part, part)
        if key:
            where = f"{where}, {self._verification_address_label(key)}"
        return where, told(part, old), told(part, new)

    @api.model
    def _verification_address_label(self, key):
        """What people call a field of an address."""
        field = self.env["res.partner"]._fields.get({"state": "state_id", "country": "country_id"}.get(key, key))
        return field._description_string(self.env).lower() if field else key

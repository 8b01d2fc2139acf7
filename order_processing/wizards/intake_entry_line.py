import re

from odoo import fields, models
from odoo.tools import float_compare

# as scanners give them: GTIN of 8 to 14 digits
BARCODE = re.compile(r"\d{8,14}", re.ASCII)


class OrderIntakeEntryLine(models.TransientModel):
    """One row of the fast entry; only code, product and quantity are typed, the rest is filled from them."""

    _name = "order.intake.entry.line"
    _description = "Row of the Fast Entry"
    _order = "id"

    entry_id = fields.Many2one("order.intake.entry", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="entry_id.company_id")
    currency_id = fields.Many2one(related="entry_id.currency_id")
    number = fields.Integer("Row", readonly=True)
    code = fields.Char(help="Our reference, a barcode, or the customer's own code.")
    quantity = fields.Float(digits="Product Unit", default=1.0)
    product_id = fields.Many2one("product.product", help="Found by the code, or picked by its name.")
    picked = fields.Boolean(help="The product was picked from the list, whatever the code says.")
    # what was found for the code the last time: another product in the row was picked by hand
    found_code = fields.Char()
    found_product = fields.Integer()
    unit_id = fields.Many2one("uom.uom", readonly=True)
    price = fields.Float(digits="Product Price", help="The pricelist's, unless another was agreed and is typed here.")
    # the price as shown last: another one was typed
    found_price = fields.Float(digits="Product Price")
    price_typed = fields.Boolean("Price was typed")
    list_price = fields.Float(
        "Pricelist", digits="Product Price", readonly=True, help="What the pricelist says, less its discount."
    )
    # what the pricelist's price beside a typed one was made for
    listed_for = fields.Char()
    discount = fields.Float("Disc. %", digits="Discount", readonly=True)
    # what the price was made for
    priced_for = fields.Char()
    subtotal = fields.Monetary("Amount", readonly=True, help="Untaxed.")
    free = fields.Float(digits="Product Unit", readonly=True, help="Free in stock before this row.")
    short = fields.Float(digits="Product Unit", readonly=True, help="Of this row, not covered by free stock.")
    promise_date = fields.Date("Can leave", readonly=True)
    problem = fields.Char(readonly=True)
    added_up = fields.Boolean(help="Scanned, and put on the row that has the product: this one is free again.")

    def _is_blank(self):
        """Whether nobody wrote anything in the row."""
        return not (self.code or "").strip() and not self.product_id

    def _product_code(self):
        """The code as it is sent: what was typed, else what names the product that was picked."""
        return (self.code or "").strip() or self.product_id.display_name or ""

    def _notice_picked(self):
        """A product that is not the one found for the code was picked by hand, until another code is typed."""
        for row in self:
            code, product = (row.code or "").strip(), row.product_id
            if code != (row.found_code or ""):
                row.picked = False
            elif product and product._origin.id != row.found_product:
                row.picked = True
                row.code = product.default_code or product.barcode or False
            row.found_code = (row.code or "").strip()

    def _is_scanned(self):
        """Whether a barcode has just come into the row."""
        code = (self.code or "").strip()
        return code != (self.found_code or "") and bool(BARCODE.fullmatch(code))

    def _notice_typed(self):
        """A price that is not the one shown last was typed by hand."""
        for row in self:
            if row._differ(row.price, row.found_price):
                row.price_typed = True

    def _differ(self, one, other):
        digits = self.env["decimal.precision"].precision_get("Product Price")
        return bool(float_compare(one, other, precision_digits=digits))

    def _forget_typed(self):
        """The pricelist is asked again."""
        self.update({"price_typed": False, "priced_for": False, "list_price": 0.0, "listed_for": False})

    def _show_meaning(self, values, problems):
        """Fill in what intake understood.

        :param values: values for ``sale.order.line.create``, ``None`` where the product is not found
        :param problems: what is wrong, in words
        """
        product = self.env["product.product"].browse(values and values["product_id"] or [])
        unit_id = values.get("product_uom_id") or product.uom_id.id if values else False
        if self.price_typed and self.found_product and self.found_product != product.id:
            # it was agreed for the other product
            self._forget_typed()
        if self.quantity < 0:
            problems = [self.env._("Goods that come back are no order: take them back under Returns.")]
        self.update(
            {
                "product_id": product.id,
                "found_product": product.id,
                "unit_id": unit_id,
                "problem": " ".join(problems),
            }
        )
        if not product:
            self.update({"free": 0.0, "short": 0.0, "promise_date": False})

    def _priced_by(self, terms):
        """What the row's price depends on, as a text."""
        return repr((self.product_id._origin.id, self.unit_id._origin.id, self.quantity, *terms))

    def _quotation_values(self):
        """The row as a line of a quotation, without its price."""
        return {
            "product_id": self.product_id._origin.id,
            "product_uom_id": self.unit_id._origin.id,
            "product_uom_qty": self.quantity,
            # no price hangs on it, and core would look for one a line
            "analytic_distribution": False,
        }

    def _show_price(self, line):
        """Fill in what core says of ``line``, the row in a quotation."""
        self.update(
            {
                "price": line.price_unit,
                "found_price": line.price_unit,
                "discount": line.discount,
                "subtotal": line.price_subtotal,
            }
        )

    def _show_list_price(self, line, terms):
        """Fill in the pricelist's price beside the typed one; ."""
        net = line.price_unit * (1 - line.discount / 100)
        self.update({"list_price": net, "listed_for": self._priced_by(terms), "priced_for": False})

    def _show_no_price(self):
        """Nothing is known of the row yet; a price that was typed stays."""
        self.update({"discount": 0.0, "subtotal": 0.0, "priced_for": False})
        self.update({"found_price": self.price} if self.price_typed else {"price": 0.0, "found_price": 0.0})

    def _reference_quantity(self):
        """The quantity in the product's reference unit."""
        return self.unit_id._compute_quantity(self.quantity, self.product_id.uom_id, round=False)

    def _show_stock(self, free, short, day):
        """Fill in the promise, ``free`` and ``short`` in the product's reference unit."""
        own, unit = self.product_id.uom_id, self.unit_id
        self.update(
            {
                "free": own._compute_quantity(free, unit, rounding_method="DOWN") if free else 0.0,
                "short": own._compute_quantity(short, unit, rounding_method="HALF-UP"),
                "promise_date": day,
            }
        )

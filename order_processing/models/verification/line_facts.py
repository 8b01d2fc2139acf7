"""Lines of orders and their products as plain values, for the rules and the seal."""

from functools import cached_property, lru_cache
from typing import NamedTuple

from .facts import plain_number


@lru_cache(maxsize=1024)
def ids_in(text):
    """The ids that ``text`` lists, in their order; a few sets stand on thousands of lines."""
    return tuple(map(int, text.split(","))) if text else ()


# what a line has beside its product, quantity and price, as bits of one number: most have nothing
TEXT, DOWN_PAYMENT, DELIVERY, EXPENSE, REDUCES, COMBO_ITEM = (1 << bit for bit in range(6))
# what is not compared of two orders
UNCOMPARED = TEXT | DOWN_PAYMENT | DELIVERY


class ProductFacts(NamedTuple):
    """One product as the database has it; quantities and ``minimum`` are in its reference unit.

    ``billed_freight``: the service of a carrier that bills freight at real cost.
    """

    id: int = 0
    template_id: int = 0
    uom_id: int = None
    type: str = None
    saleable: bool = False
    archived: bool = True
    billed_freight: bool = False
    uom_ids: list = ()
    category_ids: list = ()
    weight: float = 0.0
    volume: float = 0.0
    minimum: float = 0.0
    multiple_uom_id: int = None
    custom_value_ids: list = ()


NO_PRODUCT = ProductFacts()


class LineNames:
    """The first lines of the texts of order lines, read when the first of them is asked for: only findings name lines.

    :param read: a function that gives a dict of line id to name
    """

    def __init__(self, read):
        self.read = read

    @cached_property
    def known(self):
        """Dict of line id to name."""
        return self.read()

    def __getitem__(self, line_id):
        # what is found of the whole order has no line, and reads none
        return self.known.get(line_id, "") if line_id else ""


class LineFacts:
    """One order line as the database has it.

    ``subject`` lines are what the customer ordered; ``sealed`` lines are what the seal covers (a discount that a
    user entered is sealed, though no product rule asks about it). ``net_price``: per unit after the line's discount;
    ``subtotal``: untaxed, after all discounts of the line; both in the order's currency. ``order_discount``: a line that
    takes off a part of the whole order. ``lead``: days that core's ``customer_lead`` asks for. ``compared``: two orders
    are alike by such lines.
    """

    # thousands of them are made at once
    __slots__ = tuple(
        "id order_id product_id uom_id quantity price_unit discount subtotal lead net_price tax_ids attribute_value_ids"
        " product product_type product_uom_id names order_discount priced subject sealed compared".split()
    )

    def __init__(
        self,
        id,
        order_id,
        product_id,
        uom_id,
        quantity,
        price_unit,
        discount,
        subtotal,
        lead,
        marks,
        tax_id,
        value_ids,
        product,
        names,
    ):
        """In the order in which the statement has its columns: ``marks`` are bits, ``value_ids`` ids as text, and a line with
        several taxes is told the first."""
        self.id = id
        self.order_id = order_id
        self.product_id = product_id
        self.uom_id = uom_id
        self.quantity = quantity
        self.price_unit = price_unit
        self.discount = discount
        self.subtotal = subtotal
        self.lead = lead
        self.net_price = price_unit * (1 - discount / 100) if discount else price_unit
        self.tax_ids = (tax_id,) if tax_id else ()
        self.attribute_value_ids = ids_in(value_ids) if value_ids else ()
        self.product = product
        self.product_type = kind = product.type
        self.product_uom_id = product.uom_id
        self.names = names
        # a line of zero is how core cancels one, and how it adds what was delivered beyond the order
        self.sealed = quantity != 0
        self.order_discount = False
        self.priced = self.subject = self.compared = True
        if marks or kind == "combo":
            self._place(marks)

    def _place(self, marks):
        """What the line is to the rules and to the seal, where it is not just goods or a service."""
        carriage = marks & DELIVERY and self.product_type == "service"
        reduces = bool(marks & REDUCES)
        added = self._added_by_core(marks)
        # freight may cost nothing, and no pricelist knows it; a seal covers it all the same
        apart = bool(added or reduces or carriage)
        # combos: the price of the whole is spread over its items by core
        self.priced = not (apart or marks & COMBO_ITEM or self.product_type == "combo")
        self.order_discount = reduces and not added
        self.subject = not apart
        self.sealed = self.sealed and not added
        self.compared = not marks & UNCOMPARED

    def _added_by_core(self, marks):
        """Whether the line is none that was ordered: sections, and what core adds.

        Core's flag alone is not enough, since anybody may set it on goods of his own: a down payment orders no
        quantity, freight at real cost is the service of a carrier that bills so, an expense is marked as core made it
        (``order_added_by_core``; unknown on lines from before the add-on).
        """
        return bool(
            marks & (TEXT | EXPENSE)
            or (marks & DOWN_PAYMENT and not self.quantity)
            or (marks & DELIVERY and self.product_type == "service" and self.product.billed_freight)
        )

    @property
    def name(self):
        """The first line of its text."""
        return self.names[self.id]

    def content(self):
        """What the seal keeps of the line, canonical."""
        return {
            "product": self.product_id or 0,
            "quantity": plain_number(self.quantity),
            "unit": self.uom_id or 0,
            "price": plain_number(self.price_unit),
            "discount": plain_number(self.discount),
            "taxes": sorted(self.tax_ids),
            "options": sorted(self.attribute_value_ids),
        }

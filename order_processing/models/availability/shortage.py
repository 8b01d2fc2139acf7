"""What may become of a line that is short: the choices, what was chosen, and what that does."""

from typing import Any, NamedTuple

CHOICES = [
    ("standing", "As the customer wants"),
    ("wait", "Wait"),
    ("part", "Send now what is there"),
    ("substitute", "Send something else"),
    ("warehouse", "Take from another warehouse"),
    ("cancel", "Cancel what is missing"),
]
# what a customer's standing wish means for goods that are short
STANDING = {"parts": "part", "lines": "part", "complete": "wait"}


class Shortage(NamedTuple):
    """How a line stands, in its unit: ``short`` is not covered by free stock, ``ready`` is there and still to leave;
    ``others``: something of the order is there, and ``worth`` so much; ``plain``: it ships as its own product, not as the parts
    of a kit.
    """

    short: float
    ready: float
    others: bool
    plain: bool
    worth: float


class Supply(NamedTuple):
    """What is there to choose from: ``free`` quantity by ``(product id, warehouse id)``, in the product's reference unit and
    beyond all open demand, and the ``houses`` of each company.
    """

    free: dict
    houses: dict

    def of(self, product, house):
        """What is free of ``product`` in the warehouse ``house``."""
        return self.free.get((product.id, house.id), 0.0)

    def take(self, product, house, quantity):
        """``quantity`` is free no more for those that follow."""
        self.free[product.id, house.id] -= quantity


class Decision(NamedTuple):
    """What somebody chose for a line; what is empty is chosen by the desk itself.

    ``product``: the substitute; ``warehouse``: whence; ``day``: when to look again; ``agreed``: a substitute costs what was
    ordered; ``reason``: code of an ``order.close.reason``; ``note``: what is to be known.
    """

    choice: str
    product: Any = None
    warehouse: Any = None
    day: Any = None
    agreed: bool = True
    reason: str = "no_stock"
    note: str = ""


class Plan(NamedTuple):
    """What a decision does to a line: ``quantity`` of it, in its unit, and in words; or the ``problem`` why it cannot be done.

    ``value``: what the order is worth more by it, untaxed in its currency; ``whole``: the order is cancelled by it.
    """

    choice: str
    quantity: float = 0.0
    words: str = ""
    problem: str = ""
    product: Any = None
    warehouse: Any = None
    day: Any = None
    value: float = 0.0
    whole: bool = False

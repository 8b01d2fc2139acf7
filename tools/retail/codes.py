"""Codes of the Online Retail data set: how they are written, and which are no goods."""

from enum import StrEnum

SERVICES = ("POST", "DOT", "C2", "M")
SERVICE_PREFIXES = ("GIFT_",)
NOT_SALEABLE = ("D", "S", "B", "PADS", "BANK CHARGES", "AMAZONFEE", "CRUK")


class ProductClass(StrEnum):
    """What a code stands for: goods on the shelf, a service, or something that is never sold."""

    GOODS = "goods"
    SERVICE = "service"
    NOT_SALEABLE = "not_saleable"


def product_code(text):
    """A stock code without regard to case and outer blanks: ``" 85123a"`` is ``"85123A"``."""
    return " ".join(text.split()).upper()


def customer_code(text):
    """A CustomerID as a text, ``""`` for none: ``"17850.0"`` is ``"17850"``."""
    text = text.strip()
    if text.lower() in ("", "nan", "none", "null"):
        return ""
    whole, dot, rest = text.partition(".")
    return whole if dot and not rest.strip("0") else text


def document_number(text):
    """An InvoiceNo as it is compared: trimmed, upper case; ``"536365.0"`` is ``"536365"``."""
    return customer_code(text).upper()


def is_return(number):
    """Whether the document ``number`` is a cancellation or return."""
    return number.startswith("C")


def product_class(code):
    """The ``ProductClass`` of a normalised stock code."""
    if code in NOT_SALEABLE:
        return ProductClass.NOT_SALEABLE
    if code in SERVICES or code.startswith(SERVICE_PREFIXES):
        return ProductClass.SERVICE
    return ProductClass.GOODS

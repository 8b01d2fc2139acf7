"""GTINs: the one number of an article in its four lengths. Plain Python over core's check digit."""

from odoo.tools.barcode import get_barcode_check_digit

LENGTHS = (8, 12, 13, 14)


def digits(code):
    """The digits of what looks like a GTIN, without the blanks and hyphens that print puts between them, else ``""``."""
    compact = code.replace(" ", "").replace("-", "")
    return compact if compact.isascii() and compact.isdigit() and len(compact) in LENGTHS else ""


def right_check_digit(code):
    """The last digit that ``code`` (of ``digits``) should have."""
    return str(get_barcode_check_digit(code))


def forms(code):
    """All ways of writing the GTIN ``code``: padded with zeros it is the same number (GS1 General Specifications 3.3.2).

    :return: set of texts; empty where it is no GTIN or its check digit is wrong
    """
    bare = digits(code)
    if not bare or right_check_digit(bare) != bare[-1]:
        return set()
    longest = bare.zfill(max(LENGTHS))
    return {longest[-length:] for length in LENGTHS if int(longest[:-length] or 0) == 0}

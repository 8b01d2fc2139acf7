"""Numbers as people read them: in the language's own marks, with the digits that they have. For programs: ``scalars``."""

from decimal import ROUND_HALF_UP, Decimal

from odoo.tools.misc import formatLang

# of percents and measures, and of what is told because it is finer than quantities are
MEASURE_DIGITS = 6


def number_words(env, number, digits=None):
    """``number`` in the language of ``env``: never with an exponent, and without zeros behind the decimal mark.

    :param digits: how many stand behind the decimal mark at most; ``None``: as many as quantities have (``Product Unit``)
    """
    if digits is None:
        digits = env["decimal.precision"].precision_get("Product Unit")
    # as units round, without the dust that this leaves on large floats
    rounded = Decimal(str(number or 0)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    needed = len(f"{rounded:f}".partition(".")[2].rstrip("0"))
    # no zero with a sign
    return formatLang(env, float(rounded) + 0.0, digits=needed)


def measure_words(env, number):
    """What was measured or is allowed of it, in words: with up to six digits, whatever quantities have."""
    return number_words(env, number, MEASURE_DIGITS)


def share_words(env, percent):
    """A share of a hundred in words, as ``12.5 %``."""
    return f"{measure_words(env, percent)} %"

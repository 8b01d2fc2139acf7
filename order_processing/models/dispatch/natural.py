"""Names in the order in which people read them: A-2 before A-10. Plain Python."""

import re

NUMBER = re.compile(r"(\d+)")


def natural(name):
    """A key to sort by; numbers within ``name`` (text or nothing) count as numbers, case does not count."""
    return [
        (0, int(part), "") if part.isdecimal() else (1, 0, part.casefold()) for part in NUMBER.split(name or "") if part
    ]

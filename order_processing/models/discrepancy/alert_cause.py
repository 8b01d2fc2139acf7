"""What many discrepancies of one kind have in common: plain Python, no database."""

from collections import Counter, defaultdict

# what may be common, the most special first: of two that tell as much the more special is named
TRAITS = ("order", "product", "partner", "carrier")
KIND = "kind"


def common_causes(rows, usual, limit):
    """Split records of one kind into groups of more than ``limit`` with one cause each.

    A trait tells something where more records share it than its usual share would have brought: that a company's only
    carrier carried all of them says nothing, that a product of which little is sold is in half of them says much. The
    trait with the largest excess is taken first, then what is left is asked again. What no trait explains has the
    kind in common, if it is still many.

    :param rows: list of dicts ``{"id", "order", "product", "partner", "carrier"}``, ids or ``None``
    :param usual: dict of ``(trait, value)`` to its share (0 to 1) of the company's other order lines; absent: 0
    :param limit: a group has more records than this
    :return: list of ``(trait, value, [record ids])``; what is left out is no group
    """
    groups, rest = [], list(rows)
    while len(rest) > limit:
        trait, value = _most_telling(rest, usual, limit)
        members = [row["id"] for row in rest if trait == KIND or row[trait] == value]
        groups.append((trait, value, members))
        taken = set(members)
        rest = [row for row in rest if row["id"] not in taken]
    return groups


def _most_telling(rows, usual, limit):
    best, found = 0.0, (KIND, None)
    for trait in TRAITS:
        counts = Counter(row[trait] for row in rows if row[trait])
        for value, count in sorted(counts.items()):
            excess = count - len(rows) * usual.get((trait, value), 0.0)
            # half of them would not be there by chance
            if count > limit and excess >= count / 2 and excess > best:
                best, found = excess, (trait, value)
    return found


def shares(lines):
    """The usual shares of each value.

    :param lines: list of dicts ``{"order", "product", "partner", "carrier"}`` of other order lines
    :return: dict of ``(trait, value)`` to its share
    """
    counts = defaultdict(int)
    for line in lines:
        for trait in TRAITS:
            if line[trait]:
                counts[trait, line[trait]] += 1
    return {key: count / len(lines) for key, count in counts.items()}

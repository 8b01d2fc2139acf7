"""What many discrepancies of one kind have in common: plain Python, no database."""

from collections import Counter, defaultdict

# what may be common, the most special first: of two that tell as much the more special is named
TRAITS = ("order", "product", "partner", "carrier")
KIND = "kind"
ORDER = "order"


def common_causes(rows, usual, limit):
    """Split records of one kind into groups of more than ``limit`` with one cause each.

    A trait tells something where more records share it than its usual share would have brought: that a company's only
    carrier carried all of them says nothing, that a product of which little is sold is in half of them says much. The
    trait with the largest excess is taken first, then what is left is asked again. What no trait explains has the
    kind in common, if it is still many. An order is the cause only of what stands in it alone: where several large orders
    have the same, each of them shows it and none of them explains it.

    :param rows: list of dicts ``{"id", "order", "product", "partner", "carrier"}``, ids or ``None``
    :param usual: dict of ``(trait, value)`` to its share (0 to 1) of the company's other order lines; absent: 0
    :param limit: a group has more records than this
    :return: list of ``(trait, value, [record ids])``; what is left out is no group
    """
    rest = {row["id"]: row for row in rows}
    sharing = defaultdict(list)
    for row in rows:
        for key in _keys(row):
            sharing[key].append(row["id"])
    # what is not many now never becomes it
    counts = {key: len(ids) for key, ids in sharing.items() if len(ids) > limit}
    groups = []
    while len(rest) > limit:
        key = _most_telling(counts, len(rest), usual, limit)
        members = [record for record in (sharing[key] if key else list(rest)) if record in rest]
        groups.append((*(key or (KIND, None)), members))
        for record in members:
            for left in _keys(rest.pop(record)):
                if left in counts:
                    counts[left] -= 1
    return groups


def _keys(row):
    return [(trait, row[trait]) for trait in TRAITS if row[trait]]


def _most_telling(counts, size, usual, limit):
    """The ``(trait, value)`` with the largest excess; ``None``: none of them tells anything."""
    best, found = None, None
    for key, count in counts.items():
        excess = count - size * usual.get(key, 0.0)
        # half of them would not be there by chance
        if count > limit and excess >= count / 2 and (key[0] != ORDER or count * 2 > size):
            rank = (-excess, TRAITS.index(key[0]), key[1])
            if best is None or rank < best:
                best, found = rank, key
    return found


def shares(lines):
    """The usual shares of each value.

    :param lines: list of dicts ``{"order", "product", "partner", "carrier"}`` of other order lines
    :return: dict of ``(trait, value)`` to its share
    """
    counts = Counter(key for line in lines for key in _keys(line))
    return {key: count / len(lines) for key, count in counts.items()}

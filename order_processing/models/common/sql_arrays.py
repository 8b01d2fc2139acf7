"""Many values for one statement, sent as one constant.

psycopg2 writes a list as ``ARRAY[1, 2, …]``, which PostgreSQL reads as that many expressions: of a thousand ids this takes
longer than to find what they stand for.
"""

from odoo.tools import SQL


def id_array(ids):
    """The ids (any iterable of ints) as an ``int[]``."""
    return SQL("%s::int[]", _constant(map(str, ids)))


def text_array(texts):
    """The texts (any iterable of str) as a ``text[]``, each quoted, so that none of them is read as more than a text."""
    return SQL("%s::text[]", _constant(_quoted(text) for text in texts))


def value_array(kind, values):
    """The values (any iterable; ``None`` is ``NULL``) as an array of a type of PostgreSQL, ``kind``: ``date``, ``numeric``…

    :param SQL kind: the type of one of them
    """
    return SQL("%s::%s[]", _constant("NULL" if value is None else _quoted(str(value)) for value in values), kind)


def _constant(parts):
    return "{" + ",".join(parts) + "}"


def _quoted(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

"""What core computes again and again in tests, and always alike, is kept in the processes of the tests.

Nothing of the add-on is touched, and no shortcut keeps what stands in the database. tests/foundations/test_shortcuts.py holds
each of them against core's own answer.
"""

from collections.abc import Mapping
from contextlib import ExitStack, contextmanager
from functools import cached_property, lru_cache, partial
from unittest import mock

from odoo.models import BaseModel
from odoo.orm import fields_textual
from odoo.orm.registry import Registry, TriggerTree
from odoo.tools import SQL


def kept_identifier(identifier=SQL.identifier):
    """``SQL.identifier`` that makes each of its objects, which never change, once."""
    kept = lru_cache(50_000)(identifier)
    return classmethod(lambda cls, *args, **kwargs: kept(*args, **kwargs))


def kept_sanitizer(html_sanitize=fields_textual.html_sanitize):
    """``html_sanitize`` of fields, by text and options: most texts of messages are the same."""
    # a text that is marked as safe is equal to one that is not
    return lru_cache(5_000, typed=True)(html_sanitize)


class Merged:
    """A merged trigger tree and, at each of its places, the fields that stand there and below."""

    def __init__(self, tree):
        self.root = tree.root
        self.below = [(label, Merged(subtree)) for label, subtree in tree.items()]
        self.fields = frozenset(tree.root).union(*(place.fields for _label, place in self.below))

    def chosen(self, wanted):
        """The tree of the ``wanted`` fields alone, without places that have none of them."""
        result = TriggerTree([field for field in self.root if field in wanted])
        for label, place in self.below:
            if not wanted.isdisjoint(place.fields):
                result[label] = place.chosen(wanted)
        return result


def get_trigger_tree(self, fields, select=bool, merge=Registry.get_trigger_tree):
    """``Registry.get_trigger_tree``, the trees of the same fields merged once, before ``select`` looks at them.

    Merged trees stand beside those of single fields, which the registry drops where models are set up anew.
    """
    fields = tuple(fields)
    merged = self._field_trigger_trees.get(fields)
    if merged is None:
        merged = self._field_trigger_trees[fields] = Merged(merge(self, fields))
    return merged.chosen({field for field in merged.fields if select(field)})


class Described(Mapping):
    """Descriptions of fields, made when they are looked at."""

    def __init__(self, describe):
        self.describe = describe

    @cached_property
    def descriptions(self):
        """What core returns."""
        return self.describe()

    def __getitem__(self, name):
        return self.descriptions[name]

    def __iter__(self):
        return iter(self.descriptions)

    def __len__(self):
        return len(self.descriptions)


def describe_late(self, allfields=None, attributes=None, fields_get=BaseModel.fields_get):
    """``fields_get``, which journal items ask for all their fields on each write of none that is tracked, to look at none."""
    describe = partial(fields_get, self, allfields, attributes)
    return Described(describe) if allfields == [] and self._name == "account.move.line" else describe()


@contextmanager
def taken():
    """All shortcuts, as long as it is open."""
    with ExitStack() as stack:
        for place, name, shortcut in (
            (SQL, "identifier", kept_identifier()),
            (fields_textual, "html_sanitize", kept_sanitizer()),
            (Registry, "get_trigger_tree", get_trigger_tree),
            (BaseModel, "fields_get", describe_late),
        ):
            stack.enter_context(mock.patch.object(place, name, shortcut))
        yield

"""How a model declares its process: data and one decorator, no behaviour.

The behaviour is in ``order.transition.mixin``. Reading ``_transitions`` of a model is reading its process.
"""

import functools
from dataclasses import dataclass

ANY_STATE = "*"


@dataclass(frozen=True)
class Transition:
    """One permitted move of a record from a state to another.

    :param name: technical name, used by ``@transition`` and ``_transition``
    :param sources: states it may start from; ``("*",)`` means any but the target
    :param target: the state it ends in
    :param group: XML id of the group that the acting user needs; ``None``: whoever may write the record
    :param group_field: path from the record to a ``res.groups`` of which the acting user must be a member
    :param reason: whether a non-empty reason is required
    :param second_person: many2one field to ``res.users`` whose person may not be the one who acts
    :param who: many2one field to ``res.users`` that takes the acting user
    :param when: datetime field that takes the moment
    :param why: char or text field that takes the reason
    """

    name: str
    sources: tuple
    target: str
    group: str = None
    reason: bool = False
    second_person: str = None
    who: str = None
    when: str = None
    why: str = None
    group_field: str = None

    def starts_from(self, state):
        """Whether the transition may start in ``state``."""
        return state in self.sources or (ANY_STATE in self.sources and state != self.target)

    def evidence_fields(self):
        """Names of the fields that the transition alone may write beside the state."""
        return tuple(name for name in (self.who, self.when, self.why) if name)


def transition(name):
    """Make a public method the action of the transition ``name`` of its model.

    The method receives only the records that really moved, already in the new state, and the reason; a
    record that is in the target state passes without work. A method that returns ``None`` answers ``True``.
    """

    def decorate(method):
        @functools.wraps(method)
        def act(self, *args, reason="", **kwargs):
            if args and isinstance(args[0], str) and not reason:
                reason, args = args[0], args[1:]
            return self._transition_act(name, method, reason, args, kwargs)

        act._order_transition = name
        return act

    return decorate

"""How much of a call is spent inside the add-on's own methods.

Each method that the add-on defines on a model is wrapped, and beside it the method that its ``super()`` reaches in core. A
clock runs for one owner at a time: entering a method of the add-on makes it the owner; where that calls ``super()``, the clock
goes back to whoever called it. What the add-on asks of the ORM by itself (a search, a create, a flush that its reading causes)
stays on its account.
"""

import functools
import inspect
import time

ADDON = "odoo.addons.order_processing."
OURS, REST = "ours", "rest"


class Clock:
    """Seconds per owner, one owner at a time."""

    def __init__(self, now=time.perf_counter):
        self.now = now
        self.running = False

    def start(self):
        """Begin with the rest as owner."""
        self.seconds = {OURS: 0.0, REST: 0.0}
        self.frames = []
        self.owner = REST
        self.since = self.now()
        self.running = True

    def stop(self):
        """Seconds that belong to the add-on."""
        self.turn(REST)
        self.running = False
        return self.seconds[OURS]

    def turn(self, owner):
        """Go on for ``owner``; returns the one before."""
        now = self.now()
        self.seconds[self.owner] += now - self.since
        self.since, before = now, self.owner
        self.owner = owner
        return before


class _Frame:
    """A method of the add-on that is running: on which model, at which place of its order of classes, called by whom."""

    __slots__ = ("model", "name", "outer", "place")

    def __init__(self, model, name, place, outer):
        self.model = model
        self.name = name
        self.place = place
        self.outer = outer


class Inside:
    """Wraps the methods of the add-on in the classes of a registry.

    :param registry: ``odoo.modules.registry.Registry``, or any mapping of names to classes
    :param str addon: beginning of the module names of the add-on's classes
    """

    def __init__(self, registry, addon=ADDON, clock=None):
        self.clock = clock or Clock()
        self.start, self.stop = self.clock.start, self.clock.stop
        self.addon = addon
        self.wrapped = set()
        for model in list(registry.values()):
            self._wrap_model(model)

    def _wrap_model(self, model):
        order = model.__mro__
        for place, definition in enumerate(order):
            if not self._is_ours(definition):
                continue
            for name, method in list(vars(definition).items()):
                if not inspect.isfunction(method) or name.startswith("__"):
                    continue
                self._wrap(definition, name, self._ours)
                below = next((cls for cls in order[place + 1 :] if inspect.isfunction(vars(cls).get(name))), None)
                if below and not self._is_ours(below):
                    self._wrap(below, name, self._below)

    def _is_ours(self, definition):
        return definition.__module__.startswith(self.addon)

    def _wrap(self, definition, name, kind):
        # a class is shared by all models that inherit from it
        if (definition, name) in self.wrapped:
            return
        self.wrapped.add((definition, name))
        setattr(definition, name, kind(definition, name, vars(definition)[name]))

    def _ours(self, definition, name, method):
        clock = self.clock

        @functools.wraps(method)
        def run(*args, **kwargs):
            # a method without records is no part of a model's call
            if not clock.running or not args:
                return method(*args, **kwargs)
            model = type(args[0])
            place = _place(model, definition)
            top = clock.frames[-1] if clock.frames else None
            before = clock.turn(OURS)
            # reached by super() of another class of the add-on: what lies below goes to the caller of that one
            by_super = top and top.model is model and top.name == name and top.place < place
            clock.frames.append(_Frame(model, name, place, top.outer if by_super else before))
            try:
                return method(*args, **kwargs)
            finally:
                clock.frames.pop()
                clock.turn(before)

        return run

    def _below(self, definition, name, method):
        clock = self.clock

        @functools.wraps(method)
        def run(*args, **kwargs):
            if not clock.running or not args or not clock.frames:
                return method(*args, **kwargs)
            top = clock.frames[-1]
            model = type(args[0])
            if top.model is not model or top.name != name or top.place >= _place(model, definition):
                return method(*args, **kwargs)
            before = clock.turn(top.outer)
            # core's method is running now: what it calls by the same name is no super() of ours
            clock.frames.append(_Frame(None, "", -1, top.outer))
            try:
                return method(*args, **kwargs)
            finally:
                clock.frames.pop()
                clock.turn(before)

        return run


@functools.cache
def _place(model, definition):
    """Place of a class in the order of a model's classes; before all of them where it is none of them."""
    return model.__mro__.index(definition) if definition in model.__mro__ else -1

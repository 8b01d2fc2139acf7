"""What Odoo remembers of the database from one test to the next."""


class Remembered:
    """The caches of a registry over a test, or a class of tests, that is taken back.

    Odoo forgets all of them after each: access rights, views, compiled templates, records by their external id; and reads
    them again for the next one. Since the database is then as it was at the beginning, what was remembered there holds
    again, and so does what came to it in the caches that nothing has told to forget. Not so where models were set up anew
    meanwhile: what was remembered of the models before says nothing of those that stand there now.

    :param registry: the registry of the tests' database
    """

    def __init__(self, registry):
        self.registry = registry
        # made anew with the models
        self.triggers = registry._field_triggers
        self.caches = registry._Registry__caches
        self.before = {name: dict(cache._values) for name, cache in self.caches.items()}
        self.after = {}
        # gone as soon as a cache forgets
        for cache in self.caches.values():
            cache[self] = None

    def take(self):
        """Called before Odoo forgets."""
        if self._models_changed():
            return
        for name, cache in self.caches.items():
            self.after[name] = dict(cache._values) if self in cache else self.before[name]

    def put_back(self):
        """Called when the database is as at the beginning."""
        # empty where models have changed: what Odoo then forgets stays forgotten
        for name, content in self.after.items():
            content.pop(self, None)
            cache = self.caches[name]
            cache.clear()
            cache._values.update(content)
            cache._ordering.update(dict.fromkeys(content))

    def _models_changed(self):
        """Whether models were set up anew since the beginning."""
        return vars(self.registry).get("_field_triggers") is not self.triggers

"""A database opened from Python, as the users of the order desk."""

import threading
import time
from contextlib import contextmanager

import odoo
from odoo import api
from odoo.modules.registry import Registry
from odoo.tools import config

ZONE = "Europe/London"
CHUNK = 100


class Session:
    """One database: environments per user, steps with their seconds, commits.

    :param str database: its name
    :param progress: ``tools.setup.progress.Progress``
    """

    def __init__(self, database, progress):
        # ODOO_RC names the configuration
        config.parse_config(["-d", database, "--log-level=error", "--no-http"], setup_logging=True)
        threading.current_thread().dbname = database
        self.database = database
        self.progress = progress
        self.seconds = {}
        self.registry = Registry(database)
        self.cr = self.registry.cursor()
        self.root = api.Environment(self.cr, api.SUPERUSER_ID, {"lang": "en_US", "tz": ZONE})
        self.company = self.root.ref("base.main_company")

    def as_user(self, login):
        """An environment of the user called ``login``, in English and London time."""
        user = self.root["res.users"].search([("login", "=", login)])
        if not user:
            raise LookupError(f"there is no user “{login}” in {self.database}")
        context = {"lang": "en_US", "tz": ZONE, "allowed_company_ids": self.company.ids}
        return api.Environment(self.cr, user.id, context)

    def commit(self):
        """Keep what was done, and start the next chunk with an empty memory."""
        self.root.cr.commit()
        self.root.invalidate_all()

    @contextmanager
    def step(self, name, text):
        """Time a step under ``name``, say ``text``, and commit at its end."""
        started = time.monotonic()
        with self.progress.step(text):
            yield
            self.commit()
        self.seconds[name] = round(self.seconds.get(name, 0) + time.monotonic() - started, 2)

    def close(self):
        """Give the connection back."""
        self.cr.close()
        odoo.sql_db.close_db(self.database)


def chunks(items, size=CHUNK):
    """``items`` in lists of at most ``size``; Odoo's work per order grows in larger sets."""
    items = list(items)
    return [items[start : start + size] for start in range(0, len(items), size)]

"""The database of a demonstration: made, found again, or refused."""

import json
import re

from tools.setup.progress import SetupError

from . import marker

NAME = re.compile(r"[a-z][a-z0-9_]{0,50}")


def check_name(name):
    """Refuse a name that PostgreSQL or Odoo would read otherwise.

    :raises SetupError: with the form a name must have
    """
    if not NAME.fullmatch(name):
        raise SetupError(f"--db {name}: write a name of small letters, digits and underscores, starting with a letter.")


def read_marker(setup, name):
    """What the database ``name`` says of itself, ``None`` if it was not made by ``bin/demo``."""
    query = f"SELECT value FROM ir_config_parameter WHERE key = '{marker.KEY}'"
    try:
        words = setup.run(["psql", "-d", name, "-qAt", "-c", query]).stdout.strip()
    except SetupError:
        return None
    return json.loads(words) if words else None


def ensure(setup, name, wanted, fresh):
    """See to it that the database ``name`` is there to be loaded, or holds the day already.

    :param Setup setup: the prepared machine
    :param dict wanted: the marker that it should have
    :param bool fresh: make it anew, whatever it holds
    :return: whether the day is in it already
    :raises SetupError: it is another's, or holds another day
    """
    if setup.databases.exists(name):
        found = read_marker(setup, name)
        if found is None:
            raise SetupError(
                f"The database {name} was not made by bin/demo, so it is left alone. Give another name: --db NAME."
            )
        if found["state"] == "complete" and not fresh:
            if not marker.same_day(found, wanted):
                raise SetupError(
                    f"The database {name} holds {found['date']} with {found['history']} days of history, of a file "
                    f"{'like yours' if found['file'] == wanted['file'] else 'other than yours'}. "
                    f"--fresh makes it anew with {wanted['date']}; --db NAME takes another."
                )
            if found["addon"] != wanted["addon"]:
                _update(setup, name, {**found, "addon": wanted["addon"]})
            return True
        if found["state"] != "complete" and not fresh:
            setup.progress.say(f"· an earlier run was cut off while loading {found['date']}: {name} is made anew")
        setup.databases.drop(name)
    _make(setup, name, wanted)
    return False


def _make(setup, name, wanted):
    """A copy of the add-on's template under a name of its own, renamed once it says what it is."""
    making = f"making_{name}"
    setup.databases.drop(making)
    setup.databases.create(making, wanted["addon"])
    _write_marker(setup, making, wanted)
    setup.databases.rename(making, name)


def _update(setup, name, found):
    """Bring a database made by an earlier version of the add-on up to date."""
    with setup.progress.step("the add-on has changed: updating the database"):
        done = setup.odoo(
            ["-d", name, "-u", "order_processing", "--stop-after-init", "--log-level=error"], capture=True
        )
        if done.returncode:
            raise SetupError(f"{(done.stdout + done.stderr).strip()[-1500:]}\n--fresh makes the database anew.")
    _write_marker(setup, name, found)


def print_from(setup, name, url):
    """Let the PDF engine take style sheets of database ``name`` from the server at ``url``; ``None``: from wherever Odoo says."""
    if url:
        _write_parameter(setup, name, "report.url", url)
    else:
        setup.run(["psql", "-d", name, "-q", "-c", "DELETE FROM ir_config_parameter WHERE key = 'report.url'"])


def _write_marker(setup, name, value):
    _write_parameter(setup, name, marker.KEY, json.dumps(value))


def _write_parameter(setup, name, key, value):
    query = (
        f"INSERT INTO ir_config_parameter (key, value) VALUES ('{key}', '{value}') "
        "ON CONFLICT (key) DO UPDATE SET value = excluded.value"
    )
    setup.run(["psql", "-d", name, "-q", "-c", query])

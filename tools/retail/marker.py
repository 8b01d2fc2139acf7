"""What a database of ``bin/demo`` says of itself: which day it holds, and whether the load came to its end."""

import json

KEY = "order_processing.demo"
SUMMARY = "order_processing.demo_summary"


def text(day, digest, history, addon, state="loading"):
    """The marker of a database.

    :param date day: the business day
    :param str digest: of the file's content
    :param int history: days before that were loaded
    :param str addon: the template that it was made from
    """
    return json.dumps({"date": str(day), "file": digest, "history": history, "addon": addon, "state": state})


def same_day(one, other):
    """Whether two markers (dicts) stand for the same day of the same file."""
    return all(one.get(name) == other.get(name) for name in ("date", "file", "history"))


def complete(session, summary):
    """Record that the load came to its end; kept in one transaction with the summary."""
    parameters = session.root["ir.config_parameter"].sudo()
    found = json.loads(parameters.get_param(KEY) or "{}")
    parameters.set_param(KEY, json.dumps({**found, "state": "complete"}))
    parameters.set_param(SUMMARY, json.dumps(summary))
    session.commit()


def summary(session):
    """The summary of the load, as it was written."""
    return json.loads(session.root["ir.config_parameter"].sudo().get_param(SUMMARY) or "{}")

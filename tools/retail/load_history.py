"""Step 2: the days before, confirmed, delivered and invoiced, and closed as a signed day of their own."""

from itertools import groupby

from . import submission
from .session import chunks


class LoadError(Exception):
    """The load came to a state that it must not come to."""


def load_history(session, plan):
    """Enter, confirm, ship and invoice the history of ``plan`` while the controls only observe; sign it; enforce.

    :raises LoadError: a document of the history was refused or could not leave
    """
    if plan.history:
        with session.step("history", f"{len(plan.history)} documents of the days before"):
            for day, members in groupby(plan.history, key=lambda document: document.day):
                for chunk in chunks(members):
                    _load(session, chunk, day)
                    session.commit()
        with session.step("history_close", "the history signed as a day of its own"):
            close_day(session, max(document.day for document in plan.history))
    with session.step("controls", "controls enforced"):
        manager = session.as_user("manager")
        company = manager["res.company"].browse(session.company.id)
        company.order_control_preview()
        company.action_order_control_enforce(reason="The day begins.")


def submit(session, documents):
    """Submit documents as the program ``integration``.

    :return: one result per document, see ``submit_orders``
    """
    contract = session.as_user("integration")["order.processing"]
    return contract.submit_orders(
        orders=[submission.order(document) for document in documents], source=submission.SOURCE, verify=False
    )


def _load(session, documents, day):
    answers = submit(session, documents)
    _must(answers, lambda answer: answer["ok"], "was refused")
    desk = session.as_user("processor")
    orders = desk["sale.order"].browse([answer["order_id"] for answer in answers])
    _must(orders.action_verify_and_confirm(), lambda answer: answer["confirmed"], "was not confirmed")
    _must(
        orders.action_dispatch(pickup=False, business_date=day.isoformat()),
        lambda answer: answer["ok"] and answer["invoices"],
        "was not shipped and invoiced",
    )


def _must(answers, condition, words):
    bad = [answer for answer in answers if not condition(answer)]
    if bad:
        names = "; ".join(
            f"{answer.get('reference') or answer.get('order')} ({answer.get('error') or answer.get('message')})"
            for answer in bad[:5]
        )
        raise LoadError(f"{len(bad)} documents of the history, each {words}: {names}")


def close_day(session, day):
    """Draw the statement of ``day`` and sign it as the manager.

    :return: the statement, a record of the manager's environment
    """
    desk = session.as_user("manager")
    drawn = desk["order.reconciliation"].draft_day(day.isoformat())
    session.commit()
    statement = desk["order.reconciliation"].browse(drawn["id"])
    statement.explain_checks({"*": "The day was loaded from a file: nobody has worked on what it left."})
    statement.action_sign()
    return statement

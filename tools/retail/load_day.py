"""Steps 3 and 4: the day's orders and returns, as a desk works through them."""

from . import submission
from .load_history import submit
from .session import chunks


def load_day(session, plan):
    """Submit, verify, confirm, promise, ship and invoice the orders of ``plan``; take back and refund its returns.

    The returns are asked for before the day's goods leave: what comes back was delivered on an earlier day.
    """
    day = plan.date.isoformat()
    with session.step("intake", f"{len(plan.orders)} orders submitted"):
        for chunk in chunks(plan.orders):
            submit(session, chunk)
            session.commit()
    with session.step("verify_confirm", "orders verified, what passes is confirmed"):
        for orders in _day_orders(session, plan, "processor"):
            orders.action_verify_and_confirm()
            session.commit()
    with session.step("request_returns", f"{len(plan.returns)} returns asked for"):
        _request_returns(session, plan)
    with session.step("promise", "each line promised"):
        for orders in _day_orders(session, plan, "processor", state="sale"):
            orders.action_promise(date=day)
            session.commit()
    with session.step("dispatch", "picked, checked, packed, put on a pickup, shipped and invoiced"):
        for orders in _day_orders(session, plan, "processor", state="sale"):
            orders.action_dispatch(business_date=day)
            session.commit()
    with session.step("shortages", "what is short promised anew"):
        for orders in _day_orders(session, plan, "processor", state="sale"):
            orders.action_promise(date=day)
            session.commit()
    with session.step("pickups", "pickups handed over"):
        pickups = session.as_user("processor")["order.pickup"].search(
            [("date", "=", plan.date), ("state", "in", ("planned", "requested", "loading"))]
        )
        pickups.action_hand_over(signed_by="Carrier's driver")
    with session.step("returns", "returns received and refunded"):
        for cases in _cases(session, plan):
            cases.process(business_date=day)
            session.commit()


def _day_orders(session, plan, login, state=None):
    """The day's orders that were accepted, in sets, as ``login`` sees them."""
    domain = [
        ("intake_id.source", "=", submission.SOURCE),
        ("intake_id.reference", "in", [document.number for document in plan.orders]),
        ("intake_id.business_date", "=", plan.date),
        *([("state", "=", state)] if state else []),
    ]
    found = session.root["sale.order"].search(domain, order="id")
    for chunk in chunks(found.ids):
        yield session.as_user(login)["sale.order"].browse(chunk)


def _request_returns(session, plan):
    contract = session.as_user("integration")["order.processing"]
    line_ids = _history_lines(session, plan)
    matches = {}
    for found in plan.matches:
        matches.setdefault(found.row.number, []).append(found)
    for chunk in chunks(plan.returns):
        contract.request_return(
            returns=[submission.return_case(document, matches[document.number], line_ids) for document in chunk],
            source=submission.SOURCE,
        )
        session.commit()


def _history_lines(session, plan):
    """``{(document's number, row index): line id}`` of the history's orders; lines stand in the order of the rows."""
    numbers = [document.number for document in plan.history]
    lines = session.root["sale.order.line"].search(
        [("order_id.intake_id.source", "=", submission.SOURCE), ("order_id.intake_id.reference", "in", numbers)],
        order="order_id, id",
    )
    found = {}
    for order, members in lines.grouped("order_id").items():
        for index, line in enumerate(members.sorted("id")):
            found[order.intake_id.reference, index] = line.id
    return found


def _cases(session, plan):
    cases = session.root["order.return"].search(
        [
            ("source", "=", submission.SOURCE),
            ("external_key", "in", [document.number for document in plan.returns]),
            ("unmatched", "=", False),
        ],
        order="id",
    )
    for chunk in chunks(cases.ids):
        yield session.as_user("processor")["order.return"].browse(chunk)

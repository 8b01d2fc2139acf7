"""The process of a return case as data: its states and the acts that move them. No behaviour."""

from ..common.transition import Transition

PROCESSOR = "order_processing.group_processor"
MANAGER = "order_processing.group_manager"

STATES = [
    ("requested", "Requested"),
    ("approved", "Approved"),
    ("on_way", "On its way"),
    ("received", "Received"),
    ("inspected", "Inspected"),
    ("settled", "Settled"),
    ("closed", "Closed"),
    ("rejected", "Rejected"),
    ("cancelled", "Cancelled"),
]
# goods are expected; goods are here or have been here
EXPECTED = ("approved", "on_way")
OPEN = ("requested", *EXPECTED)
ARRIVED = ("received", "inspected", "settled", "closed")
DONE = ("settled", "closed")

APPROVAL = {"who": "approved_by_id", "when": "approved_at"}
TRANSITIONS = (
    Transition("approve", ("requested",), "approved", group=PROCESSOR, **APPROVAL),
    Transition("override", ("requested",), "approved", group=MANAGER, reason=True, why="override_reason", **APPROVAL),
    Transition("send", ("approved",), "on_way", group=PROCESSOR, who="sent_by_id", when="sent_at"),
    # the customer's own word, by the portal or a program
    Transition("announce", ("approved",), "on_way", who="sent_by_id", when="sent_at"),
    Transition("receive", EXPECTED, "received", group=PROCESSOR, who="received_by_id", when="received_at"),
    Transition("inspect", ("received",), "inspected", group=PROCESSOR, who="inspected_by_id", when="inspected_at"),
    Transition("settle", ("received", "inspected"), "settled", group=PROCESSOR, who="settled_by_id", when="settled_at"),
    Transition("reject", ("requested",), "rejected", group=PROCESSOR, reason=True, why="reason"),
    Transition("cancel", ("requested", *EXPECTED), "cancelled", group=PROCESSOR, reason=True, why="reason"),
    Transition("correct", ("inspected",), "received", group=PROCESSOR, reason=True),
    # what follows from documents and the calendar, whoever touched them; private, so no call reaches it by itself
    Transition("join", ("requested",), "cancelled", reason=True, why="reason"),
    Transition("expire", ("approved",), "cancelled", reason=True, when="expired_at", why="reason"),
    Transition("expire_rest", ("approved",), "settled", reason=True, when="settled_at"),
    Transition("overdue", EXPECTED, "settled", reason=True, when="settled_at"),
    Transition("close", ("settled",), "closed", when="closed_at"),
    Transition("reopen", ("closed",), "settled", reason=True),
    Transition("unsettle", DONE, "inspected", reason=True),
    Transition("unsettle_uninspected", DONE, "received", reason=True),
    Transition("settle_again", ("received", "inspected"), "settled", reason=True),
    Transition("unreceive", ("received", "inspected"), "approved", reason=True),
)

"""A carrier's appointment as an iCalendar file (RFC 5545), which calendars of other houses read: plain Python."""

from datetime import datetime
from typing import NamedTuple

# RFC 5545 3.1: a line has at most 75 octets
LINE = 75
BREAK = "\r\n"


class Appointment(NamedTuple):
    """When who is to come where.

    :param uid: what it is known by for good; a change has the same, and a higher ``sequence``
    :param starts: naive UTC
    :param method: ``REQUEST`` or ``CANCEL``
    """

    uid: str
    sequence: int
    stamp: datetime
    starts: datetime
    ends: datetime
    summary: str
    description: str = ""
    location: str = ""
    organizer: tuple = ("", "")
    attendee: tuple = ("", "")
    method: str = "REQUEST"


def calendar_file(appointment):
    """``appointment`` as the text of a file."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Order Processing//Pickups//EN",
        f"METHOD:{appointment.method}",
        "BEGIN:VEVENT",
        f"UID:{appointment.uid}",
        f"SEQUENCE:{appointment.sequence}",
        f"DTSTAMP:{_moment(appointment.stamp)}",
        f"DTSTART:{_moment(appointment.starts)}",
        f"DTEND:{_moment(appointment.ends)}",
        f"SUMMARY:{_text(appointment.summary)}",
        f"STATUS:{'CANCELLED' if appointment.method == 'CANCEL' else 'CONFIRMED'}",
    ]
    for name, value in (("DESCRIPTION", appointment.description), ("LOCATION", appointment.location)):
        if value:
            lines.append(f"{name}:{_text(value)}")
    for name, more, (person, email) in (
        ("ORGANIZER", "", appointment.organizer),
        ("ATTENDEE", ";RSVP=TRUE", appointment.attendee),
    ):
        if email:
            lines.append(f"{name}{more};CN={_parameter(person or email)}:mailto:{email}")
    lines += ["END:VEVENT", "END:VCALENDAR", ""]
    return BREAK.join(folded for line in lines for folded in _fold(line))


def _moment(moment):
    return moment.strftime("%Y%m%dT%H%M%SZ")


def _text(value):
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def _parameter(value):
    # a quoted parameter holds no quotes and no line breaks, and there is no escape for them
    return '"' + " ".join(value.replace('"', "'").split()) + '"'


def _fold(line):
    """``line`` in parts of at most 75 octets, none of which splits a letter; all but the first begin with a blank."""
    part, room = "", LINE
    for letter in line:
        size = len(letter.encode())
        if size > room:
            yield part
            part, room = " ", LINE - 1
        part += letter
        room -= size
    yield part

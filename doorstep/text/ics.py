"""Calendars as lines (RFC 5545): properties escaped and folded as programs on phones read them.

By hand, because a calendar of a year is asked for by every phone several times a day and a library took four fifths of that
time; tests read each one with two libraries, which must agree.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime

# A line has no more octets than this; what is longer goes on in the next, which begins with a space (3.1).
MOST = 75
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})
Lines = Iterable[str]


def text(name: str, said: str) -> str:
    """Return a property whose value is text (3.3.11)."""
    return f"{name}:{said.translate(_ESCAPED)}"


def day(name: str, on: date) -> str:
    """Return a property that is a day, without a time (3.3.4)."""
    return f"{name};VALUE=DATE:{on:%Y%m%d}"


def moment(name: str, at: datetime) -> str:
    """Return a property that is a moment, in UTC (3.3.5)."""
    return f"{name}:{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def part(name: str, *lines: str) -> Lines:
    """Return a component with its properties and those inside it, such as VEVENT."""
    return [f"BEGIN:{name}", *lines, f"END:{name}"]


def calendar(product: str, lines: Lines) -> bytes:
    """Return a whole calendar of properties and components."""
    whole = part("VCALENDAR", "VERSION:2.0", f"PRODID:{product}", *lines)
    return b"".join(_folded(line.encode()) for line in whole)


def _folded(line: bytes) -> bytes:
    """Return a line with its end, folded, no letter of several octets apart."""
    if len(line) <= MOST:
        return line + b"\r\n"
    pieces, most = [], MOST
    while len(line) > most:
        end = most
        while line[end] & 0xC0 == 0x80:  # the second, third or fourth octet of a letter
            end -= 1
        pieces.append(line[:end])
        line, most = line[end:], MOST - 1
    return b"\r\n ".join([*pieces, line]) + b"\r\n"

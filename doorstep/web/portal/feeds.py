"""A home's collections as a calendar and as JSON.

What calendar programs really do: they show a cancelled event as a collection, call an event
without a summary "None", and read a moment in summer time as the day before. So each container
has one all-day event a day, and what does not take place is not there. Days have their year: a calendar
is read whenever.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from doorstep.catalogue.words import say
from doorstep.council import addresses
from doorstep.council import queries as council
from doorstep.places.models import Property
from doorstep.text import ics as write
from doorstep.waste.calendar import BoxDays, Collection


def ics(home: Property, boxes: list[BoxDays], today: date) -> bytes:
    """Return the calendar: the same bytes as long as nothing changed."""
    name = write.text("X-WR-CALNAME", _("Bin days: %(address)s") % {"address": home.address})
    lines = [name, "REFRESH-INTERVAL;VALUE=DURATION:PT6H"]
    host = urlsplit(addresses.base()).hostname or ""
    for box in boxes:
        summary = write.text("SUMMARY", label(box))
        for when in box.days:
            lines += _event(box, when, today, summary, host)
    return write.calendar("-//Doorstep//Bin days//EN", lines)


def one_day(key: str, day: date, title: str, says: str, now: datetime) -> bytes:
    """Return a calendar with one all-day event, and a reminder at six the evening before."""
    alarm = write.part(
        "VALARM", "ACTION:DISPLAY", write.text("DESCRIPTION", title or key), "TRIGGER:-PT6H"
    )
    event = write.part(
        "VEVENT",
        write.text("UID", f"{key}@{urlsplit(addresses.base()).hostname}"),
        write.moment("DTSTAMP", now),
        write.day("DTSTART", day),
        write.day("DTEND", day + timedelta(days=1)),
        write.text("SUMMARY", title or key),
        write.text("DESCRIPTION", says),
        "TRANSP:TRANSPARENT",
        *alarm,
    )
    return write.calendar("-//Doorstep//Your case//EN", event)


def _event(box: BoxDays, when: Collection, today: date, summary: str, host: str) -> Iterable[str]:
    """Return one collection; its UID is of the day the cycle gives, so that a moved one moves."""
    revised = _revised(box, when)
    told = "\n".join(_told(box, when, today))
    return write.part(
        "VEVENT",
        f"UID:collection-{box.id}-{when.scheduled:%Y%m%d}@{host}",
        # A newer event has a higher number where its day moved, also back (RFC 5545, 3.8.7.4).
        f"SEQUENCE:{when.moves}",
        # Where nobody asks by METHOD, DTSTAMP is when it was last revised, as LAST-MODIFIED is (3.8.7.2).
        write.moment("DTSTAMP", revised),
        write.moment("LAST-MODIFIED", revised),
        write.day("DTSTART", when.day),
        write.day("DTEND", when.day + timedelta(days=1)),
        summary,
        "TRANSP:TRANSPARENT",
        *([write.text("DESCRIPTION", told)] if told else []),
    )


def _revised(box: BoxDays, when: Collection) -> datetime:
    """Return when what is said of a collection last changed; failing that, when it came into the year's window.

    Never the moment of asking: the same bytes as long as nothing changed.
    """
    entered = datetime.combine(when.scheduled - timedelta(days=366), time(0), UTC)
    told = [moment for day, moment in box.told_at if day == when.day]
    return max([entered, *told, *([when.changed_at] if when.changed_at else [])])


def label(box: BoxDays) -> str:
    """Return the council's name for a container."""
    return council.current().containers.get(box.kind, box.kind)


def _told(box: BoxDays, when: Collection, today: date) -> Iterator[str]:
    if when.moved_from:
        yield _("Instead of %(day)s.") % {"day": say(when.moved_from, year=True)}
    if box.delay and box.delay.day == when.day:
        yield box.delay.sentence
        yield _("We plan to collect by %(moment)s.") % {"moment": say(box.delay.until, year=True)}
    if box.finished and when.day == today:
        yield _("Our crew has finished this round today.")


def json(home: Property, boxes: list[BoxDays]) -> dict[str, Any]:
    """Return what the page says, for programs; days as ISO dates."""
    return {
        "uprn": str(home.uprn),
        "address": home.address,
        "containers": [_box(box) for box in boxes],
    }


def _box(box: BoxDays) -> dict[str, Any]:
    return {
        "id": str(box.id),
        "kind": box.kind,
        "name": label(box),
        "round": box.round,
        "finished_today": box.finished,
        "delay": {
            "day": box.delay.day,
            "until": box.delay.until.astimezone(council.ZONE),
            "sentence": box.delay.sentence,
        }
        if box.delay
        else None,
        "suspended": [{"first": s.first, "last": s.last} for s in box.suspensions],
        "left_out": list(box.left_out),
        "days": [{"day": c.day, "instead_of": c.moved_from} for c in box.days],
    }

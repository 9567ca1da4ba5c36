"""A home's collections as a calendar and as JSON.

What calendar programs really do: they show a cancelled event as a collection, call an event
without a summary "None", and read a moment in summer time as the day before. So each container
has one all-day event a day, and what does not take place is not there. Days have their year: a calendar
is read whenever.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from doorstep.catalogue.words import say
from doorstep.council import addresses
from doorstep.council import queries as council
from doorstep.places.models import Property
from doorstep.waste.calendar import BoxDays, Collection

if TYPE_CHECKING:
    from icalendar import Event


def ics(home: Property, boxes: list[BoxDays], today: date) -> bytes:
    """Return the calendar: the same bytes as long as nothing changed."""
    from icalendar import Calendar  # 0.05 s, which every start would wait for

    calendar = Calendar()
    calendar.add("prodid", "-//Doorstep//Bin days//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("Bin days: %(address)s") % {"address": home.address})
    calendar.add("refresh-interval", timedelta(hours=6), parameters={"VALUE": "DURATION"})
    for box in boxes:
        name = label(box)
        for when in box.days:
            calendar.add_component(_event(box, when, today, name))
    return bytes(calendar.to_ical())


def one_day(key: str, day: date, title: str, says: str, now: datetime) -> bytes:
    """Return a calendar with one all-day event, and a reminder at six the evening before."""
    from icalendar import Alarm, Calendar, Event

    calendar, event, alarm = Calendar(), Event(), Alarm()
    calendar.add("prodid", "-//Doorstep//Your case//EN")
    calendar.add("version", "2.0")
    event.add("uid", f"{key}@{urlsplit(addresses.base()).hostname}")
    event.add("dtstamp", now)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", title or key)
    event.add("description", says)
    event.add("transp", "TRANSPARENT")
    alarm.add("action", "DISPLAY")
    alarm.add("description", title or key)
    alarm.add("trigger", timedelta(hours=-6))
    event.add_component(alarm)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _event(box: BoxDays, when: Collection, today: date, name: str) -> "Event":
    """Return one collection; its UID is of the day the cycle gives, so that a moved one moves."""
    from icalendar import Event

    event, host = Event(), urlsplit(addresses.base()).hostname
    event.add("uid", f"collection-{box.id}-{when.scheduled:%Y%m%d}@{host}")
    # A newer event has a higher number where its day moved, also back (RFC 5545, 3.8.7.4).
    event.add("sequence", when.moves)
    # Where nobody asks by METHOD, DTSTAMP is when it was last revised, as LAST-MODIFIED is (3.8.7.2).
    event.add("dtstamp", _revised(box, when))
    event.add("last-modified", _revised(box, when))
    event.add("dtstart", when.day)
    event.add("dtend", when.day + timedelta(days=1))
    event.add("summary", name)
    event.add("transp", "TRANSPARENT")
    if lines := "\n".join(_told(box, when, today)):
        event.add("description", lines)
    return event


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

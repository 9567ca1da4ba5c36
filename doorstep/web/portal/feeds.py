"""A home's collections as a calendar and as JSON.

What calendar programs really do: they show a cancelled event as a collection, call an event
without a summary "None", and read a moment in summer time as the day before. So each container
has one all-day event a day, and what does not take place is not there. Days have their year: a calendar
is read whenever.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from doorstep.catalogue.words import say
from doorstep.council import addresses
from doorstep.council import queries as council
from doorstep.places.models import Property
from doorstep.waste.calendar import BoxDays, Collection


def ics(home: Property, boxes: list[BoxDays], today: date) -> bytes:
    """Return the calendar: the same bytes as long as nothing changed."""
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


def _event(box: BoxDays, when: Collection, today: date, name: str) -> Event:
    """Return one collection; its UID is of the day the cycle gives, so that a moved one moves."""
    event, host = Event(), urlsplit(addresses.base()).hostname
    event.add("uid", f"collection-{box.id}-{when.scheduled:%Y%m%d}@{host}")
    # The day it came into the year's window: the same at each fetch.
    entered = when.scheduled - timedelta(days=366)
    event.add("dtstamp", datetime.combine(entered, time(0), UTC))
    event.add("dtstart", when.day)
    event.add("dtend", when.day + timedelta(days=1))
    event.add("summary", name)
    event.add("transp", "TRANSPARENT")
    if lines := "\n".join(_told(box, when, today)):
        event.add("description", lines)
    return event


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

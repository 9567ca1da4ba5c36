"""Days that the council's own waste system gives: it keeps none for anybody, so we hold them here, over what it says is free.

A day's room is what is free there and what we have booked that stands there already: so our holds, and bookings not sent yet,
take from what is free. Two minutes may lie between a day's end there and here; who is refused then has a person ask.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import structlog
from django.db import transaction

from doorstep.bookings import queries as bookings
from doorstep.bookings.models import Booking, Calendar, Day, DayChange
from doorstep.forms.facts import Unavailable
from doorstep.outside.errors import GiveUp, TryLater
from doorstep.waste import theirs
from doorstep.waste.models import Sheet, TheirDay
from doorstep.waste.provider import NoSuchHome, Slot

FRESH_FOR = timedelta(seconds=60)
# What was read is offered for so long while they do not answer.
STALE_FOR = timedelta(minutes=30)
MOST_DAYS = 92
UNREAD = "the waste system does not answer, and its days were not read lately"
log = structlog.get_logger("doorstep.waste")


def bring(
    kind: str, uprn: str, load: int, first: date, last: date, *_: object, now: datetime
) -> Unavailable | None:
    """Bring the days of a kind of work up to date, for the area of a home; Unavailable where they cannot be read.

    The caller holds no lock.
    """
    service = theirs.words().slots.get(kind)
    calendars = bookings.covering(kind, int(uprn)) if uprn.isdecimal() and len(uprn) <= 12 else []
    if service is None or not calendars:
        return None
    calendar = _counted_in_jobs(calendars[0])
    last = min(last, first + timedelta(days=MOST_DAYS))
    read = TheirDay.objects.filter(day__calendar=calendar, day__day__range=(first, last))
    oldest = read.order_by("at").values_list("at", flat=True).first()
    if oldest and now - oldest < FRESH_FOR and read.count() > (last - first).days:
        return None
    try:
        slots = theirs.backend().slots(int(uprn), service, first, last)
    except NoSuchHome:
        return Unavailable(
            "the waste system knows no such home"
        )  # which says nothing of others' days
    except (TryLater, GiveUp) as exc:
        log.warning("days_not_read", said=str(exc)[:200])
        return None if oldest and now - oldest < STALE_FOR else Unavailable(UNREAD)
    _keep(calendar, {slot.day: slot for slot in slots}, first, last, now)
    return None


def _counted_in_jobs(calendar: Calendar) -> Calendar:
    """Return a calendar that counts jobs, whatever the council's file says: theirs are places for one home each."""
    if calendar.unit != "jobs":
        calendar.unit = "jobs"
        calendar.save(update_fields=["unit"])
    return calendar


@transaction.atomic
def _keep(
    calendar: Calendar, slots: Mapping[date, Slot], first: date, last: date, now: datetime
) -> None:
    """Set the room of each day; one that they do not give has none. The days are locked, in order of their dates."""
    wanted = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    Day.objects.bulk_create(
        [Day(calendar=calendar, day=day) for day in wanted], ignore_conflicts=True
    )
    rows = Day.objects.select_for_update(no_key=True).filter(calendar=calendar, day__in=wanted)
    booked, theirs_now = _there(calendar), []
    most = _officers(calendar, wanted)
    for row in rows.order_by("day"):
        slot = slots.get(row.day)
        free = slot.free if slot else 0
        theirs_now.append(TheirDay(day=row, slot=slot.id if slot else "", free=free, at=now))
        capacity = free + booked.get(row.pk, 0)
        capacity = min(capacity, most.get(row.pk, capacity))
        if row.capacity != capacity:
            row.capacity = capacity
            row.save(update_fields=["capacity"])
    # A day that is full there keeps its id: what was booked here before has still to be sent.
    for some, fields in ((True, ["slot", "free", "at"]), (False, ["free", "at"])):
        of = [their for their in theirs_now if bool(their.slot) is some]
        TheirDay.objects.bulk_create(
            of, update_conflicts=True, unique_fields=["day"], update_fields=fields
        )


def _officers(calendar: Calendar, days: list[date]) -> dict[int, int]:
    """Return by day how much room an officer left on it, where one did: no more is offered, however much is free there."""
    changes = DayChange.objects.filter(day__calendar=calendar, day__day__in=days)
    last = changes.order_by("day_id", "-pk").distinct("day_id").values_list("day_id", "capacity")
    return {day: capacity for day, capacity in last if capacity is not None}


def _there(calendar: Calendar) -> dict[int, int]:
    """Return by day how much is booked here and stands there already, on that day."""
    sent = Sheet.objects.filter(state="open", job__isnull=False)
    days = set(sent.values_list("job__case_id", "due_on"))
    rows = Booking.objects.filter(day__calendar=calendar, state="booked").select_related("day")
    loads: dict[int, int] = {}
    for row in rows.filter(case_id__in={case for case, _ in days}):
        if (row.case_id, row.day.day) in days:
            loads[row.day_id] = loads.get(row.day_id, 0) + row.load
    return loads

"""What officers do to days: close, open again, resize; and whom that concerns, asked before."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from doorstep.bookings import queue
from doorstep.bookings.models import Booking, Calendar, Day, DayChange, Move, taken
from doorstep.bookings.room import locked
from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.staff.actor import Actor

MOST = 10_000
MOST_WORDS = 120


def affected(calendar: Calendar, day: date, room: int, now: datetime) -> list[Booking]:
    """Return the cases' bookings that a day of that size would have no room for, the latest made first out.

    What is booked comes before what is held, forms' holds among these, as `room.check_still` has it: it stays so until
    someone deals with it. Who only holds is told, and chooses again.
    """
    rows = Booking.objects.filter(taken(now), day__calendar=calendar, day__day=day)
    rows = rows.select_related("case__place__street", "case__customer")
    bookings, left = [], room
    for booking in sorted(rows, key=lambda b: (b.state != "booked", b.made_at, b.pk)):
        left -= booking.load
        if left < 0 and booking.case_id:
            bookings.append(booking)
    return bookings


def written(
    row: Day, by: Actor, now: datetime, but: Collection[int] = (), *, is_size: bool = False
) -> Day:
    """Write down how an officer leaves a day, whose row is locked; cases that only hold it are looked at by jobs.

    `is_size` says that the capacity is what the officer wanted. Not the cases of `but`, which are dealt with otherwise. Raises Refused("day_over").
    """
    if row.day < now.astimezone(ZONE).date():
        raise Refused("day_over")
    row.save(update_fields=["capacity", "closed_why"])
    DayChange.objects.create(
        day=row,
        at=now,
        by=by.key,
        capacity=row.capacity,
        closed_why=row.closed_why,
        is_size=is_size,
    )
    holds = Booking.objects.filter(day=row, state="held", case__isnull=False)
    for case_id in holds.exclude(case__in=but).values_list("case_id", flat=True):
        queue.lose.defer(case_id=case_id)
    return row


def reason(why: str) -> str:
    """Return why nobody comes on a day, as residents read it; raises Refused("why_missing") or ("why_long")."""
    if not why.strip():
        raise Refused("why_missing")
    if len(why.strip()) > MOST_WORDS:
        raise Refused("why_long")
    return why.strip()


@transaction.atomic
def close(*, calendar: Calendar, day: date, why: str, by: Actor, now: datetime) -> Day:
    """Take no more bookings for a day, for a reason that residents read; what is booked stays booked.

    Raises Refused("why_missing"), ("why_long") or ("day_over").
    """
    said = reason(why)
    row = locked(calendar, day)
    row.closed_why = said
    return written(row, by, now)


@transaction.atomic
def open_again(*, calendar: Calendar, day: date, by: Actor, now: datetime) -> Day:
    """Take bookings again for a day that was closed; raises Refused("day_over")."""
    row = locked(calendar, day)
    row.closed_why = ""
    return written(row, by, now)


@transaction.atomic
def resize(*, calendar: Calendar, day: date, capacity: int | None, by: Actor, now: datetime) -> Day:
    """Give a day another capacity, or that of its calendar again (nothing); what is booked stays booked.

    Raises Refused("capacity_wrong") or ("day_over").
    """
    if capacity is not None and not 0 <= capacity <= MOST:
        raise Refused("capacity_wrong")
    row = locked(calendar, day)
    row.capacity = capacity
    return written(row, by, now, is_size=True)


def most(calendar: Calendar, days: Collection[date]) -> dict[int, int]:
    """Return by day how much room an officer left on it at most: by a size of its own, or by a move that stands."""
    sizes = DayChange.objects.filter(is_size=True, day__calendar=calendar, day__day__in=days)
    moves = Move.objects.filter(undone_at=None, day__calendar=calendar, day__day__in=days)
    said = [*sizes.values_list("at", "day_id", "capacity")]
    said += moves.filter(keep__gt=0).values_list("at", "day_id", "keep")
    last = {day: capacity for _, day, capacity in sorted(said, key=lambda one: one[0])}
    return {day: capacity for day, capacity in last.items() if capacity is not None}


def changes(calendar: Calendar, day: date) -> list[DayChange]:
    """Return what was changed of a day, the latest first."""
    rows = DayChange.objects.filter(day__calendar=calendar, day__day=day)
    return list(rows.order_by("-at", "-id"))

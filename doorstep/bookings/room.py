"""Room on a day: the day's row as the lock, whether somebody finds a place there, and whether a hold still has one."""

from datetime import date, datetime

from django.db.models import Q, QuerySet, Sum

from doorstep.bookings import queries
from doorstep.bookings.models import Booking, Calendar, Day, taken
from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.outside.kept import kept


def locked(calendar: Calendar, day: date) -> Day:
    """Return a day's row, locked, made when there is none."""
    row = _locked.first(calendar.pk, day)
    if row is None:
        Day.objects.bulk_create([Day(calendar=calendar, day=day)], ignore_conflicts=True)
        row = _locked.get(calendar.pk, day)
    row.calendar = calendar
    return row


@kept
def _locked(calendar_id: int, day: date) -> QuerySet[Day]:
    return Day.objects.select_for_update(no_key=True).filter(calendar=calendar_id, day=day)


def check(day: Day, booking: Booking, load: int, now: datetime) -> None:
    """Raise Refused("slot_gone") unless the day, which is locked, can be chosen and has room beside all others."""
    others = Booking.objects.filter(taken(now), day=day)
    if booking.pk:
        others = others.exclude(pk=booking.pk)
    _check(day, others.aggregate(n=Sum("load"))["n"] or 0, load, now)


def check_still(booking: Booking, load: int, now: datetime) -> None:
    """Raise Refused("slot_gone") unless a hold still has its place on its day, as that is now.

    An officer may have closed the day or made it smaller meanwhile. It then has room for what is booked, and for those
    who hold in the order in which they came. Locks the day.
    """
    row = locked(booking.day.calendar, booking.day.day)
    first = Q(made_at__lt=booking.made_at) | Q(made_at=booking.made_at, pk__lt=booking.pk)
    before = Booking.objects.filter(Q(state="booked") | taken(now) & first, day=row)
    _check(row, before.exclude(pk=booking.pk).aggregate(n=Sum("load"))["n"] or 0, load, now)


def _check(day: Day, used: int, load: int, now: datetime) -> None:
    past = day.day < now.astimezone(ZONE).date()
    if (
        past
        or used + load > day.room
        or queries.never(day.calendar, day.day, queries.holiday_test())
    ):
        raise Refused("slot_gone")

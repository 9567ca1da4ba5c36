"""Room on a day: the day's row as the lock, whether somebody finds a place there, and whether a hold still has one."""

from datetime import date, datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from doorstep.bookings import queries
from doorstep.bookings.models import GRACE, Booking, Calendar, Day, taken_after
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
    _check(day, _used.first(day.pk, booking.pk or 0, now - GRACE) or 0, load, now)


@kept
def _used(day_id: int, but: int, since: datetime) -> QuerySet[Booking, int]:
    return _sum(Booking.objects.filter(taken_after(since), day=day_id).exclude(pk=but))


def _sum(bookings: QuerySet[Booking]) -> QuerySet[Booking, int]:
    """Return the load of some bookings of one day; no row where there is none."""
    return bookings.order_by().values("day").annotate(n=Sum("load")).values_list("n", flat=True)


def check_still(booking: Booking, load: int, now: datetime) -> None:
    """Raise Refused("slot_gone") unless a hold still has its place on its day, as that is now.

    An officer may have closed the day or made it smaller meanwhile. It then has room for what is booked, and for those
    who hold in the order in which they came. Locks the day, in the same statement: who takes a place meanwhile leaves this one.
    """
    row = _still.get(booking.day_id, booking.pk, booking.made_at, now - GRACE)
    row.calendar = booking.day.calendar
    _check(row, row.used, load, now)  # type: ignore[attr-defined]


@kept
def _still(day_id: int, but: int, made_at: datetime, since: datetime) -> QuerySet[Day]:
    first = Q(made_at__lt=made_at) | Q(made_at=made_at, pk__lt=but)
    before = Booking.objects.filter(
        Q(state="booked") | taken_after(since) & first, day=OuterRef("pk")
    )
    used = Coalesce(Subquery(_sum(before.exclude(pk=but))), 0)
    return (
        Day.objects.select_for_update(no_key=True, of=("self",))
        .filter(pk=day_id)
        .annotate(used=used)
    )


def _check(day: Day, used: int, load: int, now: datetime) -> None:
    past = day.day < now.astimezone(ZONE).date()
    if (
        past
        or used + load > day.room
        or queries.never(day.calendar, day.day, queries.holiday_test())
    ):
        raise Refused("slot_gone")

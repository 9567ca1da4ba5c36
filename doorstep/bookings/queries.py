"""Reads calendars: which days have room, why others cannot be chosen, what is booked where."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from doorstep.bookings.models import LIVE, Booking, Calendar, Day, taken
from doorstep.cases.models import Case
from doorstep.council import queries as council
from doorstep.outside.kept import kept
from doorstep.places.models import Property

NAMED = {
    (12, 25): lambda: _("Christmas Day"),
    (12, 26): lambda: _("Boxing Day"),
    (1, 1): lambda: _("New Year’s Day"),
}
WEEKDAYS = (
    lambda: _("No collection on Mondays here"),
    lambda: _("No collection on Tuesdays here"),
    lambda: _("No collection on Wednesdays here"),
    lambda: _("No collection on Thursdays here"),
    lambda: _("No collection on Fridays here"),
    lambda: _("No collection on Saturdays here"),
    lambda: _("No collection on Sundays here"),
)
MOST_DAYS = 400


@dataclass(frozen=True)
class SlotDay:
    """A day of a calendar: its slot's id, how much room is left, and why it cannot be chosen ("" when it can)."""

    day: date
    slot: str
    free: int
    why: str

    @property
    def open(self) -> bool:
        """Say whether the day can be chosen."""
        return not self.why


def holiday_test() -> Callable[[date], bool]:
    """Return the test whether nobody collects on a day, by any list of the council's."""
    return council.closed_test(council.current())


def _holiday(day: date) -> str:
    why = council.closed_why(council.current(), day)
    return why or NAMED.get((day.month, day.day), lambda: _("Public holiday"))()


def never(calendar: Calendar, day: date, is_holiday: Callable[[date], bool]) -> str:
    """Return why a calendar never collects on such a day, or nothing."""
    if is_holiday(day):
        return _holiday(day)
    return "" if day.weekday() in calendar.weekdays else WEEKDAYS[day.weekday()]()


def covering(kind: str, uprn: int) -> list[Calendar]:
    """Return the calendars of a kind of work for a home, by code."""
    ward = _ward_of.first(uprn)
    if ward is None:
        return []
    return [calendar for calendar in _of_kind(kind) if not calendar.wards or ward in calendar.wards]


@kept
def _of_kind(kind: str) -> QuerySet[Calendar]:
    return Calendar.objects.filter(kind=kind, active=True).order_by("code")


@kept
def _ward_of(uprn: int) -> QuerySet[Property, str | None]:
    return Property.objects.filter(uprn=uprn).values_list("ward_id", flat=True)


def with_use(days: QuerySet[Day], now: datetime, but: Q | None = None) -> QuerySet[Day]:
    """Return days with how much of them is in `used`; `but` says whose own hold does not count."""
    counted = taken(now, "bookings__")
    if but is not None:
        counted &= ~but
    return days.annotate(used=Coalesce(Sum("bookings__load", filter=counted), 0))


def days(
    *,
    kind: str,
    uprn: int,
    load: int,
    first: date,
    last: date,
    now: datetime,
    draft_id: UUID | None = None,
    case_id: int | None = None,
) -> list[SlotDay]:
    """Return every day from first to last for work at a home, each with room or the reason; four statements.

    None where no calendar covers the home. What the draft or the case has itself takes no room from it.
    """
    calendars = covering(kind, uprn)
    if not calendars:
        return []
    mine = {day for day, of in _pending(kind, uprn, first) if day <= last and of != case_id}
    own = [Q(bookings__draft_id=draft_id)] if draft_id else []
    own += [Q(bookings__case=case_id)] if case_id else []
    return days_in(calendars, load, first, last, now, mine, reduce(or_, own) if own else None)


def days_in(
    calendars: list[Calendar],
    load: int,
    first: date,
    last: date,
    now: datetime,
    mine: Iterable[date] = (),
    but: Q | None = None,
) -> list[SlotDay]:
    """Return every day from first to last in the first of some calendars that has room; one statement.

    `but` says whose own hold does not count.
    """
    rows = Day.objects.filter(calendar__in=calendars, day__range=(first, last))
    day_rows = {(d.calendar_id, d.day): d for d in with_use(rows, now, but)}
    today, is_holiday = now.astimezone(council.ZONE).date(), holiday_test()
    slot_days = []
    for ahead in range(min((last - first).days + 1, MOST_DAYS)):
        day = first + timedelta(days=ahead)
        tried = [_slot_day(c, day, day_rows.get((c.pk, day)), load, is_holiday) for c in calendars]
        best = next((t for t in tried if t.open), tried[0])
        if best.open and day < today:
            best = SlotDay(day, best.slot, 0, _("This day is over"))
        # Said like a full day: whoever types in an address must not learn that its people have a booking.
        if best.open and day in mine:
            best = SlotDay(day, best.slot, 0, _("No room left"))
        slot_days.append(best)
    return slot_days


def _slot_day(
    calendar: Calendar, day: date, row: Day | None, load: int, is_holiday: Callable[[date], bool]
) -> SlotDay:
    slot, room, used = f"{calendar.code}/{day.isoformat()}", calendar.capacity, 0
    if row is not None:
        if row.closed_why:
            return SlotDay(day, slot, 0, _("Closed: %(why)s") % {"why": row.closed_why})
        room = room if row.capacity is None else row.capacity
        used = row.used  # type: ignore[attr-defined]
    if why := never(calendar, day, is_holiday):
        return SlotDay(day, slot, 0, why)
    free = max(0, room - used)
    return SlotDay(day, slot, free, "" if calendar.counts(load) <= free else _("No room left"))


def pending(kind: str, uprn: int, today: date, but: int | None = None) -> list[date]:
    """Return the days from today on for which cases about a home hold or have booked this kind of work, but for one case."""
    return [day for day, case_id in _pending(kind, uprn, today) if case_id != but]


@kept
def _pending(kind: str, uprn: int, today: date) -> QuerySet[Booking, tuple[date, int | None]]:
    bookings = Booking.objects.filter(case__place=uprn, state__in=LIVE, day__day__gte=today)
    bookings = bookings.filter(day__calendar__kind=kind).order_by("day__day")
    return bookings.values_list("day__day", "case_id")


def of_case(case: Case) -> Booking | None:
    """Return the latest booking of a case, whatever became of it, or nothing."""
    return _latest.first(case.pk)


@kept
def _latest(case_id: int) -> QuerySet[Booking]:
    bookings = Booking.objects.select_related("day__calendar").filter(case=case_id)
    return bookings.order_by("-made_at", "-id")[:1]


def of_cases(case_ids: Iterable[int]) -> dict[int, Booking]:
    """Return the last booking of each of these cases that has any, whatever became of it."""
    rows = Booking.objects.filter(case__in=list(case_ids)).select_related("day__calendar")
    return {booking.case_id or 0: booking for booking in rows.order_by("made_at", "id")}


def of_home(uprn: int, most: int = 50) -> list[Booking]:
    """Return the last booking of each case about a home, whatever became of it, the latest day first."""
    rows = Booking.objects.filter(case__place_id=uprn).select_related("day__calendar", "case")
    last: dict[int | None, Booking] = {}
    for booking in rows.order_by("made_at", "id"):
        last[booking.case_id] = booking
    return sorted(last.values(), key=lambda b: b.day.day, reverse=True)[:most]


def calendars() -> list[Calendar]:
    """Return the calendars in use, by code."""
    return list(Calendar.objects.filter(active=True).order_by("code"))


def calendar(code: str) -> Calendar | None:
    """Return a calendar by its code, or nothing."""
    return Calendar.objects.filter(code=code).first()


def on_day(calendar: Calendar, day: date) -> list[Booking]:
    """Return what is booked or held by cases on a day, in street order."""
    bookings = Booking.objects.filter(day__calendar=calendar, day__day=day, case__isnull=False)
    bookings = bookings.filter(state__in=LIVE).select_related(
        "case__place__street", "case__customer"
    )
    return list(bookings.order_by("case__place__street__name", "case__place__sort", "id"))


@dataclass(frozen=True)
class BoardDay:
    """A day on the officers' board."""

    day: date
    room: int
    booked: int
    held: int
    why: str
    closed: bool
    # What an officer made it; nothing: as the calendar says.
    own: int | None

    @property
    def free(self) -> int:
        """Return how much can still be taken."""
        return max(0, self.room - self.booked - self.held)

    @property
    def over(self) -> int:
        """Return how much more is taken than the day now has."""
        return max(0, self.booked + self.held - self.room)


def board(
    calendars: list[Calendar], first: date, count: int, now: datetime
) -> dict[str, list[BoardDay]]:
    """Return so many days of each calendar, by its code; one statement however many there are."""
    window = (first, first + timedelta(days=count - 1))
    rows = Day.objects.filter(calendar__in=calendars, day__range=window).annotate(
        booked=Coalesce(Sum("bookings__load", filter=Q(bookings__state="booked")), 0),
        held=Coalesce(
            Sum("bookings__load", filter=Q(bookings__state="held") & taken(now, "bookings__")), 0
        ),
    )
    day_rows = {(d.calendar_id, d.day): d for d in rows}
    is_holiday = holiday_test()
    days = [first + timedelta(days=n) for n in range(count)]
    return {
        c.code: [_board_day(c, day, day_rows.get((c.pk, day)), is_holiday) for day in days]
        for c in calendars
    }


def _board_day(
    calendar: Calendar, day: date, row: Day | None, is_holiday: Callable[[date], bool]
) -> BoardDay:
    why = never(calendar, day, is_holiday)
    closed_why = row.closed_why if row else ""
    capacity = row.capacity if row else None
    room = calendar.capacity if capacity is None else capacity
    return BoardDay(
        day=day,
        room=0 if why or closed_why else room,
        booked=row.booked if row else 0,  # type: ignore[attr-defined]
        held=row.held if row else 0,  # type: ignore[attr-defined]
        why=closed_why or why,
        closed=bool(closed_why),
        own=capacity,
    )

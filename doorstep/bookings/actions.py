"""Holds and books places on days, gives them back; opens, closes and resizes days.

Locks are taken in one order, so that nothing waits in a circle: the draft or the case, then its own
booking, then one day (several only in the order of their dates). Nobody locks another's booking and waits.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, Sum

from doorstep.bookings import queries
from doorstep.bookings.models import GRACE, LIVE, BookedFact, Booking, Calendar, Day, taken
from doorstep.cases import actions as cases
from doorstep.cases import locking, timeline, workflow
from doorstep.cases.models import Case, Draft
from doorstep.cases.values import from_json
from doorstep.catalogue import queries as catalogue
from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.staff.actor import Actor

NEAREST_WITHIN = 60
_given_calendar: ContextVar[Callable[[str, str], Calendar] | None] = ContextVar(
    "given_calendar", default=None
)
NOTHING: BookedFact = {"day": None, "slot": "", "until": None}


def _calendar(code: str, kind: str) -> Calendar:
    """Return the calendar a slot names; raises Refused("slot_gone")."""
    stub = _given_calendar.get()
    if stub is not None:
        return stub(code, kind)
    calendar = Calendar.objects.filter(code=code, kind=kind, active=True).first()
    if calendar is None:
        raise Refused("slot_gone")
    return calendar


@contextmanager
def given_calendar(find: Callable[[str, str], Calendar]) -> Iterator[None]:
    """Look slots up by `find(code, kind)` inside the block, such as in calendars made up for an example."""
    mark = _given_calendar.set(find)
    try:
        yield
    finally:
        _given_calendar.reset(mark)


def _parts(slot: str) -> tuple[str, date]:
    code, _, day = slot.rpartition("/")
    try:
        return code, date.fromisoformat(day)
    except ValueError as exc:
        raise Refused("slot_gone") from exc


def locked(calendar: Calendar, day: date) -> Day:
    """Return a day's row, locked, made when there is none."""
    rows = Day.objects.select_for_update(no_key=True).filter(calendar=calendar, day=day)
    row = next(iter(rows), None)
    if row is None:
        Day.objects.bulk_create([Day(calendar=calendar, day=day)], ignore_conflicts=True)
        row = next(iter(rows.all()))
    row.calendar = calendar
    return row


def _check_room(day: Day, booking: Booking | None, load: int, now: datetime) -> None:
    """Raise Refused("slot_gone") unless the day, which is locked, can be chosen and has room."""
    past = day.day < now.astimezone(ZONE).date()
    if past or queries.never(day.calendar, day.day, queries.holiday_test()):
        raise Refused("slot_gone")
    others = Booking.objects.filter(taken(now), day=day)
    if booking is not None:
        others = others.exclude(pk=booking.pk)
    used = others.aggregate(n=Sum("load"))["n"] or 0
    if used + load > day.room:
        raise Refused("slot_gone")


def _write(booking: Booking, now: datetime) -> Booking:
    booking.touched_at = now
    booking.save()
    return booking


def _take(
    booking: Booking,
    calendar: Calendar,
    day: date,
    load: int,
    until: datetime | None,
    now: datetime,
) -> Booking:
    """Hold a place until a moment, or book it (no moment); raises Refused("slot_gone")."""
    counted = calendar.counts(load)
    same = booking.day_id and booking.day.calendar_id == calendar.pk and booking.day.day == day
    if not (same and booking.is_live(now) and booking.load >= counted):
        row = locked(calendar, day)
        _check_room(row, booking if booking.pk else None, counted, now)
        booking.day = row
    elif booking.state == "booked":
        until = None  # what is booked stays so
    booking.load, booking.until = counted, until
    booking.state, booking.ended_at = ("held" if until else "booked"), None
    return _write(booking, now)


def _own(owner: Q) -> Booking | None:
    """Return an owner's live booking, locked."""
    bookings = Booking.objects.select_for_update(of=("self",)).select_related("day__calendar")
    return next(iter(bookings.filter(owner, state__in=LIVE).order_by("case_id")), None)


@transaction.atomic
def hold(*, draft: Draft, kind: str, slot: str, load: int, minutes: int, now: datetime) -> Booking:
    """Hold a slot for a draft for some minutes; the same draft's hold is moved or lasts longer.

    Raises Refused("slot_gone") where there is no room; an earlier hold then stays as it was.
    """
    list(Draft.objects.select_for_update(no_key=True).filter(id=draft.pk).values_list("id"))
    code, day = _parts(slot)
    booking = _own(Q(draft=draft)) or Booking(draft=draft, made_at=now)
    return _take(booking, _calendar(code, kind), day, load, now + timedelta(minutes=minutes), now)


def _of_case(case: Case, now: datetime) -> Booking:
    """Return the case's live booking, or the hold of its draft, now the case's; else a new one."""
    booking = _own(Q(case=case) | Q(draft_id=case.draft_id))
    if booking is None:
        return Booking(case=case, made_at=now)
    booking.draft, booking.case = None, case
    return booking


def leads_on(case: Case, outcome: str) -> bool:
    """Say whether the workflow knows where an outcome leads from where the case stands."""
    everywhere = catalogue.service(case.version_id).workflow.on
    return outcome in workflow.stage_of(case).on or outcome in everywhere


def _tell(case: Case, booking: Booking | None) -> None:
    """Let rules and sentences of the case know the day."""
    # What was given back still says which day it was.
    before: BookedFact = {**NOTHING, **from_json(case.facts.get("booked", {}))}
    fact: BookedFact = {**before, "until": None}
    if booking:
        slot = f"{booking.day.calendar.code}/{booking.day.day}"
        fact = {"day": booking.day.day, "slot": slot, "until": booking.until}
    workflow.keep(case, "booked", fact)


def keep(
    *, case: Case, kind: str, slot: str, load: int, minutes: int, by: Actor, now: datetime
) -> Booking:
    """Make the draft's hold the case's, for some minutes more; a hold that ran out is taken again.

    The caller holds the case's lock, in a transaction. Raises Refused("slot_gone").
    """
    code, day = _parts(slot)
    booking, until = _of_case(case, now), now + timedelta(minutes=minutes)
    booking = _take(booking, _calendar(code, kind), day, load, until, now)
    timeline.write(case, "held", by=by, now=now, day=day.isoformat(), until=until.isoformat())
    _tell(case, booking)
    return booking


def confirm(*, case: Case, kind: str, slot: str, load: int, by: Actor, now: datetime) -> Booking:
    """Book what the case holds; what ran out is taken again, the same slot, if there is room still.

    The caller holds the case's lock, in a transaction. Raises Refused("slot_gone").
    """
    booking, lost = _of_case(case, now), queries.of_case(case)
    if booking.pk:
        calendar, day, load = booking.day.calendar, booking.day.day, booking.load
    elif lost is not None:
        calendar, day, load = lost.day.calendar, lost.day.day, lost.load
    else:
        code, day = _parts(slot)
        calendar = _calendar(code, kind)
    if not booking.is_live(now) and day <= now.astimezone(ZONE).date():
        raise Refused("slot_gone")  # its crew has its list, or has been
    booked = _take(booking, calendar, day, load, None, now)
    timeline.write(case, "booked", by=by, now=now, day=day.isoformat())
    _tell(case, booked)
    return booked


def nearest(
    *, case: Case, kind: str, slot: str, load: int, minutes: int, by: Actor, now: datetime
) -> Booking:
    """Hold for some minutes the first day with room after the one that was lost, in the same calendar.

    The caller holds the case's lock, in a transaction. Raises Refused("slot_gone") when there is none.
    """
    booking, lost = _of_case(case, now), queries.of_case(case)
    if lost is not None:
        calendar, day = lost.day.calendar, lost.day.day
    else:
        code, day = _parts(slot)
        calendar = _calendar(code, kind)
    first = max(day, now.astimezone(ZONE).date()) + timedelta(days=1)
    last, until = first + timedelta(days=NEAREST_WITHIN), now + timedelta(minutes=minutes)
    for slot_day in queries.days_in([calendar], load, first, last, now):
        if not slot_day.open:
            continue
        try:
            booking = _take(booking, calendar, slot_day.day, load, until, now)
        except Refused:
            continue  # someone was quicker; the next one
        when = booking.day.day.isoformat()
        timeline.write(case, "held", by=by, now=now, day=when, until=until.isoformat())
        _tell(case, booking)
        return booking
    raise Refused("slot_gone")


def release(*, case: Case, by: Actor, now: datetime) -> bool:
    """Give back what the case, or still its draft, holds or has booked; say whether there was anything.

    The caller holds the case's lock, in a transaction.
    """
    booking = _own(Q(case=case) | Q(draft_id=case.draft_id))
    if booking is None:
        return False
    _end(booking, now)
    timeline.write(case, "released", by=by, now=now, day=booking.day.day.isoformat())
    _tell(case, None)
    return True


def _end(booking: Booking, now: datetime) -> None:
    booking.state, booking.until, booking.ended_at = "released", None, now
    _write(booking, now)


def lapse_drafts(*, now: datetime) -> int:
    """Give back the holds of drafts that ran out; count them."""
    due = Booking.objects.select_for_update(skip_locked=True).filter(
        state="held", until__lte=now - GRACE, draft__isnull=False
    )
    with transaction.atomic():
        ids = list(due.values_list("id", flat=True)[:1000])
        Booking.objects.filter(id__in=ids).update(
            state="released", until=None, ended_at=now, touched_at=now
        )
    return len(ids)


def lapsing(now: datetime) -> list[int]:
    """Return the cases whose hold ran out and was not yet given back."""
    due = Booking.objects.filter(state="held", until__lte=now - GRACE, case__isnull=False)
    return list(due.values_list("case_id", flat=True)[:500])


@transaction.atomic
def lapse(*, case_id: int, by: Actor, now: datetime) -> bool:
    """Give back a case's hold that ran out, and report `book.lapsed` where its stage knows a way on.

    Says whether there was one; a hold that was confirmed or made longer meanwhile stays.
    """
    case = locking.locked(case_id)
    booking = _own(Q(case=case))
    if (
        booking is None
        or booking.state != "held"
        or booking.until is None
        or booking.until > now - GRACE
    ):
        return False
    _end(booking, now)
    timeline.write(case, "released", by=by, now=now, day=booking.day.day.isoformat(), why="lapsed")
    _tell(case, None)
    if leads_on(case, "book.lapsed"):
        cases.record_outcome(case_id=case.pk, name="book.lapsed", by=by, now=now)
    return True

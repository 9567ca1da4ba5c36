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
from doorstep.bookings.models import GRACE, LIVE, Booking, Calendar, Day, taken
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
NOTHING = {"day": None, "slot": "", "until": None}


def _calendar(code: str, kind: str) -> Calendar:
    """Return the calendar a slot names; raises Refused("slot_gone")."""
    given = _given_calendar.get()
    if given is not None:
        return given(code, kind)
    found = Calendar.objects.filter(code=code, kind=kind, active=True).first()
    if found is None:
        raise Refused("slot_gone")
    return found


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
    found = next(iter(rows), None)
    if found is None:
        Day.objects.bulk_create([Day(calendar=calendar, day=day)], ignore_conflicts=True)
        found = next(iter(rows.all()))
    found.calendar = calendar
    return found


def _check_room(day: Day, own: Booking | None, load: int, now: datetime) -> None:
    """Raise Refused("slot_gone") unless the day, which is locked, can be chosen and has room."""
    past = day.day < now.astimezone(ZONE).date()
    if past or queries.never(day.calendar, day.day, queries.holiday_test()):
        raise Refused("slot_gone")
    others = Booking.objects.filter(taken(now), day=day)
    if own is not None:
        others = others.exclude(pk=own.pk)
    used = others.aggregate(n=Sum("load"))["n"] or 0
    if used + load > day.room:
        raise Refused("slot_gone")


def _write(own: Booking, now: datetime) -> Booking:
    own.touched_at = now
    own.save()
    return own


def _take(
    own: Booking, calendar: Calendar, day: date, load: int, until: datetime | None, now: datetime
) -> Booking:
    """Hold a place until a moment, or book it (no moment); raises Refused("slot_gone")."""
    counted = calendar.counts(load)
    same = own.day_id and own.day.calendar_id == calendar.pk and own.day.day == day
    if not (same and own.is_live(now) and own.load >= counted):
        row = locked(calendar, day)
        _check_room(row, own if own.pk else None, counted, now)
        own.day = row
    elif own.state == "booked":
        until = None  # what is booked stays so
    own.load, own.until = counted, until
    own.state, own.ended_at = ("held" if until else "booked"), None
    return _write(own, now)


def _own(owner: Q) -> Booking | None:
    """Return an owner's live booking, locked."""
    found = Booking.objects.select_for_update(of=("self",)).select_related("day__calendar")
    return next(iter(found.filter(owner, state__in=LIVE).order_by("case_id")), None)


@transaction.atomic
def hold(
    *, draft: Draft, kind: str, slot: str, load: int, minutes: int, by: Actor, now: datetime
) -> Booking:
    """Hold a slot for a draft for some minutes; the same draft's hold is moved or lasts longer.

    Raises Refused("slot_gone") where there is no room; an earlier hold then stays as it was.
    """
    list(Draft.objects.select_for_update(no_key=True).filter(id=draft.pk).values_list("id"))
    code, day = _parts(slot)
    own = _own(Q(draft=draft)) or Booking(draft=draft, made_at=now)
    return _take(own, _calendar(code, kind), day, load, now + timedelta(minutes=minutes), now)


def _of_case(case: Case, now: datetime) -> Booking:
    """Return the case's live booking, or the hold of its draft, now the case's; else a new one."""
    found = _own(Q(case=case) | Q(draft_id=case.draft_id))
    if found is None:
        return Booking(case=case, made_at=now)
    found.draft, found.case = None, case
    return found


def leads_on(case: Case, outcome: str) -> bool:
    """Say whether the workflow knows where an outcome leads from where the case stands."""
    everywhere = catalogue.service(case.version_id).workflow.on
    return outcome in workflow.stage_of(case).on or outcome in everywhere


def _tell(case: Case, booking: Booking | None) -> None:
    """Let rules and sentences of the case know the day."""
    # What was given back still says which day it was.
    told: dict[str, object] = {**NOTHING, **from_json(case.facts.get("booked", {})), "until": None}
    if booking:
        slot = f"{booking.day.calendar.code}/{booking.day.day}"
        told = {"day": booking.day.day, "slot": slot, "until": booking.until}
    workflow.keep(case, "booked", told)


def keep(
    *, case: Case, kind: str, slot: str, load: int, minutes: int, by: Actor, now: datetime
) -> Booking:
    """Make the draft's hold the case's, for some minutes more; a hold that ran out is taken again.

    The caller holds the case's lock, in a transaction. Raises Refused("slot_gone").
    """
    code, day = _parts(slot)
    own, until = _of_case(case, now), now + timedelta(minutes=minutes)
    kept = _take(own, _calendar(code, kind), day, load, until, now)
    timeline.write(case, "held", by=by, now=now, day=day.isoformat(), until=until.isoformat())
    _tell(case, kept)
    return kept


def confirm(*, case: Case, kind: str, slot: str, load: int, by: Actor, now: datetime) -> Booking:
    """Book what the case holds; what ran out is taken again, the same slot, if there is room still.

    The caller holds the case's lock, in a transaction. Raises Refused("slot_gone").
    """
    own, lost = _of_case(case, now), queries.of_case(case)
    if own.pk:
        calendar, day, load = own.day.calendar, own.day.day, own.load
    elif lost is not None:
        calendar, day, load = lost.day.calendar, lost.day.day, lost.load
    else:
        code, day = _parts(slot)
        calendar = _calendar(code, kind)
    if not own.is_live(now) and day <= now.astimezone(ZONE).date():
        raise Refused("slot_gone")  # its crew has its list, or has been
    booked = _take(own, calendar, day, load, None, now)
    timeline.write(case, "booked", by=by, now=now, day=day.isoformat())
    _tell(case, booked)
    return booked


def nearest(
    *, case: Case, kind: str, slot: str, load: int, minutes: int, by: Actor, now: datetime
) -> Booking:
    """Hold for some minutes the first day with room after the one that was lost, in the same calendar.

    The caller holds the case's lock, in a transaction. Raises Refused("slot_gone") when there is none.
    """
    own, lost = _of_case(case, now), queries.of_case(case)
    if lost is not None:
        calendar, day = lost.day.calendar, lost.day.day
    else:
        code, day = _parts(slot)
        calendar = _calendar(code, kind)
    first = max(day, now.astimezone(ZONE).date()) + timedelta(days=1)
    last, until = first + timedelta(days=NEAREST_WITHIN), now + timedelta(minutes=minutes)
    for found in queries.days_in([calendar], load, first, last, now):
        if not found.open:
            continue
        try:
            kept = _take(own, calendar, found.day, load, until, now)
        except Refused:
            continue  # someone was quicker; the next one
        when = kept.day.day.isoformat()
        timeline.write(case, "held", by=by, now=now, day=when, until=until.isoformat())
        _tell(case, kept)
        return kept
    raise Refused("slot_gone")


def release(*, case: Case, by: Actor, now: datetime) -> bool:
    """Give back what the case, or still its draft, holds or has booked; say whether there was anything.

    The caller holds the case's lock, in a transaction.
    """
    own = _own(Q(case=case) | Q(draft_id=case.draft_id))
    if own is None:
        return False
    _end(own, now)
    timeline.write(case, "released", by=by, now=now, day=own.day.day.isoformat())
    _tell(case, None)
    return True


def _end(own: Booking, now: datetime) -> None:
    own.state, own.until, own.ended_at = "released", None, now
    _write(own, now)


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
    own = _own(Q(case=case))
    if own is None or own.state != "held" or own.until is None or own.until > now - GRACE:
        return False
    _end(own, now)
    timeline.write(case, "released", by=by, now=now, day=own.day.day.isoformat(), why="lapsed")
    _tell(case, None)
    if leads_on(case, "book.lapsed"):
        cases.record_outcome(case_id=case.pk, name="book.lapsed", by=by, now=now)
    return True

"""Holds and books places on days, gives them back; opens, closes and resizes days.

Locks are taken in one order, so that nothing waits in a circle: a home and a person (while a hold is made), the draft or
the case, its own booking, then one day (several only in the order of their dates). Nobody locks another's booking and waits.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from doorstep.bookings import queries, room
from doorstep.bookings.models import GRACE, LIVE, BookedFact, Booking, Calendar, begins
from doorstep.cases import actions as cases
from doorstep.cases import locking, timeline, workflow
from doorstep.cases.models import Case, Draft
from doorstep.cases.values import from_json
from doorstep.catalogue import queries as catalogue
from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.outside.kept import kept
from doorstep.staff.actor import Actor

NEAREST_WITHIN = 60
# A hold can be put off ten times its length (WCAG 2.2.1), counted from its beginning; then it ends.
MOST_TIMES = 11
# Holds that one person, that is one browser, has at once.
MOST_EACH = 3
# How long before its end a hold is looked at, every minute, and how long it is put off while an answer is owed.
SOON, PUT_OFF = timedelta(minutes=2), timedelta(minutes=5)
# How long a day that was chosen instead is held, until the next stage of its case has it.
WHILE_CHOOSING = timedelta(minutes=5)
# One lock after the other, in the order of the list.
TURNS = "select pg_advisory_xact_lock(hashtextextended(key, 0)) from unnest(%s::text[]) as key"
_given_calendar: ContextVar[Callable[[str, str], Calendar] | None] = ContextVar(
    "given_calendar", default=None
)
NOTHING: BookedFact = {"day": None, "slot": "", "until": None}


def _calendar(code: str, kind: str, booking: Booking | None = None) -> Calendar:
    """Return the calendar a slot names, of the booking read just now if that has it; raises Refused("slot_gone")."""
    stub = _given_calendar.get()
    if stub is not None:
        return stub(code, kind)
    own = booking.day.calendar if booking and booking.day_id else None
    if own and (own.code, own.kind, own.active) == (code, kind, True):
        return own
    calendar = _active.first(code, kind)
    if calendar is None:
        raise Refused("slot_gone")
    return calendar


@kept
def _active(code: str, kind: str) -> QuerySet[Calendar]:
    return Calendar.objects.filter(code=code, kind=kind, active=True)


@contextmanager
def given_calendar(find: Callable[[str, str], Calendar]) -> Iterator[None]:
    """Look slots up by `find(code, kind)` inside the block, such as in calendars made up for an example."""
    mark = _given_calendar.set(find)
    try:
        yield
    finally:
        _given_calendar.reset(mark)


def _parts(slot: str) -> tuple[str, date]:
    code, _, text = slot.rpartition("/")
    try:
        day = date.fromisoformat(text)
    except ValueError as exc:
        raise Refused("slot_gone") from exc
    if slot != f"{code}/{day.isoformat()}":
        raise Refused("slot_gone")
    return code, day


# What a form's hold changes that goes on.
GOES_ON = ("load", "until", "home", "last_at", "touched_at")


def _write(booking: Booking, now: datetime, columns: tuple[str, ...] | None = None) -> Booking:
    booking.touched_at = now
    booking.save(update_fields=columns)
    return booking


def _take(
    booking: Booking,
    calendar: Calendar,
    day: date,
    load: int,
    until: datetime | None,
    now: datetime,
) -> Booking:
    """Hold a place until a moment, or book it (no moment); raises Refused("slot_gone").

    The day is looked at as it is now, also for whoever holds it already: what an officer closed is not sold to them.
    """
    counted = calendar.counts(load)
    same = booking.day_id and booking.day.calendar_id == calendar.pk and booking.day.day == day
    goes_on = same and booking.is_live(now) and booking.load >= counted
    if not goes_on:
        row = room.locked(calendar, day)
        room.check(row, booking, counted, now)
        booking.day = row
    elif booking.state == "booked":
        until = None  # what is booked stays so
    else:
        room.check_still(booking, counted, now)
    if until is not None and until <= now:
        raise Refused("slot_gone")
    booking.load, booking.until = counted, until
    booking.state, booking.ended_at = ("held" if until else "booked"), None
    return _write(booking, now, GOES_ON if goes_on and until and booking.draft_id else None)


def _live(owner: Q) -> QuerySet[Booking]:
    """Return an owner's live booking, locked; a case's own before one that its draft has."""
    bookings = Booking.objects.select_for_update(of=("self",)).select_related("day__calendar")
    return bookings.filter(owner, state__in=LIVE).order_by("case_id")


@kept
def _of_draft(draft_id: UUID) -> QuerySet[Booking]:
    return _live(Q(draft=draft_id))


@kept
def _of_case_itself(case_id: int) -> QuerySet[Booking]:
    return _live(Q(case=case_id))


@kept
def _of_case_or_draft(case_id: int, draft_id: UUID) -> QuerySet[Booking]:
    return _live(Q(case=case_id) | Q(draft=draft_id))


@kept
def _lock_draft(draft_id: UUID) -> QuerySet[Draft, Any]:
    return Draft.objects.select_for_update(no_key=True).filter(id=draft_id).values_list("id")


@transaction.atomic
def hold(
    *,
    draft: Draft,
    kind: str,
    slot: str,
    load: int,
    minutes: int,
    now: datetime,
    last: datetime | None = None,
    home: int | None = None,
    longer: bool = True,
) -> Booking:
    """Hold a slot for a draft for some minutes; the same draft's hold is moved, or lasts longer if that is wanted.

    It lasts MOST_TIMES so long at most, counted from its beginning, and not beyond `last`, the moment by which the day must be
    taken (nothing: until the day begins). Another draft's hold for the same home makes way, and so does the oldest of a
    person's that are more than MOST_EACH. Raises Refused("slot_gone") where there is no room; an earlier hold then stays as it was.
    """
    _one_at_a_time(draft, home)
    _lock_draft(draft.pk)
    code, day = _parts(slot)
    booking = _of_draft.first(draft.pk) or Booking(draft=draft)
    if not booking.is_live(now):
        booking.made_at = now  # what ran out begins anew
    if booking.pk is None or booking.home != home:
        _make_way(draft, kind, home, now)
    booking.home, booking.last_at = home, last
    calendar = _calendar(code, kind, booking)
    return _take(booking, calendar, day, load, _until(booking, day, minutes, now, longer), now)


def reserve(*, draft: Draft, slot: str, load: int, now: datetime, **about: Any) -> datetime:
    """As `hold`; return until when. A change of a booked case needs on its own day only what is more than it has.

    Raises Refused("slot_gone").
    """
    more = load - _has(draft, slot, load)
    if more <= 0:  # its place is booked already
        give_back(draft=draft, now=now)
        return now + timedelta(minutes=about["minutes"])
    booking = hold(draft=draft, slot=slot, load=more, now=now, **about)
    assert booking.until is not None
    return booking.until


@transaction.atomic
def give_back(*, draft: Draft, now: datetime) -> None:
    """Give back what a draft holds; nothing where it holds nothing."""
    if (held := _of_draft.first(draft.pk)) is not None:
        _end(held, now)


def _has(draft: Draft, slot: str, load: int) -> int:
    """Return how much of a load the case has on a day already that a draft changes."""
    if draft.changes_id is None:
        return 0
    code, day = _parts(slot)
    booked = Booking.objects.filter(case=draft.changes_id, state="booked")
    booked = booked.filter(day__day=day, day__calendar__code=code)
    own = booked.select_related("day__calendar").first()
    if own is None:
        return 0
    return load if own.day.calendar.counts(load) <= own.load else own.load


def _until(booking: Booking, day: date, minutes: int, now: datetime, longer: bool) -> datetime:
    """Return until when a draft holds a day: so many minutes from now, within the bounds."""
    before = booking.until if booking.is_live(now) else None
    if before and not longer:
        until = before
    else:
        bound = booking.made_at + timedelta(minutes=minutes) * MOST_TIMES
        until = min(now + timedelta(minutes=minutes), bound)
        until = max(until, before) if before else until
    return min(until, booking.last_at or begins(day))


def _one_at_a_time(draft: Draft, home: int | None) -> None:
    """Let one hold for a home, and one of a person, be made at a time; taken first, in this order, by all."""
    whose = [f"home:{home}"] if home else []
    keys = [f"doorstep.bookings.{w}" for w in (*whose, f"{draft.owner_kind}:{draft.owner_key}")]
    with connection.cursor() as cursor:
        cursor.execute(TURNS, [keys])


def _make_way(draft: Draft, kind: str, home: int | None, now: datetime) -> None:
    """Give back what other drafts hold for the same home, and the oldest of a person's that are too many.

    One that somebody has locked is being sent, or moved, just now, and is left alone.
    """
    person = draft.owner_key if draft.owner_kind == "browser" else ""
    rows = _others(draft.pk, person, home or 0, kind, now)
    here = [b for b in rows if home and b.home == home and b.day.calendar.kind == kind]
    elsewhere = [b for b in rows if b not in here]
    for booking in (*here, *elsewhere[MOST_EACH - 1 :]):
        _take_back(booking, now)


@kept
def _others(
    but: UUID, person: str, home: int, calendar_kind: str, now: datetime
) -> QuerySet[Booking]:
    """Return what other drafts hold of a person (none: "") or for a home (none: 0), what was touched last first; locked."""
    own = Q(draft__owner_kind="browser", draft__owner_key=person)
    there = Q(home=home, day__calendar__kind=calendar_kind)
    others = Booking.objects.select_for_update(skip_locked=True, of=("self",))
    others = others.filter(own | there, state="held", draft__isnull=False, until__gt=now)
    return others.exclude(draft=but).select_related("day__calendar").order_by("-touched_at")


def _take_back(booking: Booking, now: datetime) -> None:
    """Give back what a draft holds, which says so no more."""
    drafts = Draft.objects.select_for_update(skip_locked=True, no_key=True)
    ids = list(drafts.filter(bookings=booking).values_list("pk", flat=True))
    Draft.objects.filter(pk__in=ids).update(held_until=None, quoted=None)
    _end(booking, now)


def _of_case(case: Case, now: datetime) -> Booking:
    """Return the case's live booking, or the hold of its draft, now the case's; else a new one."""
    booking = _of_case_or_draft.first(case.pk, case.draft_id)
    if booking is None:
        return Booking(case=case, made_at=now)
    booking.draft, booking.case = None, case
    return booking


def own(case_id: int) -> Booking | None:
    """Return what a case holds or has booked, locked; the caller holds the case's lock."""
    return _of_case_itself.first(case_id)


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


def _held(case: Case, booking: Booking, until: datetime, by: Actor, now: datetime) -> Booking:
    """Write down which day a case holds and until when, and let its rules and sentences know."""
    when = {"day": booking.day.day.isoformat(), "until": until.isoformat()}
    timeline.write(case, "held", by=by, now=now, **when)
    _tell(case, booking)
    return booking


def _booked(case: Case, booking: Booking, by: Actor, now: datetime) -> Booking:
    """Write down which day a case has booked, and let its rules and sentences know."""
    timeline.write(case, "booked", by=by, now=now, day=booking.day.day.isoformat())
    _tell(case, booking)
    return booking


def keep(
    *,
    case: Case,
    kind: str,
    slot: str,
    load: int,
    minutes: int,
    by: Actor,
    now: datetime,
    last: datetime | None = None,
) -> Booking:
    """Make the draft's hold the case's, for some minutes more; a hold that ran out is taken again.

    It ends at `last`, the moment by which the day must be taken, at the latest (nothing: when the day begins).
    The caller holds the case's lock, in a transaction. Raises Refused("slot_gone").
    """
    code, day = _parts(slot)
    booking, until = _of_case(case, now), now + timedelta(minutes=minutes)
    booking.last_at, until = last, min(until, last or begins(day))
    booking = _take(booking, _calendar(code, kind, booking), day, load, until, now)
    return _held(case, booking, until, by, now)


def choose(
    *,
    case: Case,
    kind: str,
    load: int,
    first: date,
    last: date,
    chosen: str,
    by: Actor,
    now: datetime,
    booked: bool = False,
) -> Booking:
    """Hold a day for a case that somebody chose of those from first to last, instead of the one it had.

    For so long that its next stage can keep or book it; `booked`: book it at once, also on the day itself.
    The caller holds the case's lock, in a transaction. Raises Refused("slot_gone").
    """
    code, day = _parts(chosen)
    calendar = _calendar(code, kind)
    here = _given_calendar.get() or calendar in queries.covering(kind, case.place_id or 0)
    if not here or not first <= day <= last:
        raise Refused("slot_gone")
    booking, until = _of_case(case, now), min(now + WHILE_CHOOSING, begins(day))
    if booking.state == "booked":
        booking.state, booking.until = "held", now  # the day it had goes with this one
    booking.last_at = None
    booking = _take(booking, calendar, day, load, None if booked else until, now)
    return _booked(case, booking, by, now) if booked else _held(case, booking, until, by, now)


def confirm(
    *,
    case: Case,
    kind: str,
    slot: str,
    load: int,
    by: Actor,
    now: datetime,
    last: datetime | None = None,
) -> Booking:
    """Book what the case holds; what ran out is taken again, the same slot, if there is room still.

    Not after `last`, or once the day has begun: its crew has its list, or has been. What is held still may be booked
    after `last`: it was kept for someone whose payment nobody could tell us of.
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
    latest = last or (lost or booking).last_at or begins(day)
    if booking.is_live(now):
        latest = max(latest, begins(day))
    if booking.state != "booked" and now >= latest:
        raise Refused("slot_gone")
    return _booked(case, _take(booking, calendar, day, load, None, now), by, now)


def change(
    *, case: Case, draft: Draft, kind: str, slot: str, load: int, by: Actor, now: datetime
) -> None:
    """Book for a case the day and the work of its change; what the change held makes way for it.

    Nothing is done for a case that has nothing booked. The caller holds the case's lock, in a transaction.
    Raises Refused("slot_gone"); what it had then stays.
    """
    booking = own(case.pk)
    if booking is None or booking.state != "booked":
        return
    give_back(draft=draft, now=now)
    code, day = _parts(slot)
    if now >= begins(day):
        raise Refused("slot_gone")
    _booked(case, _take(booking, _calendar(code, kind, booking), day, load, None, now), by, now)


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
    booking.last_at = None
    for slot_day in queries.days_in([calendar], load, first, last, now):
        # A day that begins before the time to answer is over is no offer.
        if not slot_day.open or begins(slot_day.day) < until:
            continue
        try:
            booking = _take(booking, calendar, slot_day.day, load, until, now)
        except Refused:
            continue  # someone was quicker; the next one
        return _held(case, booking, until, by, now)
    raise Refused("slot_gone")


def is_smaller(case: Case) -> bool:
    """Say whether an officer closed the day that a case last had, or made it smaller than its calendar says."""
    booking = queries.of_case(case)
    return booking is not None and booking.day.room < booking.day.calendar.capacity


def release(*, case: Case, by: Actor, now: datetime) -> bool:
    """Give back what the case, or still its draft, holds or has booked; say whether there was anything.

    The caller holds the case's lock, in a transaction.
    """
    booking = _of_case_or_draft.first(case.pk, case.draft_id)
    if booking is None:
        return False
    _end(booking, now)
    timeline.write(case, "released", by=by, now=now, day=booking.day.day.isoformat())
    _tell(case, None)
    return True


def undo_later(*, case: Case, by: Actor, now: datetime) -> bool:
    """Give back a day to come that a case has booked, because the visit for it is needed no longer.

    The caller holds the case's lock, in a transaction. Says whether there was one.
    """
    booking = own(case.pk)
    if booking is None or booking.day.day <= now.astimezone(ZONE).date():
        return False
    return release(case=case, by=by, now=now)


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


def ending(now: datetime) -> list[int]:
    """Return the cases whose hold has run out, or does so within SOON, and was not yet given back."""
    due = Booking.objects.filter(state="held", until__lte=now + SOON, case__isnull=False)
    return list(due.order_by("until").values_list("case_id", flat=True)[:500])


@transaction.atomic
def lapse(*, case_id: int, by: Actor, now: datetime) -> bool:
    """Give back a case's hold that ran out, and report `book.lapsed` where its stage knows a way on.

    While somebody outside owes us an answer about the case, such as whether it was paid, the hold is put off instead.
    Says whether one was given back; a hold that was confirmed or made longer meanwhile stays.
    """
    case = locking.locked(case_id)
    booking = own(case.pk)
    if booking is None or booking.until is None or booking.until > now + SOON:
        return False
    if booking.is_live(now) and workflow.waits_outside(case) and _put_off(booking, now):
        return False
    if booking.until > now - GRACE:
        return False
    _give_back(case, booking, "lapsed", by, now)
    return True


def _put_off(booking: Booking, now: datetime) -> bool:
    """Hold a place somewhat longer; say whether that can be: not once the day begins, or was closed."""
    until = min(now + PUT_OFF, max(booking.last_moment, begins(booking.day.day)))
    try:
        room.check_still(booking, booking.load, now)
    except Refused:
        return False
    if booking.until and until > booking.until:
        booking.until = until
        _write(booking, now)
    return until > now


def _give_back(case: Case, booking: Booking, why: str, by: Actor, now: datetime) -> None:
    """Give back a case's place and report it as `book.<why>`, where the stage knows a way on."""
    _end(booking, now)
    timeline.write(case, "released", by=by, now=now, day=booking.day.day.isoformat(), why=why)
    if leads_on(case, f"book.{why}"):
        # Before the fact says that nothing is held: the stage that is left keeps what it said.
        cases.record_outcome(case_id=case.pk, name=f"book.{why}", by=by, now=now)
    else:
        _tell(case, None)


@transaction.atomic
def lose(*, case_id: int, by: Actor, now: datetime) -> bool:
    """Take a day that was closed or made smaller from a case that only holds it, and report `book.closed`.

    Where its stage knows no way on from there, the hold stays: nothing is sold by it (`confirm` looks at the day again).
    Says whether it was taken; one that has room still, or is booked, stays.
    """
    case = locking.locked(case_id)
    booking = own(case.pk)
    if booking is None or booking.state != "held" or not booking.is_live(now):
        return False
    try:
        room.check_still(booking, booking.load, now)
    except Refused:
        if not leads_on(case, "book.closed"):
            return False
        _give_back(case, booking, "closed", by, now)
        return True
    return False

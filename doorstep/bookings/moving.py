"""Moves the bookings of a day to other days: a breakdown, snow.

An officer sees every booking with its proposed other day, and presses once. Each case is then dealt with in a transaction of
its own, by a job that is run again where it stopped; nobody is told before `tell_at`, and until then all of it can be undone.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypedDict

from django.db import transaction
from django.db.models import Sum

from doorstep.bookings import actions, queries, queue
from doorstep.bookings.changing import MOST, affected, reason, written
from doorstep.bookings.models import GRACE, Booking, Calendar, Day, Move, MoveLine, taken
from doorstep.bookings.room import locked
from doorstep.cases import actions as cases
from doorstep.cases import locking, needs_person, workflow
from doorstep.cases.models import Case
from doorstep.cases.values import from_json
from doorstep.council.errors import Refused
from doorstep.council.queries import ZONE
from doorstep.staff.actor import Actor

# How many days ahead another day is looked for.
WITHIN = 60
# How long an officer has to undo it, unless people must know at once.
TELL_AFTER = timedelta(minutes=10)
# A message may be about to leave on a machine whose clock differs: undone is what has so much time left.
MARGIN = 2 * GRACE
# Cases that one run of the job deals with, so that none lasts too long; the next run goes on.
A_RUN = 200


class MovedFact(TypedDict):
    """The fact `moved` of a case: the day it had, why nobody comes on it, and when its person is told."""

    was: date | None
    why: str
    tell: datetime | None


# What a case's workflow is told of it, by the way of the move.
OUTCOMES = {"rebook": "book.rebooked", "offer": "book.offered"}
MOVED_BACK, MOVED_ON = "book.moved_back", "book.moved_on"
NOT_MOVED: MovedFact = {"was": None, "why": "", "tell": None}


@dataclass(frozen=True)
class Proposed:
    """A booking that a day would have no room for, and the slot it could go to; "" where there is none."""

    booking: Booking
    slot: str


def free_days(calendar: Calendar, day: date, now: datetime) -> dict[str, queries.SlotDay]:
    """Return the days after one that have room, and begin after today, by their slot."""
    first = max(day, now.astimezone(ZONE).date()) + timedelta(days=1)
    last = first + timedelta(days=WITHIN)
    return {d.slot: d for d in queries.days_in([calendar], 1, first, last, now) if d.open}


def propose(calendar: Calendar, day: date, keep: int, now: datetime) -> list[Proposed]:
    """Return which bookings of cases a day with so much room must give up, each with the first day that has room for it.

    Whoever came first stays, and has the earliest other day. Who is at the form just now is told there.
    """
    free = {slot: d.free for slot, d in free_days(calendar, day, now).items()}
    lines = []
    for booking in sorted(concerned(calendar, day, keep, now), key=lambda b: (b.made_at, b.pk)):
        slot = next((s for s, left in free.items() if left >= booking.load), "")
        if slot:
            free[slot] -= booking.load
        lines.append(Proposed(booking, slot))
    return lines


def concerned(calendar: Calendar, day: date, keep: int, now: datetime) -> list[Booking]:
    """Return the bookings of open cases that a day of that size would have no room for."""
    return [b for b in affected(calendar, day, keep, now) if b.case and b.case.closed_at is None]


@transaction.atomic
def begin(
    *,
    calendar: Calendar,
    day: date,
    keep: int,
    why: str,
    way: str,
    slots: Mapping[int, str],
    at_once: bool,
    by: Actor,
    now: datetime,
) -> Move:
    """Close a day, or leave it so much room, and let its other bookings be moved to `slots`, by case.

    A case without a slot stays on its day, and on the list of those that a person deals with. Raises Refused: "why_missing",
    "why_long", "way_missing", "day_over", "capacity_wrong", "nobody_concerned", "slot_gone", and "too_many_on" (`day` has room for `free`).
    """
    row = locked(calendar, day)
    was: dict[str, Any] = {"was_capacity": row.capacity, "was_closed_why": row.closed_why}
    bookings = check(calendar=calendar, day=day, keep=keep, why=why, way=way, now=now)
    said = reason(why)
    loads = {b.case_id: b.load for b in bookings if b.case_id}
    chosen = {case_id: slots.get(case_id, "") for case_id in loads}
    _check_slots(calendar, day, loads, chosen, now)
    row.closed_why, row.capacity = ("" if keep else said), (keep or row.capacity)
    written(row, by, now, but=loads)
    tell_at = now if at_once else now + TELL_AFTER
    move = Move.objects.create(
        day=row, keep=keep, why=said, way=way, tell_at=tell_at, at=now, by=by.key, **was
    )
    held = {b.case_id for b in bookings if b.state == "held"}
    lines = [
        MoveLine(move=move, case_id=case_id, slot=slot, was_booked=case_id not in held)
        for case_id, slot in chosen.items()
    ]
    MoveLine.objects.bulk_create(lines)
    queue.move.defer(move_id=move.pk)
    return move


def check(
    *, calendar: Calendar, day: date, keep: int, why: str, way: str, now: datetime
) -> list[Booking]:
    """Return whom a move would concern; raises what `begin` does, except of the slots."""
    reason(why)
    if way not in Move.WAYS:
        raise Refused("way_missing")
    if not 0 <= keep <= MOST:
        raise Refused("capacity_wrong")
    if day < now.astimezone(ZONE).date():
        raise Refused("day_over")
    if bookings := concerned(calendar, day, keep, now):
        return bookings
    raise Refused("nobody_concerned")


def _check_slots(
    calendar: Calendar,
    day: date,
    loads: Mapping[int, int],
    chosen: Mapping[int, str],
    now: datetime,
) -> None:
    """Raise Refused("too_many_on") where more was chosen for a day than it has room for, ("slot_gone") where it has none."""
    days, used = free_days(calendar, day, now), dict.fromkeys(chosen.values(), 0)
    for case_id, slot in chosen.items():
        used[slot] += loads[case_id]
        if slot and slot not in days:
            raise Refused("slot_gone")
        if slot and used[slot] > days[slot].free:
            raise Refused("too_many_on", day=days[slot].day, free=days[slot].free)


@transaction.atomic
def undo(*, move_id: int, by: Actor, now: datetime) -> Move:
    """Take a move back before anybody is told of it: who was moved goes back, and the day is as it was.

    Raises Refused("too_late") where messages may be about to leave, ("undone") where it was taken back already, and
    ("newer") where the day was moved, closed or opened again since: then that comes first.
    """
    move = (
        Move.objects.select_for_update(of=("self",)).select_related("day__calendar").get(pk=move_id)
    )
    if move.undone_at:
        raise Refused("undone")
    if not can_undo(move, now):
        raise Refused("too_late")
    row = locked(move.day.calendar, move.day.day)
    if not _as_left(move, row):
        raise Refused("newer")
    move.lines.filter(state="waiting").update(state="back", done_at=now)
    # Room for those who come back, and for nobody else, until all have their place again.
    on_it = Booking.objects.filter(taken(now), day=row).aggregate(n=Sum("load"))["n"]
    row.closed_why, row.capacity = "", on_it or 0
    row.save(update_fields=["capacity", "closed_why"])
    move.undone_at, move.undone_by, move.ended_at = now, by.key, None
    move.save(update_fields=["undone_at", "undone_by", "ended_at"])
    queue.move.defer(move_id=move.pk)
    return move


def _as_left(move: Move, row: Day) -> bool:
    """Say whether a day is still as a move left it, and no other moved its bookings since."""
    newer = Move.objects.filter(day=row, pk__gt=move.pk, undone_at=None).exists()
    left = ("", move.keep) if move.keep else (move.why, move.was_capacity)
    return not newer and (row.closed_why, row.capacity) == left


def can_undo(move: Move, now: datetime) -> bool:
    """Say whether a move can still be taken back: nobody was told, and it is not about to be."""
    return move.undone_at is None and now + MARGIN < move.tell_at


def carry_on(*, move_id: int, by: Actor, now: datetime) -> None:
    """Deal with the cases of a move that wait, or with those that go back; run again, it goes on where it stopped."""
    move = Move.objects.get(pk=move_id)
    deal = _forward if move.undone_at is None else _back
    lines = move.lines.filter(state__in=move.to_do).order_by("id")
    for line_id in list(lines.values_list("id", flat=True)[:A_RUN]):
        deal(line_id, by, now)
    _end(move_id, by, now)


@transaction.atomic
def _end(move_id: int, by: Actor, now: datetime) -> None:
    """Note that every line is dealt with, and leave the day of a move that was undone as it was; else go on."""
    move = (
        Move.objects.select_for_update(of=("self",)).select_related("day__calendar").get(pk=move_id)
    )
    if move.ended_at:
        return
    # More than a run takes, or undone meanwhile.
    if move.lines.filter(state__in=move.to_do).exists():
        queue.move.defer(move_id=move_id)
        return
    row = locked(move.day.calendar, move.day.day)
    # What somebody made of the day meanwhile stands.
    ours = not row.changes.filter(at__gt=move.undone_at or now).exists()
    if move.undone_at and move.day.day >= now.astimezone(ZONE).date() and ours:
        row.capacity, row.closed_why = move.was_capacity, move.was_closed_why
        written(row, Actor("staff", move.undone_by), now)
    move.ended_at = now
    move.save(update_fields=["ended_at"])


@transaction.atomic
def _forward(line_id: int, by: Actor, now: datetime) -> None:
    """Bring one case to its other day, or to the next that has room, if that went meanwhile."""
    line = _line(line_id, "waiting")
    if line is None:
        return
    workflow.lock_before(line.case_id)
    case, booking = locking.locked(line.case_id), actions.own(line.case_id)
    if case.closed_at or booking is None or booking.day_id != line.move.day_id:
        line.state = "gone"
    else:
        line.was_booked = booking.state == "booked"
        line.earlier = _earlier(line, case)
        line.was_told = case.facts.get("moved") if line.earlier else None
        slot = _first_with_room(line, case, booking, by, now) if line.slot else ""
        line.slot, line.state = slot, "moved" if slot else "left"
        if not slot and line.was_booked:
            _ask_person(line, case, by, now)
    _done(line, now)


def _earlier(line: MoveLine, case: Case) -> MoveLine | None:
    """Return the line by which an earlier move brought a case to where it stands; nothing where none did, or it went on."""
    lines = MoveLine.objects.filter(case=case, state="moved").exclude(pk=line.pk)
    last = lines.select_related("move").order_by("-done_at", "-id").first()
    stands = last is not None and (last.stage, last.done_at) == (case.stage, case.stage_since)
    return last if stands else None


def _topic(line: MoveLine) -> str:
    return f"move.{line.move_id}"


def _ask_person(line: MoveLine, case: Case, by: Actor, now: datetime) -> None:
    """Ask a person to find a day for a booking that no other day was found for."""
    text = f"Nobody comes on the day that is booked ({line.move.why}), and no other day was found: call, and give another or cancel."
    needs_person.ask_on(case=case, text=text, by=by, now=now, topic=_topic(line))


def _first_with_room(line: MoveLine, case: Case, booking: Booking, by: Actor, now: datetime) -> str:
    """Return the slot that the case has now: its own or the next with room; "" where there is none, or no way there."""
    move = line.move
    way = "rebook" if booking.state == "held" else move.way
    if not actions.leads_on(case, OUTCOMES[way]):
        return ""
    told: MovedFact = {"was": move.day.day, "why": move.why, "tell": max(move.tell_at, now)}
    if line.earlier and line.earlier.move.tell_at > now:
        # Of the day it has now its person never heard: they know the one before.
        told["was"] = from_json(line.was_told)["was"] if line.was_told else told["was"]
    days = free_days(booking.day.calendar, move.day.day, now)
    for slot in (line.slot, *(s for s in days if _on(s) > _on(line.slot))):
        try:
            about: dict[str, Any] = {"outcome": OUTCOMES[way], "told": told}
            bring(case_id=case.pk, slot=slot, **about, by=by, now=now)
        except Refused as exc:
            if exc.code != "slot_gone":
                return ""
        else:
            return slot
    return ""


def _on(slot: str) -> str:
    """Return the day of a slot, as text that sorts by it."""
    return slot.rpartition("/")[2]


@transaction.atomic
def bring(
    *,
    case_id: int,
    slot: str,
    outcome: str,
    told: MovedFact,
    by: Actor,
    now: datetime,
    booked: bool = False,
) -> None:
    """Take back what is under way for a case that has a day, hold another for it (or book it at once), and report that.

    Raises Refused("slot_gone"), and ("no_way_on") where its stage knows no way on from there; nothing was changed then.
    """
    case, booking = locking.locked(case_id), actions.own(case_id)
    if booking is None:
        raise Refused("slot_gone")
    kind, load, day = booking.day.calendar.kind, booking.load, date.fromisoformat(_on(slot))
    about: dict[str, Any] = {"by": by, "now": now, "said_before": workflow.said_now(case)}
    workflow.unwind(case, by=by, now=now)
    wanted: dict[str, Any] = {"kind": kind, "load": load, "first": day, "last": day}
    actions.choose(case=case, **wanted, chosen=slot, booked=booked, by=by, now=now)
    cases.record_outcome(case_id=case_id, name=outcome, told={"moved": told}, **about)


@transaction.atomic
def _back(line_id: int, by: Actor, now: datetime) -> None:
    """Bring one case back to the day it had, unless its person was told, or somebody decided something since."""
    line = _line(line_id, "moved", "left")
    if line is None:
        return
    workflow.lock_before(line.case_id)
    case, booking = locking.locked(line.case_id), actions.own(line.case_id)
    if line.state == "left":  # it never went
        needs_person.done_on(case=case, topic=_topic(line), by=by, now=now)
        line.state = "back"
        return _done(line, now)
    if case.closed_at or booking is None:
        line.state = "gone"
        return _done(line, now)
    line.state = "stays"
    told_at = max(line.move.tell_at, line.done_at or now)
    untouched = case.stage == line.stage and case.stage_since == line.done_at
    if untouched and now + GRACE < told_at:
        with suppress(Refused), transaction.atomic():
            row = locked(line.move.day.calendar, line.move.day.day)
            # Its own room, given and taken at once.
            row.capacity = (row.capacity or 0) + booking.load
            row.save(update_fields=["capacity"])
            bring(case_id=case.pk, slot=row.slot, **_before(line), by=by, now=now)
            line.state = "back"
    _done(line, now)
    if line.earlier and line.state == "back":  # it stands again as the earlier move left it
        stands = {"stage": line.stage, "done_at": line.done_at}
        MoveLine.objects.filter(pk=line.earlier.pk).update(**stands)


def _before(line: MoveLine) -> dict[str, Any]:
    """Return what a case is brought back as: as it first was, or as an earlier move left it, with what that had to say."""
    booked = line.was_booked
    if line.earlier and line.was_told:
        outcome = MOVED_ON if booked else OUTCOMES["rebook"]
        return {"outcome": outcome, "told": from_json(line.was_told), "booked": booked}
    return {"outcome": MOVED_BACK, "told": NOT_MOVED, "booked": booked}


def _line(line_id: int, *states: str) -> MoveLine | None:
    """Return a line that is still in such a state, locked before its case."""
    lines = MoveLine.objects.select_for_update(of=("self",))
    return (
        lines.select_related("move__day__calendar", "earlier__move")
        .filter(pk=line_id, state__in=states)
        .first()
    )


def _done(line: MoveLine, now: datetime) -> None:
    line.stage = Case.objects.values_list("stage", flat=True).get(pk=line.case_id)
    line.done_at = now
    line.save()


def tell_due(*, now: datetime) -> None:
    """Queue, once people are told, the look at who only held a day and found no other: they are told, and choose again."""
    due = MoveLine.objects.filter(state="left", was_booked=False, move__undone_at=None)
    for line in due.filter(move__tell_at__lte=now)[:500]:
        queue.lose.defer(case_id=line.case_id)
        MoveLine.objects.filter(pk=line.pk).update(state="moved", slot="")

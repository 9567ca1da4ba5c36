"""Reads moves of days: how far each is, and who has not answered yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max, Q

from doorstep.bookings.models import LIVE, Booking, Move, MoveLine
from doorstep.cases.models import Case, Event
from doorstep.catalogue import queries as catalogue

LATEST = 50
# What a person, or an officer for them, does about a case that was moved.
ANSWERS = ("chosen", "decided")


@dataclass(frozen=True)
class Line:
    """One case of a move: the day it has now (nothing: none), and whether its person has still to answer."""

    line: MoveLine
    day: date | None
    unanswered: bool

    @property
    def case(self) -> Case:
        """Return the case."""
        return self.line.case

    @property
    def is_dealt_with(self) -> bool:
        """Say whether nothing is to be done any more; reads the move."""
        return self.line.state not in self.line.move.to_do

    @property
    def stands(self) -> str:
        """Return what the stage is called in which the case stands."""
        return str(catalogue.service(self.case.version_id).workflow.stages[self.case.stage].label)


def latest() -> list[Move]:
    """Return the latest moves, each with how many cases it has and how many of them are dealt with."""
    rows = Move.objects.select_related("day__calendar").order_by("-at", "-id")
    dealt = Count("lines", filter=~Q(lines__state="waiting"))
    return list(rows.annotate(cases=Count("lines"), dealt=dealt)[:LATEST])


def one(number: int) -> Move | None:
    """Return a move by its number, or nothing."""
    return Move.objects.select_related("day__calendar").filter(pk=number).first()


def lines(move: Move) -> list[Line]:
    """Return the cases of a move in street order: first those that a person deals with; three statements."""
    rows = move.lines.select_related("move", "case__place__street", "case__customer")
    rows = rows.order_by("case__place__street__name", "case__place__sort", "id")
    found = list(rows)
    answered, days = _answered(found), _days(found)
    shown = [
        Line(row, days.get(row.case_id), _unanswered(row, answered, row.case_id in days))
        for row in found
    ]
    return sorted(shown, key=lambda r: not (r.unanswered or r.line.state == "left"))


def _answered(rows: Iterable[MoveLine]) -> dict[int, datetime]:
    """Return when somebody last chose or decided something about each case."""
    events = Event.objects.filter(case__in=[r.case_id for r in rows], kind__in=ANSWERS)
    return dict(events.values_list("case").annotate(last=Max("at")).order_by())


def _days(rows: Iterable[MoveLine]) -> dict[int | None, date]:
    bookings = Booking.objects.filter(case__in=[r.case_id for r in rows], state__in=LIVE)
    return dict(bookings.values_list("case", "day__day"))


def _unanswered(line: MoveLine, answered: dict[int, datetime], has_day: bool) -> bool:
    """Say whether a case that was moved stands where it was brought, or lost the day that was offered, and nobody said a word."""
    if line.state != "moved" or line.done_at is None or line.case.closed_at:
        return False
    if line.case_id in answered and answered[line.case_id] > line.done_at:
        return False
    return line.case.stage == line.stage or not has_day

"""What everybody should know of the collections just now: rounds that are late, streams that stop, days that move."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.db.models import DateField, DateTimeField, F, QuerySet, TextField, Value

from doorstep.council.queries import ZONE
from doorstep.outside.kept import kept
from doorstep.waste.models import MovedDay, RoundDay, Suspension

# How long before it something is said that is to come.
AHEAD = timedelta(days=14)
NO_DAY, NO_MOMENT = Value(None, DateField()), Value(None, DateTimeField())
COLUMNS = ("kind", "words", "starts", "ends", "until")


@dataclass(frozen=True)
class News:
    """One thing: `words` are a delay's sentence, or a stopped stream's code.

    A round is late until a moment; a stream stops from `starts` to `ends`, both included; a day moves from
    `starts` to `ends`, or is left out where `ends` is nothing.
    """

    kind: Literal["late", "stopped", "moved"]
    words: str
    starts: date | None
    ends: date | None
    until: datetime | None


def now_said(now: datetime) -> list[News]:
    """Return what is new, in the order of its weight; in one statement."""
    today = now.astimezone(ZONE).date()
    found = [News(*row) for row in _said(now, today, today + AHEAD)]
    return sorted(found, key=lambda n: (*_weight(n, today), n.words))


@kept
def _said(now: datetime, today: date, soon: date) -> QuerySet[Any]:
    late = RoundDay.objects.filter(delayed_until__gt=now, day__lte=today)
    off = Suspension.objects.filter(last__gte=today, first__lte=soon)
    moved = MovedDay.objects.filter(day__gte=today, day__lte=soon)
    return _rows(late, "late", "sentence", NO_DAY, NO_DAY, F("delayed_until")).union(
        _rows(off, "stopped", "stream", F("first"), F("last"), NO_MOMENT),
        _rows(moved, "moved", "", F("day"), F("to"), NO_MOMENT),
    )


def _weight(of: News, today: date) -> tuple[int, date]:
    """Return what makes a thing come first: late rounds, then what is to come, the next first, then what is known for long."""
    starts = of.starts or today
    return 0 if of.kind == "late" else 1 if starts > today - AHEAD else 2, starts


def _rows(
    of: QuerySet[Any], kind: str, words: str, starts: Any, ends: Any, until: Any
) -> QuerySet[Any]:
    said = F(words) if words else Value("", TextField())
    named = of.annotate(kind=Value(kind, TextField()), words=said)
    rows: QuerySet[Any] = named.annotate(starts=starts, ends=ends, until=until)
    return rows.values_list(*COLUMNS)

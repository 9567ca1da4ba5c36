"""What residents may know of a home's collections: days, moves, delays and suspensions; no more."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject

from doorstep.council.queries import ZONE
from doorstep.waste import queries
from doorstep.waste.models import Container, DayHistory, RoundDay


@dataclass(frozen=True)
class Collection:
    """One collection day, and the day it was moved from; how often that was moved, here or back, and when last."""

    day: date
    moved_from: date | None
    moves: int = 0
    changed_at: datetime | None = None

    @property
    def scheduled(self) -> date:
        """Return the day that the round's cycle gives."""
        return self.moved_from or self.day


@dataclass(frozen=True)
class Delay:
    """A delay of a whole round that was due on a day: the public sentence, and until when."""

    day: date
    until: datetime
    sentence: str


@dataclass(frozen=True)
class Stop:
    """A suspension of a whole stream, both days included."""

    first: date
    last: date


@dataclass(frozen=True)
class BoxDays:
    """One container: its round's days between two days, and what residents are told of the round."""

    id: int
    kind: str
    round: str
    stream: str
    days: tuple[Collection, ...]
    delay: Delay | None
    finished: bool
    suspensions: tuple[Stop, ...]
    left_out: tuple[date, ...]
    today: date
    # When what is told of a day of its round last changed.
    told_at: tuple[tuple[date, datetime], ...] = ()

    @property
    def next(self) -> Collection | None:
        """Return the next collection: today's until the round is finished."""
        start = [c for c in self.days if c.day > self.today or self._is_due(c)]
        return start[0] if start else None

    @property
    def last(self) -> Collection | None:
        """Return the last collection: today's once the round is finished."""
        over = [c for c in self.days if c.day <= self.today and not self._is_due(c)]
        return over[-1] if over else None

    def _is_due(self, of: Collection) -> bool:
        return of.day == self.today and not self.finished


def collections_at(uprn: int, first: date, last: date, now: datetime) -> list[BoxDays]:
    """Return a home's containers (its own, or its building's) with their days between two days.

    One statement. Nothing in it depends on who lives there or what crews recorded there.
    """
    today = now.astimezone(ZONE).date()
    # A round's delay may outlast its day; all else matters today only.
    round_days = RoundDay.objects.filter(round_id=OuterRef("serving"), day__lte=today).filter(
        Q(delayed_until__gt=now) | Q(day=today)
    )
    fields = JSONObject(
        day="day",
        until="delayed_until",
        sentence="sentence",
        finished="finished_at",
        delayed="delay_said_at",
        told="told_at",
    )
    histories = DayHistory.objects.filter(day__gte=first - timedelta(days=7))
    boxes = queries.boxes_with_changes(first).annotate(
        serving=queries.serving(today),
        told=ArraySubquery(round_days.order_by("day").values(json=fields)),
        histories=ArraySubquery(
            histories.values(json=JSONObject(day="day", times="times", at="at"))
        ),
    )
    both = boxes.filter(queries.at_home(uprn)).order_by("kind", "id")
    return [_box(c, first, last, now) for c in queries.of_home(list(both), uprn)]


def _box(of: Container, first: date, last: date, now: datetime) -> BoxDays:
    suspended, moved = queries.changes_of(of)
    planned = queries.planned_of_box(of, first, last, suspended, moved)
    out = queries.left_out(of, first, last, suspended, moved)
    today = now.astimezone(ZONE).date()
    stops = sorted((s.first, s.last) for s in suspended)
    delay, finished = _told(of.told, today, now)  # type: ignore[attr-defined]
    moves = _moves(of.histories)  # type: ignore[attr-defined]
    return BoxDays(
        id=of.pk,
        kind=of.kind,
        round=of.round_id,
        stream=of.round.stream,
        days=tuple(
            Collection(day, was if was != day else None, *moves(was)) for day, was in planned
        ),
        delay=delay,
        finished=finished,
        suspensions=tuple(Stop(*s) for s in stops if s[1] >= today and s[0] <= last),
        left_out=tuple(d for d in out if d >= today),
        today=today,
        told_at=tuple(_told_at(of.told, now)),  # type: ignore[attr-defined]
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def _moves(rows: list[dict[str, Any]]) -> Callable[[date], tuple[int, datetime | None]]:
    """Return what says how often a day was moved, and when last."""
    by_day = {date.fromisoformat(row["day"]): (row["times"], _moment(row["at"])) for row in rows}
    return lambda day: by_day.get(day, (0, None))


def _told_at(rows: list[dict[str, str]], now: datetime) -> Iterator[tuple[date, datetime]]:
    """Go through the days of a round of which something was told, with when that last changed.

    A delay that has run out changed it then, whenever it is asked for.
    """
    for row in rows:
        said = [_moment(row[name]) for name in ("told", "delayed", "finished", "until")]
        if past := [moment for moment in said if moment and moment <= now]:
            yield date.fromisoformat(row["day"]), max(past)


def _told(rows: list[dict[str, str]], today: date, now: datetime) -> tuple[Delay | None, bool]:
    """Return a round's latest delay that still holds, and whether the round is finished today."""
    delay, finished = None, False
    for row in rows:
        day = date.fromisoformat(row["day"])
        until = _moment(row["until"])
        if until and until > now:
            delay = Delay(day, until, row["sentence"])
        finished |= day == today and bool(row["finished"])
    return delay, finished and delay is None


@dataclass(frozen=True)
class Lifts:
    """What is collected together: a day, whether it was moved, and the containers."""

    when: Collection
    boxes: tuple[BoxDays, ...]


def in_order(boxes: list[BoxDays]) -> list[Lifts]:
    """Return the days still to come of several containers together, in order."""
    lifts: dict[Collection, list[BoxDays]] = {}
    for box in boxes:
        start = box.next
        for when in box.days:
            if start and when.day >= start.day:
                lifts.setdefault(when, []).append(box)
    inorder = sorted(lifts.items(), key=lambda item: (item[0].day, item[0].scheduled))
    return [Lifts(when, tuple(of)) for when, of in inorder]


def delays(boxes: list[BoxDays]) -> list[tuple[Delay, list[BoxDays]]]:
    """Return each round's delay with the containers it empties."""
    by_round: dict[str, list[BoxDays]] = {}
    for box in boxes:
        if box.delay:
            by_round.setdefault(box.round, []).append(box)
    return [(of[0].delay, of) for of in by_round.values() if of[0].delay]


def stops(boxes: list[BoxDays]) -> list[tuple[Stop, list[BoxDays]]]:
    """Return each suspension of a stream with the containers it concerns."""
    by_stop: dict[tuple[str, Stop], list[BoxDays]] = {}
    for box in boxes:
        for stop in box.suspensions:
            by_stop.setdefault((box.stream, stop), []).append(box)
    return [(stop, of) for (_, stop), of in by_stop.items()]


def left_out(boxes: list[BoxDays]) -> list[tuple[date, list[BoxDays]]]:
    """Return each day to come on which what would be due is not collected, with its containers."""
    by_day: dict[date, list[BoxDays]] = {}
    for box in boxes:
        for day in box.left_out:
            by_day.setdefault(day, []).append(box)
    return sorted(by_day.items())

"""What residents may know of a home's collections: days, moves, delays and suspensions; no more."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from doorstep.council import queries as council
from doorstep.council.queries import ZONE
from doorstep.outside.kept import kept
from doorstep.waste import queries
from doorstep.waste.models import Container, DayHistory, RoundDay
from doorstep.waste.queries import Box, Due


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
    """A delay of a whole round that was due on a day: the public sentence, until when, and which round."""

    day: date
    until: datetime
    sentence: str
    round: str = ""


@dataclass(frozen=True)
class Stop:
    """A suspension of a whole stream, both days included."""

    first: date
    last: date


@dataclass(frozen=True)
class BoxDays:
    """One container: its rounds' days between two days, and what residents are told of the rounds."""

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
    # The next collection where it is beyond the days asked for.
    later: Collection | None = None
    # Whether the time by which crews come is past today, and no delay was told.
    is_over: bool = False
    # Whether it is the building's, and nobody of the home puts it out.
    is_shared: bool = False

    @property
    def next(self) -> Collection | None:
        """Return the next collection, however far ahead: today's until the round is finished, or crews come no more."""
        start = [c for c in self.days if c.day > self.today or self._is_due(c)]
        return start[0] if start else self.later

    @property
    def last(self) -> Collection | None:
        """Return the last collection: today's once that is over; one that is late was none yet."""
        late = self.delay.day if self.delay else None
        days = [c for c in self.days if c.day <= self.today and c.day != late]
        over = [c for c in days if not self._is_due(c)]
        return over[-1] if over else None

    def _is_due(self, of: Collection) -> bool:
        return of.day == self.today and not (self.finished or self.is_over)


def collections_at(uprn: int, first: date, last: date, now: datetime) -> list[BoxDays]:
    """Return a home's containers (its own, and its building's that it lacks) with their days between two days.

    One statement. Nothing in it depends on who lives there or what crews recorded there.
    """
    today = now.astimezone(ZONE).date()
    rows = _with_what_is_told(uprn, first, first - queries.WEEK, today, now)
    return [_box(c, uprn, first, last, now) for c in queries.of_home(rows, uprn, today)]


@kept
def _with_what_is_told(
    uprn: int, first: date, moved_since: date, today: date, now: datetime
) -> QuerySet[Container]:
    """Return a home's and its building's containers with all that is told of them from a day on."""
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
    histories = DayHistory.objects.filter(day__gte=moved_since)
    boxes = queries.boxes_with_changes(first, moved_since).annotate(
        serving=queries.serving(today),
        told=ArraySubquery(round_days.order_by("day").values(json=fields)),
        histories=ArraySubquery(
            histories.values(json=JSONObject(day="day", times="times", at="at"))
        ),
    )
    return boxes.filter(queries.at_home(uprn)).order_by("kind", "id")


def _box(of: Box, uprn: int, first: date, last: date, now: datetime) -> BoxDays:
    due, out = queries.due_days(of, first, last)
    today = now.astimezone(ZONE).date()
    has_next = any(d.day > today for d in due)
    later = None if has_next else queries.next_due(of, max(last, today))
    stops = {(s.first, s.last) for row in of.rows for s in queries.changes_of(row)[0]}
    # What is told of a round comes with each of its rows, and is the same.
    told_of: dict[str, Any] = {row.serving: row.told for row in of.rows}  # type: ignore[attr-defined]
    delay, finished = _told_of_all(told_of, {d.round for d in due if d.day == today}, today, now)
    collection = _collections(of.rows[0].histories)  # type: ignore[attr-defined]
    return BoxDays(
        id=of.pk,
        kind=of.kind,
        round=of.rows[0].round_id,
        stream=of.rows[0].round.stream,
        days=tuple(collection(d) for d in due),
        delay=delay,
        finished=finished,
        suspensions=tuple(Stop(*s) for s in sorted(stops) if s[1] >= today and s[0] <= last),
        left_out=tuple(d for d in out if d >= today),
        today=today,
        told_at=tuple(told for rows in told_of.values() for told in _told_at(rows, now)),
        later=collection(later) if later else None,
        is_over=delay is None and _is_late_in_the_day(now),
        is_shared=of.rows[0].place_id != uprn,
    )


def _is_late_in_the_day(now: datetime) -> bool:
    """Say whether crews come no more today, as far as this council says until when they do."""
    until = council.current().collect_until
    return until is not None and now.astimezone(ZONE).time() >= until


def _collections(histories: list[dict[str, Any]]) -> Callable[[Due], Collection]:
    """Return what makes a collection of a day that is due."""
    moves = _moves(histories)
    return lambda due: Collection(
        due.day, due.scheduled if due.scheduled != due.day else None, *moves(due.scheduled)
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


def _told_of_all(
    told_of: dict[str, list[dict[str, str]]], due: set[str], today: date, now: datetime
) -> tuple[Delay | None, bool]:
    """Return the latest delay of a container's rounds, and whether those that are due today are finished."""
    told = {code: _told(code, rows, today, now) for code, rows in told_of.items()}
    late = [delay for delay, _ in told.values() if delay]
    finished = [told[code][1] for code in (due & told.keys() or told.keys())]
    return max(late, key=lambda delay: delay.day, default=None), all(finished)


def _told(
    code: str, rows: list[dict[str, str]], today: date, now: datetime
) -> tuple[Delay | None, bool]:
    """Return a round's latest delay that still holds, and whether the round is finished today."""
    delay, finished = None, False
    for row in rows:
        day = date.fromisoformat(row["day"])
        until = _moment(row["until"])
        if until and until > now:
            delay = Delay(day, until, row["sentence"], code)
        finished |= day == today and bool(row["finished"])
    return delay, finished and delay is None


@dataclass(frozen=True)
class Lifts:
    """What is collected together: a day, whether it was moved, and the containers."""

    when: Collection
    boxes: tuple[BoxDays, ...]


def in_order(boxes: list[BoxDays]) -> list[Lifts]:
    """Return the days still to come of several containers together, in order; each one's next, however far ahead."""
    lifts: dict[Collection, list[BoxDays]] = {}
    for box in boxes:
        start = box.next
        for when in (*box.days, box.later):
            if start and when and when.day >= start.day:
                lifts.setdefault(when, []).append(box)
    inorder = sorted(lifts.items(), key=lambda item: (item[0].day, item[0].scheduled))
    return [Lifts(when, tuple(of)) for when, of in inorder]


def delays(boxes: list[BoxDays]) -> list[tuple[Delay, list[BoxDays]]]:
    """Return each round's delay with the containers it empties."""
    by_round: dict[str, list[BoxDays]] = {}
    for box in boxes:
        if box.delay:
            by_round.setdefault(box.delay.round, []).append(box)
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

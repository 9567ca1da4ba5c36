"""Reads rounds, containers and collection days."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Greatest, JSONObject

from doorstep.outside.kept import kept
from doorstep.places.models import Property
from doorstep.waste.models import (
    LONGEST_WEEKS,
    Assisted,
    Container,
    MovedDay,
    Round,
    RoundDay,
    StreetDay,
    Suspension,
)

# How far a last and a next collection may be: two of the longest cycles, since a day may be left out, and
# the week by which one may be moved.
WEEK = timedelta(days=7)
LOOK_BACK_DAYS = 2 * 7 * LONGEST_WEEKS + 7
# Where a collection day goes, for every round; to nothing where it is left out.
Moves = Mapping[date, date | None]


@dataclass(frozen=True)
class Box:
    """A container as residents know it: the rows of one kind at one place, one for each round that empties it.

    It goes by the number of its first row, which cases keep (decision 29).
    """

    rows: tuple[Container, ...]

    @property
    def pk(self) -> int:
        """Return the number that it goes by."""
        return self.rows[0].pk

    @property
    def kind(self) -> str:
        """Return the council's word for what it is."""
        return self.rows[0].kind

    @property
    def place_id(self) -> int:
        """Return the UPRN of where it stands."""
        return self.rows[0].place_id

    @property
    def ids(self) -> list[str]:
        """Return the numbers of its rows as text: crews record what they saw about the row of their round."""
        return [str(row.pk) for row in self.rows]


@dataclass(frozen=True, order=True)
class Due:
    """A day on which a container is emptied, the day that the cycle gives, and by which round."""

    day: date
    scheduled: date
    round: str


def boxes_with_changes(first: date, moved_since: date) -> QuerySet[Container]:
    """Return containers with their rounds and, in the same statement, what changes their days from `first` on.

    To be narrowed, never read as it is. `moved_since` is a week before: a day moves by no more.
    """
    off = Suspension.objects.filter(stream=OuterRef("round__stream"), last__gte=first)
    moves = MovedDay.objects.filter(day__gte=moved_since)
    return Container.objects.select_related("round", "was_round").annotate(
        off=ArraySubquery(off.values(json=JSONObject(first="first", last="last"))),
        moves=ArraySubquery(moves.values(json=JSONObject(day="day", to="to"))),
    )


def due_days(of: Box, first: date, last: date) -> tuple[list[Due], list[date]]:
    """Return when a container is emptied between two days, and on which days of its cycles it is not after all.

    No day stands twice: where a moved day meets another, the one that was moved least stands, and the day
    that the other came from is left out, like one that moves nowhere.
    """
    kept: dict[date, Due] = {}
    out: set[date] = set()
    every, nowhere = _all_due(of, first, last)
    for due in sorted(every, key=lambda due: (abs(due.day - due.scheduled), due)):
        if due.scheduled in nowhere or due.day in kept:
            out.add(due.scheduled)
        else:
            kept[due.day] = due
    return sorted(kept.values()), sorted(out - set(kept))


def _all_due(of: Box, first: date, last: date) -> tuple[list[Due], set[date]]:
    """Return the days of all of a container's rounds, and the days that move nowhere, which stay among them."""
    every: list[Due] = []
    nowhere: set[date] = set()
    for row in of.rows:
        suspended, moved = changes_of(row)
        moves = {day: to for day, to in moved.items() if to}
        nowhere |= moved.keys() - moves.keys()
        for day, scheduled in planned(row.round, first, last, suspended, moves):
            if row.since is None or scheduled >= row.since:
                every.append(Due(day, scheduled, row.round_id))
        if row.since and row.was_round:
            for day, scheduled in planned(row.was_round, first, last, suspended, moves):
                if scheduled < row.since:
                    every.append(Due(day, scheduled, row.was_round.pk))
    return every, nowhere


def round_code_on(of: Container, day: date) -> str:
    """Return the code of the round that a row of a container belongs to on a day."""
    before = of.since is not None and day < of.since and of.was_round_id is not None
    return str(of.was_round_id if before else of.round_id)


def on_round(code: str, day: date) -> Q:
    """Return the condition that a container is emptied by a round on a day."""
    now = Q(round_id=code) & (Q(since=None) | Q(since__lte=day))
    return now | Q(was_round_id=code, since__gt=day)


def serving(day: date) -> Case:
    """Return the expression for the code of the round that empties a container on a day."""
    before = When(since__gt=day, was_round__isnull=False, then=F("was_round_id"))
    return Case(before, default=F("round_id"))


def changes_of(of: Container) -> tuple[list[Suspension], dict[date, date | None]]:
    """Return the suspensions and moved days that came with a container."""
    day = date.fromisoformat
    suspended = [
        Suspension(stream=of.round.stream, first=day(o["first"]), last=day(o["last"]))
        for o in of.off  # type: ignore[attr-defined]
    ]
    moves: list[dict[str, str]] = of.moves  # type: ignore[attr-defined]
    return suspended, {day(m["day"]): day(m["to"]) if m["to"] else None for m in moves}


def at_home(uprn: int) -> Q:
    """Return the condition that a container stands at a home or at its building.

    One list, so that the index finds them: of "this or that" PostgreSQL reads the whole table.
    """
    building = Property.objects.filter(uprn=uprn).values("parent_id")[:1]
    return Q(place__uprn__in=[uprn, Subquery(building)])


def boxes_at(uprn: int, today: date) -> list[Box]:
    """Return a home's containers, each as `container` gives it, in one statement."""
    return of_home(rows_at(uprn, today - timedelta(days=LOOK_BACK_DAYS)), uprn, today)


def rows_at(uprn: int, first: date) -> list[Container]:
    """Return the rows of containers at a home and at its building, with what changes their days from `first` on."""
    return _at_home(uprn, first, first - WEEK)


@kept
def _at_home(uprn: int, first: date, moved_since: date) -> QuerySet[Container]:
    rows = boxes_with_changes(first, moved_since).filter(at_home(uprn))
    return rows.order_by("kind", "id")


def of_home(rows: list[Container], uprn: int, today: date) -> list[Box]:
    """Return a home's containers of those at it and its building: its own, and of the building's what it lacks.

    It lacks what it has neither the kind nor the stream of: with a bin of its own for rubbish, the
    shared one is not for it (decision 29). What only comes later takes nothing from it yet.
    """
    own = [r for r in rows if r.place_id == uprn]
    there = [r for r in own if r.since is None or r.since <= today or r.was_round_id]
    streams, kinds = {r.round.stream for r in there}, {r.kind for r in there}
    return together(
        r
        for r in rows
        if r.place_id == uprn or (r.round.stream not in streams and r.kind not in kinds)
    )


def together(rows: Iterable[Container]) -> list[Box]:
    """Return containers of their rows, in the order of their first ones."""
    boxes: dict[tuple[int, str], list[Container]] = {}
    for row in rows:
        boxes.setdefault((row.place_id, row.kind), []).append(row)
    return [Box(tuple(of)) for of in boxes.values()]


def container(container_id: str, today: date) -> Box | None:
    """Return a container by the id of one of its rows as text, with what changes its days around today."""
    if not container_id.isdecimal():
        return None
    first = today - timedelta(days=LOOK_BACK_DAYS)
    found = together(_of_one_kind(int(container_id), first, first - WEEK))
    return found[0] if found else None


@kept
def _of_one_kind(container_id: int, first: date, moved_since: date) -> QuerySet[Container]:
    rows = boxes_with_changes(first, moved_since).filter(
        place__containers=container_id, place__containers__kind=F("kind")
    )
    return rows.order_by("id")


def days_of(
    of: Round, first: date, last: date, suspended: list[Suspension], moved: Moves
) -> list[date]:
    """Return a round's collection days between two days, with moves made and suspensions left out."""
    return [actual for actual, _ in planned(of, first, last, suspended, moved)]


def planned(
    of: Round, first: date, last: date, suspended: list[Suspension], moved: Moves
) -> list[tuple[date, date]]:
    """Return a round's collection days between two days, each with the day its cycle gives."""
    known = (of.known_from, of.known_to)
    # What another system says holds as it stands there: moved, suspended or neither.
    days = [(day, day) for day in of.days if first <= day <= last]
    # A moved day may leave or enter the window, so look a week beyond both ends.
    for day in _cycle_days(of, first - timedelta(days=7), last + timedelta(days=7)):
        if known[0] and known[1] and known[0] <= day <= known[1]:
            continue
        stopped = any(s.stream == of.stream and s.first <= day <= s.last for s in suspended)
        actual = moved.get(day, day)
        if not stopped and actual is not None and first <= actual <= last:
            days.append((actual, day))
    return sorted(days)


def _cycle_days(of: Round, first: date, last: date) -> list[date]:
    if of.since is None or of.was_anchor is None or of.was_weeks is None:
        return _every(of.anchor, of.weeks, first, last)
    before = _every(of.was_anchor, of.was_weeks, first, min(last, of.since - timedelta(days=1)))
    return before + _every(of.anchor, of.weeks, max(first, of.since), last)


def _every(anchor: date, weeks: int, first: date, last: date) -> list[date]:
    """Return every day of a cycle between two days, both included."""
    step = timedelta(days=7 * weeks)
    day = anchor + step * -((anchor - first) // step)
    days = []
    while day <= last:
        days.append(day)
        day += step
    return days


def last_due(of: Box, today: date) -> Due | None:
    """Return the last day, today included, on which a container was to be emptied; nothing after a long suspension."""
    # What was due before a long suspension is not what anyone misses now.
    days, _ = due_days(of, today - timedelta(days=14 * _weeks(of) + 7), today)
    return days[-1] if days else None


def _weeks(of: Box) -> int:
    """Return the longest cycle of a container's rounds, now or before they changed; of two weeks at least."""
    rounds = [r for row in of.rows for r in (row.round, row.was_round) if r]
    return max(2, *(weeks for r in rounds for weeks in (r.weeks, r.was_weeks or 0)))


def next_due(of: Box, after: date) -> Due | None:
    """Return the first day after another on which a container is to be emptied; nothing where none is known."""
    days, _ = due_days(of, after + timedelta(days=1), after + timedelta(days=LOOK_BACK_DAYS))
    return days[0] if days else None


def progress(round_code: str, day: date) -> RoundDay | None:
    """Return a round's progress on a day; nothing recorded, nothing returned."""
    return _round_day.first(round_code, day)


@kept
def _round_day(round_code: str, day: date) -> QuerySet[RoundDay]:
    return RoundDay.objects.filter(round_id=round_code, day=day)


def rounds_on(day: date) -> list[Round]:
    """Return the rounds that collect on a day, by name."""
    suspended = list(Suspension.objects.filter(first__lte=day, last__gte=day - timedelta(days=7)))
    near = MovedDay.objects.filter(day__gte=day - timedelta(days=60))
    moved = dict(near.values_list("day", "to"))
    rounds = Round.objects.order_by("name")
    return [r for r in rounds if days_of(r, day, day, suspended, moved)]


def is_assisted(uprn: int) -> bool:
    """Say whether the crew fetches this home's containers; for staff only."""
    return bool(_assisted_at(uprn))


@kept
def _assisted_at(uprn: int) -> QuerySet[Assisted, int]:
    return Assisted.objects.filter(place=uprn).values_list("pk", flat=True)[:1]


def all_rounds() -> list[Round]:
    """Return every round, by code."""
    return list(Round.objects.order_by("code"))


def round_of(code: str) -> Round | None:
    """Return a round by its code."""
    return Round.objects.filter(code=code).first()


def by_codes(codes: set[str]) -> list[Round]:
    """Return rounds by their codes, by name."""
    return list(Round.objects.filter(code__in=codes).order_by("code"))


def boxes_on(round_code: str, text: str, day: date) -> list[Container]:
    """Return a round's containers at addresses that begin with a text or lie in its street; at most 20."""
    matching = Container.objects.select_related("place__street").filter(on_round(round_code, day))
    if text.isdecimal():  # a house number is meant whole: 9 is not 90
        matching = matching.filter(Q(place__line__startswith=f"{text} "))
    else:
        matching = matching.filter(
            Q(place__line__istartswith=text) | Q(place__line__icontains=f" {text}")
        )
    rows = matching.order_by("place__street__name", "place__sort", "id")[:20]
    # A container whose rounds became one has two rows in it.
    return [box.rows[0] for box in together(rows)]


def boxes(container_ids: set[str]) -> dict[str, Container]:
    """Return containers with their addresses, by their ids as text."""
    ids = [int(i) for i in container_ids if i.isdecimal()]
    rows = Container.objects.select_related("place__street").filter(id__in=ids)
    return {str(c.pk): c for c in rows}


def is_on_round(container_id: str, round_code: str, day: date) -> bool:
    """Say whether a container is emptied by a round on a day."""
    if not container_id.isdecimal():
        return False
    return Container.objects.filter(on_round(round_code, day), id=int(container_id)).exists()


def assisted_on(round_code: str) -> set[int]:
    """Return the UPRNs on a round whose containers the crew fetches."""
    assisted = Assisted.objects.filter(place__containers__round_id=round_code)
    return set(assisted.values_list("place_id", flat=True))


def has_street(round_code: str, usrn: int, day: date) -> bool:
    """Say whether a round has containers in a street on a day."""
    return Container.objects.filter(on_round(round_code, day), place__street_id=usrn).exists()


@dataclass(frozen=True)
class StreetOnRound:
    """A street of a round: its homes with containers, and how far the crew is there today."""

    usrn: int
    name: str
    homes: int
    progress: StreetDay | None


def streets_of(round_code: str, day: date) -> list[StreetOnRound]:
    """Return a round's streets by name, with their progress on a day."""
    counted = Container.objects.filter(on_round(round_code, day)).values(
        "place__street_id", "place__street__name", "place__street__locality"
    )
    rows = counted.annotate(homes=Count("place", distinct=True)).order_by(
        "place__street__name", "place__street__locality"
    )
    street_days = {s.street_id: s for s in StreetDay.objects.filter(round_id=round_code, day=day)}
    return [
        StreetOnRound(
            r["place__street_id"],
            f"{r['place__street__name']}, {r['place__street__locality']}",
            r["homes"],
            street_days.get(r["place__street_id"]),
        )
        for r in rows
    ]


@dataclass(frozen=True)
class RoundNow:
    """How far a round is on a day: its progress, its streets, and the street of one home on it.

    `done` are the streets that its crew was through with, of `streets`; `last` is the last of them that it came to.
    """

    day: RoundDay | None
    done: int
    streets: int
    here: StreetDay | None
    last: StreetDay | None

    @property
    def seen_at(self) -> datetime | None:
        """Return when its crew was last heard of."""
        told = [self.day.started_at, self.day.finished_at] if self.day else []
        told += [self.last.started_at, self.last.finished_at] if self.last else []
        return max((at for at in told if at), default=None)


def rounds_now(days: Mapping[str, RoundDay | None], usrn: int, day: date) -> dict[str, RoundNow]:
    """Return how far rounds are on a day, by their codes; `days` is their progress, which is known already."""
    codes = list(days)
    seen: dict[str, list[StreetDay]] = {}
    for row in StreetDay.objects.filter(round_id__in=codes, day=day).select_related("street"):
        seen.setdefault(row.round_id, []).append(row)
    of_rounds = Q(round_id__in=codes) & (Q(since=None) | Q(since__lte=day))
    of_rounds |= Q(was_round_id__in=codes, since__gt=day)
    counted = Container.objects.filter(of_rounds).values(code=serving(day))
    streets = counted.annotate(n=Count("place__street_id", distinct=True))
    of = {row["code"]: row["n"] for row in streets}
    return {
        code: _round_now(days[code], seen.get(code, []), of.get(code, 0), usrn) for code in codes
    }


def _round_now(day: RoundDay | None, seen: list[StreetDay], streets: int, usrn: int) -> RoundNow:
    started = [row for row in seen if row.started_at or row.finished_at]
    last = max(started, key=lambda row: row.finished_at or row.started_at, default=None)  # type: ignore[arg-type,return-value]
    here = next((row for row in seen if row.street_id == usrn), None)
    done = sum(row.finished_at is not None for row in seen)
    return RoundNow(day, done, max(streets, done), here, last)


def progress_at(uprn: int, round_code: str, day: date) -> tuple[RoundDay | None, bool]:
    """Return a round's progress on a day, and whether its crew is through with a home's street."""
    row = _with_street.first(uprn, round_code, day)
    return row, bool(row and row.through)  # type: ignore[attr-defined]


@kept
def _with_street(uprn: int, round_code: str, day: date) -> QuerySet[RoundDay]:
    """Return a round's day, and whether its crew is `through` with a home's street."""
    street = Property.objects.filter(uprn=uprn).values("street_id")
    through = StreetDay.objects.filter(
        round_id=OuterRef("round_id"),
        day=OuterRef("day"),
        street_id__in=street,
        finished_at__isnull=False,
    )
    days = RoundDay.objects.filter(round_id=round_code, day=day)
    return days.annotate(through=Exists(through))


def last_progress() -> datetime | None:
    """Return when a round was last started or finished."""
    newest = RoundDay.objects.aggregate(at=Greatest(Max("started_at"), Max("finished_at")))
    latest: datetime | None = newest["at"]
    return latest

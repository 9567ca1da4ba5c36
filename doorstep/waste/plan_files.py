"""Reads a round plan as the open waste standards describe it: one line a property, container and round.

Columns (communitiesuk/waste-service-standards, round_plan): uprn, round_plan, container_type, schedule.
The standard leaves the schedule's words open; read here are "weekly on Monday", "alternate weekly on
Monday" and "every 4 weeks on Monday", with "from 2027-01-04" behind where a cycle is new.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.council.weekdays import WEEKDAYS
from doorstep.places.models import Property
from doorstep.staff.actor import Actor
from doorstep.text import tables
from doorstep.text.clean import line
from doorstep.waste import planning, queue
from doorstep.waste.models import Container, Edit, PlanFile, Round

COLUMNS = ("uprn", "round_plan", "container_type", "schedule")
KEPT = ("line", *COLUMNS, "more")
MOST_BYTES, MOST_LINES, MOST_BAD = 20 * 1024 * 1024, 300_000, 500
A_LOT, AT_ONCE = 1000, 5000
_SCHEDULE = re.compile(
    r"(?:(weekly|every week)|(alternate weekly|fortnightly)|every ([2-9]|1[0-2]) weeks)"
    rf" on ({'|'.join(WEEKDAYS)})(?: from (\d{{4}}-\d\d-\d\d))?",
    re.I,
)
# How spreadsheets write a long number in a narrow column: its last digits are gone.
_SHORTENED = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.I)

# Weeks, weekday (Monday is 0), and the first day where one is said.
Schedule = tuple[int, int, date | None]
# Where a container stands, and of what kind it is.
Key = tuple[int, str]


class Bad(Exception):
    """A line that cannot be used, and why, in words for the officer."""


class Twice(Bad):
    """A line that says once more what another says: its container is not in doubt."""


def take(*, name: str, content: bytes, since: date, by: Actor, now: datetime) -> PlanFile:
    """Keep a plan and queue its reading.

    Raises Refused("file_missing", "file_too_large" or "since_past"), or with a code of BadTable and its `line`.
    """
    if not content:
        raise Refused("file_missing")
    if len(content) > MOST_BYTES or max(map(content.count, (b"\n", b"\r"))) > MOST_LINES:
        raise Refused("file_too_large")
    if since < now.astimezone(council.ZONE).date():
        raise Refused("since_past")
    text, lines = _kept(content)
    with transaction.atomic():
        plan = PlanFile.objects.create(
            name=line(name)[:100],
            text=text,
            since=since,
            sent_by=by.key,
            sent_at=now,
            progress_at=now,
            lines=lines,
        )
        queue.read_plan.defer(plan_id=plan.pk)
    return plan


def _kept(content: bytes) -> tuple[str, int]:
    """Return a file as it is kept, clean and in one form, each row with its line, and how many rows there are."""
    kept, count = io.StringIO(), 0
    table = csv.writer(kept)
    table.writerow(KEPT)
    try:
        for count, row in enumerate(tables.rows(content, COLUMNS), 1):
            if count > MOST_LINES:
                raise Refused("file_too_large")
            table.writerow([row.line, *row.cells, "more" if row.has_more else ""])
    except tables.BadTable as exc:
        missing = ", ".join(exc.missing)
        raise Refused(exc.code, line=exc.line or "", missing=missing) from exc
    return kept.getvalue(), count


@dataclass
class _Known:
    """What lines are held against, found once."""

    since: date
    today: date
    places: set[int]
    rounds: dict[str, Round]
    # The rows of each container, the first of it first.
    boxes: dict[Key, list[Container]]
    kinds: dict[str, str]
    streams: dict[str, str]
    edits: list[Edit] = field(default_factory=list)
    # What was said of a round, with the line that said it first; the rounds of each container, with their lines.
    said: dict[str, tuple[Schedule, int]] = field(default_factory=dict)
    seen: dict[Key, dict[str, int]] = field(default_factory=dict)
    # A wrong line of each container that has one.
    wrong: dict[Key, int] = field(default_factory=dict)
    same: int = 0


def _known(text: str, since: date, today: date) -> _Known:
    """Return what a plan is held against: of a district with many homes, those that it names."""
    names = council.current().containers
    counted = Container.objects.values_list("kind", "round__stream").annotate(n=Count("id"))
    named = {uprn for _, row in _rows(text) if (uprn := _uprn(row["uprn"])) is not None}
    places = {place for some in _batched(named) for place in _places(some)}
    boxes: dict[Key, list[Container]] = {}
    for box in (box for some in _batched(places) for box in _boxes(some)):
        boxes.setdefault((box.place_id, box.kind), []).append(box)
    return _Known(
        since,
        today,
        places,
        Round.objects.in_bulk(),
        boxes,
        {text.lower(): kind for kind, name in names.items() for text in (kind, name)},
        {kind: stream for kind, stream, _ in counted.order_by("n")},
    )


def _batched(numbers: Iterable[int]) -> Iterator[list[int]]:
    """Go through numbers, so many at once as a statement takes well."""
    rest = iter(numbers)
    while some := list(islice(rest, AT_ONCE)):
        yield some


def _uprn(text: str) -> int | None:
    """Return a UPRN, which has at most twelve digits; nothing where it is none."""
    return int(text) if text.isdecimal() and len(text) <= 18 else None


def _places(uprns: list[int]) -> QuerySet[Property, int]:
    return Property.objects.filter(uprn__in=uprns).values_list("uprn", flat=True)


def _boxes(places: list[int]) -> QuerySet[Container]:
    boxes = Container.objects.only("id", "place_id", "kind", "round_id", "since", "was_round_id")
    return boxes.filter(place_id__in=places).order_by("id")


def _line(known: _Known, row: dict[str, str], number: int) -> None:
    """Take in a line; where it is wrong, so is what the plan says of its container. Raises Bad."""
    place, kind = _uprn(row["uprn"]), known.kinds.get(row["container_type"].lower())
    try:
        _use(known, row, place, kind, number)
    except Twice:
        raise
    except Bad:
        if place is not None and kind is not None:
            known.wrong.setdefault((place, kind), number)
        raise


def _use(
    known: _Known, row: dict[str, str], place: int | None, kind: str | None, number: int
) -> None:
    uprn = row["uprn"]
    if row["more"]:
        raise Bad(
            "it has more cells than the first line; put a cell with a comma in it into quotation marks"
        )
    if _SHORTENED.fullmatch(uprn):
        raise Bad(
            f"“{uprn[:20]}” is a number that a spreadsheet shortened; give its column the format “Number”"
            " without decimals, and save it again"
        )
    if place is None or place not in known.places:
        raise Bad(f"no property has the UPRN “{uprn[:20]}”")
    if kind is None:
        raise Bad(f"no container is called “{row['container_type'][:40]}”")
    key, code = (place, kind), row["round_plan"].upper()
    lines = known.seen.setdefault(key, {})
    if code in lines and known.said[code][0] == _schedule(row["schedule"]):
        raise Twice(f"this container stands on line {lines[code]} already")
    if code in lines:
        raise Bad(
            f"{code} has another schedule on line {lines[code]}; give each round that empties this container a code"
            " of its own"
        )
    _round(known, code, row["schedule"], kind, number)
    lines[code] = number


def _containers(known: _Known) -> Iterator[tuple[int, str]]:
    """Give each container the rounds that the plan names for it; go through the lines that cannot be used, and why."""
    for key, lines in known.seen.items():
        why = ""
        if key in known.wrong:
            why = (
                f"line {known.wrong[key]} is wrong and of the same container; put that right first"
            )
        else:
            try:
                edits = _edits(known, key, list(lines))
                known.edits += edits
                known.same += max(0, len(lines) - len(edits))
            except Refused as exc:
                day = exc.values["since"]
                why = f"this container already changes rounds on {day}; undo that first"
        if why:
            yield from ((number, why) for number in lines.values())


def _edits(known: _Known, key: Key, codes: list[str]) -> list[Edit]:
    """Return what gives a container these rounds and no other; raises Refused("already_changing").

    A round that is none of them gives its row to one that is new, or ends by becoming one of those that
    stay (decision 29).
    """
    rows = known.boxes.get(key, [])
    missing = [code for code in codes if code not in {row.round_id for row in rows}]
    edits = []
    for row in rows:
        if row.round_id not in codes:
            to = known.rounds[missing.pop(0) if missing else codes[0]]
            edits.append(planning.moved(row, to, known.since, known.today))
    after = {"place_id": key[0], "kind": key[1], "since": known.since, "was_round_id": None}
    new = [planning.edit("container", "", None, {**after, "round_id": c}) for c in missing]
    return [e for e in edits if e] + new


def _round(known: _Known, code: str, schedule: str, kind: str, number: int) -> Round:
    """Return a line's round, proposing a new one or another cycle the first time it is named."""
    if not code or len(code) > 20:
        raise Bad("round_plan must be 1 to 20 characters")
    weeks, weekday, first_day = read_as = _schedule(schedule)
    if code in known.said:
        first, line = known.said[code]
        if first != read_as:
            raise Bad(f"{code} has another schedule on line {line}")
        return known.rounds[code]
    of = known.rounds.get(code)
    if of and of.weeks == weeks and of.anchor.weekday() == weekday and first_day is None:
        known.said[code] = (read_as, number)
        return of
    if first_day is None and weeks > 1:
        raise Bad(f"{code}: say its first day, such as “{schedule} from {known.since}”")
    first_day = first_day or known.since + timedelta(days=(weekday - known.since.weekday()) % 7)
    if first_day.weekday() != weekday or first_day < known.today:
        raise Bad(f"{code}: {first_day} is no coming {WEEKDAYS[weekday].title()}")
    known.rounds[code] = _cycle(known, of, code, kind, first_day, weeks)
    known.said[code] = (read_as, number)
    return known.rounds[code]


def _cycle(
    known: _Known, of: Round | None, code: str, kind: str, first_day: date, weeks: int
) -> Round:
    if of is None:
        if kind not in known.streams:
            raise Bad(f"{code} is new, and no round yet empties this kind of container")
        new_round = Round(
            code=code, name=code, stream=known.streams[kind], anchor=first_day, weeks=weeks
        )
        after = planning.fields_of("round", new_round)
        known.edits.append(planning.edit("round", code, None, after))
        return new_round
    try:
        changes = planning.new_cycle(of, first_day, weeks, known.today)
    except Refused as exc:
        raise Bad(f"{code} already changes on {exc.values['since']}; undo that first") from exc
    if changes:
        before = planning.fields_of("round", of)
        known.edits.append(planning.edit("round", code, before, {**before, **changes}))
    return of


def _schedule(text: str) -> Schedule:
    """Return what a schedule's words mean; raises Bad."""
    match = _SCHEDULE.fullmatch(" ".join(text.split()))
    if not match:
        raise Bad(f"“{text[:60]}” is no schedule; write such as “alternate weekly on Monday”")
    weekly, alternate, many, day, first = match.groups()
    try:
        first_day = date.fromisoformat(first) if first else None
    except ValueError as exc:
        raise Bad(f"{first} is no day") from exc
    return 1 if weekly else 2 if alternate else int(many), WEEKDAYS.index(day.lower()), first_day


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Go through the rows of a kept file, each with its line in the file that was sent."""
    reader = csv.DictReader(io.StringIO(text), restval="")
    for row in reader:
        # The version before kept a file as it came, without lines of its own.
        number = int(row.get("line") or reader.line_num)
        yield number, {name: (row.get(name) or "").strip() for name in (*COLUMNS, "more")}


def read(*, plan_id: int, now: datetime) -> None:
    """Read a plan line by line and propose its change; safe to run again, nothing is changed by it."""
    plan = PlanFile.objects.get(id=plan_id)
    if plan.ended_at:
        return
    known, bad, count = _known(plan.text, plan.since, now.astimezone(council.ZONE).date()), [], 0
    for count, (number, row) in enumerate(_rows(plan.text), 1):
        try:
            _line(known, row, number)
        except Bad as exc:
            bad.append([number, str(exc)])
        if count % A_LOT == 0:
            PlanFile.objects.filter(id=plan_id).update(read=count, progress_at=timezone.now())
    bad = sorted([*bad, *map(list, _containers(known))])
    with transaction.atomic():
        result = {"read": count, "lines": count, "same": known.same, "ended_at": now}
        result |= {"bad": bad[:MOST_BAD], "bad_lines": len(bad)}
        if known.edits:
            by = Actor("staff", plan.sent_by)
            title = f"Round plan {plan.name}"
            result["change"] = planning.propose(title=title, edits=known.edits, by=by, now=now)
        PlanFile.objects.filter(id=plan_id, ended_at=None).update(**result)


def give_up(*, plan_id: int, now: datetime) -> None:
    """End the reading of a plan that could not be read; nothing was changed."""
    PlanFile.objects.filter(id=plan_id, ended_at=None).update(ended_at=now, failed=True)

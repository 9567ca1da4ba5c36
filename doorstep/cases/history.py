"""What a case's sentences said, stage by stage: each as it was when the case went on.

A sentence names days and sums that move with the case, such as `{due}`. The line of the next stage keeps
what they were until then. Texts are not kept there, since a timeline's line holds nothing personal; nor are
answers and settings, which do not change.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from doorstep.cases.models import Case, Event
from doorstep.cases.values import from_json, photos_of, to_json, values_of
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.words import lookup, places
from doorstep.staff.actor import RESIDENT

# What a resident writes of a case later stands in events of these kinds.
ADDED = ("added", "reopened")


@dataclass(frozen=True)
class Line:
    """A stage that a case came into: when, its number on the timeline, and what its sentence named if it has been left."""

    at: datetime
    number: int
    stage: str
    was: Mapping[str, object] = field(default_factory=dict)
    # Whether the case went on at that very moment: nobody ever saw it stand there.
    is_through: bool = False

    def said(self, words: Mapping[str, object]) -> dict[str, object]:
        """Return the words of a case with those that its sentence named then."""
        then = dict(words)
        for path, value in self.was.items():
            _put(then, path.split("."), value)
        return then


def _put(into: dict[str, object], path: list[str], value: object) -> None:
    first, *rest = path
    if not rest:
        into[first] = value
        return
    inner: Any = into.get(first)
    into[first] = dict(inner) if isinstance(inner, Mapping) else {}
    _put(into[first], rest, value)  # type: ignore[arg-type]


def named_by(sentence: str, case: Case) -> dict[str, Any]:
    """Return the days, moments and numbers that a sentence names now, by their paths, as JSON."""
    values = {**values_of(case), "due": case.due_on}
    paths = {path for path, _ in places(sentence)}
    return {
        path: to_json(value)
        for path in sorted(paths)
        if path.split(".")[0] not in ("settings", *case.answers)
        and isinstance(value := lookup(path, values), date | int | float)
    }


def lines(events: Iterable[Event]) -> list[Line]:
    """Return the stages among a case's events, in order, each with what the next one kept of it."""
    stages = [event for event in events if event.kind == "stage"]
    kept = [(from_json(event.data.get("was", {})), event.at) for event in stages[1:]]
    return [
        Line(event.at, event.number, event.data["stage"], was, left_at == event.at)
        for event, (was, left_at) in zip(stages, [*kept, ({}, None)], strict=True)
    ]


@dataclass(frozen=True)
class Added:
    """What a resident wrote or sent later, about an open case or one that was opened again."""

    at: datetime
    text: str
    photo: str


def replies(events: Iterable[Event]) -> list[tuple[datetime, str]]:
    """Return what officers wrote to the person, the latest first; what was erased is not there."""
    written = [(e.at, _text(e)) for e in events if e.kind == "replied"]
    return [(at, text) for at, text in reversed(written) if text]


def added(events: Iterable[Event]) -> list[Added]:
    """Return what the resident added, the earliest first."""
    later = [e for e in events if e.kind in ADDED and e.by_kind == RESIDENT.kind]
    return [Added(e.at, _text(e), e.data.get("photo") or "") for e in later]


def _text(event: Event) -> str:
    personal = getattr(event, "personal", None)
    return personal.text if personal else ""


def photos_with(event: Event) -> list[str]:
    """Return the names of the photos that came with a line: one that a resident added, or those of a note."""
    return [name for name in (event.data.get("photo"), *event.data.get("attached", ())) if name]


def photos_of_notes(case: Case) -> set[str]:
    """Return the names of the photos that staff put beside their notes, which are for staff."""
    return {name for event in case.events.filter(kind="note") for name in photos_with(event)}


def photos(case: Case) -> set[str]:
    """Return the names of the photos that a case's person sent, with the form and later."""
    later = added(case.events.filter(kind__in=ADDED))
    first = photos_of(catalogue.service(case.version_id), case.answers)
    return {*first, *(one.photo for one in later if one.photo)}

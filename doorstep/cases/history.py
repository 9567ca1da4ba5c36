"""What a case's sentences said, stage by stage: each as it was when the case went on.

A sentence names days and sums that move with the case, such as `{due}`. The line of the next stage keeps
what they were until then. Texts are not kept there, since a timeline's line holds nothing personal; nor are
answers and settings, which do not change.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from doorstep.cases.models import Case, Event, EventText
from doorstep.cases.values import from_json, to_json, values_of
from doorstep.catalogue.words import lookup, places


@dataclass(frozen=True)
class Line:
    """A stage that a case came into: when, its number on the timeline, and what its sentence named if it has been left."""

    at: datetime
    number: int
    stage: str
    was: Mapping[str, object] = field(default_factory=dict)

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
    kept = [from_json(event.data.get("was", {})) for event in stages[1:]]
    return [
        Line(event.at, event.number, event.data["stage"], was)
        for event, was in zip(stages, [*kept, {}], strict=True)
    ]


def replies(case: Case) -> list[tuple[datetime, str]]:
    """Return what officers wrote to the person, the latest first; what was erased is not there."""
    texts = EventText.objects.filter(event__case=case, event__kind="replied")
    return list(texts.order_by("-event__number").values_list("event__at", "text"))

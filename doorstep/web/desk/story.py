"""The story of a case as its page tells it: what was done and what the person was told, the latest first.

Who did it, and what it was about in words; the sentences stand in `desk/story.html`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from doorstep.cases import changing, history
from doorstep.cases.models import Case, Event
from doorstep.catalogue.service import Service
from doorstep.catalogue.words import say
from doorstep.messages.actions import subject_of
from doorstep.messages.queries import Told
from doorstep.staff import queries as staff
from doorstep.staff.actor import RESIDENT

# Lines that are about another case too, which they name.
OF_OTHERS = ("joined", "parted", "sent on", "came from")


@dataclass
class Line:
    """Something that happened: its kind, who did it (nobody: Doorstep itself), what it is about, where the case stood then."""

    at: datetime
    kind: str
    by_kind: str = "system"
    who: str = ""
    what: str = ""
    data: Mapping[str, object] = field(default_factory=dict)
    text: str = ""
    photos: tuple[str, ...] = ()
    stage: str = ""
    # What it led to, or why the stage was come into: how the stage's own line knows the one that led there.
    why: tuple[str, ...] = ()
    told: Told | None = None


def names_in(events: Iterable[Event], others: Iterable[str] = ()) -> dict[str, str]:
    """Return what the members of staff of these lines, and some others, are called, by the names they sign in with."""
    keys = {event.by_key for event in events if event.by_kind == "staff"}
    return staff.names_of({*keys, *others} - {""})


def references_in(events: Iterable[Event]) -> set[str]:
    """Return the references of other cases that these lines name."""
    return {
        str(e.data["reference"]) for e in events if e.kind in OF_OTHERS and "reference" in e.data
    }


def of(
    case: Case,
    service: Service,
    events: Iterable[Event],
    told: list[Told],
    names: Mapping[str, str],
) -> list[Line]:
    """Return a case's lines; a message stands where it was written, in the place of the line that says so."""
    sent = {(t.message.name, t.message.queued_at) for t in told}
    lines: list[Line] = []
    for event in events:
        if event.kind == "stage" and (led := _led_to(lines, event)):
            led.stage = _what(service, event, case)
        elif event.kind != "told" or (event.data["message"], event.at) not in sent:
            lines.append(_line(event, case, service, names))
    lines += [Line(t.message.queued_at, "message", told=t) for t in reversed(told)]
    return sorted(lines, key=lambda line: line.at)[::-1]


def _led_to(lines: list[Line], stage: Event) -> Line | None:
    """Return what led to a stage: the last of the same moment by what it was about, that has led to none yet."""
    same = [line for line in lines[::-1] if line.at == stage.at and not line.stage]
    return next((line for line in same if stage.data.get("why", "") in line.why), None)


def _leads(event: Event) -> tuple[str, ...]:
    """Return the reasons by which a stage knows that this line led to it."""
    if event.kind == "opened":
        return ("",)
    named = (event.data.get(name) for name in ("decision", "outcome", "choice"))
    kind = "undone" if event.kind == "move undone" else event.kind
    return (kind, *(str(name) for name in named if name))


def _line(event: Event, case: Case, service: Service, names: Mapping[str, str]) -> Line:
    personal = getattr(event, "personal", None)
    is_ours = bool(event.data.get("ours")) and event.by_kind in ("staff", "resident")
    return Line(
        event.at,
        event.kind,
        "system" if is_ours else event.by_kind,
        "" if is_ours else _who(event, case, names),
        _what(service, event, case),
        event.data,
        personal.text if personal else "",
        tuple(history.photos_with(event)) if case.erased_at is None else (),
        why=_leads(event),
    )


def _who(event: Event, case: Case, names: Mapping[str, str]) -> str:
    if event.by_kind == RESIDENT.kind:
        if event.kind in OF_OTHERS:  # the person of the other case
            return ""
        return case.customer.name if case.customer else ""
    return names.get(event.by_key, event.by_key)


def _what(service: Service, event: Event, case: Case) -> str:
    """Return what a line is about in the service's own words, or in words made of its code."""
    flow, data = service.workflow, event.data
    if "stage" in data:
        return flow.stages[data["stage"]].label
    if "decision" in data:
        return flow.decisions.get(data["decision"]) or _worded(data["decision"])
    if "choice" in data:
        return _offered(service).get(data["choice"]) or _worded(data["choice"])
    if "stop" in data:
        stop = service.form.stops.get(data["stop"])
        return (stop and stop.title) or _worded(data["stop"])
    if "day" in data:
        return say(date.fromisoformat(data["day"]))
    if "message" in data:
        return subject_of(case, str(data["message"]))
    code = str(data.get("outcome", ""))
    return _worded(code.partition(".")[2] or code)


def _offered(service: Service) -> dict[str, str]:
    """Return what a service lets residents choose, by its names."""
    stages = service.workflow.stages.values()
    changes = [(changing.NAME, stage.change.offer) for stage in stages if stage.change]
    return dict(changes) | {n: c.offer for stage in stages for n, c in stage.choices.items()}


def _worded(code: str) -> str:
    return code.replace("_", " ")

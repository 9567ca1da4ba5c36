"""The append-only timeline: one hash chain a case, over salted digests of what people wrote."""

import hashlib
import json
import secrets
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from doorstep.cases import gathered
from doorstep.cases.models import Case, Event, EventText
from doorstep.council.errors import Refused
from doorstep.outside.kept import kept
from doorstep.staff.actor import Actor

# What somebody writes at once, in letters; it is never cut.
LONGEST = 4000


def bounded(**texts: str) -> None:
    """Look at what somebody wrote, by what it is called; raises Refused("too_long")."""
    for name, text in texts.items():
        if len(text.strip()) > LONGEST:
            raise Refused("too_long", what=name, letters=len(text.strip()))


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _digest(event: Event) -> str:
    data = json.dumps(event.data, sort_keys=True)
    who = f"{event.by_kind}:{event.by_key}"
    when = event.at.isoformat()
    return _hash(
        event.previous,
        str(event.case_id),
        str(event.number),
        when,
        event.kind,
        who,
        data,
        event.text_digest,
    )


def _last(case: Case) -> Any:
    """Return number and digest of the last line; known from this object's own last write, or waiting, it is not read."""
    last = case.last_line if hasattr(case, "last_line") else _last_line.first(case.pk)
    waiting = gathered.last(case.pk)
    if waiting and (last is None or waiting.number > last["number"]):
        return {"number": waiting.number, "digest": waiting.digest}
    return last


@kept
def _last_line(case_id: int) -> QuerySet[Event, Any]:
    events = Event.objects.filter(case=case_id).order_by("-number")
    return events.values("number", "digest")[:1]


def of(case: Case) -> list[Event]:
    """Return the lines of a case's timeline with what people wrote, in order."""
    gathered.flush(case.pk)
    return _lines(case.pk)


@kept
def _lines(case_id: int) -> QuerySet[Event]:
    return Event.objects.filter(case=case_id).select_related("personal").order_by("number")


def begin(case: Case) -> None:
    """Say that a case was made just now and so has no line yet, which then is not looked for."""
    case.last_line = None  # type: ignore[attr-defined]


def write(
    case: Case, kind: str, *, by: Actor, now: datetime, text: str = "", **data: object
) -> None:
    """Append a line to a case's timeline; `data` holds no personal data, `text` may.

    The caller holds the case's row lock or has just made the case.
    """
    last = _last(case)
    salt = secrets.token_hex(16)
    event = Event(
        case=case,
        number=last["number"] + 1 if last else 1,
        at=now,
        kind=kind,
        by_kind=by.kind,
        by_key=by.key,
        data=data,
        text_digest=_hash(salt, text) if text else "",
        previous=last["digest"] if last else "",
    )
    event.digest = _digest(event)
    gathered.add(event, EventText(event=event, salt=salt, text=text) if text else None)
    case.last_line = {"number": event.number, "digest": event.digest}  # type: ignore[attr-defined]


def broken(case: Case) -> list[int]:
    """Return the numbers of the lines whose chain or text does not agree; none when all is well."""
    wrong, previous = [], ""
    for event in of(case):
        personal = getattr(event, "personal", None)
        text_ok = personal is None or event.text_digest == _hash(personal.salt, personal.text)
        if event.previous != previous or event.digest != _digest(event) or not text_ok:
            wrong.append(event.number)
        previous = event.digest
    return wrong

"""Gathers what is written of a case on its way through its stages: its lines in one statement, its columns in another.

Whatever looks at the case by its lock, or at its lines, finds them written. What is written inside a savepoint is written there
and then, since it may be taken back with it; one that somebody takes back and goes on is begun by `savepoint`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.db import connection, transaction

from doorstep.cases.models import Case, Event, EventText


@dataclass
class _Gathered:
    """What waits to be written of a case, and how deep in the transaction that began."""

    case: Case
    depth: int
    columns: set[str] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)
    texts: list[EventText] = field(default_factory=list)


_waiting: ContextVar[dict[int, _Gathered]] = ContextVar("gathered", default={})  # noqa: B039 - never changed


@contextmanager
def gathered(case: Case) -> Iterator[None]:
    """Write what is written of a case inside the block at its end; in a block within one, at the end of the outer one.

    The caller holds the case's lock, or has just made it. Where the block raises, nothing of it is written.
    """
    if case.pk in _waiting.get():
        yield
        return
    mark = _waiting.set({**_waiting.get(), case.pk: _Gathered(case, _depth())})
    try:
        yield
        flush(case.pk)
    finally:
        _waiting.reset(mark)


def _depth() -> int:
    return sum(name is not None for name in connection.savepoint_ids)


def _gathering(case_id: int) -> _Gathered | None:
    """Return what is gathered of a case here; nothing inside a savepoint."""
    mine = _waiting.get().get(case_id)
    return mine if mine and mine.depth == _depth() else None


@contextmanager
def savepoint() -> Iterator[None]:
    """Begin a savepoint that may be taken back: what waits is written before it, and so stays."""
    for case_id in _waiting.get():
        flush(case_id)
    with transaction.atomic():
        yield


def save(case: Case, *columns: str) -> None:
    """Save columns of a case, now or with what else is gathered of it."""
    mine = _gathering(case.pk)
    if mine is not None and mine.case is case:
        mine.columns.update(columns)
    else:
        case.save(update_fields=columns)


def last(case_id: int) -> Event | None:
    """Return the last line of a case that waits to be written, or nothing."""
    mine = _waiting.get().get(case_id)
    return mine.events[-1] if mine and mine.events else None


def add(event: Event, text: EventText | None) -> None:
    """Write a line of a case, with what a person wrote; now or with what else is gathered of the case."""
    mine = _gathering(event.case_id)
    if mine is not None:
        mine.events.append(event)
        mine.texts += [text] if text else []
        return
    event.save(force_insert=True)
    if text:
        text.save(force_insert=True)


def flush(case_id: int) -> None:
    """Write what was gathered of a case so far."""
    mine = _waiting.get().get(case_id)
    if mine is None:
        return
    events, texts, columns = mine.events, mine.texts, mine.columns
    mine.events, mine.texts, mine.columns = [], [], set()
    if columns:
        mine.case.save(update_fields=columns)
    if events:
        Event.objects.bulk_create(events)
    if texts:
        EventText.objects.bulk_create(texts)

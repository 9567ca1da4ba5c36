"""How old what we know is: each room says when it last heard from whom its facts come."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Source:
    """Where facts come from: a name for programs, words for staff, and when we last heard; nothing if never.

    Older than `most` it is an alarm.
    """

    name: str
    words: str
    last_heard: Callable[[], datetime | None]
    most: timedelta | None = None


_sources: dict[str, Source] = {}


def offer(source: Source) -> None:
    """Have a source's age shown to staff and to Prometheus."""
    _sources[source.name] = source


def last_heard() -> list[tuple[Source, datetime | None]]:
    """Return every source with the moment we last heard from it; one statement each."""
    return [(source, source.last_heard()) for source in _sources.values()]


def too_old(now: datetime) -> tuple[str, ...]:
    """Return the names of the sources we have not heard from for too long, or never; one statement for each that is watched."""
    watched = [source for source in _sources.values() if source.most is not None]
    return tuple(s.name for s in watched if _is_old(s, now))


def _is_old(source: Source, now: datetime) -> bool:
    heard = source.last_heard()
    return heard is None or (source.most is not None and now - heard > source.most)

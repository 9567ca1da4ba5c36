"""How old what we know is: each room says when it last heard from whom its facts come."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Source:
    """Where facts come from: a name for programs, words for staff, and when we last heard; nothing if never."""

    name: str
    words: str
    last_heard: Callable[[], datetime | None]


_sources: dict[str, Source] = {}


def offer(source: Source) -> None:
    """Have a source's age shown to staff and to Prometheus."""
    _sources[source.name] = source


def last_heard() -> list[tuple[Source, datetime | None]]:
    """Return every source with the moment we last heard from it; one statement each."""
    return [(source, source.last_heard()) for source in _sources.values()]

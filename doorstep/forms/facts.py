"""The socket for facts: rooms above offer observations, rules below use them."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, TypeVar, cast

from doorstep.forms.rules.types import Type

Found = TypeVar("Found")


@dataclass(frozen=True)
class Observed:
    """A value and the moment it was true."""

    value: object
    at: datetime


@dataclass(frozen=True)
class Unavailable:
    """No value could be had; `why` is for staff, never for residents."""

    why: str


@dataclass(frozen=True)
class Fact:
    """An observation rules may use: its parameters, result, and the function that makes it.

    `find` is called with the argument values and `now=`. A `local` fact reads our database only; one
    from `outside` is never asked for while a draft or case is locked. What was observed is used again
    for the same arguments while it is no older than `fresh_for`; without it, it is found each time. What
    is `private`, and all that is worked out of it, no sentence may name: it is for rules alone. What is
    counted by turns (`turn_args`) is counted by one at a time for the same first arguments, until what rests on it is kept.
    """

    name: str
    params: tuple[tuple[str, Type], ...]
    result: Type
    where: Literal["local", "outside"]
    find: Callable[..., Observed | Unavailable]
    fresh_for: timedelta | None = None
    private: bool = False
    # How many of its first arguments say whose turn it is; none: it is not counted by turns.
    turn_args: int = 0
    # Given the arguments that are fixed, by name: what of them this council does not have, as codes with words.
    check_here: Callable[[Mapping[str, object]], Iterable[tuple[str, str]]] | None = None

    @property
    def by_turns(self) -> bool:
        """Say whether one at a time counts by it."""
        return self.turn_args > 0

    @property
    def is_kept(self) -> bool:
        """Say whether what was observed is remembered with a draft."""
        return self.where == "outside" or bool(self.fresh_for)


# Names that published versions still use, and what each is called now. A name never leaves that file.
FORMER_NAMES: dict[str, str] = json.loads(
    (Path(__file__).parent / "former_names.json").read_text(encoding="utf-8")
)

_offered: dict[str, Fact] = {}


def offer(fact: Fact) -> None:
    """Offer a fact under its dotted name; a second offer of the name replaces the first."""
    _offered[fact.name] = fact


@dataclass(frozen=True)
class Before:
    """What a room above has done before a fact of its own, or of a room below, is found: it brings up to date what lies here.

    `act` is called with the fact's arguments and `now=`, and only where nobody holds a lock; where it returns Unavailable,
    so is the fact. `is_needed` says whether it is wanted at all by this council.
    """

    act: Callable[..., Unavailable | None]
    is_needed: Callable[[], bool]


_befores: dict[str, Before] = {}


def before(name: str, do: Before) -> None:
    """Have something done before a fact is found; a second one for the name replaces the first."""
    _befores[name] = do


_as_it_lies: ContextVar[bool] = ContextVar("as_it_lies", default=False)


@contextmanager
def as_it_lies() -> Iterator[None]:
    """Bring nothing up to date inside the block, such as for an example: nobody outside is asked about a home that is made up."""
    mark = _as_it_lies.set(True)
    try:
        yield
    finally:
        _as_it_lies.reset(mark)


def brings(name: str) -> Before | None:
    """Return what is done before a fact is found, where this council wants it."""
    do = _befores.get(current_name(name))
    return do if do is not None and do.is_needed() and not _as_it_lies.get() else None


def current_name(name: str) -> str:
    """Return what a fact is called now, given its name of now or of former times."""
    return FORMER_NAMES.get(name, name)


def one(name: str) -> Fact:
    """Return a fact by its dotted name, also by one of former times; raises KeyError."""
    return _offered[current_name(name)]


def offered() -> dict[str, Fact]:
    """Return every fact on offer, by name."""
    return dict(_offered)


@dataclass(frozen=True)
class Asker:
    """Who asks: a word for the record of it, and pairs of a kind and a key by which limits may know them."""

    word: str = "nobody"
    keys: tuple[tuple[str, str], ...] = ()


_asker: ContextVar[Asker | None] = ContextVar("asker", default=None)


@contextmanager
def asked_by(word: str = "", *keys: tuple[str, str]) -> Iterator[None]:
    """Say who asks for facts inside the block; what an outer block said of them stays beside it."""
    outer = asker()
    before = _asker.set(Asker(word or outer.word, (*outer.keys, *keys)))
    try:
        yield
    finally:
        _asker.reset(before)


def asker() -> Asker:
    """Return who asks for facts now: of an outside system, it is written down and limited."""
    return _asker.get() or Asker()


_together: ContextVar[dict[object, object] | None] = ContextVar("together", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Observe at one moment inside the block: what several facts look up alike is looked up once (`shared`)."""
    before = _together.set({})
    try:
        yield
    finally:
        _together.reset(before)


def shared(key: object, find: Callable[[], Found]) -> Found:
    """Return what was found under a key before, inside `together`; else find it."""
    found = _together.get()
    if found is None:
        return find()
    if key not in found:
        found[key] = find()
    return cast(Found, found[key])

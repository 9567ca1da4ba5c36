"""The socket for facts: rooms above offer observations, rules below use them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from doorstep.forms.rules.types import Type


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

    `find` is called with the argument values and `now=`. A `local` fact reads our database only.
    """

    name: str
    params: tuple[tuple[str, Type], ...]
    result: Type
    where: Literal["local", "outside"]
    find: Callable[..., Observed | Unavailable]
    fresh_for: timedelta | None = None


_offered: dict[str, Fact] = {}


def offer(fact: Fact) -> None:
    """Offer a fact under its dotted name; a second offer of the name replaces the first."""
    _offered[fact.name] = fact


def offered() -> dict[str, Fact]:
    """Return every fact on offer, by name."""
    return dict(_offered)

"""The types that rules know."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Plain:
    """A plain type, by its word."""

    word: str


@dataclass(frozen=True)
class ListOf:
    """A list whose items are all of one type."""

    item: "Type"


@dataclass(frozen=True)
class Record:
    """Named fields."""

    name: str
    fields: Mapping[str, "Type"]


@dataclass(frozen=True)
class Maybe:
    """A value that may be nothing."""

    inner: "Type"


Type = Plain | ListOf | Record | Maybe

BOOL = Plain("yes or no")
INT = Plain("whole number")
TEXT = Plain("text")
DAY = Plain("day")
MOMENT = Plain("moment")
NOTHING = Plain("nothing")


def describe(of: Type) -> str:
    """Return a type in words."""
    if isinstance(of, ListOf):
        return f"list of {describe(of.item)}"
    if isinstance(of, Maybe):
        return f"{describe(of.inner)}, or nothing"
    return of.name if isinstance(of, Record) else of.word

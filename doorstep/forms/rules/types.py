"""The types that rules know."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Plain:
    """A plain type, by its word; it can be used wherever what it is `broader`ly can.

    `values` are the only texts that one can be, where they are known: those of a choice with fixed options.
    """

    word: str
    broader: "Plain | None" = None
    values: tuple[str, ...] = ()


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
# Pence: a whole number that cannot be multiplied by another sum of money.
MONEY = Plain("sum of money", INT)
# A time of day such as 18:00, and a home of this council by its UPRN.
TIME = Plain("time of day", TEXT)
PROPERTY = Plain("property", TEXT)


def one_of(values: tuple[str, ...]) -> Plain:
    """Return the type of a text that is one of these."""
    return Plain("one of its options", TEXT, values)


def fits(shape: Type, wanted: Type) -> bool:
    """Say whether something of a type can be used where another is wanted."""
    if isinstance(shape, ListOf) and isinstance(wanted, ListOf):
        return fits(shape.item, wanted.item)
    while shape != wanted:
        if not isinstance(shape, Plain) or shape.broader is None:
            return False
        shape = shape.broader
    return True


def may_fit(shape: Type, wanted: Type) -> bool:
    """Say whether something of a broader type is given than is wanted: a text for a property may be one or not."""
    return not fits(shape, wanted) and fits(wanted, shape)


def together(one: Type, other: Type) -> Type | None:
    """Return the narrowest type that both are, or nothing where they have none in common."""
    if fits(one, other):
        return other
    if fits(other, one):
        return one
    while isinstance(one, Plain) and one.broader is not None:
        one = one.broader
        if fits(other, one):
            return one
    return None


def describe(of: Type) -> str:
    """Return a type in words."""
    if isinstance(of, ListOf):
        return f"list of {describe(of.item)}"
    if isinstance(of, Maybe):
        return f"{describe(of.inner)}, or nothing"
    return of.name if isinstance(of, Record) else of.word

"""Days on which the council, or one of its offices, is closed."""

from datetime import date, timedelta
from typing import Annotated

from pydantic import BeforeValidator, model_validator

from doorstep.council.front import Part
from doorstep.council.spoken import Words

LONGEST_CLOSURE = timedelta(days=366)


class Closure(Part):
    """Days on which the council does not work, such as those between Christmas and New Year: one, or from `first` to `last`."""

    first: date
    last: date
    # Words a resident reads where such a day cannot be chosen.
    why: Words = ""

    @model_validator(mode="after")
    def _in_order(self) -> "Closure":
        if not timedelta(0) <= self.last - self.first <= LONGEST_CLOSURE:
            raise ValueError("`last` is before `first`, or more than a year after it")
        return self


def _as_closure(value: object) -> object:
    if isinstance(value, date):
        return {"first": value, "last": value}
    if isinstance(value, dict) and "first" in value:
        return {"last": value["first"], **value}
    return value


# A day alone stands for itself.
OneOrMoreDays = Annotated[Closure, BeforeValidator(_as_closure)]

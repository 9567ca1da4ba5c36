"""Where people may come by: a council's offices, with their hours and what makes them easy to come to."""

from datetime import time
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from doorstep.council.closures import OneOrMoreDays
from doorstep.council.front import Part
from doorstep.council.spoken import Words
from doorstep.council.weekdays import Weekday


def _in_quotes(value: object) -> object:
    if isinstance(value, int):  # YAML reads 17:00 as a number, by sixties
        raise ValueError('write a time in quotes, such as "17:00"')
    return value


Time = Annotated[time, BeforeValidator(_in_quotes)]


class Hours(Part):
    """From when to when an office is open on some days of the week; a day with a break has two."""

    days: Annotated[tuple[Weekday, ...], Field(min_length=1)]
    opens: Time
    closes: Time

    @model_validator(mode="after")
    def _in_order(self) -> "Hours":
        if self.closes <= self.opens:
            raise ValueError("`closes` is not after `opens`")
        return self


class Office(Part):
    """One place where people may come by; what residents read of it is words.

    `does` is what can be done there; `closed` are further days beside the council's own `closed_days` and bank holidays.
    """

    name: Words
    address: Words
    telephone: str = ""
    hours: Annotated[tuple[Hours, ...], Field(min_length=1)]
    open_on_bank_holidays: bool = False
    closed: tuple[OneOrMoreDays, ...] = ()
    does: tuple[Words, ...] = ()
    step_free: bool = False
    hearing_loop: bool = False
    accessible_toilet: bool = False
    parking: Words = ""
    # Languages that are spoken there beside the council's own, and how somebody gets an interpreter.
    languages: tuple[Words, ...] = ()
    interpreter: Words = ""

    @model_validator(mode="after")
    def _one_after_another(self) -> "Office":
        for one in self.hours:
            for other in self.hours:
                same_day = set(one.days) & set(other.days)
                if one is not other and same_day and one.opens <= other.opens < one.closes:
                    raise ValueError(f"`hours` has {min(same_day)} twice at the same time")
        return self

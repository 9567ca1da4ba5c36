"""A day, in three fields."""

import re
from collections.abc import Sequence
from datetime import MAXYEAR, UTC, date, datetime
from typing import Any

from doorstep.forms.form import Question
from doorstep.forms.questions.kind import (
    Example,
    Invalid,
    Kind,
    Options,
    Posted,
    Schema,
    Shown,
    Typed,
)
from doorstep.forms.rules.types import DAY, Type
from doorstep.text import copied
from doorstep.text.clean import line

PARTS = ("day", "month", "year")
_ISO = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_DAY_OR_MOMENT = re.compile(
    r"^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?\Z", re.I
)
# Days that rules may reckon with: some hundred years on, the calendar has not ended.
FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)


def _sent(day: str, month: str, year: str) -> dict[str, list[str]]:
    return {"-day": [day], "-month": [month], "-year": [year]}


class Date(Kind):
    """A day; asked in three fields, since people type days faster than they find them in a calendar."""

    name = "date"
    shown: Shown = "what"
    is_typed = False
    datatype = "datetime"
    expected = "A day such as 2026-11-24, or a W3C datetime whose day counts"
    examples: tuple[Example, ...] = (
        Example(_sent("3", "12", "2026"), date(2026, 12, 3)),
        Example(_sent(" 29", "02 ", "2028"), date(2028, 2, 29)),
        Example(_sent("", "", ""), refused="missing"),
        Example(_sent("3", "", "2026"), refused="date_part"),
        Example(_sent("31", "11", "2026"), refused="not_a_date"),
        Example(_sent("3", "December", "2026"), date(2026, 12, 3)),
        Example(_sent("3 December 2026", "", ""), date(2026, 12, 3)),
        Example(_sent("3/12/2026", "", ""), date(2026, 12, 3)),
        Example(_sent("3", "Rhagfyr", "2026"), date(2026, 12, 3)),
        Example(_sent("3", "12", "26"), refused="year_short"),
        Example(_sent("3", "12", "0026"), refused="year_short"),
        Example(_sent("1_0", "12", "2026"), refused="not_a_date"),
        Example(_sent("1", "1", "1900"), FIRST),
        Example(_sent("31", "12", "1899"), refused="date_unusable"),
        Example(_sent("31", "12", "2199"), LAST),
        Example(_sent("1", "1", "2200"), refused="date_unusable"),
        Example(_sent("31", "12", "9999"), refused="date_unusable"),
        Example(_sent("31/12/9999", "", ""), refused="date_unusable"),
        Example(_sent("31", "11", "9999"), refused="not_a_date"),
        Example(_sent("3", "1" * 20, "2026"), refused="not_a_date"),
        Example(_sent("three", "12", "2026"), refused="not_a_date"),
    )

    def type(self, question: Question) -> Type:
        """Return the type that rules see."""
        return DAY

    def schema(self, question: Question) -> Schema:
        """Return the JSON Schema of an answer that comes as JSON."""
        return {"type": "string", "format": "date"}

    def read(self, question: Question, value: object) -> Typed:
        """Return the fields that a browser would send for a JSON value; raises Invalid."""
        if not isinstance(value, str):
            raise Invalid("wrong_type")
        if not _ISO.match(value):
            raise Invalid("not_a_date")
        parts = dict(zip(("year", "month", "day"), value.split("-"), strict=True))
        return Typed({f"{question.id}-{p}": [parts[p]] for p in PARTS})

    def clean(self, question: Question, posted: Posted, options: Options) -> object:
        """Return the day; raises Invalid."""
        day, month, year = (line(posted.get(f"{question.id}-{p}") or "") for p in PARTS)
        if not (day or month or year):
            if question.optional:
                return None
            raise Invalid("missing")
        whole = copied.day(" ".join(filter(None, (day, month, year))), first=1000, last=MAXYEAR)
        if whole and not FIRST <= whole <= LAST:
            raise Invalid("date_unusable")
        if whole:
            return whole
        lacking = [p for p, text in zip(PARTS, (day, month, year), strict=True) if not text]
        if lacking:
            raise Invalid("date_part", part=lacking[0])
        if year.isdecimal() and (len(year) != 4 or int(year) < 1000):
            raise Invalid("year_short")
        raise Invalid("not_a_date")

    def fill(self, question: Question, answer: Any) -> Typed:
        """Return the fields that would give a day."""
        if answer is None:
            return Typed()
        return Typed({f"{question.id}-{p}": [str(getattr(answer, p))] for p in PARTS})

    def show(self, question: Question, answer: object, options: Options) -> object:
        """Return the day itself: sentences know how to say one."""
        return answer

    def anchor(self, question: Question, invalid: Invalid) -> str:
        """Return the id of the part that is wrong."""
        return f"{question.id}-{invalid.values.get('part') or PARTS[0]}"

    def from_program(self, question: Question, values: Sequence[str]) -> Typed:
        """Return the fields that a browser would send, from a day or a W3C datetime; raises Invalid."""
        text = copied.moment(super().from_program(question, values).get(question.id).strip())
        try:
            if not _DAY_OR_MOMENT.match(text):
                raise ValueError
            datetime.fromisoformat(text.upper()).astimezone(UTC)
        except (ValueError, OverflowError) as exc:
            raise Invalid("not_a_moment") from exc
        return self.read(question, text[:10])

    def possible(self, question: Question, today: date) -> list[object]:
        """Return today for any day."""
        return [today]

"""The day on which somebody was born."""

from datetime import date
from typing import Any

from doorstep.forms.form import Question
from doorstep.forms.questions.date import Date
from doorstep.forms.questions.kind import Example, Invalid, Options

# Nobody has become older than 122.
OLDEST = 120


def _sent(day: str, month: str, year: str) -> dict[str, list[str]]:
    return {"-day": [day], "-month": [month], "-year": [year]}


class DateOfBirth(Date):
    """The day on which somebody was born: not in the future, and at most 120 years ago."""

    name = "date_of_birth"
    is_private = True
    shown, is_typed, carried = "", True, "never"
    expected, usual = "A day such as 1980-03-31", date(1980, 3, 31)
    examples = (
        Example(_sent("31", "3", "1980"), date(1980, 3, 31)),
        Example(_sent("29", "2", "2000"), date(2000, 2, 29)),
        Example(_sent("31 March 1980", "", ""), date(1980, 3, 31)),
        Example(_sent("", "", ""), refused="missing"),
        Example(_sent("31", "3", ""), refused="date_part"),
        Example(_sent("31", "3", "80"), refused="year_short"),
        Example(_sent("29", "2", "1981"), refused="not_a_date"),
        Example(_sent("31", "3", "1880"), refused="date_unusable"),
    )

    def fits(self, question: Question, answer: Any, today: date) -> None:
        """Raise Invalid where nobody alive can have been born then."""
        if answer > today:
            raise Invalid("born_later", part="year")
        if (
            today.year - answer.year - ((today.month, today.day) < (answer.month, answer.day))
            > OLDEST
        ):
            raise Invalid("born_before", part="year", most=OLDEST)

    def show(self, question: Question, answer: Any, options: Options) -> object:
        """Return the day without its weekday, which nobody knows of their own: sentences know how to say it."""
        return "" if answer is None else {"born": answer}

    def possible(self, question: Question, today: date) -> list[object]:
        """Return none: ages differ in too many ways for conditions to be tried."""
        return []

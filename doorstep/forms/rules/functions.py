"""The functions rules may call: one table; adding one is one entry, which says what it does and shows it.

None raises, whatever it is given: what leaves the calendar stays at its end, what cannot be reckoned is nothing.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from doorstep.forms.rules import patterns
from doorstep.forms.rules.types import BOOL, DAY, INT, MOMENT, TEXT, TIME, Maybe, Type
from doorstep.text.clean import line

MOST_WORKDAYS = 400
# A century: further off than any rule of a council reaches, and near enough that every day has a date.
MOST_MONTHS = 1200
# Digits of a number in a text: what a rule may write down itself.
MOST_DIGITS = 15
# Moments in any zone's calendar: a year from its ends.
_FIRST, _LAST = datetime(2, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, tzinfo=UTC)
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_NUMBER = re.compile(rf"[-−]?\d{{1,{MOST_DIGITS}}}")


@dataclass(frozen=True)
class Clock:
    """The moment rules are judged at, the zone of their days, and which days are worked."""

    now: datetime
    zone: ZoneInfo
    is_working_day: Callable[[date], bool]

    @property
    def today(self) -> date:
        """Return today in the clock's zone."""
        return self.now.astimezone(self.zone).date()


def is_time(text: str) -> bool:
    """Say whether a text is a time of day such as 18:00."""
    return _TIME.fullmatch(text) is not None


def at(clock: Clock, day: date, clock_time: str) -> datetime:
    """Return the moment of a wall-clock time such as "18:00" on a day; of a text that is no time, the day's beginning."""
    match = _TIME.fullmatch(clock_time)
    of_day = time(int(match[1]), int(match[2])) if match else time()
    return datetime.combine(day, of_day, clock.zone)


def plus_workdays(clock: Clock, day: date, days: int) -> date:
    """Return the day so many working days later, or earlier when negative; at most 400 of them."""
    days = max(-MOST_WORKDAYS, min(MOST_WORKDAYS, days))
    step, left = 1 if days > 0 else -1, abs(days)
    for _ in range(MOST_WORKDAYS * 10):
        if not left:
            break
        day = plus_days(clock, day, step)
        left -= clock.is_working_day(day)
    return day


def workdays_since(clock: Clock, day: date) -> int:
    """Return the working days after a day, up to and with today; at most 400."""
    count = 0
    while day < clock.today and count < MOST_WORKDAYS:
        day += timedelta(days=1)
        count += clock.is_working_day(day)
    return count


def plus_days(clock: Clock, day: date, days: int) -> date:
    """Return the day so many days later; where no calendar reaches, its last or first day."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def days_since(clock: Clock, day: date) -> int:
    """Return the days from a day to today."""
    return (clock.today - day).days


def days_between(clock: Clock, start: date, end: date) -> int:
    """Return the days from one day to another; negative where the second is earlier."""
    return (end - start).days


def plus_minutes(clock: Clock, moment: datetime, minutes: int) -> datetime:
    """Return the moment so many minutes later, real minutes when the clocks change; at the calendar's ends, there."""
    end = _LAST if minutes > 0 else _FIRST
    try:
        later = moment.astimezone(UTC) + timedelta(minutes=minutes)
    except OverflowError:
        return end
    return later.astimezone(clock.zone) if _FIRST <= later <= _LAST else end


def plus_months(clock: Clock, day: date, months: int) -> date:
    """Return the same day so many months later, or earlier when negative; the last of a month that is shorter.

    At most a century, and never past the first or last date there is: an answer with the year 9999 raises nothing.
    """
    months = max(-MOST_MONTHS, min(MOST_MONTHS, months))
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not MINYEAR <= year <= MAXYEAR:
        return date.max if months > 0 else date.min
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def plus_years(clock: Clock, day: date, years: int) -> date:
    """Return the same day so many years later; of 29 February, the 28th where there is no 29th. At most a century."""
    return plus_months(clock, day, max(-MOST_MONTHS, min(MOST_MONTHS, years)) * 12)


def years_between(clock: Clock, start: date, end: date) -> int:
    """Return the whole years from one day to another, such as an age; negative where the second is earlier."""
    if end < start:
        return -years_between(clock, end, start)
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def least(clock: Clock, one: int, other: int) -> int:
    """Return the smaller of two numbers."""
    return min(one, other)


def greatest(clock: Clock, one: int, other: int) -> int:
    """Return the greater of two numbers."""
    return max(one, other)


def divide(clock: Clock, number: int, by: int) -> int:
    """Return a number divided by another, rounded to the nearest, a half away from nothing; by nothing it is nothing."""
    if by == 0:
        return 0
    whole, left = divmod(abs(number), abs(by))
    rounded = whole + (2 * left >= abs(by))
    return rounded if (number < 0) == (by < 0) else -rounded


def divide_up(clock: Clock, number: int, by: int) -> int:
    """Return a number divided by another, rounded up; by nothing it is nothing."""
    return -(-number // by) if by else 0


def divide_down(clock: Clock, number: int, by: int) -> int:
    """Return a number divided by another, rounded down; by nothing it is nothing."""
    return number // by if by else 0


def weekday(clock: Clock, day: date) -> int:
    """Return the day of the week: 1 is Monday, 7 is Sunday."""
    return day.isoweekday()


def starts_with(clock: Clock, text: str, start: str) -> bool:
    """Say whether a text starts with another."""
    return text.startswith(start)


def contains(clock: Clock, text: str, part: str) -> bool:
    """Say whether a text has another in it, in capitals or not."""
    return part.casefold() in text.casefold()


def trim(clock: Clock, text: str) -> str:
    """Return a text without spaces at its ends, and with one where there are several."""
    return line(text)


def matches(clock: Clock, text: str, pattern: str) -> bool:
    """Say whether the whole of a text is as a pattern says."""
    return patterns.matches(text, pattern)


def text_of(clock: Clock, number: int) -> str:
    """Return a number as a text."""
    return f"{number}" if abs(number) < 10**MOST_DIGITS else ""


def number_in(clock: Clock, text: str) -> int | None:
    """Return the whole number that a text is, or nothing where it is none."""
    text = line(text).replace(",", "")
    return int(text.replace("−", "-")) if _NUMBER.fullmatch(text) else None


@dataclass(frozen=True)
class Function:
    """A function: its parameters and result, what runs, and for the reference what it does and an example.

    `shows` is a rule and what it comes to on Tuesday 24 November 2026 at 10:00. Where a parameter must stand
    written down, `written` has its name and what says what is wrong with it.
    """

    params: tuple[tuple[str, Type], ...]
    gives: Type
    run: Callable[..., object]
    does: str
    shows: tuple[tuple[str, object], ...]
    written: tuple[str, Callable[[str], str]] | None = None


_TWO = (("one", INT), ("other", INT))
_PART = (("number", INT), ("by", INT))
_SPAN = (("start", DAY), ("end", DAY))

FUNCTIONS: dict[str, Function] = {
    "at": Function(
        (("day", DAY), ("time", TIME)),
        MOMENT,
        at,
        "the moment of a time of day on a day, by the council's clocks",
        (("at(today, '18:00')", datetime(2026, 11, 24, 18, tzinfo=UTC)),),
    ),
    "days_since": Function(
        (("day", DAY),),
        INT,
        days_since,
        "the days from a day to today",
        (("days_since(plus_days(today, -3))", 3),),
    ),
    "days_between": Function(
        _SPAN,
        INT,
        days_between,
        "the days from one day to another; negative where the second is earlier",
        (("days_between(today, plus_days(today, 5))", 5),),
    ),
    "workdays_since": Function(
        (("day", DAY),),
        INT,
        workdays_since,
        "the working days after a day, up to and with today; at most 400",
        (("workdays_since(plus_days(today, -4))", 2),),
    ),
    "plus_days": Function(
        (("day", DAY), ("days", INT)),
        DAY,
        plus_days,
        "the day so many days later, or earlier when negative",
        (("plus_days(today, 7)", date(2026, 12, 1)),),
    ),
    "plus_minutes": Function(
        (("moment", MOMENT), ("minutes", INT)),
        MOMENT,
        plus_minutes,
        "the moment so many minutes later",
        (("plus_minutes(now, 90)", datetime(2026, 11, 24, 11, 30, tzinfo=UTC)),),
    ),
    "plus_workdays": Function(
        (("day", DAY), ("days", INT)),
        DAY,
        plus_workdays,
        "the day so many working days later, or earlier when negative; at most 400",
        (("plus_workdays(today, 4)", date(2026, 11, 30)),),
    ),
    "plus_months": Function(
        (("day", DAY), ("months", INT)),
        DAY,
        plus_months,
        "the same day so many months later; the last day of a month that is shorter; at most a century",
        (("plus_months(today, 3)", date(2027, 2, 24)),),
    ),
    "plus_years": Function(
        (("day", DAY), ("years", INT)),
        DAY,
        plus_years,
        "the same day so many years later; at most a century",
        (("plus_years(today, 1)", date(2027, 11, 24)),),
    ),
    "years_between": Function(
        _SPAN,
        INT,
        years_between,
        "the whole years from one day to another, such as an age",
        (("years_between(plus_years(today, -18), today)", 18),),
    ),
    "weekday": Function(
        (("day", DAY),),
        INT,
        weekday,
        "the day of the week: 1 is Monday, 7 is Sunday",
        (("weekday(today)", 2),),
    ),
    "min": Function(_TWO, INT, least, "the smaller of two numbers", (("min(3, 5)", 3),)),
    "max": Function(_TWO, INT, greatest, "the greater of two numbers", (("max(3, 5)", 5),)),
    "divide": Function(
        _PART,
        INT,
        divide,
        "a number divided by another, rounded to the nearest, a half away from nothing; by nothing it is 0",
        (("divide(5, 2)", 3), ("divide(4, 3)", 1)),
    ),
    "divide_up": Function(
        _PART,
        INT,
        divide_up,
        "a number divided by another, rounded up; by nothing it is 0",
        (("divide_up(7, 3)", 3),),
    ),
    "divide_down": Function(
        _PART,
        INT,
        divide_down,
        "a number divided by another, rounded down; by nothing it is 0",
        (("divide_down(7, 3)", 2),),
    ),
    "startsWith": Function(
        (("text", TEXT), ("start", TEXT)),
        BOOL,
        starts_with,
        "whether a text starts with another",
        (("'LE67 3FJ'.startsWith('LE67')", True),),
    ),
    "contains": Function(
        (("text", TEXT), ("part", TEXT)),
        BOOL,
        contains,
        "whether a text has another in it, in capitals or not",
        (("'A red van'.contains('RED')", True),),
    ),
    "matches": Function(
        (("text", TEXT), ("pattern", TEXT)),
        BOOL,
        matches,
        "whether the whole of a text is as a pattern says, which stands written down, at most 200 signs",
        (("'AB123'.matches('[A-Z]{2}[0-9]+')", True),),
        ("pattern", patterns.problem),
    ),
    "trim": Function(
        (("text", TEXT),),
        TEXT,
        trim,
        "a text without spaces at its ends, and with one where there are several",
        (("trim('  Mill   Lane ')", "Mill Lane"),),
    ),
    "text": Function(
        (("number", INT),), TEXT, text_of, "a number as a text", (("text(12)", "12"),)
    ),
    "number": Function(
        (("text", TEXT),),
        Maybe(INT),
        number_in,
        "the whole number that a text is; nothing where it is none",
        (("otherwise(number('1,200'), 0)", 1200), ("has(number('twelve'))", False)),
    ),
}

"""The functions rules may call: one table; adding one is one line, a test and a line in the docs."""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from doorstep.forms.rules.types import BOOL, DAY, INT, MOMENT, TEXT, Type

MOST_WORKDAYS = 400
# A century: further off than any rule of a council reaches, and near enough that every day has a date.
MOST_MONTHS = 1200


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


def at(clock: Clock, day: date, clock_time: str) -> datetime:
    """Return the moment of a wall-clock time such as "18:00" on a day."""
    return datetime.combine(day, time.fromisoformat(clock_time), clock.zone)


def plus_workdays(clock: Clock, day: date, days: int) -> date:
    """Return the day so many working days later, or earlier when negative."""
    if abs(days) > MOST_WORKDAYS:
        raise ValueError(f"at most {MOST_WORKDAYS} working days")
    step, left = timedelta(days=1 if days > 0 else -1), abs(days)
    for _ in range(MOST_WORKDAYS * 10):
        if not left:
            break
        day += step
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
    """Return the day so many days later."""
    return day + timedelta(days=days)


def days_since(clock: Clock, day: date) -> int:
    """Return the days from a day to today."""
    return (clock.today - day).days


def plus_minutes(clock: Clock, moment: datetime, minutes: int) -> datetime:
    """Return the moment so many minutes later, real minutes when the clocks change."""
    return (moment.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(clock.zone)


def plus_months(clock: Clock, day: date, months: int) -> date:
    """Return the same day so many months later, or earlier when negative; the last of a month that is shorter.

    At most a century, and never past the first or last date there is: an answer with the year 9999 raises nothing.
    """
    months = max(-MOST_MONTHS, min(MOST_MONTHS, months))
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not MINYEAR <= year <= MAXYEAR:
        return date.max if months > 0 else date.min
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


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


def weekday(clock: Clock, day: date) -> int:
    """Return the day of the week: 1 is Monday, 7 is Sunday."""
    return day.isoweekday()


def starts_with(clock: Clock, text: str, start: str) -> bool:
    """Say whether a text starts with another."""
    return text.startswith(start)


FUNCTIONS: dict[str, tuple[tuple[Type, ...], Type, Callable[..., object]]] = {
    "at": ((DAY, TEXT), MOMENT, at),
    "days_since": ((DAY,), INT, days_since),
    "workdays_since": ((DAY,), INT, workdays_since),
    "plus_days": ((DAY, INT), DAY, plus_days),
    "plus_minutes": ((MOMENT, INT), MOMENT, plus_minutes),
    "plus_workdays": ((DAY, INT), DAY, plus_workdays),
    "plus_months": ((DAY, INT), DAY, plus_months),
    "min": ((INT, INT), INT, least),
    "max": ((INT, INT), INT, greatest),
    "divide": ((INT, INT), INT, divide),
    "weekday": ((DAY,), INT, weekday),
    "startsWith": ((TEXT, TEXT), BOOL, starts_with),
}

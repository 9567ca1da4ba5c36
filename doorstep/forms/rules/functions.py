"""The functions rules may call: one table; adding one is one line, a test and a line in the docs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from doorstep.forms.rules.types import BOOL, DAY, INT, MOMENT, TEXT, Type

MOST_WORKDAYS = 400


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
    """Return the moment so many minutes later."""
    return moment + timedelta(minutes=minutes)


def starts_with(clock: Clock, text: str, start: str) -> bool:
    """Say whether a text starts with another."""
    return text.startswith(start)


FUNCTIONS: dict[str, tuple[tuple[Type, ...], Type, Callable[..., object]]] = {
    "at": ((DAY, TEXT), MOMENT, at),
    "days_since": ((DAY,), INT, days_since),
    "workdays_since": ((DAY,), INT, workdays_since),
    "plus_days": ((DAY, INT), DAY, plus_days),
    "plus_workdays": ((DAY, INT), DAY, plus_workdays),
    "plus_minutes": ((MOMENT, INT), MOMENT, plus_minutes),
    "startsWith": ((TEXT, TEXT), BOOL, starts_with),
}

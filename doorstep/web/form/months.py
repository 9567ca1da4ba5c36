"""Draws the days that may be chosen as a calendar beside their list, which does the work where no script runs."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format

from doorstep.catalogue.words import say
from doorstep.forms.questions.slot import day_of, is_open


@dataclass(frozen=True)
class Cell:
    """One day of a month (none outside it), its place in the list, or why it is closed."""

    day: date | None = None
    value: str = ""
    number_in_list: int = 0
    why: str = ""

    @property
    def number(self) -> int:
        """Return the day's number in its month, 0 outside it."""
        return self.day.day if self.day else 0

    @property
    def open(self) -> bool:
        """Say whether the day can be chosen."""
        return bool(self.value)


@dataclass(frozen=True)
class Month:
    """A month as weeks of seven cells, Monday first, with its name and those of the weekdays."""

    name: str
    weekdays: list[str]
    weeks: list[list[Cell]]


def day_words(value: str) -> str:
    """Return an option's day in words."""
    return say(day_of(value))


def months_of(options: Iterable[tuple[str, str]]) -> list[Month]:
    """Return the weeks from the first open day to the last, by month; an option's value ends with its day.

    A minus before it says that it is closed. A month without an open day is left out.
    """
    cells: dict[date, Cell] = {}
    days: list[date] = []
    for value, label in options:
        day = day_of(value)
        if is_open(value):
            days.append(day)
            cells[day] = Cell(day, value, len(days))
        else:
            cells[day] = Cell(day, why=label)
    return [_month(y, m, cells, days) for y, m in sorted({(d.year, d.month) for d in days})]


def _month(year: int, month: int, cells: dict[date, Cell], days: list[date]) -> Month:
    weeks = [
        [cells.get(d, Cell(d)) if d.month == month else Cell() for d in week]
        for week in calendar.Calendar().monthdatescalendar(year, month)
        if week[-1] >= min(days) and week[0] <= max(days)
    ]
    monday = date(2024, 1, 1)
    names = [date_format(monday.replace(day=n), "D") for n in range(1, 8)]
    return Month(date_format(date(year, month, 1), "F Y"), names, weeks)

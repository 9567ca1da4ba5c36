"""Draws the days that may be chosen as a calendar, a picture beside the list that does the work."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format

from doorstep.catalogue.words import say
from doorstep.forms.questions.slot import day_of, is_open


@dataclass(frozen=True)
class Cell:
    """One day of a month: its number (0 outside the month), its place in the list, or why it is closed."""

    number: int = 0
    value: str = ""
    number_in_list: int = 0
    why: str = ""

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
    """Return the months that options lie in; an option's value ends with its day, a minus says closed."""
    cells: dict[date, Cell] = {}
    count = 0
    for value, label in options:
        day = day_of(value)
        if is_open(value):
            count += 1
            cells[day] = Cell(day.day, value, count)
        else:
            cells[day] = Cell(day.day, why=label)
    return [_month(y, m, cells) for y, m in sorted({(d.year, d.month) for d in cells})]


def _month(year: int, month: int, cells: dict[date, Cell]) -> Month:
    weeks = [
        [cells.get(d, Cell(d.day)) if d.month == month else Cell() for d in week]
        for week in calendar.Calendar().monthdatescalendar(year, month)
    ]
    monday = date(2024, 1, 1)
    names = [date_format(monday.replace(day=n), "D") for n in range(1, 8)]
    return Month(date_format(date(year, month, 1), "F Y"), names, weeks)

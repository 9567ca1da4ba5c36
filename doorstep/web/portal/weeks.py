"""A home's next weeks as they hang on a wall: seven days a row, from the Monday of this week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format

from doorstep.waste.calendar import Lifts

# So many weeks stand on the page; what comes later is a line.
WEEKS = 6


@dataclass(frozen=True)
class Cell:
    """One day: the kinds of container that are collected, whether that is the next, whether its collection went to another day."""

    day: date
    kinds: tuple[str, ...]
    is_next: bool
    is_left: bool

    @property
    def words(self) -> str:
        """Return the day's number, with its month on the first of one."""
        return date_format(self.day, "j M" if self.day.day == 1 else "j")


@dataclass(frozen=True)
class Collected:
    """A day on which something is collected, the day that it was moved from, and the kinds of container."""

    day: date
    moved_from: date | None
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Weeks:
    """The days of so many weeks in rows, and the collections in them and after; equal for all homes of the same rounds."""

    today: date
    rows: tuple[tuple[Cell, ...], ...]
    within: tuple[Collected, ...]
    later: tuple[Collected, ...]

    @property
    def names(self) -> list[str]:
        """Return the weekdays' names, in the language spoken now."""
        return [date_format(cell.day, "D") for cell in self.rows[0]]


def weeks_of(coming: Sequence[Lifts], left_out: Sequence[date], today: date) -> Weeks:
    """Return the weeks from today's on; of what comes after them only each container's first."""
    first = today - timedelta(days=today.weekday())
    end = first + timedelta(weeks=WEEKS)
    within = [lift for lift in coming if lift.when.day < end]
    by_day: dict[date, list[str]] = {}
    for lift in within:
        by_day.setdefault(lift.when.day, []).extend(box.kind for box in lift.boxes)
    left = {lift.when.moved_from for lift in coming if lift.when.moved_from} | set(left_out)
    next_day = coming[0].when.day if coming else None
    days = [first + timedelta(days=n) for n in range(7 * WEEKS)]
    cells = [Cell(d, tuple(by_day.get(d, ())), d == next_day, d in left) for d in days]
    rows = tuple(tuple(cells[n : n + 7]) for n in range(0, len(cells), 7))
    return Weeks(today, rows, _kinds(within), _kinds(_first_of_each(coming, within)))


def _kinds(lifts: Sequence[Lifts]) -> tuple[Collected, ...]:
    return tuple(
        Collected(of.when.day, of.when.moved_from, tuple(box.kind for box in of.boxes))
        for of in lifts
    )


def _first_of_each(coming: Sequence[Lifts], within: Sequence[Lifts]) -> list[Lifts]:
    """Return what is collected for the first time after those weeks."""
    seen = {box.id for lift in within for box in lift.boxes}
    later = []
    for lift in coming[len(within) :]:
        new = tuple(box for box in lift.boxes if box.id not in seen)
        seen |= {box.id for box in new}
        later += [Lifts(lift.when, new)] if new else []
    return later

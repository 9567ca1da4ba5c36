"""Days on which the council does not work: every list counts, for deadlines, tasks and bookings alike."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from doorstep.bookings import queries as bookings
from doorstep.cases.clock import clock_at
from doorstep.council import queries as council
from doorstep.council.queries import ZONE
from doorstep.forms.rules.functions import plus_workdays, workdays_since
from doorstep.staff.actor import SYSTEM
from doorstep.tasks import actions as tasks

# A Wednesday; Christmas Day is the Friday, and no day of collection.
NOW = datetime(2026, 12, 23, 10, tzinfo=ZONE)
WEDNESDAY, MONDAY = date(2026, 12, 23), date(2027, 1, 4)
CLOSED = """
closed_days:
  - 2026-12-24
  - {first: 2026-12-28, last: 2026-12-31, why: {en: Closed over Christmas, cy: Ar gau dros y Nadolig}}
"""
Write = Callable[[str], None]


@pytest.fixture
def write(home: Path) -> Write:
    """Write further lines into this council's file."""
    path = home / "councils" / "demo" / "council.yaml"

    def more(lines: str) -> None:
        path.write_text(path.read_text() + lines)

    return more


def test_a_deadline_passes_over_every_day_that_is_not_worked(write: Write) -> None:
    assert plus_workdays(clock_at(NOW), WEDNESDAY, 1) == date(2026, 12, 24)
    for kept in (council._read, council._council):
        kept.cache_clear()
    write(CLOSED)
    assert plus_workdays(clock_at(NOW), WEDNESDAY, 1) == MONDAY
    assert plus_workdays(clock_at(NOW), MONDAY, -1) == WEDNESDAY
    later = datetime(2027, 1, 5, 10, tzinfo=ZONE)
    assert workdays_since(clock_at(later), WEDNESDAY) == 2


def test_a_task_and_a_booking_know_the_same_days(db: None, write: Write) -> None:
    write(CLOSED)
    task, _ = tasks.ask(kind="person", text="Ring Ann", by=SYSTEM, now=NOW)
    assert task.due_at.astimezone(ZONE).date() == MONDAY
    never = bookings.holiday_test()
    days = [date(2026, 12, day) for day in range(23, 32)]
    assert [day.day for day in days if never(day)] == [24, 25, 28, 29, 30, 31]


def test_bank_holidays_count_on_a_saturday_too(write: Write, home: Path) -> None:
    holidays = home / "councils" / "demo" / "bank-holidays.yaml"
    holidays.write_text("days: [2026-12-26]\n")
    idle = council.current().model_copy(update={"works_on_bank_holidays": False})
    assert council.closed_test(idle)(date(2026, 12, 26))
    assert not council.closed_test(council.current())(date(2026, 12, 26))


@pytest.mark.parametrize(
    ("day", "why"), [(28, "Closed over Christmas"), (24, ""), (25, ""), (23, "")]
)
def test_the_reason_is_the_councils_own(write: Write, day: int, why: str) -> None:
    write(CLOSED)
    assert council.closed_why(council.current(), date(2026, 12, day)) == why


@pytest.mark.parametrize("last", ["2026-12-27", "2028-12-28"])
def test_a_closure_that_cannot_be_is_refused(write: Write, last: str) -> None:
    write(f"closed_days: [{{first: 2026-12-28, last: {last}}}]\n")
    with pytest.raises(ValidationError, match="`last` is before `first`"):
        council.current()

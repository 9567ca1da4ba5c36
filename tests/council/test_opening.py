"""When an office is open, on ordinary days and on those that are not."""

from collections.abc import Callable
from datetime import date, datetime

import pytest

from doorstep.council import checking, opening
from doorstep.council import queries as council
from doorstep.council.offices import Office
from doorstep.council.queries import ZONE

CENTRE = Office.model_validate(
    {
        "name": "Centre",
        "address": "High Street",
        "hours": [
            {"days": ["monday", "tuesday", "friday"], "opens": "09:00", "closes": "17:00"},
            {"days": ["wednesday"], "opens": "13:30", "closes": "16:00"},
            {"days": ["wednesday"], "opens": "09:30", "closes": "12:30"},
        ],
        "closed": [{"first": "2026-12-29", "last": "2026-12-30", "why": "stocktaking"}],
    }
)
Change = Callable[[str, str], None]


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("now", "until", "opens"),
    [
        (at(23, 8, 59), None, at(23, 9)),  # a Monday
        (at(23, 9), "17:00", None),
        (at(23, 16, 59), "17:00", None),
        (at(23, 17), None, at(24, 9)),
        (at(25, 10), "12:30", None),  # a Wednesday, with its break
        (at(25, 12, 30), None, at(25, 13, 30)),
        (at(25, 16), None, at(27, 9)),  # nobody is there on a Thursday
    ],
)
def test_it_is_open_in_its_hours_and_says_when_next(
    now: datetime, until: str | None, opens: datetime | None
) -> None:
    standing = opening.standing(CENTRE, now)
    assert (standing.until and f"{standing.until:%H:%M}") == until
    assert standing.opens == opens and standing.why is None


def test_a_bank_holiday_is_named_and_the_next_day_that_is_open_is_found() -> None:
    christmas = opening.standing(CENTRE, at(25, 11, month=12))
    assert christmas.until is None and christmas.why == "Christmas Day"
    # A Monday that stands for Boxing Day, two days of stocktaking, a Thursday, New Year's Day.
    assert christmas.opens == datetime(2027, 1, 4, 9, tzinfo=ZONE)
    assert opening.standing(CENTRE, at(29, 10, month=12)).why == "stocktaking"
    anyway = CENTRE.model_copy(update={"open_on_bank_holidays": True})
    assert opening.standing(anyway, at(25, 11, month=12)).until is not None


def test_a_day_on_which_it_is_never_open_is_no_closure() -> None:
    sunday = at(27, 11, month=12)
    assert opening.standing(CENTRE, sunday).why is None
    closed = opening.closed_soon(CENTRE, at(20, 11, month=12))
    assert closed == [
        (date(2026, 12, 25), "Christmas Day"),
        (date(2026, 12, 28), "Boxing Day (substitute day)"),
        (date(2026, 12, 29), "stocktaking"),
        (date(2026, 12, 30), "stocktaking"),
        (date(2027, 1, 1), "New Year’s Day"),
    ]


def test_a_bank_holiday_without_a_name_closes_too(home: object) -> None:
    holidays = council.folder() / "bank-holidays.yaml"
    holidays.write_text("days: [2026-11-23]\n")
    council._bank_holidays.cache_clear()
    assert opening.standing(CENTRE, at(23, 11)).why == ""
    council._bank_holidays.cache_clear()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('closes: "17:00"}', "closes: 17:00}", "offices.0.hours.0.closes: write a time in quotes"),
        ('closes: "17:00"}', 'closes: "08:00"}', "`closes` is not after `opens`"),
        ("days: [wednesday]", "days: [friday]", "`hours` has friday twice at the same time"),
        ("days: [wednesday]", "days: [wensday]", "offices.0.hours.1.days.0"),
    ],
)
def test_a_mistake_is_said(home: object, old: str, new: str, says: str) -> None:
    for kept in (council._read, council._council):
        kept.cache_clear()
    path = council.folder() / "council.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    assert any(says in problem for problem in checking.problems())
    for kept in (council._read, council._council):
        kept.cache_clear()

"""Days and moments as people at work say them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from doorstep.web.kit import times

# A Friday, half past two in London.
NOW = datetime(2026, 11, 27, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("by", "said"),
    [
        (None, ""),
        (date(2026, 11, 25), "2 days over"),
        (date(2026, 11, 26), "1 day over"),
        (date(2026, 11, 27), "today"),
        (datetime(2026, 11, 27, 17, tzinfo=UTC), "today 5pm"),
        (date(2026, 11, 28), "tomorrow"),
        (datetime(2026, 11, 28, 6, tzinfo=UTC), "tomorrow 6am"),
        (date(2026, 11, 30), "Mon 30 Nov"),
        (date(2027, 12, 1), "Wed 1 Dec 2027"),
    ],
)
def test_by_when_something_is_due(by: date | None, said: str) -> None:
    assert times.due(by, NOW) == said


def test_what_is_due_after_midnight_in_london_is_tomorrow_in_summer_too() -> None:
    """11.30pm UTC is half past midnight there."""
    now = datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert times.due(datetime(2026, 7, 1, 23, 30, tzinfo=UTC), now) == "tomorrow 12:30am"


@pytest.mark.parametrize(
    ("back", "said"),
    [
        (timedelta(hours=2), "today 12:30pm"),
        (timedelta(days=2), "Wed 2:30pm"),
        (timedelta(days=7), "Fri 20 Nov 2:30pm"),
        (timedelta(days=365), "Thu 27 Nov 2025 2:30pm"),
    ],
)
def test_when_something_happened(back: timedelta, said: str) -> None:
    assert times.at(NOW - back, NOW) == said


@pytest.mark.parametrize(
    ("long", "said"),
    [
        (timedelta(seconds=20), "0 minutes"),
        (timedelta(minutes=59), "59 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=47), "1 day"),
        (timedelta(days=9), "9 days"),
    ],
)
def test_for_how_long_something_has_been(long: timedelta, said: str) -> None:
    assert times.lasted(NOW - long, NOW) == said

"""Collection days: cycles, suspensions and moved days."""

from datetime import date

from doorstep.waste.models import Round, Suspension
from doorstep.waste.queries import days_of

MONDAYS = Round(code="R-1", stream="refuse", anchor=date(2026, 11, 2), weeks=2)


def test_a_fortnightly_round_collects_every_other_week() -> None:
    found = days_of(MONDAYS, date(2026, 11, 1), date(2026, 12, 1), [], {})
    assert found == [date(2026, 11, 2), date(2026, 11, 16), date(2026, 11, 30)]


def test_a_four_week_cycle() -> None:
    four = Round(code="R-4", stream="refuse", anchor=date(2026, 11, 2), weeks=4)
    assert days_of(four, date(2026, 11, 1), date(2026, 12, 1), [], {}) == [
        date(2026, 11, 2),
        date(2026, 11, 30),
    ]


def test_a_suspended_stream_is_not_collected_and_others_are() -> None:
    stop = Suspension(stream="refuse", first=date(2026, 11, 10), last=date(2026, 11, 20))
    other = Suspension(stream="garden", first=date(2026, 11, 1), last=date(2026, 12, 20))
    found = days_of(MONDAYS, date(2026, 11, 1), date(2026, 12, 1), [stop, other], {})
    assert found == [date(2026, 11, 2), date(2026, 11, 30)]


def test_a_moved_day_is_where_it_moved_to_even_out_of_the_window() -> None:
    moved = {date(2026, 11, 30): date(2026, 12, 2)}
    assert date(2026, 12, 2) in days_of(MONDAYS, date(2026, 12, 1), date(2026, 12, 3), [], moved)
    assert days_of(MONDAYS, date(2026, 11, 25), date(2026, 12, 1), [], moved) == []

"""Text messages: their parts, their numbers, their quiet hours."""

from datetime import datetime

import pytest

from doorstep.council.queries import ZONE
from doorstep.messages.short import mobile_in, parts_of, quiet_until


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("£@\nè" * 40, 1),
        ("ŵ" * 70, 1),
        ("ŵ" + "a" * 70, 2),
        ("ŵ" * 134, 2),
        ("ŵ" * 135, 3),
        ("\N{WASTEBASKET}" * 35, 1),
        ("\N{WASTEBASKET}" * 36, 2),
    ],
)
def test_parts_are_counted_as_they_are_paid_for(text: str, parts: int) -> None:
    assert parts_of(text) == parts


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("07700 900123", "+447700900123"),
        ("+44 (0)7700 900 123, after six", "+447700900123"),
        ("01632 960123", ""),
        ("01632 960123 or 07700 900123", "+447700900123"),
        ("call me", ""),
        ("", ""),
    ],
)
def test_a_mobile_number_is_found_in_what_was_typed(typed: str, number: str) -> None:
    assert mobile_in(typed) == number


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ((2026, 7, 1, 20, 59), None),
        ((2026, 7, 1, 21, 0), (2026, 7, 2, 8, 0)),
        ((2026, 7, 2, 7, 59), (2026, 7, 2, 8, 0)),
        ((2026, 7, 2, 8, 0), None),
        ((2026, 10, 24, 23, 0), (2026, 10, 25, 8, 0)),  # the night of 25 hours
    ],
)
def test_in_the_night_none_leaves(now: tuple[int, ...], until: tuple[int, ...] | None) -> None:
    said = quiet_until(datetime(*now, tzinfo=ZONE))  # type: ignore[arg-type,misc]
    assert said == (until and datetime(*until, tzinfo=ZONE))  # type: ignore[arg-type,misc]

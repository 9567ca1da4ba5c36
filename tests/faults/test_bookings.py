"""Many at once for few places, from several processes: no place is sold twice, and nobody is left standing."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults.installation import Installation
from tests.size import size

PROCESSES = 4
USED = "select d.day, sum(b.load) from bookings_booking b join bookings_day d on d.id = b.day_id where b.state <> 'released' group by 1"


@pytest.fixture(scope="module")
def place() -> Iterator[Installation]:
    """One installation for all that is tried here, with a calendar."""
    made = Installation()
    made.fill(1)
    yield made
    made.take_down()


@pytest.fixture(scope="module")
def calendar(place: Installation) -> list[str]:
    """The slots of three days with ten places each."""
    found: list[str] = json.loads(place.call("tests.faults.holders", "calendar"))
    return found


@pytest.fixture
def slots(place: Installation, calendar: list[str]) -> list[str]:
    """The same, with nobody on them."""
    place.execute("truncate bookings_booking, bookings_day cascade")
    return calendar


def from_processes(place: Installation, what: str, number: int, slots: list[str]) -> Any:
    """Have drafts act from several processes at once; return what they were told."""
    each = str(number // PROCESSES)
    said = place.call("tests.faults.holders", what, str(PROCESSES), each, *slots).splitlines()
    assert len(said) == PROCESSES
    told: Counter[str] = Counter()
    for one in said:
        told.update(json.loads(one))
    return told


def test_ten_places_wanted_at_once_are_held_by_ten(place: Installation, slots: list[str]) -> None:
    number = size(40, 1000)
    told = from_processes(place, "want", number, slots[:1])
    assert told == {"held": 10, "gone, others shown": number - 10}
    assert [used for _, used in place.rows(USED)] == [10]


def test_drafts_that_go_from_day_to_day_lock_nothing_up(
    place: Installation, slots: list[str]
) -> None:
    number = size(40, 200)
    told = from_processes(place, "move", number, slots)
    assert told == {"moved": number}
    assert max(used for _, used in place.rows(USED)) <= 10
    live = "select draft_id from bookings_booking where state <> 'released' group by 1 having count(*) > 1"
    assert place.rows(live) == []


def test_many_forms_for_one_home_hold_one_place(place: Installation, slots: list[str]) -> None:
    number = size(20, 400)
    told = from_processes(place, "home", number, slots)
    assert told == {"held": number}  # the newest has it, and nobody is locked out of their own home
    assert sum(used for _, used in place.rows(USED)) == 1

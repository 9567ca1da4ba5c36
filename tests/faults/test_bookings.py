"""Many at once for few places, from several processes: no place is sold twice, and nobody is left standing."""

import json
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest

from tests.faults.installation import ROOT, Installation
from tests.size import size

PROCESSES = 4
USED = "select d.day, sum(b.load) from bookings_booking b join bookings_day d on d.id = b.day_id where b.state <> 'released' group by 1"


@pytest.fixture
def slots(place: Installation) -> list[str]:
    """The slots of three days with ten places each."""
    place.fill(1)
    found: list[str] = json.loads(place.call("tests.faults.holders", "calendar"))
    return found


def from_processes(place: Installation, what: str, number: int, slots: list[str]) -> Any:
    """Have drafts act from several processes at once; return what they were told, and the rate."""
    command = [sys.executable, "-m", "tests.faults.holders", what, str(number // PROCESSES)]
    command += slots
    started = []
    for _ in range(PROCESSES):
        started.append(
            subprocess.Popen(
                command,
                env=place.environment(),
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        place.started.append(started[-1])  # type: ignore[arg-type]
    for process in started:
        assert process.stdout and process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    results = [json.loads(process.communicate(timeout=240)[0]) for process in started]
    told: Counter[str] = Counter()
    for result in results:
        told.update(result["told"])
    seconds = max(r["ended"] for r in results) - min(r["began"] for r in results)
    print(f"{what}: {sum(told.values()) / seconds:.0f} a second")
    return told


def test_ten_places_wanted_at_once_are_held_by_ten(place: Installation, slots: list[str]) -> None:
    number = size(100, 1000)
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
    number = size(40, 400)
    told = from_processes(place, "home", number, slots)
    assert told == {"held": number}  # the newest has it, and nobody is locked out of their own home
    assert sum(used for _, used in place.rows(USED)) == 1

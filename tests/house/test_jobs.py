"""Jobs are named once, in their room's `queue.py`, and done in its `jobs.py`; a name once released stays."""

from pathlib import Path

import pytest
from procrastinate.contrib.django import app

from doorstep.outside import later

# Jobs of the versions before wait under these names while a new version starts.
RELEASED = {
    "authorities.fetch",
    "authorities.send",
    "bookings.lapse",
    "messages.send",
    "messages.send_code",
    "payments.close",
    "payments.compare",
    "payments.create",
    "payments.lapse",
    "payments.learn",
    "payments.refund",
    "photos.thumbnail",
    "rehearsal.play",
    "reports.announce",
    "waste.read_plan",
}


@pytest.fixture(autouse=True)
def bound() -> None:
    app.perform_import_paths()


def test_every_name_that_was_released_is_still_done() -> None:
    assert {name for name, job in later.JOBS.items() if job.is_bound} >= RELEASED


def test_every_job_that_is_named_is_done() -> None:
    assert [name for name, job in later.JOBS.items() if not job.is_bound] == []


def test_a_job_is_named_in_one_rooms_queue() -> None:
    texts = [path.read_text() for path in Path("doorstep").glob("*/queue.py")]
    named = [name for name in later.JOBS for text in texts if f'"{name}"' in text]
    assert sorted(named) == sorted(later.JOBS)

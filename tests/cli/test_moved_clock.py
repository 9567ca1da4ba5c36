"""The clock of a demonstration can be moved, in all its processes alike; elsewhere nothing starts with a moved one."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from doorstep import moved_clock

COMMAND = ["-m", "doorstep.cli.main", "check"]
BY = "from doorstep import settings; print(settings.CLOCK_MOVED_BY.total_seconds(), flush=True)"
# What the supervisor does: it starts others with its own environment.
PARENT = f"{BY}\nimport subprocess, sys\nsubprocess.run([sys.executable, '-c', {BY!r}])"


def python(*command: str, **more: str) -> "subprocess.CompletedProcess[str]":
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "SECRET"))}
    environment |= {"DJANGO_SETTINGS_MODULE": "doorstep.settings", **more}
    return subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True
    )


@pytest.fixture
def back(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv(moved_clock.SINCE, raising=False)
    yield
    moved_clock.put_back()
    os.environ.pop(moved_clock.SINCE, None)


@pytest.mark.parametrize("command", [COMMAND, ["-m", "doorstep.cli.main", "run"]])
def test_outside_the_demo_nothing_starts_with_a_moved_clock(command: list[str]) -> None:
    real = {"DOORSTEP_DEMO": "", "SECRET_KEY": "of-a-council", "DATABASE_URL": "postgres://x.invalid/x"}  # fmt: skip
    done = python(*command, **real, DOORSTEP_NOW="2026-12-03T11:00")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line == (
        "doorstep: DOORSTEP_NOW moves the clock of a demonstration alone;"
        " unset it, or set DOORSTEP_DEMO=1."
    )


@pytest.mark.parametrize("text", ["next Thursday", "2026-13-03T11:00", "1026-12-03", "9999-12-31"])
def test_what_is_no_moment_near_us_is_refused(text: str) -> None:
    done = python(*COMMAND, DOORSTEP_DEMO="1", DOORSTEP_NOW=text)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("doorstep: DOORSTEP_NOW must be a moment such as 2026-12-03T11:00")
    assert text in line


def test_what_a_process_starts_has_its_clock_to_the_microsecond() -> None:
    done = python("-c", PARENT, DOORSTEP_DEMO="1", DOORSTEP_NOW="2031-12-03T11:00")
    first, second = done.stdout.split()
    assert first == second, done.stderr


@pytest.mark.parametrize(
    ("text", "then"),
    [
        ("2026-12-03T11:00", datetime(2026, 12, 3, 11, tzinfo=UTC)),
        ("2026-07-03T11:00", datetime(2026, 7, 3, 10, tzinfo=UTC)),
        ("2026-12-03T11:00+02:00", datetime(2026, 12, 3, 9, tzinfo=UTC)),
        ("2026-12-03", datetime(2026, 12, 3, tzinfo=UTC)),
    ],
)
def test_it_begins_at_that_moment_in_london_and_goes_on(
    back: None, monkeypatch: pytest.MonkeyPatch, text: str, then: datetime
) -> None:
    monkeypatch.setenv(moved_clock.NAME, text)
    by = moved_clock.from_environment(demo=True)
    assert by is not None
    moved_clock.move(by)
    first = timezone.now()
    assert timedelta(0) <= first - then < timedelta(minutes=1)
    assert timezone.now() > first


def test_without_the_word_the_clock_is_the_real_one(
    back: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(moved_clock.NAME, raising=False)
    assert moved_clock.from_environment(demo=True) is None
    assert moved_clock.SINCE not in os.environ

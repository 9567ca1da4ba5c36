"""A demonstration's clock may be moved: DOORSTEP_NOW is what it says at the start, and time goes on from there.

The first process notes when it began and hands that on with the environment, so that all that it starts, and starts
again, agree. Signatures, cookies, the queue and the database keep the real time.
"""

import os
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils import timezone

NAME, SINCE = "DOORSTEP_NOW", "DOORSTEP_NOW_SINCE"
FURTHEST = timedelta(days=3660)
_real = timezone.now


class WrongMoment(Exception):
    """Says in one sentence why the clock cannot be moved so."""


def from_environment(*, demo: bool) -> timedelta | None:
    """Return by how much the clock is moved, if it is, and hand on since when; raises WrongMoment."""
    text = os.environ.get(NAME, "").strip()
    if not text:
        return None
    if not demo:
        raise WrongMoment(
            f"{NAME} moves the clock of a demonstration alone; unset it, or set DOORSTEP_DEMO=1."
        )
    since = os.environ.setdefault(SINCE, datetime.now(UTC).isoformat())
    try:
        by = _moment(text) - datetime.fromisoformat(since)
    except (ValueError, OverflowError, TypeError):
        by = timedelta.max
    if abs(by) > FURTHEST:
        raise WrongMoment(
            f"{NAME} must be a moment such as 2026-12-03T11:00, at most ten years from now;"
            f" it is {text!r}."
        )
    return by


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo("Europe/London"))
    return moment.astimezone(UTC)


def move(by: timedelta) -> None:
    """Move the clock that Doorstep and Django read, `timezone.now`, in this process."""
    timezone.now = lambda: _real() + by


def follow(path: Path) -> None:
    """Let the clock say, in this process, the time moved by the seconds that stand in a file, as they are at each look."""
    timezone.now = lambda: _real() + written(path)


def written(path: Path) -> timedelta:
    """Return by how much a file says that the clock is moved; nothing where there is none."""
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError:
        return timedelta()


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> timedelta:
    return timedelta(seconds=float(path.read_text()))


def write(path: Path, by: timedelta) -> None:
    """Write down by how much the clock of all who follow a file is moved; at once, for whoever reads meanwhile."""
    half = path.with_suffix(".half")
    half.write_text(str(by.total_seconds()))
    half.replace(path)


def put_back() -> None:
    """Let the clock say the real time again."""
    timezone.now = _real

"""Ends a worker whose job hangs: a thread cannot be stopped, and a hung one holds its place for good.

The sweeper has long given the job back by then; whoever supervises the worker starts another.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

log = structlog.get_logger("doorstep.outside")
# What a job may take beyond its time before its worker ends: the sweeper comes every ten seconds.
GRACE_SECONDS = 30
LOOK_EVERY_SECONDS = 5


@dataclass(frozen=True)
class _Running:
    name: str
    until: float


_running: dict[int, _Running] = {}
_begun = threading.Lock()
_watching = False


@contextmanager
def running(job_id: int, name: str, max_seconds: int) -> Iterator[None]:
    """Note that this process does a job now, and see to it that the process ends if the job hangs."""
    _watch()
    _running[job_id] = _Running(name, time.monotonic() + max_seconds + GRACE_SECONDS)
    try:
        yield
    finally:
        _running.pop(job_id, None)


def hung(now: float) -> list[str]:
    """Return the names of this process's jobs that are past their time and grace (monotonic seconds)."""
    return sorted({r.name for r in list(_running.values()) if r.until < now})


def _watch() -> None:
    global _watching
    with _begun:
        if not _watching:
            threading.Thread(target=_look, args=(_end,), name="watch", daemon=True).start()
        _watching = True


def _end() -> None:
    os._exit(70)  # at once: an orderly end would wait for the thread that hangs


def _look(end: Callable[[], None]) -> None:
    while not (names := hung(time.monotonic())):
        time.sleep(LOOK_EVERY_SECONDS)
    log.error("job_hangs", names=names)
    end()

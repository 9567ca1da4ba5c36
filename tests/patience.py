"""Waiting for what a test waits for, never for a time."""

import time
from collections.abc import Callable


def until(
    holds: Callable[[], object],
    seconds: float = 120,
    every: float = 0.02,
    what: Callable[[], object] = lambda: "waited too long",
) -> None:
    """Wait until something holds, looking again and again; fail with `what` when it takes too long."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, what()
        time.sleep(every)

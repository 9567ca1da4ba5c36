"""Processes that end with the one that started them, however that ends: the kernel sees to it (Linux)."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from functools import partial

PR_SET_PDEATHSIG = 1
# Photos, messages, backups: files for our own user's eyes.
PRIVATE = 0o077
# Loaded before a fork: after one, little may be done safely.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def end_with(parent: int) -> None:
    """Have this process killed when its parent ends; `parent` is the id it had when this was asked for."""
    if _libc is None:
        return
    # Killed, not asked: one that hangs would keep its port for as long as it hangs.
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before the kernel knew
        os.kill(os.getpid(), signal.SIGKILL)


def end_with_me() -> Callable[[], None]:
    """Return what a child of this process does first, so as to end with it."""
    return partial(end_with, os.getpid())

"""What a process looks up at most once in a moment, such as which versions run: what all ask for and seldom changes."""

import time
from collections.abc import Callable
from typing import Generic, TypeVar

from django.db import connection

Found = TypeVar("Found")


class Lately(Generic[Found]):
    """What a look at the database gives, kept for some seconds.

    A transaction always looks by itself: it sees what it has changed, and nobody else does, should it be rolled back.
    """

    def __init__(self, find: Callable[[], Found], seconds: float = 1.0) -> None:
        self.find, self.seconds = find, seconds
        self._kept: tuple[float, Found] | None = None

    def __call__(self) -> Found:
        """Return it, as it was no longer ago than that."""
        if connection.in_atomic_block:
            return self.find()
        kept, now = self._kept, time.monotonic()
        if kept is None or now - kept[0] >= self.seconds:
            self._kept = kept = (now, self.find())
        return kept[1]

    def forget(self) -> None:
        """Look anew next time; other processes do when their moment is over."""
        self._kept = None

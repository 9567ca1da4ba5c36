"""Sums in this process's memory, written out each ten seconds: a request counts and asks the database nothing.

A process that is killed takes its last ten seconds with it, so every figure is "at least". While the database is away
sums are kept, up to a bound.
"""

import atexit
import os
from collections.abc import Callable, Mapping
from threading import Event, Lock, Thread
from typing import Any, Generic, TypeVar

import structlog
from django.db import Error, OperationalError, connection

log = structlog.get_logger("doorstep.insight")
Key = TypeVar("Key")


class Sums(Generic[Key]):
    """How often each key came; once there are `most` of them, others are dropped until they are written out."""

    def __init__(self, most: int, write: Callable[[Mapping[Key, int]], None]) -> None:
        self.most, self.write, self._lock = most, write, Lock()
        self._sums: dict[Key, int] = {}

    def add(self, key: Key, n: int = 1) -> None:
        """Count a key."""
        with self._lock:
            before = self._sums.get(key)
            if before is not None:
                self._sums[key] = before + n
            elif len(self._sums) < self.most:
                self._sums[key] = n

    def flush(self) -> None:
        """Write out what was counted. What is surely not written is kept; what may be is not, so that nothing counts twice."""
        with self._lock:
            sums, self._sums = self._sums, {}
        if not sums:
            return
        try:
            self._out(sums)
        except OperationalError:
            for key, n in sums.items():
                self.add(key, n)

    def _out(self, sums: Mapping[Key, int]) -> None:
        """Write sums out; raises OperationalError where none of them is written."""
        connection.ensure_connection()
        try:
            self.write(sums)
        except Error as exc:
            # Without a code of the server's the link was cut: nobody knows whether it had been written.
            code = getattr(exc.__cause__, "sqlstate", None)
            if isinstance(exc, OperationalError) and code:
                raise
            log.error("counts_lost", keys=len(sums), error=type(exc).__name__)

    def forget(self) -> None:
        """Begin anew, with nothing counted: what a process that forked had counted is its own."""
        self._lock, self._sums = Lock(), {}


class Flusher:
    """Writes sums out from a thread of its own, which each process starts with the first that it counts."""

    def __init__(self, *sums: Sums[Any], seconds: float = 10.0) -> None:
        self.sums, self.seconds = sums, seconds
        self._begin_anew()
        os.register_at_fork(after_in_child=self._forked)

    def _begin_anew(self) -> None:
        self._starting, self._ending = Lock(), Event()
        self._thread: Thread | None = None

    def _forked(self) -> None:
        """Leave thread and counts to the process that forked."""
        self._begin_anew()
        for sums in self.sums:
            sums.forget()

    def start(self) -> None:
        """Have it run; at the process's end it writes once more."""
        if self._thread is not None:
            return
        with self._starting:
            if self._thread is None:
                thread = Thread(target=self._run, name="counts", daemon=True)
                try:
                    thread.start()
                except RuntimeError:  # no more threads now: whoever counts next tries again
                    return
                self._thread = thread
                atexit.register(self.stop)

    def stop(self) -> None:
        """End the thread, and write out what is left."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join(2)
        self.flush()

    def flush(self) -> None:
        """Write everything out."""
        for sums in self.sums:
            try:
                sums.flush()
            except Exception as exc:
                log.error("counts_failed", error=type(exc).__name__)

    def _run(self) -> None:
        while not self._ending.wait(self.seconds):
            self.flush()
            # None is held between two: there is a thread in each process.
            connection.close()

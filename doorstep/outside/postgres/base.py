"""What Django calls a database backend."""

import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, get_ident
from typing import Any

from django.db.backends.postgresql import base, operations
from psycopg import OperationalError
from psycopg.types.numeric import Int8

# How long to wait for another thread's try at a server that did not answer the last one.
PATIENCE_SECONDS = 0.5


class _Way:
    """How it stands with one server, as the threads of this process found."""

    def __init__(self) -> None:
        self.is_lost, self.trying = False, Lock()
        # When each try that is under way began, by its thread.
        self.under_way: dict[int, float] = {}
        # When the server last let one of them in.
        self.answered = 0.0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Let everyone connect; while the server does not answer, one thread at a time tries."""
        if not (self.is_lost or self._hangs()):
            with self._noted():
                yield
            return
        # Each try at a silent server takes seconds: were all threads to try, none would be left
        # to say so, nor to answer what needs no database.
        if not self.trying.acquire(timeout=PATIENCE_SECONDS):
            raise OperationalError("the database does not answer; another thread is trying")
        try:
            with self._noted():
                yield
        finally:
            self.trying.release()

    def _hangs(self) -> bool:
        """Say whether a try is under way for longer than one to a server that answers takes.

        While others are let in, it is this process that is busy, not the server that is silent.
        """
        late = time.monotonic() - PATIENCE_SECONDS
        return self.answered < late and any(began < late for began in list(self.under_way.values()))

    @contextmanager
    def _noted(self) -> Iterator[None]:
        self.under_way[get_ident()] = time.monotonic()
        try:
            yield
        except OperationalError:
            self.is_lost = True
            raise
        finally:
            self.under_way.pop(get_ident(), None)
        self.is_lost, self.answered = False, time.monotonic()


_ways: dict[tuple[Any, Any], _Way] = {}


# Statements that a connection keeps prepared: more than there are different ones that come again and again.
MOST_PREPARED = 500
# What fits into four bytes.
INT4 = range(-(2**31), 2**31)


class DatabaseOperations(operations.DatabaseOperations):
    """Django's own, but no whole number is sent in fewer bytes than it has.

    Django sends a plain number beside a sub-query as one of four bytes, and psycopg then leaves out what does not fit: a UPRN
    of twelve digits is another number, and nothing is found, without a word.
    """

    def adapt_integerfield_value(self, value: Any, internal_type: str) -> Any:
        """Return a number as psycopg is to send it."""
        if isinstance(value, int) and value not in INT4:
            return Int8(value)
        return super().adapt_integerfield_value(value, internal_type)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, but a kept connection is looked at without a statement, and a silent server keeps one thread only."""

    ops_class = DatabaseOperations

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect; raises OperationalError at once while another thread tries a server that was silent."""
        way = _ways.setdefault((conn_params.get("host"), conn_params.get("port")), _Way())
        with way.turn():
            connection = super().get_new_connection(conn_params)
        connection.prepared_max = MOST_PREPARED
        return connection

    def is_usable(self) -> bool:
        """Say whether a connection that rested still stands.

        A server that went away has said so or closed its end, and either can be read: nothing is
        to be read from a connection at rest. Asking with `SELECT 1` cost each page a statement.
        """
        if self.connection is None or self.connection.closed:
            return False
        # Not `select`: it knows no file past the thousandth, and each browser's connection is one.
        look = select.poll()
        look.register(self.connection.fileno(), select.POLLIN)
        return not look.poll(0)

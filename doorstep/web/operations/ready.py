"""Whether requests can be taken, said within two seconds though the database be silent."""

import threading
from functools import cache
from queue import Empty, SimpleQueue

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

# Together under two seconds: for the look before this one to end, and for this one.
WAIT_SECONDS, LOOK_SECONDS = 0.4, 1.2
_looking = threading.Lock()


@cache
def _needed() -> frozenset[tuple[str, str]]:
    """Return the migrations that this version of the code rests on; read from its files once."""
    return frozenset(MigrationLoader(None).graph.nodes)


def wanting() -> str:
    """Say what is wanting before requests can be taken, or nothing.

    The look is a thread's own, with a connection of its own: one that hangs holds up no answer,
    and no second begins beside it.
    """
    if not _looking.acquire(timeout=WAIT_SECONDS):
        return "database"
    answer: SimpleQueue[str] = SimpleQueue()
    threading.Thread(target=_look, args=(answer,), name="ready", daemon=True).start()
    try:
        return answer.get(timeout=LOOK_SECONDS)
    except Empty:
        return "database"


def _look(answer: "SimpleQueue[str]") -> None:
    try:
        done = MigrationRecorder(connection).applied_migrations()
        answer.put("migrations" if _needed() - done.keys() else "")
    except DatabaseError:
        answer.put("database")
    finally:
        connection.close()
        _looking.release()

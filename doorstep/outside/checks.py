"""Warns at start where the server lets a session hold others up for ever."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Warning
from django.db import DatabaseError, connections

WANTED = {
    "lock_timeout": "who waits for a row waits without end",
    "idle_in_transaction_session_timeout": "a host that was cut off keeps what it locked",
}
# A longer rest than this before the server asks whether the other end still stands is too long.
MOST_IDLE_SECONDS = 120
HINT = "docs/how-to/run.md, PostgreSQL: for the role, or in postgresql.conf."
ASKED = "select name, setting::int from pg_settings where name = any(%s)"


def limits(
    app_configs: Any, databases: Sequence[str] | None = None, **more: Any
) -> list[CheckMessage]:
    """Return a warning for each limit that a session of ours lacks; what a pooler left out is seen."""
    if not databases:
        return []
    # Not this command's connection: one as web and workers make it.
    serving = connections.create_connection("default")
    try:
        with serving.cursor() as cursor:
            cursor.execute(ASKED, [[*WANTED, "tcp_keepalives_idle"]])
            values = dict(cursor.fetchall())
    except DatabaseError:
        return []  # the command itself will say that there is no database
    finally:
        serving.close()
    found = [_lacks(name, why) for name, why in WANTED.items() if not values[name]]
    # By a socket of the machine itself there is nothing to keep alive: it says 0.
    if values["tcp_keepalives_idle"] > MOST_IDLE_SECONDS:
        found.append(_lacks("tcp_keepalives_idle", "the server is long in noticing a lost host"))
    return found


def _lacks(name: str, why: str) -> CheckMessage:
    return Warning(f"PostgreSQL's {name} is not set: {why}.", hint=HINT, id=f"doorstep.{name}")

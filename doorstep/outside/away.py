"""Says why the database is away: in words of ours, since the server's repeat what a wrong address made a host or a name of."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
import structlog

log = structlog.get_logger("doorstep.outside")
SAY_EVERY_SECONDS = 60
# What no waiting heals: somebody must change DATABASE_URL, or the server.
LASTING = {
    "authentication failed|no password supplied": "it refuses the name or the password",
    "no pg_hba.conf entry": "its pg_hba.conf lets nobody of this name in from here",
    "(database|role) .* does not exist": "it knows no such database or user",
    "permission denied for database|is not permitted to log in": "this user may not come in",
    "does not support SSL": "it speaks no TLS, and sslmode asks for it",
    "certificate": "its certificate, or ours, cannot be checked",
    "unrecognized configuration parameter|invalid value for parameter|command-line argument": "it does not take `options`",
}
PASSING = {
    "refused|No such file or directory": "nothing listens there",
    "timeout|timed out": "it does not answer",
    "translate host name|resolve": "its host name is not found",
    "unreachable|no route": "there is no way to it",
    "starting up|shutting down|recovery mode": "it is starting or stopping",
    "too many (clients|connections)|connection slots": "it has no connection left",
    "not currently accepting connections": "it takes no connections just now",
    "read-only|hot standby|read-write": "no server there may be written to",
    "closed|terminat": "it closed the connection",
}


def why(error: BaseException) -> tuple[str, bool]:
    """Return why there is no connection, and whether waiting may heal that."""
    said = str(error)
    for words, may_heal in ((LASTING, False), (PASSING, True)):
        for pattern, sentence in words.items():
            if re.search(pattern, said, re.I):
                return sentence, may_heal
    return type(error).__name__, True


@dataclass
class Voice:
    """Says once a minute that a process waits for its database, and why."""

    said_at: float | None = None

    def is_due(self) -> bool:
        """Say whether it is time to say it (again), and take that it is said."""
        at = time.monotonic()
        if self.said_at is not None and at - self.said_at < SAY_EVERY_SECONDS:
            return False
        self.said_at = at
        return True

    def say(self, error: BaseException) -> None:
        """Log why we wait; what waiting does not heal is a fault of its own."""
        reason, may_heal = why(error)
        if may_heal:
            log.warning("waits_for_database", why=reason)
        else:
            log.error(
                "waits_for_database",
                why=reason,
                heals="never: set DATABASE_URL or the server right",
            )


def met(connect: Callable[[], Any]) -> BaseException | None:
    """Return what one attempt to connect meets; nothing where it succeeds."""
    try:
        connect().close()
    except psycopg.Error as exc:
        return exc
    return None

"""Counts SQL statements by the database server's own log, with web and worker running as they always do."""

import re
from collections.abc import Callable
from pathlib import Path

from bench.load import Visitor
from bench.servers import Site, running, settled

# Whatever a client sends is logged as it comes in; savepoints, BEGIN and COMMIT are not counted.
LOGGED = {"PGOPTIONS": "-c log_statement=all"}
LINE = re.compile(r"LOG:  (?:statement|execute [^:]+): *(\w*)")
NOT_COUNTED = {"SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT"}
TIMES = 6


class Log:
    """The server's log from here on."""

    def __init__(self) -> None:
        from doorstep.cli import embedded

        self.path: Path = embedded.home() / "postgres" / "server.log"
        self.at = self.path.stat().st_size

    def count(self) -> int:
        """Return how many statements came since the last count."""
        with self.path.open("rb") as file:
            file.seek(self.at)
            text = file.read()
        self.at += len(text)
        words = LINE.findall(text.decode(errors="replace"))
        return sum(word.upper() not in NOT_COUNTED for word in words)


Counted = dict[str, float]
Walk = Callable[[int], Visitor | None]


def of_requests(site: Site, paths: dict[str, tuple[str, dict[str, str]]]) -> Counted:
    """Return the statements of each page, by its name; the least of several times, when all is warm."""
    found: Counted = {}
    for name, (path, cookies) in paths.items():
        visitor = Visitor(site.port)
        visitor.cookies |= cookies
        visitor.ask("GET", path)
        log, counts = Log(), []
        for _ in range(TIMES):
            visitor.ask("GET", path)
            counts.append(log.count())
        found[name] = min(counts)
    return found


def of_steps(site: Site, walk: Walk) -> Counted:
    """Return the statements of each step of a form, by its name."""
    found: Counted = {}
    for _ in range(TIMES):
        log = Log()

        def tell(step: str, log: Log = log) -> None:
            found[step] = min(found.get(step, 1000), log.count())

        Visitor.after = staticmethod(tell)
        try:
            if walk(site.port) is None:
                raise SystemExit("A form did not get to its end.")
        finally:
            Visitor.after = None
    return found


def of_act(act: Callable[[], bool]) -> float:
    """Return the statements of one act."""
    log, counts = Log(), []
    for _ in range(TIMES):
        if not act():
            raise SystemExit("A call was refused.")
        counts.append(log.count())
    return min(counts)


def of_worker() -> float:
    """Return the statements of the worker for one message, over all that now wait in the queue."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select count(*) from procrastinate_jobs where status = 'todo'")
        waiting = cursor.fetchone()[0]
    log = Log()
    with running(env=LOGGED, web=False):
        settled()
    return float(round(log.count() / waiting, 1))

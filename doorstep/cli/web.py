"""How gunicorn runs here beyond its command line: no process outlives its master, no path is logged."""

import os
import sys
from typing import Any

from gunicorn.glogging import Logger

from doorstep.cli import parent
from doorstep.cli.parent import PRIVATE


class PathlessLogger(Logger):  # type: ignore[misc]
    """Gunicorn's own log, but of a request that failed only the class of its error: a path may hold a reference."""

    def exception(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """Write an error with its places; one that is about a request without either."""
        if args:
            self.error("A request failed: %s", type(sys.exc_info()[1]).__name__)
        else:
            super().exception(msg, **kwargs)

    def warning(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """Write a warning; of a request that cannot be read neither whose it is nor what it said."""
        if str(msg).startswith("Invalid request"):
            msg, args = "A request could not be read", ()
        super().warning(msg, *args, **kwargs)


logger_class = PathlessLogger


def post_fork(server: Any, worker: Any) -> None:
    """Bind a new process to its master: one that hangs would keep the port from the next. What it writes is its user's."""
    os.umask(PRIVATE)
    parent.end_with(worker.ppid)

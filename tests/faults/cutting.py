"""Kills a flow at its first step, its second and so on, in a process of its own."""

import os
import signal
import smtplib
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from doorstep.outside import http


class Cut:
    """Kills this process at its n-th step: around each statement, each commit, each call outside, each answer of a mail server."""

    def __init__(self, at: int) -> None:
        self.at, self.passed = at, 0

    def step(self) -> None:
        self.passed += 1
        if self.passed == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            self.step()
            came = act(*args, **kwargs)
            self.step()
            return came

        return wrapped

    def run(self, flow: Callable[[], None]) -> None:
        """Run the flow in this process, which is a child made for it, and end the process."""
        http.send = self.around(http.send)  # type: ignore[assignment]
        smtplib.SMTP.getreply = self.around(smtplib.SMTP.getreply)  # type: ignore[method-assign]
        BaseDatabaseWrapper._commit = self.around(BaseDatabaseWrapper._commit)  # type: ignore[method-assign]
        with connection.execute_wrapper(lambda ex, *args: self.around(ex)(*args)):
            flow()
        os._exit(0)


def _forget_connections() -> None:
    """Have this child make connections of its own.

    Beside a browser's loop Django keeps those of a thread apart from those without one, and a child knows no loop of its
    parent's: it would go on with one that was made before the browser was started, which the parent and every other child have too.
    """
    for alias in connections:
        with suppress(AttributeError):
            del connections[alias]


def killed_at(step: int, flow: Callable[[], None]) -> bool:
    """Run a flow in a process of its own that dies at this step; say whether it came that far."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            _forget_connections()
            Cut(step).run(flow)
        except BaseException:
            traceback.print_exc()  # or nobody learns what went wrong there
        finally:
            os._exit(3)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the flow itself went wrong"
    return os.WIFSIGNALED(status)

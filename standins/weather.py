"""What may lie between us and any stand-in that speaks HTTP: slow, refusing, garbage, half an answer.

Slow and half answers are of what was done; what is refused, or answered with garbage, never reached the stand-in.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Start = Callable[..., Any]


class Weather:
    """The WSGI application, and its `mood`."""

    def __init__(self, app: Any, refusal: tuple[int, bytes], seconds: float) -> None:
        self.app, self.refusal, self.seconds, self.mood = app, refusal, seconds, ""

    def __call__(self, environ: Mapping[str, Any], start: Start) -> Iterable[bytes]:
        """Answer as the mood is; slow and half answers are of what was done."""
        if self.mood == "refusing":
            return self._give(start, f"{self.refusal[0]} No", self.refusal[1])
        if self.mood == "garbage":
            return self._give(start, "200 OK", b"<html>\xff\x00 Please sign in to the network")
        said: list[Any] = []
        body = b"".join(self.app(environ, lambda *a: said.append(a)))
        if self.mood == "slow":
            time.sleep(self.seconds)
        start(*said[-1])
        return [body[: len(body) // 2] if self.mood == "half an answer" else body]

    @staticmethod
    def _give(start: Start, status: str, body: bytes) -> list[bytes]:
        start(status, [("Content-Type", "text/html"), ("Content-Length", str(len(body)))])
        return [body]

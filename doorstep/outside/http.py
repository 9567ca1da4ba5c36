"""Calls to outside systems: one client a process, a limit on the whole call, never more than we asked for, and a circuit breaker.

What an answer means is for the connector that knows its vendor; so is what the log may keep.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx

from doorstep.outside import breaker
from doorstep.outside.errors import NotSent, TryLater

HERE = ("127.0.0.1", "localhost", "::1")
# These are about us, not about what was asked: our key is wrong, or no longer let in.
REFUSES_US = (401, 403)


@dataclass(frozen=True)
class Limits:
    """What a call may take: seconds in all, seconds to connect, bytes of an answer."""

    seconds: float
    connect: float
    most_bytes: int


@dataclass
class Call:
    """How one call goes, for the log: its status (0 until one came), and the time since it began."""

    status: int = 0
    began: float = field(default_factory=time.monotonic)

    @property
    def milliseconds(self) -> int:
        """Return how long it has taken so far."""
        return round((time.monotonic() - self.began) * 1000)


def is_outside(url: str) -> bool:
    """Say whether an address is not on this machine."""
    return urlsplit(url).hostname not in HERE


def host_of(url: str) -> str:
    """Return the host of an address with its port, without name and password."""
    return urlsplit(url).netloc.rpartition("@")[2]


@cache
def _client(outside: bool) -> httpx.Client:
    """Return this process's client: reading the certificates costs more than a call. No connection is kept.

    No redirect is followed, since our key would go along; a stand-in on this machine is never asked
    through a proxy.
    """
    return httpx.Client(trust_env=outside, limits=httpx.Limits(max_keepalive_connections=0))


@dataclass(frozen=True)
class Said:
    """How a call went: to which host, what kind of it, its status (0: none came), and what was wrong in words of ours, or nothing."""

    host: str
    method: str
    what: str
    status: int
    milliseconds: int
    wrong: str
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


# Whoever wants to know how calls went.
listeners: list[Callable[[Said], None]] = []


def tell(said: Said) -> None:
    """Tell whoever wants to know how a call went: ours by HTTP, or a connector's by another way."""
    for listener in listeners:
        listener(said)


def kind(url: str) -> str:
    """Return the words of an address's path: what was asked for, and of nobody."""
    return "/".join(p for p in urlsplit(url).path.split("/") if p.replace(".", "").isalpha())


def send(
    who: str, method: str, url: str, limits: Limits, *, what: str = "", **request: Any
) -> tuple[int, bytes]:
    """Send one request and return status and body; raises TryLater, in whose words `who` stands, past a limit; NotSent where nothing reached them.

    `what` is the kind of call for the notes of it, where the address does not say it. Also, and at once, where the address failed time and again just now (`outside.breaker`): then nothing was sent.
    """
    host = host_of(url)
    if breaker.is_open(host):
        raise NotSent(f"{who} did not answer time and again, and is left alone for some seconds")
    call, wrong = Call(), ""
    try:
        call.status, body = _send(who, method, url, limits, request)
    except TryLater as exc:
        breaker.failed(host)
        wrong = str(exc)
        raise
    else:
        # Who is overloaded or broken says so; any other refusal is an answer.
        is_broken = call.status >= 500
        (breaker.failed if is_broken else breaker.answered)(host)
        if is_broken or call.status in REFUSES_US:
            wrong = f"{who} answered {call.status}"
        return call.status, body
    finally:
        tell(Said(host, method, what or kind(url), call.status, call.milliseconds, wrong))


@contextmanager
def _ended_after(seconds: float) -> Iterator[Callable[[str, Mapping[str, Any]], None]]:
    """Give what learns of a call's connection, and end that after so long: each limit of the library's is of one piece alone.

    Who sends a letter of a header every two seconds would keep a thread for ever.
    """
    streams: list[Any] = []

    def traced(name: str, info: Mapping[str, Any]) -> None:
        if name in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            streams.append(info["return_value"])

    def end() -> None:
        for stream in streams[-1:]:
            with suppress(OSError):
                stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield traced
    finally:
        timer.cancel()


def _send(
    who: str, method: str, url: str, limits: Limits, request: dict[str, Any]
) -> tuple[int, bytes]:
    until, body = time.monotonic() + limits.seconds, b""
    parts = httpx.Timeout(limits.seconds - 1, connect=limits.connect, pool=1.0)
    try:
        client = _client(is_outside(url))
        with (
            _ended_after(limits.seconds) as traced,
            client.stream(
                method, url, timeout=parts, extensions={"trace": traced}, **request
            ) as answer,
        ):
            for piece in answer.iter_bytes():
                body += piece
                if time.monotonic() > until or len(body) > limits.most_bytes:
                    raise TryLater(f"{who} took too long, or said too much")
            return answer.status_code, body
    except (httpx.ConnectError, httpx.ConnectTimeout) as exc:
        raise NotSent(f"{who} did not answer: {type(exc).__name__}") from exc
    except httpx.HTTPError as exc:
        raise TryLater(f"{who} did not answer: {type(exc).__name__}") from exc

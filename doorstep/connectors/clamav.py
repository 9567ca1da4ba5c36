"""ClamAV's daemon, clamd, by its own protocol at CLAMAV_ADDRESS: zINSTREAM, then the file in pieces, each behind its length.

| it answers                                  | we say                                                        |
|---------------------------------------------|---------------------------------------------------------------|
| stream: OK                                  | nothing was found                                             |
| stream: Eicar-Test-Signature FOUND          | what it found                                                 |
| INSTREAM size limit exceeded. ERROR         | not at all: StreamMaxLength of clamd.conf is below 20 MB      |
| another ERROR, another word, nothing, late  | later                                                         |

Other commands are never sent, no path of ours above all: it may be another machine, and it gets the bytes alone.
"""

import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO
from urllib.parse import urlsplit

import structlog
from django.conf import settings

from doorstep.outside.errors import GiveUp, OutsideError, TryLater
from doorstep.outside.http import Call, Said, tell

log = structlog.get_logger("doorstep.connectors.clamav")
# Seconds to connect, for each piece or answer, and for a whole file: a PDF of 20 MB takes it some seconds.
CONNECT, EACH, WHOLE = 3.0, 30.0, 60.0
PIECE, MOST_ANSWER = 64 * 1024, 1_000
OK, _TOO_LONG = "stream: OK", "size limit exceeded"
_FOUND_IN = re.compile(r"stream: (.*)FOUND")


class ClamAV:
    """The scanner at CLAMAV_ADDRESS: `tcp://127.0.0.1:3310`, or `unix:/run/clamav/clamd.ctl`."""

    is_there = True

    def scan(self, file: IO[bytes]) -> str:
        """Return the name of what was found in a file, or ""; raises TryLater, GiveUp."""
        answer = _asked(b"zINSTREAM\0", "scan", file)
        if answer == OK:
            return ""
        name = _FOUND_IN.fullmatch(answer)
        if name is None:  # a word of another meaning never makes a file clean, nor takes it away
            raise TryLater("clamd answered what it never says of a file")
        return name[1].strip() or "something without a name"

    def host(self) -> str:
        """Return the host and port that is asked, or the socket's path."""
        return _host()

    def check(self) -> str:
        """Ask whether it is there, and of what day its signatures are; raises TryLater, GiveUp."""
        version = _asked(b"zVERSION\0", "version")
        return f"{version[:80]} answers"


def _host() -> str:
    parts = urlsplit(settings.CLAMAV_ADDRESS)
    return parts.netloc or parts.path


def _asked(command: bytes, what: str, file: IO[bytes] | None = None) -> str:
    """Return what it answers to a command, with a file behind it; raises TryLater, GiveUp. Whoever notes calls is told."""
    call, wrong = Call(), ""
    try:
        with _connected() as line:
            answer = _conversation(line, command, file, time.monotonic() + WHOLE)
        _judge(answer)
        call.status = 200
    except OSError as exc:
        wrong = f"clamd did not answer: {type(exc).__name__}"
        raise TryLater(wrong) from exc
    except OutsideError as exc:
        wrong = str(exc)
        raise
    else:
        return answer
    finally:
        log.info("called", what=what, status=call.status, ms=call.milliseconds)
        tell(Said(_host(), "CLAMD", what, call.status, call.milliseconds, wrong))


def _judge(answer: str) -> None:
    """Raise what an answer means that is none we know: a file is never taken for clean by a word of another meaning."""
    if _TOO_LONG in answer:
        raise GiveUp("clamd takes no file of 20 MB: raise StreamMaxLength in clamd.conf")
    is_known = answer == OK or answer.startswith("ClamAV ") or _FOUND_IN.fullmatch(answer)
    if not is_known:
        raise TryLater("clamd could not look at a file, or answered what it never says")


@contextmanager
def _connected() -> Iterator[socket.socket]:
    """Yield a connection; raises OSError, GiveUp."""
    parts = urlsplit(settings.CLAMAV_ADDRESS)
    if parts.scheme == "unix":
        line = socket.socket(socket.AF_UNIX)
        with line:
            line.settimeout(CONNECT)
            line.connect(parts.path)
            yield line
    elif parts.scheme == "tcp" and parts.hostname and parts.port:
        with socket.create_connection((parts.hostname, parts.port), CONNECT) as line:
            yield line
    else:
        raise GiveUp("CLAMAV_ADDRESS is tcp://host:port or unix:/path")


def _conversation(line: socket.socket, command: bytes, file: IO[bytes] | None, end: float) -> str:
    """Return the answer to a command; who drips letters is cut off. Raises OSError."""
    line.settimeout(EACH)
    try:
        line.sendall(command)
        while file is not None and (piece := file.read(PIECE)):
            line.sendall(len(piece).to_bytes(4, "big") + piece)
            _in_time(end)
        if file is not None:
            line.sendall(bytes(4))
    except ConnectionError:  # past its limit it answers and hangs up while we still send
        if file is None:
            raise
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < MOST_ANSWER:
        _in_time(end)
        piece = line.recv(MOST_ANSWER)
        if not piece:
            break
        answer += piece
    if not answer.endswith(b"\0"):  # cut off, so that nobody knows what it would have said
        raise TimeoutError
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")


def _in_time(end: float) -> None:
    if time.monotonic() > end:
        raise TimeoutError

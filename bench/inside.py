"""A visitor's requests answered in this process, without a server: what a profiler then sees is the site alone."""

import io
import sys
from http.client import HTTPMessage
from typing import Any

# The port of no server.
HERE = 0


class Answer:
    """What came of a request, as `http.client` would give it."""

    def __init__(self) -> None:
        self.status, self.headers, self._body = 0, HTTPMessage(), b""

    def take(self, status: str, headers: list[tuple[str, str]], _exc: Any = None) -> None:
        """Take the head of the answer, as a WSGI server does."""
        self.status = int(status[:3])
        for name, value in headers:
            self.headers[name] = value

    def fill(self, parts: Any) -> None:
        """Take its body."""
        self._body = b"".join(parts)
        if hasattr(parts, "close"):
            parts.close()

    def read(self) -> bytes:
        """Return the body whole."""
        return self._body


class Connection:
    """Stands where a connection to a server would, of a client at an address."""

    def __init__(self, address: str) -> None:
        self.address, self._answer = address, Answer()

    def request(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> None:
        """Have the site answer."""
        from doorstep.wsgi import application

        self._answer = Answer()
        environ = _environ(method, path, (body or "").encode(), headers, self.address)
        self._answer.fill(application(environ, self._answer.take))

    def getresponse(self) -> Answer:
        """Return what it answered."""
        return self._answer

    def close(self) -> None:
        """There is nothing to close."""


def _environ(
    method: str, path: str, body: bytes, headers: dict[str, str], address: str
) -> dict[str, Any]:
    path, _, query = path.partition("?")
    named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    return named | {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "REMOTE_ADDR": address,
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": headers.get("Content-Type", ""),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
    }

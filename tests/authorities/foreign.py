"""An authority whose program is not ours: GeoReport v2 over HTTP on this machine, answering as it is told to."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Foreign:
    """What it answers by method and path, and every call it got."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, str]] = {}
        self.calls: list[tuple[str, dict[str, list[str]], Any]] = []
        self.address = ""

    def says(self, what: str, inner: str, status: int = 200) -> None:
        """Answer `POST requests.xml` and the like from now on."""
        text = inner if inner.startswith("<?xml") else f'<?xml version="1.0"?>{inner}'
        self.answers[what] = (status, text)

    def asked(self, what: str) -> list[dict[str, list[str]]]:
        """Return the fields of every call of a kind."""
        return [fields for kind, fields, _ in self.calls if kind == what]


def foreign() -> Iterator[Foreign]:
    """Yield one that listens."""
    made = Foreign()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            parts = urlsplit(self.path)
            what = f"{self.command} {parts.path.strip('/').removeprefix('v2/')}"
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("latin-1")
            made.calls.append((what, parse_qs(body or parts.query), self.headers))
            status, text = made.answers.get(what, (404, "<errors/>"))
            self.send_response(status)
            self.send_header("Content-Type", "text/xml; charset=utf-8")
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = _answer

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.address = f"http://127.0.0.1:{server.server_port}/v2"
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()

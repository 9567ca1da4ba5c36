"""The stand-in's addresses: POST requests.xml, GET tokens/{key}.xml, GET servicerequestupdates.xml.

What is sent a second time under one `Idempotency-Key` is taken once. What happens to a report is nothing: it has no updates.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs

Start = Callable[[str, list[tuple[str, str]]], Any]


class StandIn:
    """The WSGI application, and what it has taken: a report's fields by our key."""

    def __init__(self) -> None:
        self.taken: dict[str, dict[str, list[str]]] = {}

    def __call__(self, environ: Mapping[str, Any], start: Start) -> Iterable[bytes]:
        """Answer one request."""
        status, inner = self._answer(environ)
        raw = f"<?xml version='1.0' encoding='utf-8'?>{inner}".encode()
        start(f"{status} Answer", [("Content-Type", "text/xml"), ("Content-Length", str(len(raw)))])
        return [raw]

    def _answer(self, environ: Mapping[str, Any]) -> tuple[int, str]:
        what = environ["PATH_INFO"].rstrip("/").rpartition("/")[2].removesuffix(".xml")
        if environ["REQUEST_METHOD"] == "POST":
            said = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
            self.taken.setdefault(environ["HTTP_IDEMPOTENCY_KEY"], parse_qs(said))
            return 200, self._request(environ["HTTP_IDEMPOTENCY_KEY"])
        if what == "servicerequestupdates":
            return 200, "<service_requests_updates/>"
        return (200, self._request(what)) if what in self.taken else (404, "<errors/>")

    def _request(self, key: str) -> str:
        number = list(self.taken).index(key) + 1
        named = f"<service_request_id>{number}</service_request_id>"
        return f"<service_requests><request>{named}</request></service_requests>"

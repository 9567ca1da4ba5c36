"""The stand-in's one address: GET /company/{number}.

`mood` is one of "" (as it should be), "down" (503), "often" (429), "slow" (`seconds` before each answer), "refuse" (401), "odd" (no
JSON), "bare" (JSON without a name), "endless" (more than anyone asked for).
"""

import base64
import json
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Start = Callable[[str, list[tuple[str, str]]], Any]
NOT_FOUND = {"errors": [{"error": "company-profile-not-found", "type": "ch:service"}]}


class StandIn:
    """The WSGI application."""

    def __init__(self, key: str) -> None:
        self.authorization = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
        self.mood, self.seconds = "", 0.0
        self.companies: dict[str, dict[str, Any]] = {}
        self.seen: list[str] = []

    def add(self, number: str, name: str, status: str = "active") -> None:
        """Keep a company under its number."""
        self.companies[number] = {
            "company_number": number,
            "company_name": name,
            "company_status": status,
            "type": "ltd",
            "registered_office_address": {
                "address_line_1": "1 Mill Lane",
                "postal_code": "LE67 3FJ",
            },
        }

    def __call__(self, environ: Mapping[str, Any], start: Start) -> Iterable[bytes]:
        """Answer one request."""
        self.seen.append(environ["PATH_INFO"])
        if self.mood == "slow":
            time.sleep(self.seconds)
        status, raw = self._answer(environ)
        start(f"{status} Answer", [("Content-Type", "application/json"), ("Content-Length", str(len(raw)))])  # fmt: skip
        return [raw]

    def _answer(self, environ: Mapping[str, Any]) -> tuple[int, bytes]:
        if self.mood == "down":
            return 503, b""
        if self.mood == "often":
            return 429, b""
        if self.mood == "refuse" or environ.get("HTTP_AUTHORIZATION") != self.authorization:
            return 401, b'{"error": "Invalid Authorization", "type": "ch:service"}'
        odd = {"odd": b"<html>Sorry</html>", "endless": b"x" * 2_000_000, "bare": b"{}"}
        if self.mood in odd:
            return 200, odd[self.mood]
        kind, _, number = environ["PATH_INFO"].lstrip("/").partition("/")
        row = self.companies.get(number) if kind == "company" else None
        if row is None:
            return 404, json.dumps(NOT_FOUND).encode()
        return 200, json.dumps(row).encode()

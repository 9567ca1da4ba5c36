"""The stand-in's one address: GET /benefits/{reference}.

`mood` is one of "" (as it should be), "down" (503), "slow" (`seconds` before each answer), "refuse" (401), "odd" (no
JSON), "endless" (more than anyone asked for).
"""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Start = Callable[[str, list[tuple[str, str]]], Any]


def record(claim: str, digit: str, status: str, *people: tuple[str, str, str]) -> dict[str, Any]:
    """Return a claim's record: who claims first, then the household, each with forename, surname, day of birth."""
    (forename, surname, born), *others = people
    return {
        "claimId": claim,
        "checkDigit": digit,
        "statusIndicator": status,
        "firstName": forename,
        "lastName": surname,
        "dateOfBirth": born,
        "niNumber": "QQ123456C",
        "claimantAddress": {"addressLine1": "1 Mill Lane", "postcode": "LE67 3FJ"},
        "weeklyHousingBenefit": 91.5,
        "householdMembers": [
            {"firstName": f, "lastName": s, "dateOfBirth": b} for f, s, b in others
        ],
    }


class StandIn:
    """The WSGI application."""

    def __init__(self, authorization: str, key: str) -> None:
        self.headers = (authorization, key)
        self.mood, self.seconds = "", 0.0
        self.records: dict[str, dict[str, Any]] = {}
        self.seen: list[tuple[str, str]] = []

    def add(self, row: dict[str, Any]) -> None:
        """Keep a claim's record under the reference that people have."""
        self.records[f"{row['claimId']}{row['checkDigit']}".lstrip("0")] = row

    def __call__(self, environ: Mapping[str, Any], start: Start) -> Iterable[bytes]:
        """Answer one request."""
        self.seen.append((environ["PATH_INFO"], environ.get("HTTP_X_PURPOSE", "")))
        if self.mood == "slow":
            time.sleep(self.seconds)
        status, raw = self._answer(environ)
        start(f"{status} Answer", [("Content-Type", "application/json"), ("Content-Length", str(len(raw)))])  # fmt: skip
        return [raw]

    def _answer(self, environ: Mapping[str, Any]) -> tuple[int, bytes]:
        given = (environ.get("HTTP_AUTHORIZATION", ""), environ.get("HTTP_X_API_KEY", ""))
        if self.mood == "down":
            return 503, b"{}"
        if self.mood == "refuse" or given != self.headers:
            return 401, b'{"message": "Unauthorized"}'
        if self.mood == "odd":
            return 200, b"<html>Sign in</html>"
        if self.mood == "endless":
            return 200, b"x" * 2_000_000
        reference = environ["PATH_INFO"].rpartition("/")[2]
        row = self.records.get(reference)
        return (200, json.dumps(row).encode()) if row else (404, b'{"message": "Not found"}')

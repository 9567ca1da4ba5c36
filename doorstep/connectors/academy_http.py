"""Academy, or a system that shows it, by a live read: GET {ACADEMY_URL}/benefits/{claim reference}.

| it answers                                    | we say  |
|-----------------------------------------------|---------|
| 200, a claim that runs, surname and birth fit | yes     |
| 200, anything else of it                      | no      |
| 404                                           | no      |
| all else, too late, or no JSON                | unknown |

Of a record nothing is read but whether it runs, and surnames and days of birth; sums, addresses and notes that come
along are dropped unread and logged nowhere. It answers sooner where there is no claim, so that each of our answers
takes as long as SECONDS: what comes within them tells nothing by its time.
"""

import json
import time
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

import structlog
from django.conf import settings

from doorstep.customers.provider import Entitled, claim_digits, surname_letters
from doorstep.outside import http
from doorstep.outside.errors import GiveUp, TryLater

log = structlog.get_logger("doorstep.connectors.academy_http")
LIMITS = http.Limits(seconds=4.0, connect=1.5, most_bytes=500_000)
# How long an answer takes at least.
SECONDS = 1.0
# How systems write that a claim runs.
RUNS = ("1", "current", "live")
# A reference of nobody's, to ask whether address and key work.
NOBODYS = "00000000"


class AcademyHttp:
    """The system at ACADEMY_URL, with ACADEMY_AUTHORIZATION and ACADEMY_KEY as its headers."""

    def entitled(self, *, claim: str, surname: str, born: date, purpose: str) -> Entitled:
        """Ask for the claim and compare; how long it took tells nothing."""
        began = time.monotonic()
        said = _compared(claim, surname, born, purpose)
        time.sleep(max(0.0, SECONDS - (time.monotonic() - began)))
        return said

    def host(self) -> str:
        """Return the host that is asked."""
        return http.host_of(settings.ACADEMY_URL)

    def check(self) -> str:
        """Ask for a claim that is nobody's; raises GiveUp, TryLater."""
        status, _body = _ask(NOBODYS, "check")
        if status not in (200, 404):
            raise GiveUp(f"the benefits system answered {status}")
        return "the benefits system answers"


def _compared(claim: str, surname: str, born: date, purpose: str) -> Entitled:
    try:
        status, body = _ask(claim_digits(claim) or NOBODYS, purpose)
    except TryLater:
        return "unknown"
    if status == 404:
        return "no"
    record = _record(body) if status == 200 else None
    if record is None:
        return "unknown"
    wanted = (surname_letters(surname), born.isoformat())
    # All is compared, whatever the first of it said.
    fits = [wanted == person for person in _people(record)]
    runs = str(record.get("statusIndicator", "")).strip().lower() in RUNS
    own = claim_digits(f"{record.get('claimId', '')}{record.get('checkDigit') or ''}")
    return "yes" if runs and any(fits) and own == claim_digits(claim) else "no"


def _ask(claim: str, purpose: str) -> tuple[int, bytes]:
    """Ask for one claim; raises TryLater. Neither its reference nor what came is logged."""
    call, status = http.Call(), 0
    headers = {
        "Authorization": settings.ACADEMY_AUTHORIZATION,
        "x-api-key": settings.ACADEMY_KEY,
        "x-purpose": purpose,
        "Accept": "application/json",
    }
    url = f"{settings.ACADEMY_URL.rstrip('/')}/benefits/{quote(claim, safe='')}"
    try:
        status, body = http.send("The benefits system", "GET", url, LIMITS, headers=headers)
        return status, body
    finally:
        log.info("called", what="benefits", status=status, ms=call.milliseconds)


def _record(body: bytes) -> Mapping[str, Any] | None:
    try:
        record = json.loads(body)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def _people(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Go through who belongs to a claim: who claims, and the members of the household."""
    members = record.get("householdMembers")
    for person in (record, *(members if isinstance(members, list) else ())):
        if isinstance(person, dict):
            surname, born = person.get("lastName"), person.get("dateOfBirth")
            yield surname_letters(str(surname or "")), str(born or "")[:10]

"""Companies House, the register of companies: GET {COMPANIES_HOUSE_URL}/company/{number}, our key as the name of basic sign-in.

| it answers                       | we say                                                    |
|----------------------------------|-----------------------------------------------------------|
| 200, company_status is of ACTIVE | found, with its name, active                              |
| 200, any other status            | found, with its name, not active: dissolved, in liquidation |
| 404                              | not found                                                 |
| 429 (600 calls in five minutes)  | later                                                     |
| 401, 403, another 4xx            | not at all: our key is wrong                              |
| 5xx, too late, or no JSON        | later                                                     |

Of a company nothing is read but its name and its status; officers, addresses and dates that come along are dropped unread.
"""

import json
import re

import structlog
from django.conf import settings

from doorstep.customers.provider import Registered
from doorstep.outside import http
from doorstep.outside.errors import GiveUp, TryLater

log = structlog.get_logger("doorstep.connectors.companies_house")
LIMITS = http.Limits(seconds=4.0, connect=1.5, most_bytes=500_000)
# Companies are active; overseas ones open; charitable ones registered. All else has ended, or is on its way there.
ACTIVE = frozenset({"active", "open", "registered"})
MOST_NAME = 200
# Its own first number, to ask whether address and key work.
SOME_COMPANY = "00000006"
# What it has never asks for; a number of another shape it answers with 500.
_NUMBER = re.compile(r"[A-Z0-9]{8}")


class CompaniesHouse:
    """The register at COMPANIES_HOUSE_URL, with COMPANIES_HOUSE_KEY."""

    def registered(self, number: str) -> Registered:
        """Return what the register has under a number; raises TryLater, GiveUp."""
        if not _NUMBER.fullmatch(number):
            return Registered(found=False)
        status, body = _ask(number)
        if status == 404:
            return Registered(found=False)
        if status == 429 or status >= 500:
            raise TryLater(f"Companies House answered {status}")
        if status != 200:
            raise GiveUp(f"Companies House answered {status}")
        return _read(body)

    def host(self) -> str:
        """Return the host that is asked."""
        return http.host_of(settings.COMPANIES_HOUSE_URL)

    def check(self) -> str:
        """Ask for some company; raises GiveUp, TryLater."""
        self.registered(SOME_COMPANY)
        return "Companies House answers"


def _ask(number: str) -> tuple[int, bytes]:
    """Ask for one company; raises TryLater."""
    call, status = http.Call(), 0
    url = f"{settings.COMPANIES_HOUSE_URL.rstrip('/')}/company/{number}"
    headers = {"Accept": "application/json"}
    try:
        status, body = http.send(
            "Companies House",
            "GET",
            url,
            LIMITS,
            what="company",
            headers=headers,
            auth=(settings.COMPANIES_HOUSE_KEY, ""),
        )
        return status, body
    finally:
        log.info("called", what="company", status=status, ms=call.milliseconds)


def _read(body: bytes) -> Registered:
    try:
        company = json.loads(body)
        name, status = company["company_name"], company["company_status"]
    except (ValueError, TypeError, KeyError) as exc:
        raise TryLater("Companies House answered what it never says") from exc
    if not isinstance(name, str) or not isinstance(status, str):
        raise TryLater("Companies House answered what it never says")
    return Registered(found=True, name=name[:MOST_NAME], active=status in ACTIVE)

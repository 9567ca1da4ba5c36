"""The contracts with systems of record: whether somebody is entitled, and whether a company is registered.

The first, such as the benefits system, says whether somebody is entitled, and no more:

| it says  | we say                                                                            |
|----------|-----------------------------------------------------------------------------------|
| yes      | these details belong to one claim that runs now                                   |
| no       | they do not: no such claim, another name, another day of birth, a claim that ended |
| unknown  | nobody could say: no system is connected, it is down, or what we have of it is old |

Why is never said, by anyone to anyone: without all three details right, nobody learns whether a claim is there.

The second is a public register, such as Companies House: the name that a company's number stands for, and whether it is
active. What cannot be had just now is no answer (`TryLater`, `GiveUp`).
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from doorstep.outside.errors import GiveUp
from doorstep.outside.secret import derived

Entitled = Literal["yes", "no", "unknown"]
SOCKET = "customers.records"
ORGANISATIONS = "customers.organisations"
# Under which name the keys of claims that run are kept (outside.hashes).
CLAIMS = "benefits"
_LETTER_OR_DIGIT = re.compile(r"[^0-9A-Z]")


class RecordSource(Protocol):
    """A system of record."""

    def entitled(self, *, claim: str, surname: str, born: date, purpose: str) -> Entitled:
        """Say whether these details belong to one claim that runs; whatever fails is "unknown", and raises nothing.

        `purpose` says what it is asked for: the service, for the other system's own record of who looked.
        """


class NoRecords:
    """Where no system of record is connected: nobody can say."""

    def entitled(self, *, claim: str, surname: str, born: date, purpose: str) -> Entitled:
        """Say that nobody can say."""
        return "unknown"

    def check(self) -> str:
        """Say that there is none."""
        return "no system of record is connected: a person looks at each claim"


@dataclass(frozen=True)
class Registered:
    """What a register has under a number: whether it has it, its name, and whether it is active."""

    found: bool
    name: str = ""
    active: bool = False


class OrganisationSource(Protocol):
    """A register of companies."""

    def registered(self, number: str) -> Registered:
        """Return what the register has under a company's number of eight signs; raises TryLater, GiveUp."""


class NoOrganisations:
    """Where no register is connected: nobody can say."""

    def registered(self, number: str) -> Registered:
        """Refuse: there is none; raises GiveUp."""
        raise GiveUp("no register of companies is connected")

    def check(self) -> str:
        """Say that there is none."""
        return "no register of companies is connected: forms that look one up ask a person"


def claim_digits(claim: str) -> str:
    """Return a claim's reference as it is compared: capitals and digits, without nothing before them."""
    return _LETTER_OR_DIGIT.sub("", claim.upper()).lstrip("0")


def surname_letters(surname: str) -> str:
    """Return a surname as it is compared: without accents, marks and spaces, in small letters.

    O’Neill, Oneill and O'NEILL are one; so are Núñez and Nunez.
    """
    apart = unicodedata.normalize("NFKD", surname)
    return "".join(c for c in apart if c.isalpha()).casefold()


def claim_key(claim: str, surname: str, born: date) -> str:
    """Return the keyed hash that stands for a claim with its person; from it nobody reads either."""
    said = f"{claim_digits(claim)}|{surname_letters(surname)}|{born.isoformat()}"
    return derived("customers.claim", said)

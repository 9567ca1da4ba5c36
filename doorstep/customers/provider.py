"""The contract with a system of record, such as the benefits system: whether somebody is entitled, and no more.

| it says  | we say                                                                            |
|----------|-----------------------------------------------------------------------------------|
| yes      | these details belong to one claim that runs now                                   |
| no       | they do not: no such claim, another name, another day of birth, a claim that ended |
| unknown  | nobody could say: no system is connected, it is down, or what we have of it is old |

Why is never said, by anyone to anyone: without all three details right, nobody learns whether a claim is there.
"""

import re
import unicodedata
from datetime import date
from typing import Literal, Protocol

from doorstep.outside.secret import derived

Entitled = Literal["yes", "no", "unknown"]
SOCKET = "customers.records"
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

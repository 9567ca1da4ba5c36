"""The contract with a virus scanner: it looks at one file and says what it found in it.

| it says              | we do                                                             |
|----------------------|-------------------------------------------------------------------|
| "" (nothing)         | the file may be opened                                            |
| what it found        | the file is deleted; its case's team and its person are told      |
| TryLater             | the file stays shut; it is looked at again, later and later       |
| GiveUp               | the file stays shut; its case's team is told; again each night    |

Where none is connected, nothing is looked at, and whoever opens a file reads so beside it.
"""

from typing import IO, Protocol

from doorstep.outside.errors import GiveUp

SOCKET = "files.scanner"


class Scanner(Protocol):
    """A virus scanner; `is_there` says whether one is connected."""

    is_there: bool

    def scan(self, file: IO[bytes]) -> str:
        """Return the name of what was found in a file, or ""; raises TryLater, GiveUp."""


class NoScanner:
    """Where no scanner is connected: files are kept as they come."""

    is_there = False

    def scan(self, file: IO[bytes]) -> str:
        """Refuse: there is none; raises GiveUp."""
        raise GiveUp("no virus scanner is connected")

    def check(self) -> str:
        """Say that there is none."""
        return "no virus scanner is connected: files are kept as they come, and staff read so beside them"

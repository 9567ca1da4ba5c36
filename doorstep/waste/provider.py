"""The contract with a waste system that a council has already: what stands at a home, what crews logged, work keyed there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol

from doorstep.outside.errors import GiveUp

# How a piece of work stands there; "unknown" is a word of theirs that nobody told us of.
State = Literal["open", "done", "cancelled", "unknown"]


class Rejected(GiveUp):
    """They took a piece of work and said no, such as for a day that is full; `code` is their number of why."""

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(reason)
        self.code = code


class Forged(Exception):
    """A callback does not bring the secret that we agreed on."""


class NotAgreed(Exception):
    """No secret was agreed on, so that no callback can be believed."""


class NoSuchHome(GiveUp):
    """They know no such property."""


@dataclass(frozen=True)
class Service:
    """What is emptied at a home: their ids, the container's code, its rounds as they write them ("RND-6 Wed Wk 2").

    `next` is the day they say it is emptied next; nothing where they say none. Days are inclusive; no `last` is open-ended.
    """

    id: str
    service: str
    item: str
    name: str
    schedules: tuple[str, ...]
    next: date | None
    first: date | None = None
    last: date | None = None
    count: int = 1


@dataclass(frozen=True)
class Collection:
    """A day on which a service of a home is collected, by which round and schedule."""

    day: date
    service: str
    round: str
    schedule: str


@dataclass(frozen=True)
class Log:
    """What a crew logged in its cab, for a home, or for its street where `uprn` is nothing.

    `reason` is empty where the round was simply done there.
    """

    id: str
    at: datetime
    round: str
    reason: str
    uprn: int | None
    usrn: int | None


@dataclass(frozen=True)
class Worksheet:
    """A piece of work that is keyed there, by us or by somebody else; `reference` is ours where it is ours."""

    id: str
    reference: str
    subject: str
    state: State
    began: datetime | None = None
    due: datetime | None = None
    ended: datetime | None = None


@dataclass(frozen=True)
class Work:
    """What is to be keyed there, once for its key: at a home, of one of their services, with items (how many of each) and properties.

    `by` is the day until whose end it is due; `slot` the id of a day of theirs that it takes.
    """

    key: str
    uprn: int
    service: str
    message: str
    items: Mapping[str, int] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    by: date | None = None
    slot: str = ""


@dataclass(frozen=True)
class Slot:
    """A day on which they do a kind of work, and how much of it is free; they hold none for anybody."""

    id: str
    day: date
    free: int


@dataclass(frozen=True)
class Outcome:
    """How a piece of work stands, and the properties by which their crews say what came of it."""

    state: State
    properties: Mapping[str, str]


class WasteBackend(Protocol):
    """Reads and writes the council's waste system. Raises outside's TryLater or GiveUp; a home it knows not is NoSuchHome."""

    def services(self, uprn: int) -> list[Service]:
        """Return what is emptied at a home."""

    def collections(self, uprn: int, first: date, last: date) -> list[Collection]:
        """Return a home's collections between two days, both included."""

    def logs(self, since: date, *, uprn: int | None = None, usrn: int | None = None) -> list[Log]:
        """Return what crews logged for a home or a street since a day, the oldest first."""

    def worksheets(self, uprn: int) -> list[Worksheet]:
        """Return the work that is keyed for a home, whoever keyed it."""

    def slots(self, uprn: int, service: str, first: date, last: date) -> list[Slot]:
        """Return the days between two, both included, on which a home can have a kind of work done; raises NoSuchHome."""

    def create(self, work: Work) -> str:
        """Key a piece of work and return their id of it; raises Rejected, NoSuchHome. Sent twice, look it up by `sent` first."""

    def sent(self, work: Work) -> str:
        """Return their id of a piece of work that an earlier try keyed; nothing where there is none."""

    def cancel(self, worksheet: str) -> None:
        """Cancel a piece of work; of what is cancelled or done already nothing comes."""

    def note(self, worksheet: str, text: str) -> None:
        """Add a note to a piece of work."""

    def outcome(self, worksheet: str) -> Outcome:
        """Return how a piece of work stands."""

    def read_callback(self, body: bytes) -> str:
        """Return their id of a piece of work that a callback says has changed; raises NotAgreed, Forged, and GiveUp where it says none."""

    def pairs(self) -> Sequence[tuple[str, str]]:
        """Return what they call their services: id and name, for whoever writes the council's table."""

    def check(self) -> str:
        """Say that address and key work; raises GiveUp, TryLater."""

"""The contract with whoever carries a report to another authority, and its answers back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

# What a report's new standing means to us; "open" is nothing new, "unknown" is an officer's to read.
State = Literal["open", "started", "fixed", "closed", "not_theirs", "unknown"]


@dataclass(frozen=True)
class Recipient:
    """An authority as a connector needs it: our code for it, its address, its jurisdiction if it has several.

    `statuses` are words of its own that mean something else, or nothing, to others.
    """

    code: str
    address: str
    jurisdiction: str = ""
    statuses: Mapping[str, State] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """What is passed on, once for its key. Contact details are empty unless the service passes them on."""

    key: str
    service: str
    description: str
    latitude: float | None = None
    longitude: float | None = None
    place: str = ""
    attributes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    photos: Sequence[bytes] = ()
    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Taken:
    """That it was taken: under their id, or a token that becomes one; `words` are what they say to that."""

    id: str = ""
    token: str = ""
    words: str = ""


@dataclass(frozen=True)
class Update:
    """Something that happened to a report there; `id` tells it from every other update of that authority.

    `status` is the word they use for it, as they write it.
    """

    id: str
    report: str
    at: datetime
    state: State
    words: str = ""
    status: str = ""


@dataclass(frozen=True)
class Unreadable:
    """An update of theirs that lacks something; `id` is the same each time it comes, `report` is empty where it lacks that."""

    id: str
    report: str
    lacks: str
    words: str = ""
    status: str = ""


class Carrier(Protocol):
    """Passes reports on. Raises outside's TryLater or GiveUp."""

    def send(self, to: Recipient, report: Report) -> Taken:
        """Send a report with our key; a recipient that honours keys takes it once."""

    def sent(self, to: Recipient, key: str) -> Taken | None:
        """Return what was taken under our key, where the recipient can say so."""

    def resolve(self, to: Recipient, token: str) -> str:
        """Return the id that a token became, or nothing while it has none."""

    def updates(
        self, to: Recipient, ids: Sequence[str], since: datetime
    ) -> Iterator[Update | Unreadable]:
        """Return what happened to some reports since a moment, the oldest first; some may come again.

        What cannot be read comes last, and never keeps back the rest. Where not all could be had, those that
        could come first, and then TryLater.
        """

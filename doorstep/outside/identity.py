"""The contract with an identity provider: who somebody is, as the council's own sign-in says, and which roles it gave them.

| what happens                                        | we say                             |
|-----------------------------------------------------|------------------------------------|
| it says who somebody is, and all of it is as we asked | a Person                           |
| it lets them not in, or they pressed "cancel"       | Declined                           |
| anything of what came back is not as it must be     | NotBelieved, with what             |
| it does not answer                                  | TryLater (`outside.errors`)        |

A person is (issuer, key): never an e-mail address or a name, which are changed, typed by others, and given to somebody else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from doorstep.outside import plug
from doorstep.outside.errors import GiveUp

SOCKET = "outside.identity"


class Declined(GiveUp):
    """They let this person not in, or the person did not go on."""


class NotBelieved(GiveUp):
    """What came back proves nothing; `reason` says what of it is wrong, in words of ours."""


@dataclass(frozen=True)
class Started:
    """A sign-in under way: where the browser goes, and what must come back with it; `fresh`: one must prove anew who one is."""

    url: str
    state: str
    nonce: str
    verifier: str
    at: datetime
    fresh: bool = False


@dataclass(frozen=True)
class Person:
    """Who came: `key` is theirs at the issuer for good; `roles` and `groups` are what it says of them now.

    `proved` is when they last proved who they are, where it says so; `overage`: they are in more groups than it names.
    """

    issuer: str
    key: str
    username: str
    name: str
    roles: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    proved: datetime | None = None
    overage: bool = False


class IdentityProvider(Protocol):
    """Whoever says who somebody is."""

    def start(self, *, back: str, fresh: bool, now: datetime) -> Started:
        """Begin a sign-in that comes back to `back`; raises TryLater, GiveUp."""

    def finish(
        self, *, started: Started, answer: Mapping[str, str], back: str, now: datetime
    ) -> Person:
        """Return who came back with `answer`, the fields of the address; raises Declined, NotBelieved, TryLater, GiveUp."""


def is_connected() -> bool:
    """Say whether this council has a sign-in of its own."""
    return plug.is_filled(SOCKET)


def provider() -> IdentityProvider:
    """Return whoever fills the socket."""
    connector: IdentityProvider = plug.get(SOCKET)
    return connector

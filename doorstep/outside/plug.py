"""Which connector fills a socket; the setting CONNECTORS names them. And what each is for, for staff and for residents."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Socket:
    """What a socket is for, in words for staff, and what residents and crews meet while what fills it is down.

    `public` are the words that residents read then, on every form that rests on it: what does not work, what does, what to do.
    A form rests on it by a kind of step of its workflow or by a fact, whose names stand here, and with `contact` only
    where it asks for such a way to reach the person. `hosts_of` gives the hosts that are asked for one service, by its
    slug, where that differs; otherwise the connector's `host()` says which it asks.
    """

    name: str
    words: str
    meanwhile: str
    public: str | Promise = ""
    steps: frozenset[str] = frozenset()
    facts: frozenset[str] = frozenset()
    contact: str = ""
    hosts_of: Callable[[str], Iterable[str]] | None = None

    @property
    def connector(self) -> str:
        """Return the name of the connector that fills it."""
        return str(settings.CONNECTORS[self.name]).rpartition(".")[2]

    def hosts(self, slug: str = "") -> frozenset[str]:
        """Return the hosts that are asked for a service, as `outside.heard` names them; none where it asks no other system."""
        if self.hosts_of is not None:
            return frozenset(self.hosts_of(slug))
        if not is_filled(self.name):
            return frozenset()
        host = getattr(get(self.name), "host", None)
        return frozenset({host()} - {""}) if host else frozenset()


_sockets: dict[str, Socket] = {}


def offer(socket: Socket) -> None:
    """Say what a socket is for."""
    _sockets[socket.name] = socket


def sockets() -> list[Socket]:
    """Return the sockets that rooms have, by name."""
    return sorted(_sockets.values(), key=lambda socket: socket.name)


def is_filled(socket: str) -> bool:
    """Say whether a socket that may stay empty has a connector here."""
    return bool(settings.CONNECTORS.get(socket))


@cache
def get(socket: str) -> Any:
    """Return the connector of a socket such as "messages.messenger"; raises KeyError when none."""
    return import_string(settings.CONNECTORS[socket])()

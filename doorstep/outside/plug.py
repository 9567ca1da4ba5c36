"""Which connector fills a socket; the setting CONNECTORS names them. And what each is for, for staff."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Socket:
    """What a socket is for, in words for staff, and what residents and crews meet while what fills it is down."""

    name: str
    words: str
    meanwhile: str

    @property
    def connector(self) -> str:
        """Return the name of the connector that fills it."""
        return str(settings.CONNECTORS[self.name]).rpartition(".")[2]


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

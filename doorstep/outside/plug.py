"""Which connector fills a socket; the setting CONNECTORS names them."""

from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


@cache
def get(socket: str) -> Any:
    """Return the connector of a socket such as "messages.messenger"; raises KeyError when none."""
    return import_string(settings.CONNECTORS[socket])()

"""Which outside systems do not answer just now, for what residents read: looked up once in a few seconds by each process.

Whoever did not answer is asked again each minute (`jobs.look`), so that what is said of it ends soon after it answers.
"""

import time
from collections.abc import Iterable
from datetime import datetime

from django.utils.functional import Promise

from doorstep.outside import heard, plug

LOOKED_SECONDS = 5.0
_NEVER: tuple[float, frozenset[str]] = (float("-inf"), frozenset())
_looked = _NEVER


def hosts(now: datetime) -> frozenset[str]:
    """Return the hosts that do not answer: as known some seconds ago, without a statement, or looked up in one."""
    global _looked
    at, known = _looked
    if time.monotonic() - at < LOOKED_SECONDS:
        return known
    _looked = (time.monotonic(), known)  # whoever comes meanwhile does not look too
    _looked = (time.monotonic(), heard.failing(now))
    return _looked[1]


def said(sockets: Iterable[plug.Socket], slug: str, now: datetime) -> list[str | Promise]:
    """Return what is said publicly of those of some sockets that are down for a service, each sentence once.

    Where all answer, the sockets are not even gone through.
    """
    failing = hosts(now)
    if not failing:
        return []
    return list(dict.fromkeys(s.public for s in sockets if s.public and s.hosts(slug) & failing))


def forget() -> None:
    """Look anew."""
    global _looked
    _looked = _NEVER

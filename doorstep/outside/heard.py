"""How each outside system answers, kept from every process: written when it changes and once a minute."""

import time
from datetime import datetime, timedelta
from threading import Lock

import structlog
from django.db import DatabaseError, connection
from django.db.models import F, Q
from django.utils import timezone

from doorstep.outside import http
from doorstep.outside.models import Heard

log = structlog.get_logger("doorstep.outside")
AGAIN_SECONDS = 60.0
KEPT = timedelta(days=90)
# What nobody has asked since is said of no system any more: longer than what waits for one is left alone (an hour).
SAID_FOR = timedelta(minutes=70)
_last: dict[str, tuple[float, str]] = {}
_lock = Lock()


def note(said: http.Said) -> None:
    """Note that a host answered, or what was wrong; a database that is away, or a transaction, keeps nobody from the call."""
    host, wrong = said.host, said.wrong
    with _lock:
        at, before = _last.get(host, (float("-inf"), ""))
        if before == wrong and time.monotonic() - at < AGAIN_SECONDS:
            return
        if connection.in_atomic_block:
            return  # what is rolled back later would take the note along; `calls.about` comes again after it
        _last[host] = (time.monotonic(), wrong)
    now = timezone.now()
    about = {"failed_at": now, "wrong": wrong[:200]} if wrong else {"answered_at": now}
    try:
        Heard.objects.update_or_create(host=host[:200], defaults=about)
    except DatabaseError as exc:
        log.warning("not_noted", host=host, error=type(exc).__name__)


def all_hosts() -> list[Heard]:
    """Return how every outside system answered lately, those that fail first."""
    rows = list(Heard.objects.order_by("host"))
    return sorted(rows, key=lambda h: not is_failing(h))


def is_failing(of: Heard) -> bool:
    """Say whether a system did not answer when it was last asked."""
    return of.failed_at is not None and (of.answered_at is None or of.failed_at > of.answered_at)


def failing(now: datetime) -> frozenset[str]:
    """Return the hosts that did not answer when they were last asked, in one statement."""
    never = Q(answered_at=None) | Q(failed_at__gt=F("answered_at"))
    rows = Heard.objects.filter(never, failed_at__gt=now - SAID_FOR)
    return frozenset(rows.values_list("host", flat=True))


def anew(host: str) -> None:
    """Have the next call to a host written down by this process, whatever it comes to."""
    with _lock:
        _last.pop(host, None)


def forget() -> None:
    """Forget who has not been asked for three months."""
    old = timezone.now() - KEPT
    Heard.objects.exclude(answered_at__gte=old).exclude(failed_at__gte=old).delete()

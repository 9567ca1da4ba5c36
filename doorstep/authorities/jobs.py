"""Sends in the queue, asks others what became of it, and goes on asking while something is with them, and for a while after."""

from datetime import datetime, timedelta

import structlog
from django.utils import timezone

from doorstep.authorities import actions, asking, overdue, queue
from doorstep.authorities.models import Passed
from doorstep.outside.errors import OutsideError

log = structlog.get_logger("doorstep.authorities")
# What could not be sent is tried again after a tenth of its age, between these.
OFTEN, SELDOM = timedelta(seconds=50), timedelta(hours=1)


@queue.send.does()
def send(passed_id: int) -> None:
    """Send one thing to an authority."""
    actions.send(passed_id=passed_id, now=timezone.now())


@queue.fetch.does()
def fetch(authority: str) -> None:
    """Ask one authority what became of what it has; one that cannot be had is asked again by `look`."""
    try:
        actions.fetch(authority=authority, now=timezone.now())
    except OutsideError as exc:
        # Our own words and their status: no address and nobody's name.
        log.warning("authority_not_had", authority=authority, said=str(exc)[:200])


def look() -> None:
    """Queue what waits to be sent, and a question to each authority that has something of ours.

    Officers are told of what has waited too long.
    """
    now = timezone.now()
    for row in Passed.objects.filter(state="waiting").order_by("asked_at")[:500]:
        if _is_due(row, now):
            queue.send.defer(passed_id=row.pk)
    for code in asking.due(now):
        queue.fetch.defer(authority=code)
    overdue.tell_officers(now=now)


def _is_due(row: Passed, now: datetime) -> bool:
    wait = min(max((now - row.asked_at) / 10, OFTEN), SELDOM)
    return (row.tried_at or row.asked_at) + wait <= now

"""Sends queued messages."""

from datetime import timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone

from doorstep.cases import access
from doorstep.cases import queries as cases
from doorstep.messages import actions, queue, receipts, sending
from doorstep.messages.models import Message
from doorstep.outside.errors import OutsideError

log = structlog.get_logger("doorstep.messages")
# How long a message stays that is about no case and no draft.
KEPT_DAYS = 7


def _give_up(message_id: int) -> None:
    sending.not_told(message_id=message_id, why="", now=timezone.now())


@queue.send.does(on_give_up=_give_up)
def send(message_id: int) -> None:
    """Send one message."""
    sending.send(message_id=message_id, now=timezone.now())


@queue.learn.does()
def learn(message_id: int) -> None:
    """Ask what became of one message; where the carrier cannot be had, the next minute asks again."""
    try:
        receipts.learn(message_id=message_id, now=timezone.now())
    except OutsideError as exc:
        log.warning("carrier_not_had", error=type(exc).__name__)


def ask_after() -> None:
    """Queue the question what became of messages whose turn has come."""
    for message_id in receipts.due(timezone.now()):
        queue.learn.defer(message_id=message_id)


@queue.send_code.does()
def send_code(access_id: str) -> None:
    """Send a code that was asked for."""
    actions.send_code(access_id=UUID(access_id), now=timezone.now())


def warn_of_expiry() -> None:
    """Tell those who saved a draft that it will be deleted in three days."""
    now = timezone.now()
    for draft in access.to_warn(now):
        with transaction.atomic():
            actions.tell_draft(draft=draft, name="expiring", now=now)
            access.warned(draft=draft, now=now)


def resend_lost() -> None:
    """Queue again what has waited ten minutes without being sent or given up."""
    old = timezone.now() - timedelta(minutes=10)
    waiting = Message.objects.filter(
        sent_at=None, failed_at=None, queued_at__lt=old, not_before=None
    )
    for message_id in waiting.values_list("id", flat=True)[:500]:
        queue.send.defer(message_id=message_id)


def send_reminders() -> None:
    """Queue the reminders whose moment has come; asked every minute."""
    due = Message.objects.filter(sent_at=None, failed_at=None, not_before__lte=timezone.now())
    for message_id in due.values_list("id", flat=True)[:500]:
        queue.send.defer(message_id=message_id)


def forget() -> None:
    """Empty the messages of cases that were erased, and delete old ones that no case needs."""
    now = timezone.now()
    erased = Message.objects.filter(case__in=cases.erased_lately(now))
    erased.exclude(to="").update(to="", subject="", body="", said="")
    old = now - timedelta(days=KEPT_DAYS)
    Message.objects.exclude(about="").filter(queued_at__lt=old).delete()

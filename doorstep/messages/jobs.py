"""Sends queued messages."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from doorstep.cases import actions as cases
from doorstep.messages.models import Message
from doorstep.outside import later
from doorstep.staff.actor import SYSTEM


def base_address() -> str:
    """Return the address that links in messages begin with."""
    return str(settings.BASE_ADDRESS)


def _give_up(message_id: int) -> None:
    now = timezone.now()
    message = Message.objects.get(id=message_id)
    message.failed_at = now
    message.save(update_fields=["failed_at"])
    text = f"The message “{message.name}” could not be sent. Please tell the person another way."
    cases.note(case_id=message.case_id, text=text, by=SYSTEM, now=now)


@later.job("messages.send", on_give_up=_give_up)
def send(message_id: int) -> None:
    """Send one message."""
    from doorstep.messages import actions

    actions.send(message_id=message_id, now=timezone.now())


def resend_lost() -> None:
    """Queue again what has waited ten minutes without being sent or given up."""
    old = timezone.now() - timedelta(minutes=10)
    waiting = Message.objects.filter(sent_at=None, failed_at=None, queued_at__lt=old)
    for message_id in waiting.values_list("id", flat=True)[:500]:
        send.defer(once=f"message-{message_id}", message_id=message_id)


def forget() -> None:
    """Empty the messages of cases that were erased."""
    Message.objects.filter(case__erased_at__isnull=False).exclude(to="").update(
        to="", subject="", body=""
    )

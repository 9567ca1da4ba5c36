"""Reads the outbox."""

from doorstep.cases.models import Case
from doorstep.messages.models import Message
from doorstep.messages.provider import Messenger, Outgoing
from doorstep.outside import plug


def was_written_to(case: Case) -> bool:
    """Say whether a message about a case has left, whose link leads back to it; a code is none."""
    sent = Message.objects.filter(case=case, sent_at__isnull=False)
    return sent.exclude(name="code").exists()


def outbox(reference: str) -> list[tuple[Message, Outgoing | None]]:
    """Return the latest messages, of one case when named, each with what the provider was given."""
    messenger: Messenger = plug.get("messages.messenger")
    messages = Message.objects.select_related("case").order_by("-queued_at", "-id")
    if reference:
        messages = messages.filter(case__reference=reference)
    return [(m, messenger.sent(m.key) if m.sent_at else None) for m in messages[:50]]

"""Reads the outbox."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db.models import F, QuerySet

from doorstep.cases.models import Case
from doorstep.messages.actions import CODE, LINK, reached_by
from doorstep.messages.models import Message
from doorstep.messages.provider import Messenger, Outgoing
from doorstep.messages.short import parts_of
from doorstep.outside import plug
from doorstep.outside.kept import kept


def can_be_told(case: Case) -> bool:
    """Say whether a case's person can be sent an e-mail or a text message."""
    return bool(reached_by(case)[1])


def was_written_to(case: Case) -> bool:
    """Say whether a message about a case has left, whose link leads back to it; a code is none."""
    return bool(_written(case.pk))


@kept
def _written(case_id: int) -> QuerySet[Message, int]:
    sent = Message.objects.filter(case=case_id, sent_at__isnull=False).exclude(name="code")
    return sent.values_list("id", flat=True)[:1]


def outbox(reference: str) -> list[tuple[Message, Outgoing | None]]:
    """Return the latest messages, of one case when named, each with what the provider was given."""
    messenger: Messenger = plug.get("messages.messenger")
    messages = Message.objects.select_related("case").order_by("-queued_at", "-id")
    if reference:
        messages = messages.filter(case__reference=reference)
    return [(m, messenger.sent(m.key) if m.sent_at else None) for m in messages[:50]]


def to_come(case: Case) -> list[tuple[str, datetime]]:
    """Return the reminders of a case that have not left, each with its moment, the next first; not those of a stage it has left."""
    waiting = Message.objects.filter(case=case, sent_at=None, failed_at=None)
    waiting = waiting.filter(not_before__isnull=False, while_in__in=("", case.stage))
    found = waiting.order_by("not_before", "id").values_list("name", "not_before")
    return [(name, at) for name, at in found if at]


# `later`: it waits for its moment, a reminder's or the end of quiet hours; `never`: that would have been
# a reminder, but its case has moved on.
State = Literal["waiting", "later", "never", "sent", "delivered", "failed"]
# What stands for a link or a code in a copy for staff, as long as the real ones are.
SHOWN = {LINK: "…" * 80, CODE: "…" * 6}


@dataclass(frozen=True)
class Told:
    """A message of a case as staff see it: its state, its words without link and code, the parts of a text."""

    message: Message
    state: State
    words: str
    parts: int
    can_repeat: bool
    was_repeated: bool


def told(case: Case) -> list[Told]:
    """Return what a case's person was told or will be, the latest first."""
    messages = _of_case(case.pk)
    repeated = {m.again_of_id for m in messages if m.failed_at is None}
    return [_told(message, message.pk in repeated, case.stage) for message in messages]


def told_of(case_ids: list[int]) -> list[Told]:
    """Return what was told in these cases, the latest first, at most fifty."""
    messages = Message.objects.filter(case__in=case_ids).order_by("-queued_at", "-id")
    shown = messages.annotate(stands_in=F("case__stage"))[:50]
    repeated = {m.again_of_id for m in shown if m.failed_at is None}
    return [_told(message, message.pk in repeated, message.stands_in) for message in shown]


@kept
def _of_case(case_id: int) -> QuerySet[Message]:
    return Message.objects.filter(case=case_id).order_by("-queued_at", "-id")


def _told(message: Message, was_repeated: bool, stage: str) -> Told:
    state, long = _state(message, stage), message.body
    for mark, shown in SHOWN.items():
        long = long.replace(mark, shown)
    parts = parts_of(long.replace("…", "x")) if message.channel == "text" else 0
    words = message.body.replace(LINK, "[…]").replace(CODE, "[…]")
    can_repeat = state in ("sent", "delivered", "failed") and message.name != "code"
    return Told(message, state, words, parts, can_repeat and bool(message.to), was_repeated)


def _state(message: Message, stage: str) -> State:
    if message.failed_at:
        return "failed"
    if message.sent_at:
        return "delivered" if message.delivered_at else "sent"
    if message.while_in and message.while_in != stage:
        return "never"
    return "later" if message.not_before else "waiting"

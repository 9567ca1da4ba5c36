"""Tells someone again, or another way: by e-mail, by text message, by a letter or a call that a person sees to."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from doorstep.cases import needs_person, timeline
from doorstep.cases.locking import locked
from doorstep.cases.models import Case
from doorstep.catalogue.words import fill
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.messages import queue, texts
from doorstep.messages.actions import LINK, in_short
from doorstep.messages.models import Message
from doorstep.messages.short import mobile_in
from doorstep.staff.actor import Actor

# What a person is asked to do, by the way; the others are ours to do.
ASKED = {
    "letter": ("write", "Please write a letter: the message “{name}” has to be told again."),
    "call": ("ring", "Please ring the person: the message “{name}” has to be told again."),
}
DONE = "The message “{name}” is sent again to the person’s {where}."


def ways(case: Case) -> list[str]:
    """Return the ways in which someone can be told now: "email", "text", "letter", "call"."""
    customer = case.customer
    if customer is None:
        return []
    texts = council.current().texts is not None and bool(mobile_in(customer.phone))
    open_ways = [("email", bool(customer.email)), ("text", texts)]
    open_ways += [("letter", case.place_id is not None), ("call", bool(customer.phone))]
    return [way for way, there in open_ways if there]


@transaction.atomic
def tell_again(*, case: Case, message_id: int, way: str, by: Actor, now: datetime) -> None:
    """Tell a case's person once more what a message said; raises Refused("way_gone"), Refused("told_again").

    A message that is still on its way again is not doubled by a second press.
    """
    messages = Message.objects.select_for_update(of=("self",)).filter(case=case, id=message_id)
    message = messages.exclude(name="code").exclude(to="").first()
    if message is None or way not in ways(case):
        raise Refused("way_gone")
    if way in ASKED:
        kind, text = ASKED[way]
        text = text.format(name=message.subject)
        needs_person.ask_officer(case_id=case.pk, text=text, by=by, now=now, kind=kind)
        return needs_person.done(case_id=case.pk, topic=message.topic, by=by, now=now)
    if _is_waiting(message) or message.again.filter(channel=way, failed_at=None).exists():
        raise Refused("told_again")
    again = _copy(message, case, way, now)
    queue.send.defer(message_id=again.pk)
    where = "mobile telephone" if way == "text" else "e-mail address"
    text = DONE.format(name=message.subject, where=where)
    timeline.write(locked(case.pk), "note", by=by, now=now, text=text, ours=True)
    return needs_person.done(case_id=case.pk, topic=message.topic, by=by, now=now)


@transaction.atomic
def send_link(
    *, case: Case, way: str, words: Mapping[str, str], by: Actor, now: datetime
) -> Message:
    """Send a case's person the link to pay, by "email" or "text"; raises Refused("way_gone"), Refused("told_again").

    `words` name the sum and the reference. One that is still on its way is not doubled by a second press.
    """
    if way not in ways(case) or way in ASKED:
        raise Refused("way_gone")
    links = Message.objects.select_for_update(of=("self",)).filter(case=case, name="pay_link")
    if links.filter(channel=way, sent_at=None, failed_at=None).exists():
        raise Refused("told_again")
    assert case.customer is not None
    with council.speaking(case.language):
        named = {**words, "link": LINK, **texts.here()}
        subject, body = (fill(t, named) for t in texts.OURS["pay_link"]())
        short = in_short(subject)
    message = Message.objects.create(
        case=case,
        key=f"{case.reference}-{secrets.token_hex(4)}",
        name="pay_link",
        channel=way,
        to=case.customer.email if way == "email" else mobile_in(case.customer.phone),
        subject=subject,
        body=short if way == "text" else body,
        queued_at=now,
    )
    queue.send.defer(message_id=message.pk)
    timeline.write(locked(case.pk), "told", by=by, now=now, message="pay_link")
    return message


def _is_waiting(message: Message) -> bool:
    return message.sent_at is None and message.failed_at is None


def _copy(message: Message, case: Case, way: str, now: datetime) -> Message:
    assert case.customer is not None
    first = message
    while first.again_of is not None:  # what a text left out stands there
        first = first.again_of
    with council.speaking(case.language):
        short = in_short(first.subject)
    return Message.objects.create(
        case=case,
        key=f"{case.reference}-{secrets.token_hex(4)}",
        name=message.name,
        channel=way,
        to=case.customer.email if way == "email" else mobile_in(case.customer.phone),
        subject=first.subject,
        body=short if way == "text" else first.body,
        queued_at=now,
        again_of=message,
    )

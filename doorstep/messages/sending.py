"""Hands queued messages over: the row first, then the call outside any transaction, then what came of it.

A worker that died between call and note leaves `begun_at`: the next run asks the provider whether it
was taken before it sends again. Where the provider cannot say, the message is not sent a second time;
a person is asked to tell the addressee. Only what nobody could be asked about (a link to a draft, a
note that was subscribed to, a code someone waits for) goes twice rather than not at all.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from doorstep.cases import access as case_access
from doorstep.cases import needs_person
from doorstep.council import addresses
from doorstep.council import queries as council
from doorstep.messages.actions import CODE, LINK, token_of
from doorstep.messages.models import Message
from doorstep.messages.provider import Messenger, Outgoing, Receipt, Undeliverable, Unsure, Why
from doorstep.messages.short import quiet_until
from doorstep.outside import calls, plug
from doorstep.outside.errors import GiveUp, TryLater
from doorstep.outside.kept import kept
from doorstep.staff.actor import SYSTEM

# What a person is asked, by why a message did not arrive; "" is an error that says no more.
NOTES: dict[Why | str, str] = {
    "": "The message “{name}” could not be sent.",
    "address": "The message “{name}” could not be delivered: its address does not exist.",
    "for_now": "The message “{name}” could not be delivered: it was tried for some time.",
    "theirs": "The message “{name}” could not be delivered: something went wrong at its carrier’s.",
    "refused": "The message “{name}” could not be sent: it was refused.",
    "unsure": "It is not known whether the message “{name}” left: the connection broke off.",
    "silent": "It is not known whether the message “{name}” arrived: nothing was heard of it.",
}
ASK = " Please tell the person another way."


SOCKETS = ("messages.messenger", "messages.texts")


def messenger(channel: str) -> Messenger:
    """Return whoever carries e-mails ("email") or text messages ("text")."""
    carrier: Messenger = plug.get(SOCKETS[channel == "text"])
    return carrier


@dataclass(frozen=True)
class _Begun:
    """A message about to be handed over; `again` when an earlier try left no note of how it ended."""

    outgoing: Outgoing
    channel: str
    again: bool
    twice_if_need_be: bool
    case_id: int | None


def send(*, message_id: int, now: datetime) -> None:
    """Hand a queued message to its provider, once; raises TryLater, and GiveUp for what is wrong on our side."""
    with _alone(message_id):
        begun = _begin(message_id, now)
        if begun is None:
            return
        try:
            with calls.about(lambda: begun.case_id):
                receipt = _earlier(begun) if begun.again else None
                receipt = receipt or _hand_over(begun, message_id)
        except Unsure:
            not_told(message_id=message_id, why="unsure", now=now)
        except Undeliverable as exc:
            not_told(message_id=message_id, why=exc.why, said=exc.said, now=now)
        else:
            _sent(message_id, receipt, now)


@contextmanager
def _alone(message_id: int) -> Iterator[None]:
    """Keep every other worker from the same message; raises TryLater when one is at it.

    The lock is the connection's, so it ends with a worker that dies, and holds no row.
    """
    what = ("doorstep.messages.send", message_id)
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(hashtextextended(%s, %s))", what)
        if cursor.fetchone() != (True,):
            raise TryLater("another worker is at it")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(hashtextextended(%s, %s))", what)


@kept
def _locked(message_id: int) -> QuerySet[Message]:
    messages = Message.objects.select_for_update(of=("self",)).select_related("case", "draft")
    return messages.filter(id=message_id)


@transaction.atomic
def _begin(message_id: int, now: datetime) -> _Begun | None:
    """Note that a message is being handed over; nothing when it was, or when nobody needs it any more."""
    message = _locked.first(message_id)
    if message is None or message.sent_at:
        return None  # sent before, or its draft is gone
    gone_by = message.while_in and (
        message.case is None or message.case.stage != message.while_in
    )  # a reminder of what is no longer so
    outgoing = None if gone_by or not message.to else _outgoing(message, now)
    if outgoing is None:  # out of date, or its case was erased while it waited
        message.delete()
        return None
    quiet = quiet_until(now) if message.channel == "text" else None
    if quiet:  # the look of each minute takes it up then
        Message.objects.filter(id=message_id).update(not_before=quiet)
        return None
    again, message.begun_at = message.begun_at is not None, now
    message.save(update_fields=["begun_at"])
    nobody_to_ask = message.case_id is None or message.name == "code"
    return _Begun(outgoing, message.channel, again, nobody_to_ask, message.case_id)


def _outgoing(message: Message, now: datetime) -> Outgoing | None:
    """Return a message as it leaves, its link or code made only now; nothing when it is out of date."""
    body, link = message.body, ""
    if message.name == "code":
        access = UUID(message.key.removeprefix("code-"))
        body = body.replace(CODE, case_access.make_code(access_id=access))
    else:
        made = _link(message, now)
        if made is None:
            return None
        link = made if LINK in body else ""
        body = body.replace(LINK, made)
    templates = council.current().messages
    return Outgoing(
        key=message.key,
        to=message.to,
        subject=message.subject,
        body=body,
        unsubscribe=_unsubscribe(message),
        link=link,
        template=templates.get(
            f"{message.channel}.{message.name}", templates.get(message.channel, "")
        ),
    )


def _link(message: Message, now: datetime) -> str | None:
    if message.about:
        link_token = token_of(message.about if message.one_click else message.key)
        return f"{addresses.base()}{message.path}{link_token}"
    if message.draft is not None:
        token = case_access.make_draft_link(draft_id=message.draft.id, key=message.key)
        return addresses.link("resume", slug=message.draft.slug, token=token) if token else None
    assert message.case is not None
    token = case_access.make_link(case=message.case, key=message.key, now=now)
    return addresses.link("open_case", token=token)


def _unsubscribe(message: Message) -> str:
    if not message.one_click:
        return ""
    return f"{addresses.base()}{message.path}{token_of(message.about)}"


def _earlier(begun: _Begun) -> Receipt | None:
    """Return the receipt of an earlier try, if it got through; raises Unsure, TryLater."""
    try:
        return messenger(begun.channel).taken(begun.outgoing.key)
    except Unsure:
        if begun.twice_if_need_be:
            return None
        raise


def _hand_over(begun: _Begun, message_id: int) -> Receipt:
    """Call the provider; only what surely was not taken leaves no mark of this try."""
    carrier = messenger(begun.channel)
    try:
        if begun.channel == "text":
            return carrier.send_text(begun.outgoing)
        return carrier.send_email(begun.outgoing)
    except Unsure as exc:
        # The mark stays, so the next run asks the provider before anything else.
        raise TryLater("it is not known whether a message left") from exc
    except (TryLater, GiveUp):
        Message.objects.filter(id=message_id).update(begun_at=None)
        raise


def _sent(message_id: int, receipt: Receipt, now: datetime) -> None:
    """Note that the provider took it; whatever was noted of an earlier failure is over."""
    Message.objects.filter(id=message_id, sent_at=None).update(
        sent_at=now,
        receipt=receipt.id,
        ask_at=now if receipt.follows else None,
        begun_at=None,
        failed_at=None,
        why_not="",
        said="",
    )


@transaction.atomic
def not_told(*, message_id: int, why: Why | str, now: datetime, said: str = "") -> None:
    """Note that a message did not arrive, and ask a person to tell the addressee; twice does no harm."""
    message = Message.objects.select_for_update(of=("self",)).filter(id=message_id).first()
    if message is None or (message.failed_at and message.why_not == why and why):
        return
    message.failed_at, message.why_not, message.said = now, why, said[:300]
    message.ask_at = None
    message.save(update_fields=["failed_at", "why_not", "said", "ask_at"])
    if message.case_id is None or message.name == "code":
        return  # there is no case to note it on, or the person sees that no code came
    text = NOTES[why].format(name=message.subject or message.name.replace("_", " ")) + ASK
    needs_person.ask_officer(
        case_id=message.case_id,
        text=text,
        by=SYSTEM,
        now=now,
        kind="tell",
        topic=message.topic,
    )

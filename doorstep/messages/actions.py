"""Puts messages into the outbox and sends them."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from doorstep.cases import access as case_access
from doorstep.cases.models import Case, Draft
from doorstep.cases.values import words_of
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.words import fill
from doorstep.council import addresses
from doorstep.council import queries as council
from doorstep.messages import queue, texts
from doorstep.messages.models import Message
from doorstep.messages.provider import Messenger, Outgoing
from doorstep.outside import plug
from doorstep.outside.secret import derived

# Stand for the link and the code until the message leaves; no answer can hold these characters.
LINK, CODE = "\ue000", "\ue001"


def tell(
    *,
    case: Case,
    name: str,
    now: datetime,
    said: Mapping[str, str] | None = None,
    at: datetime | None = None,
) -> Message | None:
    """Queue a service's message to the person behind a case; no address, no message.

    `said` are words just written for this person, such as an officer's reply. With `at` it is a
    reminder: it leaves then, if the case still stands in the same stage; of a moment gone by there is none.
    A stage that is entered again has one reminder, the new one.
    """
    if at is not None:
        old = Message.objects.filter(case=case, name=name, sent_at=None)
        old.exclude(not_before=None).delete()
    if at is not None and at <= now:
        return None
    if case.customer is None or not case.customer.email:
        return None
    with council.speaking(case.language):
        text = catalogue.service(case.version_id).messages[name]
        words = {**words_of(case), **(said or {}), "link": LINK}
        # The link's token is made when the message leaves, so that no row of ours holds it.
        subject, body = fill(text.subject, words), fill(text.body, words)
    message = Message.objects.create(
        case=case,
        key=f"{case.reference}-{secrets.token_hex(4)}",
        name=name,
        channel="email",
        to=case.customer.email,
        subject=subject,
        body=body,
        queued_at=now,
        not_before=at,
        while_in=case.stage if at else "",
    )
    if at is None:
        queue.send.defer(message_id=message.pk)
    return message


def tell_draft(*, draft: Draft, name: str, now: datetime) -> Message:
    """Queue the link to a saved draft ("saved"), or the warning that it will end ("expiring")."""
    key = f"draft-{uuid4().hex}"
    case_access.save_draft(draft=draft, email=draft.saved_to, key=key, now=draft.updated_at)
    with council.speaking(draft.language):
        subject, body = (fill(t, _about(draft)) for t in texts.OURS[name]())
    message = Message.objects.create(
        draft=draft,
        key=key,
        name=name,
        channel="email",
        to=draft.saved_to,
        subject=subject,
        body=body,
        queued_at=now,
    )
    queue.send.defer(message_id=message.pk)
    return message


def _about(draft: Draft) -> dict[str, object]:
    title = catalogue.service(draft.version_id).about.title
    until = case_access.expires_at(draft)
    return {"title": title, "until": until, "link": LINK, **texts.here()}


def save(*, draft: Draft, email: str, now: datetime) -> None:
    """Save a draft and send its link to an address; a link sent elsewhere before stops working."""
    with transaction.atomic():
        draft.saved_to, draft.updated_at, draft.language = email, now, council.language()
        tell_draft(draft=draft, name="saved", now=now)


def ask_code(*, reference: str, email: str, now: datetime) -> UUID:
    """Queue a code to the contact of a case; the same is done whether or not there is such a case."""
    with transaction.atomic():
        access = case_access.ask_access(reference=reference, email=email, now=now)
        queue.send_code.defer(access_id=str(access.id))
    return access.id


def send_code(*, access_id: UUID, now: datetime) -> None:
    """Send the code that was asked for, if the contact is the case's own."""
    case = case_access.case_asked_for(access_id)
    key = f"code-{access_id.hex}"
    if case is None or case.customer is None or Message.objects.filter(key=key).exists():
        return
    with council.speaking(case.language):
        words = {"reference": case.reference, "code": CODE, **texts.here()}
        subject, body = (fill(t, words) for t in texts.OURS["code"]())
    message = Message.objects.create(
        case=case,
        key=key,
        name="code",
        channel="email",
        to=case.customer.email,
        subject=subject,
        body=body,
        queued_at=now,
    )
    queue.send.defer(message_id=message.pk)


@dataclass(frozen=True)
class Mail:
    """A message about something of a room above: its words, and where its link (LINK) leads.

    The link's token is made of `key`, or of `about` when it stops all such messages by one click.
    """

    about: str
    key: str
    name: str
    to: str
    subject: str
    body: str
    path: str
    one_click: bool = False


def token_of(key: str) -> str:
    """Return the token of a link, made from a key: the same each time; only its hash is kept."""
    return derived("messages.link", key)[:40]


def tell_about(*, mail: Mail, now: datetime) -> None:
    """Queue a message about something of a room above, once for its key."""
    fields = {k: v for k, v in asdict(mail).items() if k != "key"}
    message, is_new = Message.objects.get_or_create(
        key=mail.key, defaults={**fields, "channel": "email", "queued_at": now}
    )
    if is_new:
        queue.send.defer(message_id=message.pk)


def withdraw(*, about: str) -> None:
    """Delete the messages about something, sent or not: nobody needs them any more."""
    Message.objects.filter(about=about).delete()


def _unsubscribe(message: Message) -> str:
    if not message.one_click:
        return ""
    return f"{addresses.base()}{message.path}{token_of(message.about)}"


def _secret(message: Message, now: datetime) -> str | None:
    """Return a message's body with its link or code, made only now; nothing when it is out of date."""
    if message.name == "code":
        access = UUID(message.key.removeprefix("code-"))
        return message.body.replace(CODE, case_access.make_code(access_id=access))
    if message.about:
        link_token = token_of(message.about if message.one_click else message.key)
        return message.body.replace(LINK, f"{addresses.base()}{message.path}{link_token}")
    if message.draft is not None:
        token = case_access.make_draft_link(draft_id=message.draft.id, key=message.key)
        there = addresses.link("resume", slug=message.draft.slug, token=token)
        return message.body.replace(LINK, there) if token else None
    assert message.case is not None
    token = case_access.make_link(case=message.case, key=message.key, now=now)
    return message.body.replace(LINK, addresses.link("open_case", token=token))


def send(*, message_id: int, now: datetime) -> None:
    """Hand a queued message to the provider, once; the provider honours our key."""
    with transaction.atomic():
        messages = Message.objects.select_for_update(of=("self",)).select_related("case", "draft")
        message = messages.filter(id=message_id).first()
        if message is None or message.sent_at:
            return  # sent before, or its draft is gone
        if message.while_in and (message.case is None or message.case.stage != message.while_in):
            message.delete()  # a reminder of what is no longer so
            return
        if not message.to:
            message.delete()  # its case was erased while it waited
            return
        body = _secret(message, now)
        if body is None:
            message.delete()
            return
        messenger: Messenger = plug.get("messages.messenger")
        fields = (message.to, message.subject, body, _unsubscribe(message))
        receipt = messenger.send_email(Outgoing(message.key, *fields))
        message.sent_at, message.receipt = now, receipt.id
        message.save(update_fields=["sent_at", "receipt"])

"""Puts messages into the outbox."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from doorstep.cases import access as case_access
from doorstep.cases import handing
from doorstep.cases.models import Case, Draft
from doorstep.cases.values import words_of
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.words import fill
from doorstep.council import queries as council
from doorstep.council.errors import Refused
from doorstep.messages import queue, texts
from doorstep.messages.models import Message
from doorstep.messages.short import mobile_in, plainer
from doorstep.outside.secret import derived
from doorstep.staff.actor import Actor

# Stand for the link and the code until the message leaves; no answer can hold these characters.
LINK, CODE = "\ue000", "\ue001"
# Codes that go to one case's mailbox within an hour.
MOST_CODES = 10


def tell(
    *,
    case: Case,
    name: str,
    now: datetime,
    said: Mapping[str, str] | None = None,
    at: datetime | None = None,
    once: bool = False,
) -> Message | None:
    """Queue a service's message to the person behind a case: by e-mail, else by text; no address, no message.

    `said` are words just written for this person, such as an officer's reply. With `at` it is a
    reminder: it leaves then, if the case still stands in the same stage; of a moment gone by there is none.
    A stage that is entered again has one reminder, the new one. `once`: not where its very words were sent already.
    """
    if at is not None:
        old = Message.objects.filter(case=case, name=name, sent_at=None)
        old.exclude(not_before=None).delete()
    if at is not None and at <= now:
        return None
    channel, to = reached_by(case)
    if not to:
        return None
    with council.speaking(case.language):
        text = catalogue.service(case.version_id).messages[name]
        words = {**words_of(case), **(said or {}), "link": LINK}
        # The link's token is made when the message leaves, so that no row of ours holds it.
        subject, body = fill(text.subject, words), fill(text.body, words)
        body = in_short(subject) if channel == "text" else body
    same = Message.objects.filter(case=case, name=name, subject=subject, body=body)
    if once and same.exclude(sent_at=None).exists():
        return None
    message = Message.objects.create(
        case=case,
        key=f"{case.reference}-{secrets.token_hex(4)}",
        name=name,
        channel=channel,
        to=to,
        subject=subject,
        body=body,
        queued_at=now,
        not_before=at,
        while_in=case.stage if at else "",
    )
    if at is None:
        queue.send.defer(message_id=message.pk)
    return message


def subject_of(case: Case, name: str) -> str:
    """Return what one of a service's messages about a case is headed, by which staff know it; else its name in words."""
    text = catalogue.service(case.version_id).messages.get(name)
    return fill(text.subject, words_of(case)) if text else name.replace("_", " ")


def reached_by(case: Case) -> tuple[str, str]:
    """Return how a case's person is told, "email" or "text", and where; nothing where neither can be.

    By e-mail where they gave an address, unless staff noted that they like a text message better.
    """
    customer = case.customer
    if customer is None:
        return "email", ""
    likes_texts = customer.person is not None and customer.person.shown.reach == "text"
    if customer.email and not likes_texts:
        return "email", customer.email
    mobile = mobile_in(customer.phone) if council.current().texts and customer.phone else ""
    return ("email", customer.email) if customer.email and not mobile else ("text", mobile)


def in_short(subject: str) -> str:
    """Return a message as a text, which has room for little: what it is about, and where the rest is read."""
    return plainer(f"{subject}\n{LINK}\n{council.current().name}")


def tell_draft(*, draft: Draft, name: str, now: datetime) -> Message:
    """Queue the link to a saved draft ("saved", or "sent_on" by staff), or the warning that it will end ("expiring")."""
    key = f"draft-{uuid4().hex}"
    case_access.save_draft(draft=draft, email=draft.saved_to, key=key, now=draft.updated_at)
    with council.speaking(draft.language):
        subject, body = (fill(t, _about(draft)) for t in texts.OURS[name]())
    by_text = "@" not in draft.saved_to
    message = Message.objects.create(
        draft=draft,
        key=key,
        name=name,
        channel="text" if by_text else "email",
        to=draft.saved_to,
        subject=subject,
        body=in_short(subject) if by_text else body,
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


def send_on(*, draft: Draft, to: str, by: Actor, now: datetime) -> None:
    """Send the link to a form that staff fill in for somebody to them, so that they go on with it themselves.

    By e-mail, or by text to a mobile number. Raises Refused("not_sent_on"), ("not_online"), ("no_texts"), ("not_mobile").
    """
    if not handing.may_be_sent_on(draft):
        raise Refused("not_sent_on")
    if not catalogue.service(draft.version_id).is_online:
        raise Refused("not_online")
    if "@" not in to:
        if council.current().texts is None:
            raise Refused("no_texts")
        to = mobile_in(to)
        if not to:
            raise Refused("not_mobile")
    with transaction.atomic():
        handing.sent_on(draft=draft, by=by, now=now)
        draft.saved_to = to
        tell_draft(draft=draft, name="sent_on", now=now)


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
    # Whoever asks: counted only here, where a mail would leave, so that nobody's asking in vain shuts a mailbox out.
    codes = Message.objects.filter(case=case, name="code", queued_at__gt=now - timedelta(hours=1))
    if codes.count() >= MOST_CODES:
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

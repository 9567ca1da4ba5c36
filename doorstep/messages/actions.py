"""Puts messages into the outbox and sends them."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from doorstep.cases import actions as cases
from doorstep.cases.models import Case
from doorstep.cases.values import words_of
from doorstep.catalogue import queries as catalogue
from doorstep.catalogue.words import fill
from doorstep.messages import jobs
from doorstep.messages.models import Message
from doorstep.messages.provider import Messenger, Outgoing
from doorstep.outside import plug

# Stands for the link until the message leaves; no answer can hold this character.
LINK = "\ue000"


def tell(
    *, case: Case, name: str, now: datetime, said: Mapping[str, str] | None = None
) -> Message | None:
    """Queue a service's message to the person behind a case; no address, no message.

    `said` are words just written for this person, such as an officer's reply.
    """
    if case.customer is None or not case.customer.email:
        return None
    text = catalogue.service(case.version_id).messages[name]
    words = {**words_of(case), **(said or {})}
    message = Message.objects.create(
        case=case,
        key=f"{case.reference}-{secrets.token_hex(4)}",
        name=name,
        channel="email",
        to=case.customer.email,
        subject=fill(text.subject, words),
        # The link's token is made when the message leaves, so that no row of ours holds it.
        body=fill(text.body, {**words, "link": LINK}),
        queued_at=now,
    )
    jobs.send.defer(message_id=message.pk)
    return message


def send(*, message_id: int, now: datetime) -> None:
    """Hand a queued message to the provider, once; the provider honours our key."""
    with transaction.atomic():
        found = Message.objects.select_for_update(of=("self",)).select_related("case")
        message = found.get(id=message_id)
        if message.sent_at:
            return
        token = cases.make_link(case=message.case, key=message.key, now=now)
        link = f"{jobs.base_address()}/case/open/{token}"
        body = message.body.replace(LINK, link)
        messenger: Messenger = plug.get("messages.messenger")
        receipt = messenger.send_email(Outgoing(message.key, message.to, message.subject, body))
        message.sent_at, message.receipt = now, receipt.id
        message.save(update_fields=["sent_at", "receipt"])

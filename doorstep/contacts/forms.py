"""The forms of a contact: each is bound to the one in which it was begun, and is a restricted person's where that contact is."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from doorstep.cases import drafts, handing
from doorstep.cases.models import Draft
from doorstep.contacts.models import Contact, FormBegun

# While somebody goes on with a form, its contact is said to go on once in so long.
NOTED_EVERY = timedelta(minutes=1)


@transaction.atomic
def bind(*, contact: Contact, draft: Draft) -> None:
    """Say that a form was begun in a contact, or taken in it from its person: of two it is the later one's."""
    FormBegun.objects.update_or_create(draft_id=draft.pk, defaults={"contact": contact})
    keep_shut(contact=contact, draft=draft)


def keep_shut(*, contact: Contact, draft: Draft) -> None:
    """Have a form be for the person of its contact where they are restricted: its case is, too, and no link to it goes out."""
    person = contact.person.shown if contact.person else None
    if person is not None and person.restricted and draft.begun_for is None:
        drafts.begun_for(draft=draft, person_id=person.pk)


def contact_of(draft: Draft) -> Contact | None:
    """Return the contact of a form; nothing of one that was begun in none."""
    return Contact.objects.filter(forms__draft=draft.pk).select_related("person__same_as").first()


def is_bound(contact: Contact, draft: Draft) -> bool:
    """Say whether a form is one of a contact."""
    return contact.forms.filter(draft=draft.pk).exists()


def goes_on(*, draft: Draft, now: datetime) -> None:
    """Say of a form's contact that it goes on: once a minute, and nothing once it is over."""
    old = Contact.objects.filter(ended_at=None, last_at__lt=now - NOTED_EVERY)
    old.filter(forms__draft=draft.pk).update(last_at=now)


def is_of(*, contact: Contact, draft_id: UUID) -> bool:
    """Say whether a form is one of a contact, no restricted person's and about no case: of others a turned screen shows nothing."""
    row = contact.forms.filter(draft=draft_id).select_related("draft").first()
    return row is not None and handing.may_be_sent_on(row.draft)

"""Begins and ends contacts, and keeps what was done in them: whoever took one says so, or who watches over them all."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists

from doorstep.cases import timeline
from doorstep.cases.locking import locked as locked_case
from doorstep.cases.models import Case
from doorstep.catalogue.channels import ADVISER_CHANNELS
from doorstep.contacts import queries
from doorstep.contacts.models import NOTE, NUMBER, Act, Contact
from doorstep.contacts.reasons import FAILURE, KINDS, OFFERED, VALUE, is_reason
from doorstep.council.errors import Refused
from doorstep.customers.models import Person
from doorstep.places.models import Property
from doorstep.staff.actor import Actor
from doorstep.staff.models import StaffUser

# An end that was a slip can be taken back for so long.
AGAIN = timedelta(minutes=10)
# Begun twice within so long by one person, it is one contact: a key pressed twice, or the telephone and the key.
TWICE = timedelta(seconds=3)
# One in which nothing was done for so long ends by itself.
FORGOTTEN = timedelta(minutes=60)
# Who may say of somebody else's contact what it was about.
CORRECT = "contacts.correct"
# Between two notes of one contact.
BESIDE = " · "
# The line of a case that says that somebody who asked was told where it stands.
TOLD = "told where it stands"


@dataclass(frozen=True)
class Said:
    """What a person says of a contact as it ends; nothing given (None): as the rule has it, or as it was.

    `demand` is "value", or of failure demand its kind.
    """

    reason: str | None = None
    demand: str | None = None
    offered: str | None = None
    note: str = ""


@transaction.atomic
def begin(
    *,
    channel: str,
    by: StaffUser,
    now: datetime,
    number: str = "",
    person: Person | None = None,
    home: Property | None = None,
) -> Contact:
    """Begin a contact; the one that is open waits meanwhile. Raises Refused("channel_missing").

    Of two that one person begins within three seconds, with nothing done between, the second is the first.
    """
    if channel not in ADVISER_CHANNELS:
        raise Refused("channel_missing")
    _alone(by)
    about = (number[:NUMBER], person, home)
    if (same := _begun_just_now(channel, by, now, *about)) is not None:
        return same
    _hold_open(by, now)
    made = Contact.objects.create(
        channel=channel,
        by=by,
        begun_at=now,
        last_at=now,
        number=number[:NUMBER],
        person=person,
        had_person=person is not None,
        home=home or (person.home if person else None),
    )
    note_on_screen(by.pk)
    return made


def note_on_screen(staff_id: int) -> None:
    """Keep with somebody whether contacts of theirs stand on a screen, so that each page knows it by who is signed in."""
    mine = queries.standing(staff_id)
    StaffUser.objects.filter(pk=staff_id).update(has_contacts=Exists(mine))


def _alone(by: StaffUser) -> None:
    """See to it that somebody begins no other contact until the transaction ends."""
    StaffUser.objects.select_for_update(no_key=True).get(pk=by.pk)


def _begun_just_now(
    channel: str,
    by: StaffUser,
    now: datetime,
    number: str,
    person: Person | None,
    home: Property | None,
) -> Contact | None:
    """Return the contact that somebody began a moment ago and did nothing in, with the number and the person it lacked."""
    rows = Contact.objects.filter(by=by, channel=channel, ended_at=None, held_at=None)
    one = rows.filter(begun_at__gt=now - TWICE, acts=None, visitor=None).first()
    if one is None or (number and one.number not in ("", number)):
        return None
    if person is not None and one.person_id not in (None, person.pk):
        return None
    one.number, one.person = number or one.number, person or one.person
    one.had_person = one.person is not None
    one.home = one.home or home or (one.person.home if one.person else None)
    one.save(update_fields=["number", "person", "had_person", "home"])
    return one


def _hold_open(by: StaffUser, now: datetime) -> None:
    """Let the contact that somebody has open wait, if there is one; the caller sees to it that they begin no other (`_alone`)."""
    mine = Contact.objects.filter(by=by, ended_at=None, held_at=None)
    mine.update(held_at=now, last_at=now)


def locked(contact_id: int, by: StaffUser, *, may_correct: bool = False) -> Contact:
    """Return a contact of one's own, until the transaction ends; raises Refused("contact_gone") where it is another's or none.

    `may_correct`: another's, too, to who watches over them all.
    """
    rows = Contact.objects.select_for_update(of=("self",)).filter(pk=contact_id)
    contact = rows.first()
    is_own = contact is not None and contact.by_id == by.pk
    if contact is None or not (is_own or may_correct and by.may(CORRECT)):
        raise Refused("contact_gone")
    return contact


def _open(contact_id: int, by: StaffUser) -> Contact:
    contact = locked(contact_id, by)
    if contact.ended_at:
        raise Refused("contact_ended")
    return contact


@transaction.atomic
def hold(*, contact_id: int, by: StaffUser, now: datetime) -> Contact:
    """Let a contact wait; twice does no harm. Raises Refused("contact_gone", "contact_ended")."""
    contact = _open(contact_id, by)
    if not contact.is_held:
        contact.held_at = contact.last_at = now
        contact.save(update_fields=["held_at", "last_at"])
    return contact


@transaction.atomic
def go_on(*, contact_id: int, by: StaffUser, now: datetime) -> Contact:
    """Go on with a contact that waited; the one that is open waits instead. Raises Refused("contact_gone", "contact_ended")."""
    _alone(by)
    contact = _open(contact_id, by)
    if contact.is_held:
        _hold_open(by, now)
        _waits_no_more(contact, now)
        contact.last_at = now
        contact.save(update_fields=["held_at", "held_seconds", "last_at"])
    return contact


def _waits_no_more(contact: Contact, now: datetime) -> None:
    if contact.held_at is not None:
        contact.held_seconds += max(int((now - contact.held_at).total_seconds()), 0)
        contact.held_at = None


@transaction.atomic
def did(
    *,
    contact: Contact,
    what: str,
    now: datetime,
    service: str = "",
    case: Case | None = None,
    code: str = "",
    task_id: int | None = None,
) -> None:
    """Keep that something was done in a contact: the same thing once, and nothing once it is over."""
    if not service and case is not None:
        service = case.slug
    act = Act(contact=contact, at=now, what=what, service=service, case=case, code=code[:60])
    act.task_id = task_id
    is_open = Contact.objects.filter(pk=contact.pk, ended_at=None)
    if is_open.update(last_at=now):
        Act.objects.bulk_create([act], ignore_conflicts=True)


@transaction.atomic
def say_who(
    *,
    contact_id: int,
    person: Person | None,
    by: StaffUser,
    now: datetime,
    home: Property | None = None,
    only_if_unsaid: bool = False,
) -> Contact:
    """Say whose contact it is, or from which home; nobody takes that back. Raises Refused("contact_gone", "contact_ended").

    `only_if_unsaid`: a page that was looked at takes nobody away whom another said meanwhile.
    """
    contact = _open(contact_id, by)
    if only_if_unsaid and (contact.person_id or (contact.home_id and person is None)):
        return contact
    contact.person, contact.had_person = person, person is not None
    contact.home = home or (person.home if person else None)
    contact.last_at = now
    contact.save(update_fields=["person", "had_person", "home", "last_at"])
    return contact


@transaction.atomic
def say_why(*, contact_id: int, reason: str, by: StaffUser, now: datetime) -> Contact:
    """Say why they came, while they are there; raises Refused("contact_gone", "contact_ended", "not_offered")."""
    contact = _open(contact_id, by)
    contact.reason = _reason(reason)
    contact.last_at = now
    contact.save(update_fields=["reason", "last_at"])
    return contact


def _reason(slug: str) -> str:
    if not is_reason(slug):
        raise Refused("not_offered", field="reason")
    return slug


def _demand(said: str) -> tuple[str, str]:
    """Return demand and kind as they were said in one word."""
    if said in ("", VALUE):
        return said, ""
    if said not in KINDS:
        raise Refused("not_offered", field="demand")
    return FAILURE, said


@transaction.atomic
def end(
    *,
    contact_id: int,
    by: StaffUser,
    now: datetime,
    said: Said | None = None,
    told: Iterable[int] = (),
) -> Contact:
    """End a contact as the rule has it, or as was said; of one that is over already, what was said is kept as a correction.

    The cases of `told` have a line that whoever asked was told where they stand; only what was looked at in it is taken.
    Raises Refused("contact_gone", "not_offered", "note_long").
    """
    # In one order with who holds a case and keeps in a contact what was done: who it is, the cases, the contact.
    _alone(by)
    ids = queries.looked_at(contact_id, by.pk) & set(told)
    cases = [locked_case(case_id) for case_id in sorted(ids)]
    contact = locked(contact_id, by)
    for case in cases:
        _tell(contact, case, by, now)
    if contact.ended_at:
        _say_after(contact, said)
        return contact
    _end(contact, said or Said(), now)
    return contact


def _tell(contact: Contact, case: Case, by: StaffUser, now: datetime) -> None:
    """Write into a case whose lock is held that whoever asked was told where it stands, once a contact."""
    if not case.events.filter(kind=TOLD, data__contact=contact.pk).exists():
        actor = Actor("staff", by.username)
        timeline.write(case, TOLD, by=actor, now=now, channel=contact.channel, contact=contact.pk)
    told = Act(contact=contact, at=now, what="told", service=case.slug, case=case)
    Act.objects.bulk_create([told], ignore_conflicts=True)


def _say_after(contact: Contact, said: Said | None) -> None:
    """Keep what was said of a contact that ended meanwhile: in another tab, or by itself; a note stands beside the one before."""
    if said is None:
        return
    note = said.note.strip()
    if not note or note in contact.note.split(BESIDE):
        note = contact.note
    elif contact.note:
        note = f"{contact.note}{BESIDE}{note}"[:NOTE]
    _say(contact, replace(said, note=note))
    contact.save()


def _end(contact: Contact, said: Said, now: datetime) -> None:
    _waits_no_more(contact, now)
    contact.ended_at = max(now, contact.begun_at)
    _say(contact, said)
    contact.save()
    note_on_screen(contact.by_id)


def _say(contact: Contact, said: Said) -> None:
    """Put in a contact what was said of it, and where nothing was, what the rule has."""
    rule = queries.proposal(contact)
    by_rule = (rule.reason, rule.demand, rule.kind)
    before = (
        contact.reason or rule.reason,
        contact.demand or rule.demand,
        contact.kind or rule.kind,
    )
    if contact.is_corrected:
        before = (contact.reason, contact.demand, contact.kind)
    reason = before[0] if said.reason is None else _reason(said.reason)
    demand, kind = before[1:] if said.demand is None else _demand(said.demand)
    offered = contact.offered if said.offered is None else said.offered
    if offered not in ("", *OFFERED):
        raise Refused("not_offered", field="offered")
    if len(said.note.strip()) > NOTE:
        raise Refused("note_long")
    contact.reason, contact.demand, contact.kind = reason, demand, kind
    contact.is_corrected = (reason, demand, kind) != by_rule
    contact.offered, contact.note = offered, said.note.strip()


@transaction.atomic
def drop(*, contact_id: int, by: StaffUser) -> None:
    """Delete a contact that was begun by mistake. Raises Refused("contact_gone", "contact_ended"), and ("contact_used") where something was done."""
    contact = _open(contact_id, by)
    if not queries.is_empty(contact):
        raise Refused("contact_used")
    contact.delete()
    note_on_screen(by.pk)


@transaction.atomic
def end_as_known(*, contact_id: int, now: datetime) -> None:
    """End a contact that nobody came back to, with what is known; it ended when something was last done in it."""
    rows = Contact.objects.select_for_update(skip_locked=True)
    forgotten = rows.filter(pk=contact_id, ended_at=None, last_at__lt=now - FORGOTTEN)
    if (contact := forgotten.first()) is not None:
        _end(contact, Said(note=contact.note), min(contact.last_at, now))


@transaction.atomic
def open_again(*, contact_id: int, by: StaffUser, now: datetime) -> Contact:
    """Take an end back that was a slip, for ten minutes; the one that is open waits instead.

    Raises Refused("contact_gone", "contact_over").
    """
    _alone(by)
    contact = locked(contact_id, by)
    if contact.ended_at is None:
        return contact
    if now - contact.ended_at > AGAIN:
        raise Refused("contact_over")
    _hold_open(by, now)
    # While it was ended, it waited.
    contact.held_at, contact.ended_at = contact.ended_at, None
    _waits_no_more(contact, now)
    contact.last_at = now
    if not contact.is_corrected:
        contact.reason = contact.demand = contact.kind = ""
    contact.save()
    note_on_screen(by.pk)
    return contact


@transaction.atomic
def correct(*, contact_id: int, by: StaffUser, said: Said, now: datetime) -> Contact:
    """Say later what a contact was about, of one's own or as who watches over them all.

    Raises Refused("contact_gone", "contact_open", "not_offered", "note_long").
    """
    contact = locked(contact_id, by, may_correct=True)
    if contact.ended_at is None:
        raise Refused("contact_open")
    _say(contact, said)
    contact.save()
    return contact


@transaction.atomic
def leave(*, by: StaffUser, now: datetime) -> None:
    """End all that somebody has open, with what is known: they sign out, and with that it is over now."""
    _alone(by)
    rows = Contact.objects.select_for_update().filter(by=by, ended_at=None).order_by("pk")
    for contact in rows:
        _end(contact, Said(note=contact.note), now)


def stands_at(*, contact: Contact, service: str, code: str, now: datetime) -> None:
    """Keep at which rule a service's form stands, the last one alone; "": at none, it goes on."""
    stops = Act.objects.filter(contact=contact, what="stopped", service=service)
    stops.filter(contact__ended_at=None).exclude(code=code).delete()
    if code:
        did(contact=contact, what="stopped", service=service, code=code, now=now)


def hand_over(gone: int, front: int) -> None:
    """Have the contacts of a record that goes be those of the one that stands in front from now on, by their numbers."""
    Contact.objects.filter(person=gone).update(person=front)

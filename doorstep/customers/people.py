"""What staff write down of a person: names, how to reach them, needs, warnings, who acts for them, and who may open it."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from doorstep.council.errors import Refused
from doorstep.customers import matching, names
from doorstep.customers.models import (
    FORMATS,
    LANGUAGES,
    NAME,
    NOTES,
    REACH,
    TEXT,
    Acting,
    Contact,
    Customer,
    Note,
    Opening,
    Person,
    PersonEvent,
)
from doorstep.staff.actor import Actor
from doorstep.staff.models import StaffUser
from doorstep.text import copied

# A note is looked at again within this time; most records that nobody looks at again are wrong by then.
LONGEST_NOTE = timedelta(days=366)
# How long a reason opens a restricted record.
OPEN_FOR = timedelta(minutes=15)
# The fewest and the most figures of a telephone number (ITU-T E.164).
FIGURES = (6, 15)
# Contacts, notes and people acting of one person.
MOST = 50


@transaction.atomic
def make(*, name: str, is_organisation: bool, by: Actor, now: datetime) -> Person:
    """Make a record of somebody who is in none yet; raises Refused("name_missing", "name_long")."""
    name = _named(name)
    person = Person(name=name, is_organisation=is_organisation, made_at=now, last_at=now)
    person.named_by_staff = True
    person.made_by, person.words, person.stale = by.key, names.index_words([name]), True
    person.save(force_insert=True)
    matching.learn(person.words)
    _note(person, "made", by, now)
    return person


@transaction.atomic
def change(*, person_id: int, values: Mapping[str, str], by: Actor, now: datetime) -> Person:
    """Change name, kind and preferences; the name before stays among those by which they are found.

    `values` has name, organisation ("1" for one), language, format and reach. Raises Refused("name_missing", "name_long",
    "not_offered").
    """
    person = _locked(person_id)
    name = _named(values.get("name", ""))
    chosen = {"language": LANGUAGES, "format": FORMATS, "reach": REACH}
    for key, offered in chosen.items():
        if values.get(key, "") not in ("", *offered):
            raise Refused("not_offered", field=key)
        setattr(person, key, values.get(key, ""))
    if name != person.name:
        before = [one for one in (*person.former, person.name) if one and one != name]
        person.former = list(dict.fromkeys(before))[-10:]
        person.name, person.named_by_staff = name, True
    person.is_organisation = values.get("organisation") == "1"
    _index(person)
    _touch(person, "changed", by, now)
    return person


def state_of(person: Person) -> dict[str, object]:
    """Return who somebody is and how they like to be served, as the page shows it on which that is changed."""
    about = (person.name, person.is_organisation, person.language, person.format, person.reach)
    return {"who": about}


def locked_state(person_id: int) -> dict[str, object]:
    """Return the same as it stands, until the transaction ends; raises Refused("person_gone")."""
    return state_of(_locked(person_id))


def _index(person: Person) -> None:
    given = Customer.objects.filter(person=person).values_list("name", flat=True)
    person.words = names.index_words([person.name, *person.former, *given])
    matching.learn(person.words)


@transaction.atomic
def add_contact(*, person_id: int, text: str, by: Actor, now: datetime) -> Person:
    """Write down an e-mail address or a telephone number; raises Refused("contact_shape", "too_many")."""
    person = _locked(person_id)
    keys = _keys_of(text)
    if not keys:
        raise Refused("contact_shape")
    if person.contacts.count() + len(keys) > MOST:
        raise Refused("too_many")
    for kind, key, value in keys:
        row, _ = Contact.objects.get_or_create(
            person=person, kind=kind, key=key, defaults={"value": value[:254], "by_staff": True}
        )
        Contact.objects.filter(pk=row.pk).update(by_staff=True)
    _touch(person, "contact added", by, now)
    return person


def _keys_of(text: str) -> list[tuple[str, str, str]]:
    """Return what was typed as (kind, key, as written): an e-mail address, or each telephone number; nothing where one is none."""
    if "@" in text:
        return matching.keys_of(copied.email(text), "")
    numbers = copied.telephones_written(copied.zeros(text)).items()
    if any(not FIGURES[0] <= sum(map(str.isdecimal, key)) <= FIGURES[1] for key, _ in numbers):
        return []
    return [("phone", key, written) for key, written in numbers]


@transaction.atomic
def remove_contact(ids: list[int], *, contact_id: int, by: Actor, now: datetime) -> Person:
    """Take away an address or number that reaches them no more; cases keep what was given with them.

    Of several records that are one person's (`ids`, the one that stands for them first), and of each that has it.
    """
    person = _locked(ids[0])
    row = Contact.objects.filter(person__in=ids, pk=contact_id).first()
    if row is not None:
        Contact.objects.filter(person__in=ids, kind=row.kind, key=row.key).delete()
        _touch(person, "contact removed", by, now)
    return person


@transaction.atomic
def add_note(
    *,
    person_id: int,
    kind: str,
    text: str,
    why: str,
    review_on: date | None,
    by: Actor,
    now: datetime,
) -> Note:
    """Write down a need, care or a warning, until it is looked at again.

    Raises Refused("not_offered", "text_missing", "text_long", "why_missing", "why_long", "review_missing", "review_past",
    "review_far", "too_many").
    """
    person = _locked(person_id)
    text, why = text.strip(), why.strip()
    if kind not in NOTES:
        raise Refused("not_offered")
    for name, said in (("text", text), ("why", why)):
        if not said:
            raise Refused(f"{name}_missing")
        if len(said) > TEXT:
            raise Refused(f"{name}_long")
    about = {"kind": kind, "text": text, "why": why, "review_on": _review(review_on, now)}
    if person.notes.filter(ended_at=None).count() >= MOST:
        raise Refused("too_many")
    note = Note.objects.create(person=person, made_at=now, made_by=by.key, **about)
    _touch(person, f"{kind} noted", by, now)
    return note


def _review(day: date | None, now: datetime) -> date:
    """Return the day to look at a note again; raises Refused("review_missing", "review_past", "review_far")."""
    if day is None:
        raise Refused("review_missing")
    if day <= now.date():
        raise Refused("review_past")
    if day > now.date() + LONGEST_NOTE:
        raise Refused("review_far")
    return day


@transaction.atomic
def keep_note(
    ids: list[int], *, note_id: int, review_on: date | None, by: Actor, now: datetime
) -> Person:
    """Keep a note, of one of these records, that was looked at and still holds, until a later day.

    Raises Refused("review_missing", "review_past", "review_far").
    """
    person, day = _locked(ids[0]), _review(review_on, now)
    notes = Note.objects.filter(person__in=ids, pk=note_id, ended_at=None)
    if notes.update(review_on=day):
        _touch(person, "note kept", by, now)
    return person


@transaction.atomic
def end_note(ids: list[int], *, note_id: int, by: Actor, now: datetime) -> Person:
    """End a note, of one of these records, that holds no more; ended twice, it stays as it was ended first."""
    person = _locked(ids[0])
    notes = Note.objects.filter(person__in=ids, pk=note_id, ended_at=None)
    if notes.update(ended_at=now, ended_by=by.key):
        _touch(person, "note ended", by, now)
    return person


@transaction.atomic
def add_actor(
    *,
    person_id: int,
    by_id: int,
    role: str,
    seen: str,
    until: date | None,
    by: Actor,
    now: datetime,
) -> Acting:
    """Write down that somebody acts for a person or an organisation; one that is over is renewed.

    Raises Refused("role_missing", "role_long", "acts_for_itself", "acts_already", "review_past", "too_many").
    """
    person, other = _locked(person_id), _root(by_id)
    role = role.strip()
    if not role:
        raise Refused("role_missing")
    if len(role) > 80 or len(seen) > 200:
        raise Refused("role_long")
    if other.pk == person.pk:
        raise Refused("acts_for_itself")
    if until is not None and until <= now.date():
        raise Refused("review_past")
    before = person.actors.filter(by=other, ended_at=None).first()
    if before is not None and (before.until is None or before.until >= now.date()):
        raise Refused("acts_already")
    # One that is over is renewed: it ends as the new one begins.
    person.actors.filter(by=other, ended_at=None).update(ended_at=now)
    if person.actors.filter(ended_at=None).count() >= MOST:
        raise Refused("too_many")
    about = {"role": role, "seen": seen.strip(), "until": until}
    acting = Acting.objects.create(person=person, by=other, made_at=now, made_by=by.key, **about)
    _touch(person, "somebody acts for them", by, now)
    return acting


@transaction.atomic
def end_actor(ids: list[int], *, acting_id: int, by: Actor, now: datetime) -> Person:
    """End that somebody acts for a person who has these records."""
    person = _locked(ids[0])
    if Acting.objects.filter(person__in=ids, pk=acting_id, ended_at=None).update(ended_at=now):
        _touch(person, "nobody acts for them", by, now)
    return person


@transaction.atomic
def restrict(*, person_id: int, on: bool, by: Actor, now: datetime) -> Person:
    """Have a person's record open to few, and to them with a reason; or open it again.

    Raises Refused("case_restricted") where what is known of them is from a restricted case: that would be open with it.
    """
    person = _locked(person_id)
    behind = Person.objects.filter(same_as=person)
    records = Q(person=person) | Q(person__in=behind)
    if not on and Customer.objects.filter(records, restricted=True).exists():
        raise Refused("case_restricted")
    if person.restricted != on:
        behind.update(restricted=on)
        person.restricted = on
        _touch(person, "restricted" if on else "no longer restricted", by, now)
    return person


def open_restricted(*, person: Person, why: str, staff: StaffUser, now: datetime) -> Opening:
    """Write down why somebody opens a restricted record; raises Refused("why_missing", "why_long")."""
    why = why.strip()
    if not why:
        raise Refused("why_missing")
    if len(why) > TEXT:
        raise Refused("why_long")
    return Opening.objects.create(person=person, staff=staff, at=now, why=why)


def is_open_to(person: Person, staff_id: int, now: datetime) -> bool:
    """Say whether somebody gave a reason for opening this restricted record a moment ago."""
    return Opening.objects.filter(person=person, staff=staff_id, at__gt=now - OPEN_FOR).exists()


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refused("name_missing")
    if len(name) > NAME:
        raise Refused("name_long")
    return name


def _root(person_id: int) -> Person:
    """Return the record that a record is shown as; raises Refused("person_gone")."""
    person = Person.objects.select_related("same_as").filter(pk=person_id).first()
    if person is None:
        raise Refused("person_gone")
    return person.shown


def _locked(person_id: int) -> Person:
    """Return a record until the transaction ends; raises Refused("person_gone"), also where it was merged meanwhile."""
    # Those that stand behind it, too, and each in the order of its number, as everybody locks them.
    group = Person.objects.select_for_update().filter(Q(pk=person_id) | Q(same_as=person_id))
    found = next((one for one in group.order_by("pk") if one.pk == person_id), None)
    if found is None or found.same_as_id:
        raise Refused("person_gone")
    return found


def _touch(person: Person, what: str, by: Actor, now: datetime) -> None:
    """Keep a record that staff wrote in: from then on its name is theirs, too, and does not go with a case."""
    person.named_by_staff = bool(person.name)
    person.save()
    _note(person, what, by, now)


def _note(person: Person, what: str, by: Actor, now: datetime) -> None:
    PersonEvent.objects.create(person=person, at=now, what=what, by=by.key)

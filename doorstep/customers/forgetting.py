"""Forgets what is known of people when what it came of is gone."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from doorstep.customers import names
from doorstep.customers.matching import keys_of
from doorstep.customers.models import Acting, Contact, Customer, Merge, Note, Person, Word
from doorstep.places.models import Property

# Somebody of whom no case is left is kept so long after they last asked for something, or staff changed it, where staff wrote something down of them.
KEPT_ALONE = timedelta(days=365)
AT_ONCE = 2000


def tidy(person: Person) -> bool:
    """Take out of a record what the cases that are left do not say and staff did not write; say whether any case is left.

    The caller holds the record's lock.
    """
    given = sorted(Customer.objects.filter(person=person), key=lambda row: row.created_at)
    keys = {(kind, key) for row in given for kind, key, _ in keys_of(row.email, row.phone)}
    for contact in Contact.objects.filter(person=person, by_staff=False):
        if (contact.kind, contact.key) not in keys:
            contact.delete()
    homes = [row.uprn for row in given if row.uprn]
    if person.home_id not in homes:
        there = set(Property.objects.filter(pk__in=homes).values_list("pk", flat=True))
        person.home_id = next((uprn for uprn in reversed(homes) if uprn in there), None)
    person.last_at = given[-1].created_at if given else person.made_at
    said = [row.name for row in given if row.name]
    if not person.named_by_staff and person.name not in said:
        person.name = said[-1] if said else ""
    before = set(person.words)
    person.words = names.index_words([person.name, *person.former, *said])
    person.save(update_fields=["name", "home", "words", "last_at"])
    _unlearn(before - set(person.words))
    return bool(given)


def _unlearn(words: set[str]) -> None:
    """Forget words that are in nobody's name any more."""
    for word in words:
        if not Person.objects.filter(words__contains=[word]).exists():
            Word.objects.filter(word=word).delete()


def forget(now: datetime) -> None:
    """Tidy the records that something was taken away from; delete those of whom nothing is left to be kept."""
    last = 0
    while numbers := _stale(last):
        for number in numbers:
            with transaction.atomic():
                person = Person.objects.select_for_update().filter(pk=number, stale=True).first()
                if person is not None:
                    _forget(person, now)
        last = numbers[-1]


def _stale(after: int) -> list[int]:
    stale = Person.objects.filter(stale=True, pk__gt=after).order_by("pk")
    return list(stale.values_list("pk", flat=True)[:AT_ONCE])


def _forget(person: Person, now: datetime) -> None:
    if tidy(person):
        Person.objects.filter(pk=person.pk).update(stale=False)
        return
    if not (of_staff(person) and _last(person) > now - KEPT_ALONE):
        drop(person)


# What rooms above keep of a person goes to the record that stands in front: called with the numbers of both.
_followers: list[Callable[[int, int], None]] = []


def follow(do: Callable[[int, int], None]) -> None:
    """Have something done as a record gives what is kept of it to another, inside the same transaction."""
    if do not in _followers:
        _followers.append(do)


def drop(person: Person) -> None:
    """Delete a record of which nothing is left; where others stand behind it, the last one that asked for something stands in front."""
    open_ones = Merge.objects.filter(parted_at=None)
    behind = Person.objects.select_for_update().filter(same_as=person).order_by("pk")
    if records := sorted(behind, key=lambda one: (one.last_at, one.pk), reverse=True):
        front = records[0]
        _hand_over(person, front)
        Person.objects.filter(same_as=person).exclude(pk=front.pk).update(same_as=front)
        Person.objects.filter(pk=front.pk).update(same_as=None)
        open_ones.filter(gone=front).update(parted_at=timezone.now())
        open_ones.filter(kept=person).update(kept=front)
    elif person.same_as_id:  # what stood behind it stands behind the same one as it did
        open_ones.filter(kept=person).update(kept=person.same_as_id)
    words = set(person.words)
    person.delete()
    _unlearn(words)


def _hand_over(person: Person, front: Person) -> None:
    """Give what staff wrote in a record to the one that stands in front from now on."""
    Note.objects.filter(person=person).update(person=front)
    there = set(Contact.objects.filter(person=front).values_list("kind", "key"))
    for contact in Contact.objects.filter(person=person, by_staff=True):
        if (contact.kind, contact.key) not in there:
            Contact.objects.filter(pk=contact.pk).update(person=front)
    acting = Acting.objects.filter(ended_at=None)
    of_front = acting.filter(person=front).values("by")
    acting.filter(person=person).exclude(by__in=of_front).exclude(by=front).update(person=front)
    by_front = acting.filter(by=front).values("person")
    acting.filter(by=person).exclude(person__in=by_front).exclude(person=front).update(by=front)
    preferences = ("language", "format", "reach")
    liked = {name: getattr(front, name) or getattr(person, name) for name in preferences}
    Person.objects.filter(pk=front.pk).update(**liked)
    for do in _followers:
        do(person.pk, front.pk)


def _last(person: Person) -> datetime:
    """Return when a person last asked for something, or staff changed what stands in their record."""
    changed = person.events.order_by("-at").values_list("at", flat=True).first()
    group = Person.objects.filter(Q(pk=person.pk) | Q(same_as=person))
    return max([*group.values_list("last_at", flat=True), *([changed] if changed else [])])


def of_staff(person: Person) -> bool:
    """Say whether staff wrote something down of a person."""
    if person.made_by or person.named_by_staff:
        return True
    notes, contacts = person.notes.exists(), person.contacts.filter(by_staff=True).exists()
    return notes or contacts or person.actors.exists() or person.acts_for.exists()

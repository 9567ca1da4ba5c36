"""Says that two records are one person's, and takes that back: nothing moves, so that each is as it was when they part."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from doorstep.council.errors import Refused
from doorstep.customers import names
from doorstep.customers.forgetting import tidy
from doorstep.customers.matching import contacts_of, learn
from doorstep.customers.models import (
    TEXT,
    Acting,
    Contact,
    Customer,
    Likeness,
    Merge,
    Person,
    PersonEvent,
)
from doorstep.staff.actor import Actor


@transaction.atomic
def merge(*, kept_id: int, gone_id: int, why: str, by: Actor, now: datetime) -> Merge:
    """Show two records as one, under the first; the other stays behind it as it is.

    Raises Refused("person_gone") where one of them stands behind another already, "same_person", "merge_kinds" for a person
    with an organisation, "merge_restricted" where one is restricted and the other is not, "why_long".
    """
    if kept_id == gone_id:
        raise Refused("same_person")
    if len(why) > TEXT:
        raise Refused("why_long")
    both = (kept_id, gone_id)
    rows = Person.objects.select_for_update().filter(Q(pk__in=both) | Q(same_as__in=both))
    found = {one.pk: one for one in rows.order_by("pk") if one.pk in both and not one.same_as_id}
    if len(found) != 2:
        raise Refused("person_gone")
    kept, gone = found[kept_id], found[gone_id]
    if kept.is_organisation != gone.is_organisation:
        raise Refused("merge_kinds")
    if kept.restricted != gone.restricted:
        raise Refused("merge_restricted")
    along = sorted(Person.objects.filter(same_as=gone).values_list("pk", flat=True))
    Person.objects.filter(Q(pk=gone.pk) | Q(pk__in=along)).update(same_as=kept)
    made = Merge.objects.create(
        kept=kept, gone=gone, along=along, why=why.strip(), at=now, by=by.key
    )
    records = [kept.pk, gone.pk, *along]
    acting = Acting.objects.filter(person__in=records, by__in=records, ended_at=None)
    acting.update(ended_at=now)  # nobody acts for themselves
    _say(kept, gone, "same", by, now)
    _note(kept, gone, "merged", by, now)
    return made


@transaction.atomic
def part(*, merge_id: int, by: Actor, now: datetime) -> Merge:
    """Take a merge back: the record stands for itself again, with those that had come along with it.

    What came meanwhile stays with the record that it was matched to. Raises Refused("parted_already"), and
    "merged_further" where the record that was kept stands behind another by now: that is parted first.
    """
    made = Merge.objects.select_for_update().filter(pk=merge_id, parted_at=None).first()
    if made is None:
        raise Refused("parted_already")
    rows = Person.objects.select_for_update().filter(pk__in=(made.kept_id, made.gone_id))
    found = {person.pk: person for person in rows.order_by("pk")}
    kept, gone = found[made.kept_id], found[made.gone_id]
    if kept.same_as_id is not None:
        raise Refused("merged_further")
    gone.same_as = None
    gone.restricted = gone.restricted or kept.restricted  # what was closed meanwhile stays so
    gone.save(update_fields=["same_as", "restricted"])
    Person.objects.filter(pk__in=made.along, same_as=kept).update(same_as=gone)
    Merge.objects.filter(pk=made.pk).update(parted_at=now, parted_by=by.key)
    _say(kept, gone, "other", by, now)
    _note(kept, gone, "parted", by, now)
    return made


@transaction.atomic
def say_other(*, one_id: int, other_id: int, by: Actor, now: datetime) -> None:
    """Say that two records are two people's: it is not proposed again."""
    rows = Person.objects.filter(pk__in=(one_id, other_id)).order_by("pk")
    if len(rows) == 2:
        _say(rows[0], rows[1], "other", by, now)
        _note(rows[0], rows[1], "found to be another", by, now)


@transaction.atomic
def take_out(*, customer_id: int, by: Actor, now: datetime) -> Person:
    """Say that a case is not theirs whose it was taken to be: it becomes somebody else's, with what it gave.

    They are not taken to be one again. Raises Refused("person_gone") where it is nobody's by now.
    """
    row = Customer.objects.select_for_update().filter(pk=customer_id).first()
    if row is None or row.person_id is None or not row.matched_at:
        raise Refused("person_gone")
    old = Person.objects.select_for_update().get(pk=row.person_id)
    new = Person(name=row.name, home_id=old.home_id if old.home_id == row.uprn else None)
    new.made_at = new.last_at = row.created_at
    new.restricted, new.words = old.restricted, names.index_words([row.name])
    new.save(force_insert=True)
    Contact.objects.bulk_create(contacts_of(row, new))
    Customer.objects.filter(pk=row.pk).update(person=new, begun_for=None)
    Person.objects.filter(pk=old.pk).update(stale=True)
    tidy(old)
    learn(new.words)
    _say(old, new, "other", by, now)
    _note(old, new, "a case taken to another", by, now)
    return new


def _say(one: Person, other: Person, said: str, by: Actor, now: datetime) -> None:
    """Keep what a person said of two records, and of all that stand behind them."""
    first, second = _group(one), _group(other)
    about = {"said": said, "said_by": by.key, "said_at": now}
    pairs = Likeness.objects.filter(
        Q(first__in=first, second__in=second) | Q(first__in=second, second__in=first)
    )
    pairs.update(**about)
    low, high = sorted((one.pk, other.pk))
    if not pairs.exists():
        pair = Likeness(first_id=low, second_id=high, why="contact", at=now, **about)
        Likeness.objects.bulk_create([pair], ignore_conflicts=True)


def _group(person: Person) -> list[int]:
    root = person.same_as_id or person.pk
    return list(Person.objects.filter(Q(pk=root) | Q(same_as=root)).values_list("pk", flat=True))


def _note(one: Person, other: Person, what: str, by: Actor, now: datetime) -> None:
    """Write it into both records."""
    rows = [PersonEvent(person=person, at=now, what=what, by=by.key) for person in (one, other)]
    PersonEvent.objects.bulk_create(rows)

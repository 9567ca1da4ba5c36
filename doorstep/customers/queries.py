"""Reads people: one with all that stands behind it, what is doubtful, and who looked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Q, QuerySet

from doorstep.customers.finding import CARED_FOR
from doorstep.customers.models import (
    Acting,
    Contact,
    Customer,
    Likeness,
    Merge,
    Note,
    Opening,
    Person,
    PersonEvent,
)


@dataclass(frozen=True)
class Group:
    """A person as they are shown: the record that stands for them, and those that were found to be the same."""

    person: Person
    behind: tuple[Person, ...]

    @property
    def ids(self) -> list[int]:
        """Return the numbers of all records."""
        return [self.person.pk, *(one.pk for one in self.behind)]

    @property
    def asked_at(self) -> datetime | None:
        """Return when they last asked for something; nothing where staff made their record and they never did."""
        times = [one.last_at for one in (self.person, *self.behind) if _has_asked(one)]
        return max(times, default=None)

    @property
    def other_names(self) -> list[str]:
        """Return the names by which they were or are known beside the one that is shown."""
        named = [*self.person.former, *(one.name for one in self.behind)]
        named += [name for one in self.behind for name in one.former]
        return [name for name in dict.fromkeys(named) if name and name != self.person.name]


def _has_asked(person: Person) -> bool:
    return not person.made_by or person.last_at > person.made_at


def person(number: int) -> Person | None:
    """Return a record by its number, with its home and the record in front of it (`shown`)."""
    people = Person.objects.select_related(
        "home__street", "home__ward", "same_as__home__street", "same_as__home__ward"
    )
    return people.filter(pk=number).first() if number < 2**63 else None


def behind(row: Customer | None, *, restricted: bool) -> Person | None:
    """Return the person whose contact came with a case, with `cared_for`, as far as it was looked into; one statement.

    Nothing of restricted people, but where that is said.
    """
    if row is None or row.person_id is None:
        return None
    mine = Q(pk=row.person_id, same_as=None) | Q(behind=row.person_id)
    people = Person.objects.filter(mine).annotate(cared_for=CARED_FOR)
    found = people.first()
    return found if found is not None and (restricted or not found.restricted) else None


def made_last(by: str, name: str) -> Person | None:
    """Return the last record of this name that somebody made by hand."""
    return Person.objects.filter(made_by=by, name=name).order_by("-pk").first()


def group_of(root: Person) -> Group:
    """Return a person with the records that stand behind theirs, the last one first."""
    behind = Person.objects.filter(same_as=root).select_related("home__street")
    return Group(root, tuple(behind.order_by("-last_at", "-pk")))


def contacts(group: Group) -> list[Contact]:
    """Return what reaches a person, each once: e-mail addresses, then telephone numbers."""
    rows = Contact.objects.filter(person__in=group.ids).order_by("kind", "-by_staff", "-pk")
    return list({(row.kind, row.key): row for row in reversed(rows)}.values())[::-1]


def notes(group: Group) -> list[Note]:
    """Return what staff must know of a person, what is to be looked at again first."""
    return list(
        Note.objects.filter(person__in=group.ids, ended_at=None).order_by("review_on", "pk")
    )


def notes_until(day: date, *, restricted: bool) -> QuerySet[Note]:
    """Return the notes that are to be looked at again by a day, with whose they are, the first one first."""
    rows = Note.objects.filter(ended_at=None, review_on__lte=day).select_related("person__same_as")
    rows = rows if restricted else rows.filter(person__restricted=False)
    return rows.order_by("review_on", "pk")


def names_of(people: Iterable[int]) -> dict[int, str]:
    """Return what people are called, by the numbers of their records; of restricted ones nothing."""
    rows = Person.objects.filter(pk__in=set(people), restricted=False)
    return dict(rows.values_list("pk", "name"))


def acting(group: Group, *, restricted: bool) -> tuple[list[Acting], list[Acting]]:
    """Return who acts for a person, and for whom they act; restricted people only where that is said."""
    rows = Acting.objects.filter(ended_at=None).select_related("by", "person").order_by("pk")
    found = list(rows.filter(Q(person__in=group.ids) | Q(by__in=group.ids)))
    ids = set(group.ids)
    acted_by = [a for a in found if a.person_id in ids and (restricted or not a.by.restricted)]
    acts_for = [a for a in found if a.by_id in ids and (restricted or not a.person.restricted)]
    return acted_by, acts_for


def merges(group: Group) -> list[Merge]:
    """Return the merges into the record in front that hold, the last one first: each can be taken back.

    Those into a record that came along show with that, once it is parted.
    """
    rows = Merge.objects.filter(kept=group.person, parted_at=None).select_related("gone")
    return list(rows.order_by("-at", "-pk"))


def likenesses(group: Group, *, restricted: bool) -> list[Person]:
    """Return whom else a person may be, as far as nobody has said."""
    open_ones = _open().filter(Q(first__in=group.ids) | Q(second__in=group.ids))[:20]
    ids = set(group.ids)
    others = {(row.second if row.first_id in ids else row.first) for row in open_ones}
    roots = {one.same_as_id or one.pk for one in others} - ids
    people = Person.objects.filter(pk__in=roots).select_related("home__street").order_by("pk")
    return [one for one in people if restricted or not one.restricted]


def _open() -> QuerySet[Likeness]:
    rows = Likeness.objects.filter(said="").select_related(
        "first__home__street", "second__home__street"
    )
    # Two that are shown as one already are no question any more.
    same = Q(first__same_as=F("second")) | Q(second__same_as=F("first"))
    both = Q(first__same_as=F("second__same_as"), first__same_as__isnull=False)
    return rows.exclude(same).exclude(both).order_by("at", "pk")


def doubtful(*, restricted: bool) -> QuerySet[Likeness]:
    """Return the pairs of records of which nobody has said whether they are one person's, the oldest first."""
    rows = _open()
    return rows if restricted else rows.filter(first__restricted=False, second__restricted=False)


def shared_of(rows: list[Likeness]) -> dict[int, list[str]]:
    """Return what two records share, by the row that says that they are alike: how they are reached, and their home."""
    people = {number for row in rows for number in (row.first_id, row.second_id)}
    reached: dict[int, dict[tuple[str, str], str]] = {number: {} for number in people}
    for one in Contact.objects.filter(person__in=people).order_by("kind", "pk"):
        reached[one.person_id][one.kind, one.key] = one.value
    found = {}
    for row in rows:
        first, second = reached[row.first_id], reached[row.second_id]
        found[row.pk] = [value for key, value in first.items() if key in second]
        if row.first.home and row.first.home_id == row.second.home_id:
            found[row.pk].append(row.first.home.address)
    return found


def shared(one: Group, other: Group) -> list[str]:
    """Return what two people share: how they are reached, and their homes."""
    theirs = {(row.kind, row.key) for row in contacts(other)}
    found = [row.value for row in contacts(one) if (row.kind, row.key) in theirs]
    homes = {person.home_id for person in (other.person, *other.behind)}
    mine = [person.home for person in (one.person, *one.behind) if person.home_id in homes]
    return found + [address for address in dict.fromkeys(home.address for home in mine if home)]


def events(group: Group) -> list[PersonEvent]:
    """Return the last thirty lines about a person's records, the newest first."""
    return list(PersonEvent.objects.filter(person__in=group.ids).order_by("-at", "-pk")[:30])


def openings(group: Group) -> list[Opening]:
    """Return why a restricted record was opened, the last twenty times."""
    rows = Opening.objects.filter(person__in=group.ids).select_related("staff")
    return list(rows.order_by("-at", "-pk")[:20])


def first_given(group: Group) -> datetime | None:
    """Return when a person first asked for something, as far as it is kept."""
    rows = Customer.objects.filter(person__in=group.ids).order_by("created_at")
    return rows.values_list("created_at", flat=True).first()

"""Finds out whose the contact is that came with a case: matched by rule, and what is doubtful is proposed to a person.

The rule: the same e-mail address or telephone number, and a name that is like theirs (`names.alike`). A case without any
contact is nobody's: nothing that somebody did without saying who they are is tied to them.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from doorstep.customers import names
from doorstep.customers.models import Contact, Customer, Likeness, Person, Word
from doorstep.places.models import Property
from doorstep.text import copied

# Rows looked into at once, and looks of one kind proposed of one person: more tell nobody anything.
AT_ONCE, MOST = 200, 5
# Whoever searches looks into what came so lately; what is older, such as all that there was at first, is done each minute.
LATELY = timedelta(minutes=10)
# One process looks at a time: two would each make a person of the same stranger. A number of our own.
LOCK = 4_711_024


def keys_of(email: str, phone: str) -> list[tuple[str, str, str]]:
    """Return what reaches somebody as (kind, key, as written): an e-mail address in small letters, each telephone number."""
    keys = [("email", email.strip().lower(), email.strip())] if email.strip() else []
    return keys + [("phone", number, phone.strip()) for number in copied.telephones(phone)]


def contacts_of(row: Customer, person: Person) -> list[Contact]:
    """Return what a row gave of how to reach its person, not stored yet."""
    keys = keys_of(row.email, row.phone)
    return [Contact(person=person, kind=kind, key=key, value=value) for kind, key, value in keys]


@dataclass
class _Known:
    """The people that rows may be, by how they are reached and where they live; those made on the way too."""

    people: dict[int, Person] = field(default_factory=dict)
    by_key: dict[tuple[str, str], list[Person]] = field(default_factory=lambda: defaultdict(list))
    by_home: dict[int, list[Person]] = field(default_factory=lambda: defaultdict(list))
    # The names that came with the cases of each.
    given: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    likenesses: dict[tuple[int, int], str] = field(default_factory=dict)

    def add(self, person: Person, keys: Iterable[tuple[str, str]]) -> None:
        """Take a person in who is reached by these."""
        for key in keys:
            if person not in self.by_key[key]:
                self.by_key[key].append(person)

    def propose(self, one: Person, others: Iterable[Person], why: str) -> None:
        """Note that two records may be one person's."""
        for other in list(others)[:MOST]:
            if _root(one) != _root(other):
                pair = (min(one.pk, other.pk), max(one.pk, other.pk))
                self.likenesses.setdefault(pair, why)


def match(now: datetime, most: int = AT_ONCE, *, latest: bool = False) -> int:
    """Look into contacts that nobody looked into yet, at most so many; return how many.

    `latest`: the last ones, and nothing where even those are older than what is looked into each minute. Nothing either where
    another process does so just now.
    """
    newest = Customer.objects.filter(matched_at=None).order_by("-id")
    came = newest.values_list("created_at", flat=True).first()
    if came is None or (latest and came < now - LATELY):
        return 0
    with transaction.atomic():
        if not _is_alone():
            return 0
        waiting = Customer.objects.select_for_update(skip_locked=True).filter(matched_at=None)
        rows = sorted(waiting.order_by("-id" if latest else "id")[:most], key=lambda row: row.pk)
        if rows:
            known = _known(rows)
            for row in rows:
                _look_into(row, known)
            _keep(rows, known, now)
    return len(rows)


def match_lately(now: datetime) -> None:
    """Look into what came just now, before somebody is looked for: a few, so that nobody waits for a backlog."""
    match(now, most=20, latest=True)


def _is_alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _known(rows: list[Customer]) -> _Known:
    """Return the people that these rows may be."""
    known = _Known()
    keys = {key for row in rows for _, key, _ in keys_of(row.email, row.phone)}
    reached = defaultdict(list)
    for contact in Contact.objects.filter(key__in=keys).order_by("id"):
        reached[contact.person_id].append((contact.kind, contact.key))
    homes = _homes(rows)
    hints = {row.begun_for for row in rows if row.begun_for}
    # Locked, so that nothing is overwritten that staff change meanwhile.
    people = Person.objects.select_for_update().filter(
        Q(pk__in={*reached, *hints}) | Q(home__in=homes)
    )
    for person in people.order_by("pk"):
        known.people[person.pk] = person
        known.add(person, reached[person.pk])
        if person.home_id:
            known.by_home[person.home_id].append(person)
    given = Customer.objects.filter(person__in=known.people).values_list("person", "name")
    for number, name in given.distinct():
        known.given[number or 0].add(name)
    return known


def _homes(rows: list[Customer]) -> set[int]:
    """Return the homes of these rows; of a row whose home is not in the gazetteer any more, none."""
    wanted = {row.uprn for row in rows if row.uprn}
    there = set(Property.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    for row in rows:
        row.uprn = row.uprn if row.uprn in there else None
    return there


def _root(person: Person) -> int:
    return person.same_as_id or person.pk


def _look_into(row: Customer, known: _Known) -> None:
    """Say whose a row is: somebody's who is known, or a new person's; and propose who else it may be."""
    hint = known.people.get(row.begun_for or 0)
    if hint is not None and hint.restricted >= row.restricted and _is_for(hint, row, known):
        _is(row, hint, known)
        return
    keys = [(kind, key) for kind, key, _ in keys_of(row.email, row.phone)]
    reached = [p for key in keys for p in known.by_key[key] if p.restricted >= row.restricted]
    reached = list(dict.fromkeys(reached))
    says = {p.pk: _alike(p, row, known) for p in reached}
    same = [p for p in reached if says[p.pk] == "same"]
    # What everybody may see goes to a record that they see, where there is one.
    same = [p for p in same if not p.restricted or row.restricted] or same
    if len({_root(p) for p in same}) == 1:
        # The record that is likest: the name as it was given, else the one that there was first.
        _is(row, next((p for p in same if p.name == row.name), same[0]), known)
        return
    # Who may be somebody whom few may see, by a name of theirs alone, is so, too, until a person has said.
    maybe = [p for p in reached if says[p.pk] or p.restricted and _shares(p.name, row.name)]
    person = _new(row, known, restricted=row.restricted or any(p.restricted for p in maybe))
    known.propose(person, same, "several")
    known.propose(person, (p for p in maybe if says[p.pk] != "same"), "contact")
    at_home = known.by_home[row.uprn] if row.uprn and row.name else []
    known.propose(person, (p for p in at_home if p.name and _alike(p, row, known)), "home")
    if row.uprn:
        known.by_home[row.uprn].append(person)


def _shares(one: str, other: str) -> bool:
    return bool({*names.words_of(one)} & {*names.words_of(other)})


def _is_for(person: Person, row: Customer, known: _Known) -> bool:
    """Say whether a form that was begun for somebody is theirs, by the name that stands in it; for an organisation anybody asks."""
    return person.is_organisation or not row.name or bool(_alike(person, row, known))


def _alike(person: Person, row: Customer, known: _Known) -> names.Alike:
    """Say whether the name of a row is like one of a person's; at most half, where another that was given tells them apart.

    Nobody gave a name in both: the same by an e-mail address, half by a telephone, which a household shares.
    """
    # Whoever asks for an organisation gives a name of their own.
    given = set() if person.is_organisation else known.given[person.pk]
    if not row.name:
        mailed = person in known.by_key["email", row.email.strip().lower()]
        return "same" if mailed and not person.name and not any(given) else "half"
    says = {names.alike(one, row.name) for one in {person.name, *person.former, *given}}
    if "same" in says and not any(names.clash(one, row.name) for one in {person.name, *given}):
        return "same"
    return "half" if says & {"same", "half"} else ""


def _new(row: Customer, known: _Known, *, restricted: bool) -> Person:
    person = Person(name=row.name, made_at=row.created_at, last_at=row.created_at)
    person.home_id, person.restricted = row.uprn, restricted
    person.save(force_insert=True)
    known.people[person.pk] = person
    _is(row, person, known)
    return person


def _is(row: Customer, person: Person, known: _Known) -> None:
    """Tie a row to a person, who is reached by what stands in it too, and lives where it says."""
    row.person = person
    known.given[person.pk].add(row.name)
    known.add(person, [(kind, key) for kind, key, _ in keys_of(row.email, row.phone)])
    if row.created_at >= person.last_at:
        person.last_at = row.created_at
        person.home_id = row.uprn or person.home_id
    person.name = person.name or row.name


def _keep(rows: list[Customer], known: _Known, now: datetime) -> None:
    """Write down what was found out."""
    people = {row.person.pk: row.person for row in rows if row.person}
    for row in rows:
        row.matched_at = now
    for person in people.values():
        given = known.given[person.pk]
        person.words = names.index_words([person.name, *person.former, *given])
    Person.objects.bulk_update(people.values(), ["name", "home", "words", "last_at"])
    Customer.objects.bulk_update(rows, ["person", "matched_at"])
    contacts = [one for row in rows if row.person for one in contacts_of(row, row.person)]
    Contact.objects.bulk_create(contacts, ignore_conflicts=True)
    pairs = [
        Likeness(first_id=first, second_id=second, why=why, at=now)
        for (first, second), why in known.likenesses.items()
    ]
    Likeness.objects.bulk_create(pairs, ignore_conflicts=True)
    learn(word for person in people.values() for word in person.words)


def learn(words: Iterable[str]) -> None:
    """Take words in that occur in names, so that they are found when they are mistyped."""
    wanted = set(words)
    there = set(Word.objects.filter(word__in=wanted).values_list("word", flat=True))
    new = [Word(word=word) for word in sorted(wanted - there)]
    Word.objects.bulk_create(new, ignore_conflicts=True)

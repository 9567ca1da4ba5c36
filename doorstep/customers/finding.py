"""Finds people by what somebody says of themselves: a name however spelt, a telephone number, an e-mail address."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Reverse
from rapidfuzz.distance import JaroWinkler

from doorstep.customers import names, vocabulary
from doorstep.customers.models import Contact, Note, Person
from doorstep.text import copied

# Records that are looked at to find the likest of: who types more finds fewer.
LOOKED_AT = 1000
# The digits from which on something is a telephone number, and from which on its end is enough.
DIGITS, END = 4, 6
# A note that says to take care, of a record or of one that stands behind it.
CARED_FOR = Exists(
    Note.objects.filter(
        Q(person=OuterRef("pk")) | Q(person__same_as=OuterRef("pk")),
        ended_at=None,
        kind__in=("care", "warning"),
    )
)
_TELEPHONE = re.compile(r"[\d\s()+./-]+")


@dataclass(frozen=True)
class Found:
    """Somebody who was found; `is_like` says that nothing was just so as it was typed."""

    person: Person
    is_like: bool = False
    # Whether somebody must take care with them, or be warned.
    needs_care: bool = False
    # What reaches them.
    reached: str = ""


def find(text: str, *, restricted: bool = False, limit: int = 8) -> list[Found]:
    """Return the people that a text may mean, the likest first; `restricted` ones only where that is said.

    A text with @ is an e-mail address or how one starts, one of digits a telephone number or its start or end, any other a name,
    of which each word may be cut short, mistyped, or a letter. At most five statements.
    """
    text = " ".join(text[:120].split())
    if "@" in text:
        hits = _reached(Q(kind="email", key__startswith=text.lower()))
    elif _TELEPHONE.fullmatch(text) and len(digits := re.sub(r"\D", "", text)) >= DIGITS:
        hits = _reached(_telephone(text, digits))
    else:
        hits = _named(names.words_of(text), limit)
    return _shown(hits, restricted, limit)


def _telephone(text: str, digits: str) -> Q:
    number = (copied.telephones(text) or [digits])[0]
    starts = Q(key__startswith=number) | Q(key__startswith=digits)
    if digits.startswith("44") and len(digits) > 2:
        starts |= Q(key__startswith=f"0{digits[2:]}")
    if len(digits) >= END:
        starts |= Q(turned__startswith=digits[::-1])
    return Q(kind="phone") & starts


def _reached(by: Q) -> list[tuple[Person, bool]]:
    contacts = Contact.objects.annotate(turned=Reverse(F("key"))).filter(by)
    ids = contacts.values_list("person_id", flat=True)[:LOOKED_AT]
    people = Person.objects.filter(pk__in=list(ids)).order_by("-last_at", "-pk")
    return [(person, False) for person in people[:LOOKED_AT]]


def _named(words: list[str], limit: int) -> list[tuple[Person, bool]]:
    """Return whoever has these words in their name, or such that start so; where those are few, ones that are like them."""
    if not words or words == [words[0][:1]]:
        return []
    vocabulary.read()
    hits: list[tuple[Person, bool]] = []
    exact = _with([{word} for word in words]) if all(map(_known, words)) else []
    hits += [(person, False) for person in _likest(exact, words)]
    if len(hits) < limit:
        starting = _with([{word, *vocabulary.starting(word)} for word in words])
        hits += [(person, False) for person in _likest(starting, words)]
    if len(hits) < limit:
        like = _with([_like(word) for word in words])
        is_like = not hits
        hits += [(person, is_like) for person in _likest(like, words)]
    return hits


def _known(word: str) -> bool:
    return len(word) == 1 or vocabulary.knows(word)


def _like(word: str) -> set[str]:
    """Return the words that one may stand for: itself, what starts so, what is like it, and its first letter alone."""
    return {word, *vocabulary.starting(word), *vocabulary.near(word), f"{word[0]}."}


def _with(alternatives: Iterable[set[str]]) -> list[Person]:
    """Return people who have one of each of these sets of words in their names: some of them, where they are very many."""
    people: QuerySet[Person] = Person.objects.all()
    for words in alternatives:
        people = people.filter(words__overlap=sorted(words))
    return list(people[:LOOKED_AT])


def _likest(people: Iterable[Person], words: list[str]) -> list[Person]:
    """Return people in the order in which they are likely meant: by their names, then by when they last asked for something."""

    def likeness(person: Person) -> tuple[float, float]:
        named = {w for one in (person.name, *person.former) for w in names.words_of(one)}
        named |= {w for w in person.words if len(w) > 1 and not w.endswith(".")}
        best = [max((_worth(w, n) for n in named), default=0.0) for w in words]
        return round(sum(best), 1), person.last_at.timestamp()

    return sorted(people, key=likeness, reverse=True)


def _worth(typed: str, word: str) -> float:
    """Return how well a word of a name fits one that was typed: 1 and a little where it is the same, 0.9 where it goes on."""
    if typed == word:
        return 1.1
    if word.startswith(typed):
        return 0.9
    if len(word) == 1 and typed[0] == word:
        return 0.6
    return JaroWinkler.similarity(typed, word) * 0.8


def _shown(hits: list[tuple[Person, bool]], restricted: bool, limit: int) -> list[Found]:
    """Return whom to show for these records: each person once, under the record that stands for them."""
    is_like: dict[int, bool] = {}
    for person, like in hits:
        is_like.setdefault(person.same_as_id or person.pk, like)
    wanted = list(is_like)[: limit * 4]
    people = Person.objects.filter(pk__in=wanted).select_related("home__street")
    if not restricted:
        people = people.filter(restricted=False)
    found = {person.pk: person for person in people.annotate(cared_for=CARED_FOR)}
    shown = [pk for pk in wanted if pk in found][:limit]
    contacts = Contact.objects.filter(person__in=shown).order_by("-kind", "-pk")
    reached = dict(contacts.values_list("person_id", "value"))  # an e-mail address, if there is one
    return [Found(found[pk], is_like[pk], found[pk].cared_for, reached.get(pk, "")) for pk in shown]


def at_home(uprn: int, *, restricted: bool = False, limit: int = 20) -> list[Found]:
    """Return the people who last asked for something at a home, the latest first: from their cases, not from a register."""
    ids = Person.objects.filter(home=uprn).order_by("-last_at", "-pk")
    return _shown([(person, False) for person in ids[: limit * 2]], restricted, limit)

"""Finds people by what somebody says of themselves: a name however spelt, a telephone number, an e-mail address."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
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
# The number of a record that stands for somebody, and whether nothing of it was just so as it was typed.
_Hit = tuple[int, bool]
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
    of which each word may be cut short, mistyped, or a letter. At most seven statements.
    """
    text = " ".join(text[:120].split())
    people = Person.objects.all() if restricted else Person.objects.filter(restricted=False)
    if "@" in text:
        hits = _reached(people, Q(kind="email", key__startswith=text.lower()))
    elif _TELEPHONE.fullmatch(text) and len(digits := re.sub(r"\D", "", text)) >= DIGITS:
        hits = _reached(people, _telephone(text, digits))
    else:
        hits = _named(people, names.words_of(text), limit)
    return _shown(people, hits, limit)


def _telephone(text: str, digits: str) -> Q:
    number = (copied.telephones(text) or [digits])[0]
    starts = Q(key__startswith=number) | Q(key__startswith=digits)
    if digits.startswith("44") and len(digits) > 2:
        starts |= Q(key__startswith=f"0{digits[2:]}")
    if len(digits) >= END:
        starts |= Q(turned__startswith=digits[::-1])
    return Q(kind="phone") & starts


def _reached(people: QuerySet[Person], by: Q) -> list[_Hit]:
    contacts = Contact.objects.annotate(turned=Reverse(F("key"))).filter(by)
    ids = list(contacts.values_list("person_id", flat=True)[:LOOKED_AT])
    rows = people.filter(pk__in=ids).order_by("-last_at", "-pk").values_list("pk", "same_as")
    return [(root or pk, False) for pk, root in rows]


def _named(people: QuerySet[Person], words: list[str], limit: int) -> list[_Hit]:
    """Return whoever has these words in their name, or such that start so; where those are few, ones that are like them."""
    if not words or words == [words[0][:1]]:
        return []
    vocabulary.read()
    hits: list[_Hit] = []
    with transaction.atomic(), connection.cursor() as cursor:
        # Whatever it thinks of a limit: to compare each person's words takes seconds, the index some milliseconds.
        cursor.execute("set local enable_seqscan = off")
        if all(map(_known, words)):
            hits = _likest(people, [{word} for word in words], words, False)
        if len(hits) < limit:
            starting = [{word, *vocabulary.starting(word)} for word in words]
            hits += _likest(people, starting, words, False)
        if len(hits) < limit:
            hits += _likest(people, [_like(word) for word in words], words, not hits)
    return hits


def _known(word: str) -> bool:
    return len(word) == 1 or vocabulary.knows(word)


def _like(word: str) -> set[str]:
    """Return the words that one may stand for: itself, what starts so, what is like it, and its first letter alone."""
    return {word, *vocabulary.starting(word), *vocabulary.near(word), f"{word[0]}."}


def _likest(
    people: QuerySet[Person], alternatives: Iterable[set[str]], typed: list[str], is_like: bool
) -> list[_Hit]:
    """Return who has one of each of these sets of words in their names, as they are likely meant: by their names, then the latest.

    Some of them, where they are very many.
    """
    for words in alternatives:
        people = people.filter(words__overlap=sorted(words))

    def likeness(row: tuple[int, int | None, list[str], datetime]) -> tuple[float, datetime]:
        named = [w for w in row[2] if len(w) > 1 and not w.endswith(".")]
        best = [max((_worth(w, n) for n in named), default=0.0) for w in typed]
        return round(sum(best), 1), row[3]

    rows = people.values_list("pk", "same_as", "words", "last_at")[:LOOKED_AT]
    return [(row[1] or row[0], is_like) for row in sorted(rows, key=likeness, reverse=True)]


def _worth(typed: str, word: str) -> float:
    """Return how well a word of a name fits one that was typed: 1 and a little where it is the same, 0.9 where it goes on."""
    if typed == word:
        return 1.1
    if word.startswith(typed):
        return 0.9
    if len(word) == 1 and typed[0] == word:
        return 0.6
    return JaroWinkler.similarity(typed, word) * 0.8


def _shown(people: QuerySet[Person], hits: list[_Hit], limit: int) -> list[Found]:
    """Return whom to show for these: each person once, under the record that stands for them."""
    is_like: dict[int, bool] = {}
    for number, like in hits:
        is_like.setdefault(number, like)
    wanted = list(is_like)[: limit * 2]
    rows = people.filter(pk__in=wanted).select_related("home__street")
    found = {person.pk: person for person in rows.annotate(cared_for=CARED_FOR)}
    shown = [pk for pk in wanted if pk in found][:limit]
    contacts = Contact.objects.filter(person__in=shown).order_by("-kind", "-pk")
    reached = dict(contacts.values_list("person_id", "value"))  # an e-mail address, if there is one
    return [Found(found[pk], is_like[pk], found[pk].cared_for, reached.get(pk, "")) for pk in shown]


def at_home(uprn: int, *, restricted: bool = False, limit: int = 20) -> list[Found]:
    """Return the people who last asked for something at a home, the latest first: from their cases, not from a register."""
    people = Person.objects.all() if restricted else Person.objects.filter(restricted=False)
    here = people.filter(home=uprn).order_by("-last_at", "-pk").values_list("pk", "same_as")
    return _shown(people, [(root or pk, False) for pk, root in here[: limit * 2]], limit)

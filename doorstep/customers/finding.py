"""Finds people by what somebody says of themselves: a name however spelt, with where they live; a telephone number; an e-mail address."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import CharField, F, Func, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat, Lower, Reverse
from rapidfuzz.distance import JaroWinkler

from doorstep.customers import names, vocabulary
from doorstep.customers.models import Contact, Note, Person
from doorstep.places.finding import SHORT
from doorstep.text import copied

# Records that are looked at to find the likest of: who types more finds fewer.
LOOKED_AT = 1000
# So many who are called just so are enough: nobody is looked for who is only called like it.
ENOUGH = 8
# Most words of a name with a place.
MOST_WORDS = 8
# The digits from which on something is a telephone number, and from which on its end is enough.
DIGITS, END = 4, 6
# Whether a note of a record, or of one that stands behind it, says to take care or warns: "care", "warning", or nothing.
CARED_FOR = Subquery(
    Note.objects.filter(
        Q(person=OuterRef("pk")) | Q(person__same_as=OuterRef("pk")),
        ended_at=None,
        kind__in=("care", "warning"),
    )
    .order_by("-kind")
    .values("kind")[:1]
)
# The number of a record that stands for somebody, and whether nothing of it was just so as it was typed.
_Hit = tuple[int, bool]
_TELEPHONE = re.compile(r"[\d\s()+./-]+")
_BESIDE_NUMBERS = re.compile(r"\b(tel|telephone|phone|mobile|mob|ring|call|number|no)\b[.:]?", re.I)


@dataclass(frozen=True)
class Found:
    """Somebody who was found; `is_like` says that nothing was just so as it was typed."""

    person: Person
    is_like: bool = False
    # "warning" where a note warns of them, "care" where one says to take care.
    care: str = ""
    # What reaches them.
    reached: str = ""


def find(
    text: str, *, restricted: bool = False, limit: int = 8, is_a_home: bool = False
) -> list[Found]:
    """Return the people that a text may mean, the likest first; `restricted` ones only where that is said.

    What `is_a_home` already means nobody, unless a word of it is in somebody's name.

    A text with @ is an e-mail address or how one starts, one of digits a telephone number or its start or end, any other a name,
    of which each word may be cut short, mistyped, or a letter; before or after it may stand words of their home's address, or
    figures of their telephone number. At most eight statements.
    """
    text = " ".join(text[:120].split())
    people = Person.objects.all() if restricted else Person.objects.filter(restricted=False)
    if "@" in text:
        hits = _reached(people, Q(kind="email", key__startswith=text.lower()))
    elif number := _number(text):
        hits = _reached(people, _telephone(number, re.sub(r"\D", "", number)))
    else:
        hits = _named(people, names.words_of(text), min(limit, ENOUGH), is_a_home)
    joined = "".join(names.words_of(text))
    return [
        replace(one, is_like=one.is_like and not _is_joined(joined, one.person))
        for one in _shown(people, hits, limit)
    ]


def _is_joined(letters: str, person: Person) -> bool:
    """Say whether a name of somebody's has these letters, wherever the spaces stand."""
    return letters in ("".join(names.words_of(name)) for name in (person.name, *person.former))


def _number(text: str) -> str:
    """Return the telephone number that a text is, without words such as "tel" beside it; or nothing."""
    number = _BESIDE_NUMBERS.sub(" ", copied.zeros(text)).strip()
    is_one = _TELEPHONE.fullmatch(number) and len(re.sub(r"\D", "", number)) >= DIGITS
    return number if is_one else ""


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


def _named(people: QuerySet[Person], words: list[str], limit: int, is_a_home: bool) -> list[_Hit]:
    """Return whoever has these words in their name, or such that start so; where those are few, ones that are like them."""
    if not words or words == [words[0][:1]]:
        return []
    vocabulary.read()
    if is_a_home and not any(len(word) > 1 and _known(word) for word in words):
        return []
    hits: list[_Hit] = []
    with transaction.atomic(), connection.cursor() as cursor:
        # Whatever it thinks of a limit: to compare each person's words takes seconds, the index some milliseconds.
        cursor.execute("set local enable_seqscan = off")
        if all(map(_known, words)):
            hits = _likest(people, [{word} for word in words], words, False)
        if len(hits) < limit:
            starting = [{word, *vocabulary.starting(word)} for word in words]
            hits += _likest(people, starting, words, False)
        is_name = not any(map(_has_figure, words))
        if not hits and is_name and not all(map(_known, words)):
            # A word that names have is taken as it is: of each there are many like it. Before places, which are dearer to read.
            like = [_initial(word) if _known(word) else _like(word) for word in words]
            hits = _likest(people, like, words, True)
            if hits:
                return hits
        if not hits and (hits := _placed(people, words[:MOST_WORDS])):
            return hits
        if len(hits) < limit and is_name:
            hits += _likest(people, [_like(word) for word in words], words, not hits)
    return hits


def _initial(word: str) -> set[str]:
    return {word, f"{word[0]}."}


def _placed(people: QuerySet[Person], words: list[str]) -> list[_Hit]:
    """Return whoever has the first of these words in their name, or the last, and the others in their home's address or number.

    No restricted ones: where those live, and by what they are reached, is for who gave a reason.
    """
    names_of = {word: _named_by(word) for word in words}
    ways = Q()
    for at in range(1, len(words)):
        for named, rest in ((words[:at], words[at:]), (words[at:], words[:at])):
            if all(names_of[word] for word in named) and any(len(word) > 1 for word in named):
                of_name = (Q(words__overlap=sorted(names_of[word])) for word in named)
                ways |= Q(*of_name) & (Q(*map(_in_address, rest)) | _has_number(rest))
    if not ways:
        return []
    # An index finds these; of them alone the addresses are read.
    either = names_of[words[0]] | names_of[words[-1]]
    people = people.filter(restricted=False, words__overlap=sorted(either))
    people = people.annotate(address=_ADDRESS)
    return _in_order(people.filter(ways), words, False)


def _named_by(word: str) -> set[str]:
    """Return the words of names that a word may stand for; none where it is in no name."""
    if _has_figure(word):
        return set()
    if _known(word):
        return {word, *vocabulary.starting(word)}
    return {*vocabulary.starting(word), *vocabulary.near(word)}


def _has_figure(word: str) -> bool:
    return any(letter.isdecimal() for letter in word)


def _with_each(part: str) -> Concat:
    return Concat(Value(" "), part, output_field=CharField())


def _plainly(text: Any, sign: str, instead: str) -> Func:
    return Func(text, Value(sign), Value(instead), Value("g"), function="regexp_replace")


# A home's address in small letters, a space before and after each word, its postcode with and without one.
_PARTS = ("home__line", "home__street__name", "home__street__locality", "home__postcode")
_ADDRESS = Concat(
    _plainly(_plainly(Lower(Concat(*map(_with_each, _PARTS))), "['’]", ""), "[^[:alnum:]]+", " "),
    Value(" "),
    Lower(_plainly("home__postcode", " ", "")),
    Value(" "),
    output_field=CharField(),
)


def _in_address(word: str) -> Q:
    """Return the condition that a word begins one of the home's address, or is such a word in short; 7 is not 72."""
    if word.isdecimal():
        return Q(address__contains=f" {word} ")
    short = SHORT.get(word, word)
    alike = {short, *(long for long, one in SHORT.items() if one == short)} - {word}
    either = Q(address__contains=f" {word}")
    for other in alike:
        either |= Q(address__contains=f" {other} ")
    return either


def _has_number(words: list[str]) -> Q:
    """Return the condition that somebody has the telephone number that these words are."""
    digits = "".join(words)
    if not digits.isdecimal() or len(digits) < DIGITS:
        return Q(pk__in=[])
    contacts = Contact.objects.annotate(turned=Reverse(F("key"))).filter(_telephone(digits, digits))
    return Q(pk__in=contacts.values("person_id"))


def _known(word: str) -> bool:
    return len(word) == 1 or vocabulary.knows(word)


def _like(word: str) -> set[str]:
    """Return the words that one may stand for: itself, what starts so, what is like it, and its first letter alone."""
    return {word, *vocabulary.starting(word), *vocabulary.near(word), f"{word[0]}."}


def _likest(
    people: QuerySet[Person], alternatives: Iterable[set[str]], typed: list[str], is_like: bool
) -> list[_Hit]:
    """Return who has one of each of these sets of words in their names."""
    for words in alternatives:
        people = people.filter(words__overlap=sorted(words))
    return _in_order(people, typed, is_like)


def _in_order(people: QuerySet[Person], typed: list[str], is_like: bool) -> list[_Hit]:
    """Return people as they are likely meant, by their names, then the latest; some of them, where they are very many."""

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
    return [
        Found(found[pk], is_like[pk], found[pk].cared_for or "", reached.get(pk, ""))
        for pk in shown
    ]


def at_home(uprn: int, *, restricted: bool = False, limit: int = 20) -> list[Found]:
    """Return the people who last asked for something at a home, the latest first: from their cases, not from a register."""
    people = Person.objects.all() if restricted else Person.objects.filter(restricted=False)
    here = people.filter(home=uprn).order_by("-last_at", "-pk").values_list("pk", "same_as")
    return _shown(people, [(root or pk, False) for pk, root in here[: limit * 2]], limit)

"""Homes as they are said on the telephone: number and street in any order, a house's name, a postcode or its beginning, a UPRN.

What is typed need not be whole, nor spelt right: streets are kept in memory, a minute at most, and compared word by word.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from django.contrib.postgres.search import SearchQuery, SearchVectorExact
from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Abs
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from doorstep.outside.lately import Lately
from doorstep.places.models import LINE_WORDS, Property, Street
from doorstep.text.clean import line

# Each word beside what it is written as in short; both mean the same, whichever stands in the gazetteer.
SHORT = {
    "street": "st", "saint": "st", "str": "st", "road": "rd", "avenue": "ave", "av": "ave",
    "close": "cl", "drive": "dr", "drv": "dr", "lane": "ln", "la": "ln", "court": "ct", "crt": "ct",
    "crescent": "cres", "gardens": "gdns", "grove": "gr", "place": "pl", "square": "sq",
    "terrace": "ter", "terr": "ter", "hill": "hl", "park": "pk", "view": "vw", "green": "gn",
    "north": "n", "south": "s", "east": "e", "west": "w", "mount": "mt", "great": "gt",
}  # fmt: skip
# What says what kind of street it is, which a caller may have wrong.
KINDS = frozenset(
    [
        "st",
        "rd",
        "ave",
        "cl",
        "dr",
        "ln",
        "ct",
        "cres",
        "gdns",
        "gr",
        "pl",
        "sq",
        "ter",
        "way",
        "row",
        "walk",
        "mews",
    ]
)
# What stands before a number and says nothing of where.
BESIDE_NUMBERS = frozenset(("no", "number", "flat", "apartment", "apt", "unit"))
# Most that is read of what is typed, and most words of it that are looked for.
MOST, MOST_WORDS = 100, 8
POSTCODE = re.compile(
    r"\b([a-z]{1,2}\d[0-9a-z]?)(?:[\s.-]*(\d[a-z]{2})\b|\s*(\d[a-z]?)\Z|(?![0-9a-z]))"
)
NUMBER, WORD = re.compile(r"\b\d{1,5}[a-z]?\b"), re.compile(r"[^\W\d_]+")
# Slips that are forgiven, by how long a word is.
SLIPS = ((9, 3), (6, 2), (3, 1))
# Streets of which homes are shown where no number was typed; and so many that a wrong number is no reason to show others.
FIRST_STREETS = 10
BY_STREET = ("street__name", "street__locality", "sort", "line")
LetGo = Literal["", "spelling", "number"]


@dataclass(frozen=True)
class Homes:
    """Homes that a text may mean, the likeliest first; whether there are more; and what of the text had to be let go.

    "spelling": no street is written so, and these are of streets that nearly are. "number": none has it, and these are near.
    """

    rows: list[Property]
    has_more: bool = False
    let_go: LetGo = ""


NONE = Homes([])


def find(text: str, limit: int = 30) -> Homes:
    """Return the homes that a typed text may mean; by three statements at most, of which one is made once a minute."""
    text = _plain(line(text[:MOST]))
    digits = re.sub(r"\s", "", text)
    if digits.isdecimal():
        uprn = int(digits) if len(digits) <= 12 else 0
        return _homes(Property.objects.filter(uprn=uprn), limit)
    asked = _read(text)
    if asked.postcode:
        return _at_postcode(asked, _streets(), limit)
    if any(len(word) > 1 for word in asked.words):
        return _by_words(asked, _streets(), limit)
    return NONE


@dataclass(frozen=True)
class _Asked:
    """What was typed, taken apart: a postcode or its beginning, house numbers, and words."""

    postcode: str
    is_whole: bool
    numbers: tuple[str, ...]
    words: tuple[str, ...]


def _read(text: str) -> _Asked:
    match = POSTCODE.search(text)
    postcode = ""
    if match:
        postcode = " ".join(filter(None, (match[1], match[2] or match[3]))).upper()
        text = f"{text[: match.start()]} {text[match.end() :]}"
    numbers = dict.fromkeys(NUMBER.findall(text))
    words = dict.fromkeys(WORD.findall(NUMBER.sub(" ", text)))
    words = {word: None for word in words if word not in BESIDE_NUMBERS}
    is_whole = bool(match and match[2])
    return _Asked(postcode, is_whole, tuple(numbers)[:MOST_WORDS], tuple(words)[:MOST_WORDS])


def _at_postcode(asked: _Asked, streets: "_Streets", limit: int) -> Homes:
    """Return the homes at a postcode, or where it begins so, with what else was typed in their address."""
    homes = Property.objects.filter(postcode__startswith=asked.postcode)
    if asked.is_whole:
        homes = Property.objects.filter(postcode=asked.postcode)
    homes = _with_words(homes, asked.words, streets)
    if asked.is_whole:
        return _with_numbers(homes, asked.numbers, limit)
    homes = homes.filter(*(_in_line(number) for number in asked.numbers))
    return _homes(homes.order_by("postcode", "sort", "line"), limit)


def _by_words(asked: _Asked, streets: "_Streets", limit: int) -> Homes:
    """Return the homes of the streets that are named; else those called so; else of streets that are spelt nearly so."""
    if usrns := streets.named(asked.words):
        return _of_streets(usrns, asked, limit)
    called = _with_words(Property.objects.all(), asked.words, streets)
    called = called.filter(*(_in_line(number) for number in asked.numbers))
    if (homes := _homes(called.order_by(*BY_STREET), limit)).rows:
        return homes
    return _of_streets(streets.nearly(asked.words), asked, limit, "spelling")


def _of_streets(usrns: list[int], asked: _Asked, limit: int, let_go: LetGo = "") -> Homes:
    """Return homes of streets, the likeliest first: those with the number, if one was typed."""
    first = usrns[:FIRST_STREETS]
    if asked.numbers and len(usrns) > FIRST_STREETS:
        homes = Property.objects.filter(*map(_in_line, asked.numbers), street__in=usrns)
        return _homes(homes.order_by(*_by_street(first), *BY_STREET), limit, let_go)
    homes = Property.objects.filter(street__in=first)
    found = _with_numbers(homes, asked.numbers, limit, first, let_go)
    return Homes(found.rows, found.has_more or len(usrns) > len(first), found.let_go)


def _with_numbers(
    homes: QuerySet[Property],
    numbers: tuple[str, ...],
    limit: int,
    streets: Iterable[int] = (),
    let_go: LetGo = "",
) -> Homes:
    """Return those of a few homes that have the numbers; where none has, those that are nearest to it, and says so."""
    by_street = _by_street(streets)
    if not numbers:
        # Of streets of one name in several places each comes before the next number.
        return _homes(homes.order_by("sort", *by_street, *BY_STREET), limit, let_go)
    has = _is(Q(*(_in_line(number) for number in numbers)))
    begins = _is(Q(line__istartswith=f"{numbers[0]} ")).desc()
    away = Abs(F("sort") - int(re.sub(r"\D", "", numbers[0])))
    homes = homes.annotate(has_number=has)
    order: tuple[Any, ...] = ("-has_number", begins, *by_street, away, *BY_STREET)
    found = _homes(homes.order_by(*order), limit, let_go)
    rows: list[Any] = found.rows
    if rows and not rows[0].has_number:
        return Homes(found.rows, found.has_more, "number")
    those = [row for row in rows if row.has_number]
    return Homes(those, found.has_more and len(those) == len(rows), let_go)


def _homes(homes: QuerySet[Property], limit: int, let_go: LetGo = "") -> Homes:
    """Read homes; a building of flats itself is left out."""
    rows = list(homes.exclude(blpu_class="PP").select_related("street")[: limit + 1])
    return Homes(rows[:limit], len(rows) > limit, let_go if rows else "")


def _with_words(
    homes: QuerySet[Property], words: tuple[str, ...], streets: "_Streets"
) -> QuerySet[Property]:
    """Return those of some homes that have each word in their first line or in their street's name and place."""
    for word in words:
        # "St John’s House" is read as "John" and "s".
        beginning = word.removesuffix("s") if len(word) > 3 else word
        homes = homes.filter(_in_line(f"{beginning}:*") | Q(street__in=streets.with_word(word)))
    return homes


def _in_line(word: str) -> Q:
    """Return the condition that a word stands in a home's first line: 7 is not 72."""
    query = SearchQuery(word, config="simple", search_type="raw")
    return Q(SearchVectorExact(LINE_WORDS, query))


def _by_street(usrns: Iterable[int]) -> list[Case]:
    """Return by what homes stand in the order of their streets."""
    whens = [When(street=usrn, then=Value(n)) for n, usrn in enumerate(usrns)]
    return [Case(*whens, default=Value(len(whens)), output_field=IntegerField())] if whens else []


def _is(condition: Q) -> Case:
    return Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())


class _Streets:
    """All streets by the words of their names and places, as they are typed in full."""

    def __init__(self, rows: Iterable[tuple[int, str, str]]) -> None:
        self._words: dict[str, set[int]] = {}
        self._names: dict[int, tuple[str, ...]] = {}
        # By name and place.
        self._place: dict[int, int] = {}
        for usrn, name, locality in rows:
            of_name = WORD.findall(_plain(name))
            self._names[usrn] = tuple(map(_short, of_name))
            self._place[usrn] = len(self._place)
            for word in (*of_name, *WORD.findall(_plain(locality))):
                self._words.setdefault(word, set()).add(usrn)
        self._joined = {usrn: "".join(name) for usrn, name in self._names.items()}
        self._sorted = sorted(self._words)
        self._by_short: dict[str, list[str]] = {}
        for word in self._sorted:
            self._by_short.setdefault(_short(word), []).append(word)

    def with_word(self, word: str) -> set[int]:
        """Return the streets with a word that begins so, or that means the same."""
        start, end = (bisect_left(self._sorted, text) for text in (word, f"{word}\uffff"))
        return self._with((*self._sorted[start:end], *self._by_short.get(_short(word), ())))

    def named(self, words: tuple[str, ...]) -> list[int]:
        """Return the streets in whose name and place each of some words stands, the likeliest first."""
        return self._in_order(_in_all(self.with_word(word) for word in words), words)

    def nearly(self, words: tuple[str, ...]) -> list[int]:
        """Return the streets that were meant where words have a slip, two are one, or it is another kind of street."""
        close = [self._close(word) for word in words]
        telling = [c for c, word in zip(close, words, strict=True) if _short(word) not in KINDS]
        usrns = _in_all(close) or self._as_one(words) or _in_all(telling)
        return self._in_order(usrns, words)

    def _in_order(self, usrns: set[int], words: tuple[str, ...]) -> list[int]:
        """Put first the streets whose whole name was typed, then those whose name is most like it."""
        typed = [_short(word) for word in words]

        def rank(usrn: int) -> tuple[bool, float, int]:
            name = self._names[usrn]
            alike = fuzz.token_sort_ratio(" ".join(typed), " ".join(name))
            return not set(typed).issuperset(name), -alike, self._place[usrn]

        return sorted(usrns, key=rank)

    def _close(self, word: str) -> set[int]:
        names = self._words.keys()
        near = process.extract(word, names, scorer=OSA.distance, score_cutoff=_slips(word), limit=9)
        return self.with_word(word) | self._with(name for name, _away, _at in near)

    def _as_one(self, words: tuple[str, ...]) -> set[int]:
        """Return the streets whose name is nearly what was typed, wherever the spaces stand."""
        typed = "".join(map(_short, words))
        near = process.extract(
            typed, self._joined, scorer=OSA.distance, score_cutoff=_slips(typed), limit=9
        )
        return {usrn for _name, _away, usrn in near}

    def _with(self, words: Iterable[str]) -> set[int]:
        return set().union(*(self._words[word] for word in words))


def _plain(text: str) -> str:
    return text.casefold().replace("’", "").replace("'", "")


def _short(word: str) -> str:
    return SHORT.get(word, word)


def _slips(word: str) -> int:
    return next((slips for length, slips in SLIPS if len(word) >= length), 0)


def _in_all(sets: Iterable[set[int]]) -> set[int]:
    each = list(sets)
    return set.intersection(*each) if each else set()


def _read_streets() -> _Streets:
    rows = Street.objects.order_by("name", "locality", "usrn")
    return _Streets(rows.values_list("usrn", "name", "locality"))


# New streets are seldom made; who looks for one meanwhile finds it by its postcode.
_streets = Lately(_read_streets, seconds=60)

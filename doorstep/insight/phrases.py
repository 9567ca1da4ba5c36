"""Words for which nothing was proposed: without what may name a person or a place, a sum a day, shown from five."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import Sum

from doorstep.insight.models import Phrase
from doorstep.places.models import Street
from doorstep.signposts import suggestions

MOST_WORDS, LONGEST = 6, 19
# Fewer are not shown to anyone, and are deleted after so many days; the others after a year.
LEAST, FEW_KEPT_DAYS, KEPT_DAYS = 5, 30, 365
# Others than these of one day are left out: somebody may send any words, by the thousand.
MOST_A_DAY = 2000
_ADD = """
insert into insight_phrase (day, words, language, n)
select * from unnest(%s::date[], %s::text[], %s::text[], %s::int[]) order by 2, 1, 3
on conflict (words, day, language) do update set n = insight_phrase.n + excluded.n
"""


class Written(NamedTuple):
    """What is counted of a text: its telling words."""

    day: date
    words: str
    language: str


def scrubbed(text: str) -> str:
    """Return the telling words of a text: no digits, addresses or names as far as a capital or a title tells them."""
    # Telephones begin each text with a capital.
    small = text if text.isupper() else text[:1].lower() + text[1:]
    words = suggestions.telling(small, least=3)
    return " ".join(word for word in words if len(word) <= LONGEST)


def without_streets(words: Sequence[str], streets: Iterable[tuple[str, ...]]) -> list[str]:
    """Return words without those that stand together as a street's name."""
    left = list(words)
    for name in streets:
        size = len(name)
        while at := next((n + 1 for n in range(len(left) - size + 1) if tuple(left[n : n + size]) == name), 0):  # fmt: skip
            del left[at - 1 : at - 1 + size]
    return left


def _streets() -> list[tuple[str, ...]]:
    """Return the telling words of every street's name, the longest first."""
    names = Street.objects.values_list("name", flat=True).distinct()
    told = {tuple(suggestions.telling(name.lower(), least=3)) for name in names}
    return sorted(told - {()}, key=len, reverse=True)


def add(sums: Mapping[Written, int]) -> None:
    """Add sums to their rows, without the names of streets; raises django.db.Error."""
    if not sums:
        return
    streets, rows = _streets(), dict[Written, int]()
    for (day, words, language), n in sums.items():
        phrase = " ".join(without_streets(words.split(), streets)[:MOST_WORDS])
        if phrase:
            row = Written(day, phrase, language)
            rows[row] = rows.get(row, 0) + n
    rows = _with_room(rows)
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        with connection.cursor() as cursor:
            cursor.execute(_ADD, [*columns, list(rows.values())])


def _with_room(rows: dict[Written, int]) -> dict[Written, int]:
    """Return the sums that there is room for: any of words that were written before on that day, others while they are few."""
    days = {row.day for row in rows}
    here = Phrase.objects.filter(day__in=days)
    if here.count() + len(rows) <= MOST_A_DAY:
        return rows
    known = set(here.filter(words__in={r.words for r in rows}).values_list("day", "words", "language"))  # fmt: skip
    return {row: n for row, n in rows.items() if tuple(row) in known}


def common(first: date, last: date) -> list[tuple[str, int]]:
    """Return what was written at least five times from one day to another (both counted), the most frequent first."""
    rows = Phrase.objects.filter(day__range=(first, last)).values_list("words")
    return list(rows.annotate(times=Sum("n")).filter(times__gte=LEAST).order_by("-times", "words"))


def forget(today: date) -> None:
    """Delete what fewer than five wrote after 30 days, and all after a year."""
    few = today - timedelta(days=FEW_KEPT_DAYS)
    of_many = Phrase.objects.values("words").annotate(times=Sum("n")).filter(times__gte=LEAST)
    Phrase.objects.filter(day__lt=few).exclude(words__in=of_many.values("words")).delete()
    Phrase.objects.filter(day__lt=today - timedelta(days=KEPT_DAYS)).delete()

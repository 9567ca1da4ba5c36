"""The words that occur in names, in this process's memory: what is typed is compared with all of them.

A hundred thousand words take some ten megabytes and are compared in some hundredths of a second. What was learned since is read
with each search; a word that is in nobody's name any more finds nobody.
"""

import threading
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field

from rapidfuzz import process
from rapidfuzz.distance import OSA

from doorstep.customers.models import Word
from doorstep.customers.names import sound

# Words that go on as typed, and words that are written or sound almost so: more would find half of the town.
STARTS, NEAR = 120, 24


@dataclass
class _Kept:
    """Words in order, by how they sound, and the number of the last one that was read."""

    last: int = 0
    words: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    sounds: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    lock: threading.Lock = field(default_factory=threading.Lock)


_kept = _Kept()
# Numbers are given before they are committed: a word of a transaction that ended late has one that is lower than the last.
LATE = 500


def read() -> None:
    """Read what was learned since the last time: one statement."""
    with _kept.lock:
        since = max(0, _kept.last - LATE)
        rows = Word.objects.filter(id__gt=since).order_by("id").values_list("id", "word")
        new = []
        for number, word in rows:
            _kept.last = max(_kept.last, number)
            if word not in _kept.known:
                _kept.known.add(word)
                new.append(word)
        if new:
            for word in new:
                _kept.sounds[sound(word)].append(word)
            _kept.words = sorted([*_kept.words, *new])


def knows(word: str) -> bool:
    """Say whether a word occurs in names."""
    return word in _kept.known


def starting(start: str) -> list[str]:
    """Return words that start so, in order."""
    at = bisect_left(_kept.words, start)
    found = []
    for word in _kept.words[at : at + STARTS]:
        if not word.startswith(start):
            break
        found.append(word)
    return found


def near(word: str) -> list[str]:
    """Return words that are written, or sound, almost as this one; the nearest first."""
    slips = 1 if len(word) < 5 else 2
    if len(word) < 3:
        return []
    spelt = process.extract(word, _kept.words, scorer=OSA.distance, score_cutoff=slips, limit=NEAR)
    found = [one for one, _, _ in spelt if one[0] != "." and not one.endswith(".")]
    sounds = sound(word)
    alike = _kept.sounds[sounds][:NEAR] if len(sounds) > 1 else []
    return list(dict.fromkeys([*found, *alike]))

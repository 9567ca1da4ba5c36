"""Compares names as people write them: pure, without accents, titles, or regard to order."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal

import jellyfish
from rapidfuzz.distance import OSA

TITLES = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "dr",
        "rev",
        "revd",
        "prof",
        "sir",
        "lady",
        "dame",
        "cllr",
        "councillor",
    ]
)
# The most letters of a word that is kept, and words of a name.
LONGEST, MOST = 40, 12
_APOSTROPHES = re.compile("['’‘`´]")
# Letters that are no letter with a mark, as they are typed without one.
_PLAIN = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i"}
)

Alike = Literal["same", "half", ""]


def words_of(name: str) -> list[str]:
    """Return the words of a name in small letters without accents, titles and apostrophes; "Smith-Jones" is two."""
    text = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", name).casefold())
    plain = "".join(c for c in text if not unicodedata.combining(c)).translate(_PLAIN)
    words = re.findall(r"[^\W_]+", plain)[: 2 * MOST]
    named = [word[:LONGEST] for word in words if word not in TITLES]
    return (named or words)[:MOST]


def index_words(names: Iterable[str]) -> list[str]:
    """Return what names are found by: their words, and their first letters.

    Of a word that is a letter alone, such as an initial, the letter with a point as well: "john" finds "J Smith" by it.
    """
    found: set[str] = set()
    for name in names:
        words = words_of(name)
        found.update(words)
        found.update(word[0] for word in words)
        found.update(f"{word}." for word in words if len(word) == 1)
        # Written as one word by others: "mc donald", "o neill", "de souza".
        pairs = zip(words, words[1:], strict=False)
        found.update(f"{a}{b}"[:LONGEST] for a, b in pairs if 1 < len(a) <= 3 or a == "o")
    return sorted(found)


def alike(one: str, other: str) -> Alike:
    """Say whether two names may be one person's: "same", "half" where something is missing, short or mistyped, or not.

    The last word is the surname. Names in another order are the same; so is an initial for a forename, and a slip in a surname
    beside the same forename. A forename cut short, mistyped, or that only sounds alike is half: it may be a sister's. No name at all is like half of any, and the same as none.
    """
    a, b = words_of(one), words_of(other)
    if sorted(a) == sorted(b):
        return "same"
    if not a or not b:
        return "half"
    surname = _word(a[-1], b[-1])
    if not surname:
        # A double name that lost a half, and "Smith John" with a middle name.
        shared = set(a) & set(b)
        return "half" if len(shared) >= 2 or shared & {a[-1], b[-1]} and _fore(a, b) else ""
    if len(a) == 1 or len(b) == 1:
        return "half"
    fore = _fore(a, b)
    if fore == "same":
        return "same"
    if fore == "initial":
        return "same" if surname == "same" else "half"
    return "half" if fore == "slip" and surname == "same" else ""


def sound(word: str) -> str:
    """Return how a word sounds in English (Metaphone), so that "Catherine" is like "Kathryn"."""
    return jellyfish.metaphone(word)


def _fore(a: list[str], b: list[str]) -> Literal["same", "initial", "slip", ""]:
    """Compare two first names."""
    one, other = a[0], b[0]
    if one == other:
        return "same"
    if 1 in (len(one), len(other)) and one[0] == other[0]:
        return "initial"
    is_short = min(len(one), len(other)) >= 3 and (one.startswith(other) or other.startswith(one))
    return "slip" if is_short or _word(one, other) or sound(one) == sound(other) else ""


def _word(one: str, other: str) -> Literal["same", "slip", ""]:
    """Say whether two words are one, or one with a slip of the finger."""
    if one == other:
        return "same"
    is_long = min(len(one), len(other)) >= 4
    return "slip" if is_long and OSA.distance(one, other, score_cutoff=1) <= 1 else ""

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
HIS, HERS = frozenset({"mr", "sir"}), frozenset({"mrs", "ms", "miss", "lady", "dame"})
# What a firm is called by: no surname.
FIRMS = frozenset(
    [
        "ltd",
        "limited",
        "plc",
        "llp",
        "cic",
        "inc",
        "company",
        "council",
        "trust",
        "association",
        "charity",
        "group",
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
    """Return the words of a name in small letters without accents, titles and apostrophes; "Smith-Jones" is two, "Smith, Ann" in order."""
    words = _all_words(name)
    named = [word[:LONGEST] for word in words if word not in TITLES]
    return (named or words)[:MOST]


def _all_words(name: str) -> list[str]:
    """Return the words of a name with its titles."""
    last, comma, first = name.partition(",")
    text = _APOSTROPHES.sub("", f"{first} {last}" if comma and first.strip() else name).casefold()
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f").translate(_PLAIN)
    # Vowel signs of Hindi, say, are marks of their letters and part words nowhere.
    apart = (c if unicodedata.category(c)[0] in "LMN" else " " for c in plain)
    return unicodedata.normalize("NFC", "".join(apart)).split()[: 2 * MOST]


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

    The last word is the surname. A slip in a surname beside the same forename is the same. What a sister, a son or a spouse may be
    called is half, for a person to say: a forename cut short, mistyped, an initial or one that only sounds alike, other middle
    names, names the other way round, a surname alone, no name. So are firms that begin alike. Mr and Mrs are two people.
    """
    a, b = words_of(one), words_of(other)
    if not a or not b:
        if one.strip() and other.strip():  # no letters, such as a picture
            return "same" if one.strip() == other.strip() else ""
        return "half" if one.strip() or other.strip() else "same"
    if clash(one, other) == "title":
        return ""
    if FIRMS & {*a, *b}:
        mine, theirs = set(a) - FIRMS, set(b) - FIRMS
        return "same" if mine == theirs else "half" if a[0] == b[0] else ""
    if a == b:
        return "same" if len(a) > 1 else "half"
    if sorted(a) == sorted(b):
        return "half"
    surname = _word(a[-1], b[-1])
    if not surname:
        # A double name that lost a half, and "Smith John" with a middle name.
        shared = set(a) & set(b)
        return "half" if len(shared) >= 2 or shared & {a[-1], b[-1]} and _fore(a, b) else ""
    if len(a) == 1 or len(b) == 1:
        return "half"
    fore = _fore(a, b)
    if fore == "same" and not clash(one, other):
        return "same"
    return "half" if fore else ""


def clash(one: str, other: str) -> Literal["title", "fore", "middle", ""]:
    """Say what tells two names apart, however like they are: Mr and Mrs, first names, middle names; or nothing.

    Two names of one person may have other surnames; whom one record is given such names for, it is two people's.
    """
    titles = [{t for t in _all_words(name) if t in TITLES} for name in (one, other)]
    if any(titles[0] & these and titles[1] & those for these, those in ((HIS, HERS), (HERS, HIS))):
        return "title"
    a, b = words_of(one), words_of(other)
    if len(a) < 2 or len(b) < 2 or FIRMS & {*a, *b} or sorted(a) == sorted(b):
        return ""
    if not _fore(a, b):
        return "fore"
    pairs = list(zip(a[1:-1], b[1:-1], strict=False))
    return (
        "middle"
        if any(x != y and not (1 in (len(x), len(y)) and x[0] == y[0]) for x, y in pairs)
        else ""
    )


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

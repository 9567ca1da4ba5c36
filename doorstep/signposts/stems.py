"""Words of a text, as they are compared: small letters, English ones by their stem, any other as they are."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# Say nothing about what a text is about; what is left out of a phrase on both sides does no harm.
_STOP = """
a about after again all also am an and any are as at be because been before being both but by can
could cant did didnt do does doesnt doing done dont down each else even ever every for from get
gets getting go going gone got had has hasnt have havent having he hello help her here hi him his
how i id if ill im in into is isnt it its ive just know last let like me might more most much my
need never new next no nor not now of off ok on once one only or other our ours out over own
please put really say see she should since so some someone somebody still such than that thats the
their theirs them then there theres these they this those thing through till to today told too
under until up us very want wants was wasnt way we well went were what whats when where which
while who why will with wont would yes yet you your yours youve report reported tell council week
weeks day days time morning night yesterday tonight year years month months use used yn y yr ac o
ar mae wedi na ni fy ei eich ein eu gan dim oes heb
"""
STOP = frozenset(_STOP.split())


@dataclass(frozen=True)
class Word:
    """A word of a text: as it was written, in small letters, and its stem."""

    written: str
    plain: str
    stem: str

    @property
    def says(self) -> bool:
        """Say whether it says what a text is about."""
        return self.plain not in STOP and (len(self.plain) > 2 or not self.plain.isalpha())


@cache
def _stemmer() -> Any:
    import snowballstemmer  # 0.2 s for all its languages, which every start would wait for

    return snowballstemmer.stemmer("english")


@lru_cache(maxsize=20_000)
def stem(plain: str) -> str:
    """Return an English word's stem; a word with other letters, such as a Welsh one, as it is."""
    return str(_stemmer().stemWord(plain)) if plain.isascii() else plain


def plain(written: str) -> str:
    """Return a word in small letters, without apostrophes."""
    return unicodedata.normalize("NFC", written).lower().replace("'", "").replace("’", "")


def words(text: str, most: int = 400) -> list[Word]:
    """Return the words of a text in order; of a very long one, the first."""
    listed = []
    for match in _WORD.finditer(text[:4000]):
        small = plain(match[0])
        listed.append(Word(match[0], small, stem(small)))
        if len(listed) == most:
            break
    return listed

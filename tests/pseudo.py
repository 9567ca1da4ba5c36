"""A pseudo-language, which finds the words of a page that were never translated."""

import gettext as stdlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.utils.translation import trans_real

from doorstep.catalogue import queries as catalogue
from doorstep.catalogue import words
from doorstep.council import queries as council
from doorstep.council import spoken
from doorstep.signposts import index
from doorstep.web import environment
from doorstep.web.kit import parts


class Pseudo(stdlib.NullTranslations):
    """Wraps every text that asked for its translation."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧" if message else ""

    def ngettext(self, one: str, many: str, n: int) -> str:
        return f"⟦{one if n == 1 else many}⟧"

    def to_language(self) -> str:
        return "en"


def speak_pseudo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Speak the pseudo-language: page text by gettext, definitions and council by their one reader."""

    def clear() -> None:
        catalogue._made.clear()
        council._council.cache_clear()
        index._made.cache_clear()
        words._day.cache_clear()
        parts._drawn.cache_clear()
        environment._in_words.cache_clear()

    clear()
    monkeypatch.setitem(trans_real._translations, "en", Pseudo())
    monkeypatch.setattr(spoken, "dress", lambda said: f"⟦{said}⟧" if said else said)
    yield
    monkeypatch.undo()
    clear()


class Texts(HTMLParser):
    """Gathers what a person sees or hears of a page."""

    SPOKEN = ("alt", "aria-label", "title", "placeholder")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.skip = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.skip += tag in ("script", "style", "textarea")
        self.found += [v or "" for k, v in attrs if k in self.SPOKEN]

    def handle_endtag(self, tag: str) -> None:
        self.skip -= tag in ("script", "style", "textarea")

    def handle_data(self, data: str) -> None:
        if not self.skip:
            self.found.append(data)


# What stays as it is in any language: addresses, references, numbers, names of languages and cookies.
DATA = re.compile(
    r"⟦[^⟦⟧]*⟧|Mill Lane|Coalville|LE67 3FJ|SW1A 1AA|MB-\w{4}-\w{4}|ann@resident\.example|"
    r"help@council\.example|dpo@council\.example|www\.gov\.uk/find-local-council|English|Cymraeg|"
    r"doorstep_\w+|csrftoken|sessionid|typed by Ann|(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|"
    r"[2-9A-HJKMNP-Z]{4} [2-9A-HJKMNP-Z]{4}|"
    r"January|February|March|April|May|June|July|August|September|October|November|December|\d+(am|pm)"
)


def forgotten(page: str) -> list[str]:
    """Return the words of a page that never asked for their translation."""
    whole = "\n".join(Texts(page).found)
    while "⟦" in whole and DATA.search(whole):
        cut = DATA.sub("", whole)
        if cut == whole:
            break
        whole = cut
    left = DATA.sub("", whole)
    return [line.strip() for line in left.splitlines() if re.search(r"[A-Za-z]{2}", line)]

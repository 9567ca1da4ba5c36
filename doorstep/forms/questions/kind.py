"""What every kind of question offers: one file here, one line in `kinds.py`, one template of its name."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Protocol
from unicodedata import normalize

from doorstep.forms.form import Question
from doorstep.forms.rules.types import TEXT, Type, one_of
from doorstep.text.clean import clean

_GAPS = re.compile(r"[\s.\-\u2010-\u2015]+")


class Option(tuple[str, str]):
    """A value and its label, and what its kind of question needs besides, such as the most of an item."""

    more: Mapping[str, Any]

    def __new__(cls, value: str, label: str, **more: Any) -> "Option":
        """Return the pair with what comes besides."""
        option = super().__new__(cls, (value, label))
        option.more = more
        return option


Options = tuple[tuple[str, str], ...]


class NotHad(tuple[tuple[str, str], ...]):
    """No options, because what they come from could not be had just now: another thing than there being none."""


Schema = dict[str, object]


class Invalid(Exception):
    """An answer that cannot be taken; the sentence for `code` stands in a template or the form."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


class Posted(Protocol):
    """What a browser sent: fields by name, each once or several times."""

    def get(self, name: str, /) -> str | None:
        """Return the last value under a name."""

    def getlist(self, name: str, /) -> Sequence[str]:
        """Return every value under a name."""

    def __iter__(self) -> Iterator[str]:
        """Go through the names."""


class Typed(dict[str, list[str]]):
    """Fields filled in by us, as if a browser had sent them."""

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
        """Return the last value under a name."""
        values = super().get(name)
        return values[-1] if values else default

    def getlist(self, name: str) -> list[str]:
        """Return every value under a name."""
        return super().get(name) or []


@dataclass(frozen=True)
class Example:
    """Fields as sent (by what follows the question's id in their names), and their answer or refusal."""

    sent: Mapping[str, list[str]]
    answer: object = None
    refused: str = ""


def one(text: str, answer: object = None, refused: str = "") -> Example:
    """Return the example of a single field."""
    return Example({"": [text]}, answer, refused)


# What an answer is beyond words: a property's UPRN, where something lies, names of photos, names of files that are
# none, a day with room, an address that is anyone's.
Nature = Literal["", "home", "spot", "photos", "files", "slot", "anywhere"]
# How anyone may see an answer, where its service says so: as what it is about, as a text, as pictures.
Shown = Literal["", "what", "text", "photos"]
# How an answer given to another service fits: to a question of its name, to the one of its kind, not at all.
Carried = Literal["by_name", "by_kind", "never"]


class Kind:
    """A kind of question; the base is a text of one field. No answer to an optional question is None.

    All that others must know of a kind, it says here: nobody else compares kinds by name.
    """

    name = ""
    asks = True
    # Whether a service may name it as a question's kind.
    is_listed = True
    examples: tuple[Example, ...] = ()
    # Codes with which it refuses an answer, beside those that its examples show.
    refusals: tuple[str, ...] = ()
    nature: Nature = ""
    shown: Shown = ""
    # Whether a person types it: then no sentence that anyone may read repeats it.
    is_typed = True
    carried: Carried = "by_name"
    # A text in own words: 1 where there is room for many, 2 for a few, 0 where it is none.
    own_words = 0
    # Whether it says so much of somebody that only who sees all of a case reads it: not crews, not partners.
    is_private = False
    # Whether it can be asked several times over on one page (`repeat`).
    may_repeat = True
    # Whether the map's scripts come with its page, and whether it has its page to itself.
    needs_map = False
    has_own_page = False
    # Whether something is chosen of options, which the form lists or a fact finds.
    chooses = False
    # The code of the sentence that says it was not answered.
    missing = "missing"
    # Its datatype as GeoReport v2 has them (none: it does not come as an attribute), and what is expected.
    datatype = "string"
    expected = ""
    # What stands for someone who is not asked, such as a program that knows no earlier reports.
    spare: object = None
    # What a made-up person answers.
    usual: object = None

    def type(self, question: Question) -> Type:
        """Return the type that rules see."""
        return TEXT

    def schema(self, question: Question) -> Schema:
        """Return the JSON Schema of an answer that comes as JSON."""
        return text_schema(question, 200)

    def read(self, question: Question, value: object) -> Typed:
        """Return the fields that a browser would send for a JSON value; raises Invalid."""
        if not isinstance(value, str):
            raise Invalid("wrong_type")
        return Typed({question.id: [value]})

    def clean(self, question: Question, posted: Posted, options: Options) -> object:
        """Return the answer; raises Invalid."""
        return only_text(question, posted, 200) or None

    def fits(self, question: Question, answer: Any, today: date) -> None:
        """Raise Invalid where an answer cannot be on the day that it is given, such as a birth in the future."""

    def fill(self, question: Question, answer: object) -> Typed:
        """Return the fields that would give an answer: the inverse of `clean`."""
        return Typed({question.id: [] if answer is None else [str(answer)]})

    def show(self, question: Question, answer: object, options: Options) -> object:
        """Return the answer to be read: words, or a value that sentences know how to say."""
        return str(answer or "")

    def anchor(self, question: Question, invalid: Invalid) -> str:
        """Return the id of the field that an error is about."""
        return question.id

    def with_files(self, question: Question, posted: Posted, names: Sequence[str]) -> Typed:
        """Return the question's fields once files that came with them are kept under these names."""
        return Typed({question.id: list(posted.getlist(question.id))})

    def most_letters(self, question: Question) -> int:
        """Return how many letters an answer may have."""
        return question.max_length or 200

    def most_files(self, question: Question) -> int:
        """Return how many files one answer takes."""
        return 0

    def photos(self, answer: object) -> list[str]:
        """Return the names of the photos in an answer."""
        return []

    def files(self, answer: object) -> list[str]:
        """Return the names of the files in an answer that are no photos."""
        return []

    def types(self, question: Question) -> tuple[str, ...]:
        """Return the types of files that an answer takes, of `file_types`; none where it takes no such files."""
        return ()

    def drawn(self, answer: object) -> str:
        """Return the path, as SVG has it, of what an answer has that was drawn by hand; "" where it has none."""
        return ""

    def listed(self, question: Question) -> Options:
        """Return the values a program may send and their names, where the form lists them."""
        return question.options

    def open_ones(self, options: Options) -> Options:
        """Return those that can be chosen, where some are listed only to be explained."""
        return options

    def from_program(self, question: Question, values: Sequence[str]) -> Typed:
        """Return the fields that a browser would send, from a program's texts; raises Invalid."""
        if len(values) > 1:
            raise Invalid("one_value")
        return Typed({question.id: list(values)})

    def possible(self, question: Question, today: date) -> list[object]:
        """Return the answers there may be, as far as a condition can tell them apart; none where it cannot."""
        return []


def text_schema(question: Question, limit: int) -> Schema:
    """Return the JSON Schema of a text."""
    return {"type": "string", "maxLength": question.max_length or limit}


def option_type(question: Question) -> Type:
    """Return the type of one option: one of those that the form lists, or any that a fact finds."""
    listed = tuple(value for value, _ in question.options)
    return one_of(listed) if listed and question.source is None else TEXT


def option_schema(question: Question) -> Schema:
    """Return the JSON Schema of one option: listed where the form lists them, else found by a fact."""
    if question.source is not None:
        return {"type": "string", "description": f"One that `{question.source.name}` finds"}
    return {"type": "string", "enum": [value for value, _ in question.options]}


def only_text(question: Question, posted: Posted, limit: int) -> str:
    """Return the trimmed text posted for a question; raises Invalid when missing or too long."""
    text = clean(posted.get(question.id) or "").strip()
    if not text and not question.optional:
        raise Invalid("missing")
    most = question.max_length or limit
    if len(text) > most:
        raise Invalid("too_long", most=most, over=len(text) - most)
    return text


def without_gaps(text: str) -> str:
    """Return a reference in plain capitals, without the spaces, stops and dashes that people write in it."""
    return _GAPS.sub("", normalize("NFKC", text)).upper()


def only_whole(value: object) -> int:
    """Return a whole number that came as JSON; raises Invalid."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise Invalid("wrong_type")
    return value

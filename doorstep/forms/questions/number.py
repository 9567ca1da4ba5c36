"""A whole number."""

import re
from typing import Any
from unicodedata import normalize

from doorstep.forms.form import Question
from doorstep.forms.questions.kind import (
    Invalid,
    Kind,
    Options,
    Posted,
    Schema,
    Typed,
    one,
    only_text,
    only_whole,
)
from doorstep.forms.rules.types import INT, Type

DIGITS = 12
MOST = 10**DIGITS - 1
# Commas or spaces only where thousands are: "1,5" and "1 5" may be a slip for anything.
_NUMBER = re.compile(
    r"([-+]?)\s?0*([0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3})+)"
)
# Signs that are typed, and pasted, for a minus: hyphens, dashes, the minus itself.
_MINUS = re.compile("[\u2010-\u2015\u2212]")


class Number(Kind):
    """A whole number, which rules can reckon with."""

    name = "number"
    # Nobody is known by a number alone, so that it may be shown as what a report is about.
    shown, is_typed = "what", False
    datatype, expected, usual = "number", "A whole number, such as 12", 1
    examples = (
        one("3", 3),
        one(" 12 ", 12),
        one("1,200", 1200),
        one("12 000", 12000),
        one("１２", 12),
        one("007", 7),
        one("0", 0),
        one("-3", -3),
        one("\u22123", -3),
        one("999999999999", MOST),
        one("1000000000000", refused="number_long"),
        one("12.0", refused="number_shape"),
        one("1,20", refused="number_shape"),
        one("1e3", refused="number_shape"),
        one("a few", refused="number_shape"),
        one("", refused="missing"),
    )

    def type(self, question: Question) -> Type:
        """Return the type that rules see."""
        return INT

    def schema(self, question: Question) -> Schema:
        """Return the JSON Schema of an answer that comes as JSON."""
        return {"type": "integer", "minimum": -MOST, "maximum": MOST}

    def read(self, question: Question, value: object) -> Typed:
        """Return the field that a browser would send for a number; raises Invalid."""
        number = only_whole(value)
        if abs(number) > MOST:  # to write some as a text would take hours
            raise Invalid("number_long", most=DIGITS)
        return self.fill(question, number)

    def clean(self, question: Question, posted: Posted, options: Options) -> object:
        """Return the number; raises Invalid."""
        text = only_text(question, posted, 40)
        if not text:
            return None
        match = _NUMBER.fullmatch(_MINUS.sub("-", normalize("NFKC", text)))
        if match is None:
            raise Invalid("number_shape")
        digits = match[2].replace(",", "").replace(" ", "")
        if len(digits) > DIGITS:
            raise Invalid("number_long", most=DIGITS)
        return -int(digits) if match[1] == "-" else int(digits)

    def fill(self, question: Question, answer: Any) -> Typed:
        """Return the field that would give a number."""
        return Typed({question.id: [] if answer is None else [str(answer)]})

    def show(self, question: Question, answer: Any, options: Options) -> object:
        """Return the number as it is read: 1987, 12,000, −3."""
        if answer is None:
            return ""
        # A year has no comma, and nobody misses it in four digits.
        written = f"{abs(answer):,}" if abs(answer) > 9999 else str(abs(answer))
        return f"\u2212{written}" if answer < 0 else written

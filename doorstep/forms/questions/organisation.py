"""An organisation: its name, and its company and charity number where it has one."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from unicodedata import normalize

from doorstep.forms.form import Question
from doorstep.forms.questions.kind import (
    Example,
    Invalid,
    Kind,
    Options,
    Posted,
    Schema,
    Typed,
    without_gaps,
)
from doorstep.forms.rules.types import TEXT, Record, Type
from doorstep.text.clean import line

ORGANISATION = Record("organisation", {"name": TEXT, "company": TEXT, "charity": TEXT})
PARTS = ("name", "company", "charity")
MOST_NAME, MOST_NUMBER = 200, 30

_HYPHENS = re.compile("[\u2010-\u2015]")
# Companies House: eight digits; or a prefix such as SC, NI, OC, R0 with six, the last of some a letter.
_COMPANY = re.compile(r"[0-9]{8}|(?:[A-Z]{2}|R0)[0-9]{6}|[A-Z]{2}[0-9]{5}[A-Z]")
_SHORT_COMPANY = re.compile(r"([A-Z]{2})?([0-9]{4,8})")
# England and Wales, with a linked charity's number behind; Scotland; Northern Ireland.
_CHARITY = re.compile(r"[0-9]{6,7}(?:-[0-9]{1,4})?|SC[0-9]{6}|NIC[0-9]{6}")


def company_number(text: str) -> str:
    """Return a company's number as Companies House writes it, its leading zeros filled up; "" where it is none."""
    number = without_gaps(text)
    if short := _SHORT_COMPANY.fullmatch(number):
        number = (short[1] or "") + short[2].zfill(6 if short[1] else 8)
    return number if _COMPANY.fullmatch(number) else ""


def charity_number(text: str) -> str:
    """Return a charity's number as its register writes it; "" where it is none."""
    number = re.sub(r"[\s.]+", "", _HYPHENS.sub("-", normalize("NFKC", text))).upper()
    return number if _CHARITY.fullmatch(number) else ""


_NUMBERS: Mapping[str, Callable[[str], str]] = {
    "company": company_number,
    "charity": charity_number,
}


def _sent(name: str, company: str = "", charity: str = "") -> dict[str, list[str]]:
    return {"-name": [name], "-company": [company], "-charity": [charity]}


def _kept(name: str, company: str = "", charity: str = "") -> dict[str, str]:
    return {"name": name, "company": company, "charity": charity}


class Organisation(Kind):
    """An organisation by its name; its company number and its charity number need not be given."""

    name = "organisation"
    is_private = True
    datatype = "string"
    expected = "The organisation's name; behind it, with commas, a company's or charity's number"
    usual = _kept("Example Limited")
    examples = (
        Example(_sent(" Acorn  Ltd "), _kept("Acorn Ltd")),
        Example(_sent("Acorn Ltd", "123456"), _kept("Acorn Ltd", "00123456")),
        Example(_sent("Acorn Ltd", "sc 123 456"), _kept("Acorn Ltd", "SC123456")),
        Example(_sent("Acorn Ltd", "R0 000123"), _kept("Acorn Ltd", "R0000123")),
        Example(_sent("Acorn Ltd", "IP12345R"), _kept("Acorn Ltd", "IP12345R")),
        Example(_sent("Oak Trust", "", "1234567-1"), _kept("Oak Trust", "", "1234567-1")),
        Example(_sent("Oak Trust", "", "sc012345"), _kept("Oak Trust", "", "SC012345")),
        Example(
            _sent("Oak Trust", "01234567", "NIC 100012"),
            _kept("Oak Trust", "01234567", "NIC100012"),
        ),
        Example(_sent(""), refused="missing"),
        Example(_sent("", "01234567"), refused="organisation_name"),
        Example(_sent("x" * 201), refused="organisation_long"),
        Example(_sent("Acorn Ltd", "123"), refused="company_shape"),
        Example(_sent("Acorn Ltd", "123456789"), refused="company_shape"),
        Example(_sent("Acorn Ltd", "Acorn"), refused="company_shape"),
        Example(_sent("Oak Trust", "", "12345"), refused="charity_shape"),
        Example(_sent("Oak Trust", "", "1234567-"), refused="charity_shape"),
    )

    def type(self, question: Question) -> Type:
        """Return the type that rules see."""
        return ORGANISATION

    def schema(self, question: Question) -> Schema:
        """Return the JSON Schema of an answer that comes as JSON."""
        number: Schema = {"type": "string", "maxLength": MOST_NUMBER}
        return {
            "type": "object",
            "properties": {
                "name": {"type": "string", "maxLength": MOST_NAME},
                "company": {**number, "description": "Its number at Companies House, or nothing"},
                "charity": {**number, "description": "Its number as a charity, or nothing"},
            },
            "required": ["name"],
            "additionalProperties": False,
        }

    def read(self, question: Question, value: object) -> Typed:
        """Return the fields that a browser would send for an object; raises Invalid."""
        if not isinstance(value, Mapping) or "name" not in value or not set(value) <= set(PARTS):
            raise Invalid("wrong_type")
        if not all(isinstance(part, str) for part in value.values()):
            raise Invalid("wrong_type")
        return self.fill(question, value)

    def clean(self, question: Question, posted: Posted, options: Options) -> object:
        """Return the name and the numbers, "" where none; raises Invalid."""
        texts = {part: line(posted.get(f"{question.id}-{part}") or "") for part in PARTS}
        if not any(texts.values()):
            if question.optional:
                return None
            raise Invalid("missing")
        if not texts["name"]:
            raise Invalid("organisation_name")
        if len(texts["name"]) > MOST_NAME:
            raise Invalid("organisation_long", most=MOST_NAME)
        for part, as_number in _NUMBERS.items():
            if texts[part]:
                texts[part] = as_number(texts[part][: MOST_NUMBER + 1])
                if not texts[part]:
                    raise Invalid(f"{part}_shape", part=part)
        return texts

    def fill(self, question: Question, answer: Any) -> Typed:
        """Return the fields that would give an answer."""
        given = answer or {}
        return Typed({f"{question.id}-{part}": [given[part]] for part in PARTS if given.get(part)})

    def show(self, question: Question, answer: Any, options: Options) -> object:
        """Return the name with its numbers: "Acorn Ltd, 01234567"."""
        return ", ".join(filter(None, (answer[part] for part in PARTS))) if answer else ""

    def anchor(self, question: Question, invalid: Invalid) -> str:
        """Return the id of the field that is wrong."""
        return f"{question.id}-{invalid.values.get('part') or PARTS[0]}"

    def from_program(self, question: Question, values: Sequence[str]) -> Typed:
        """Return the fields that a browser would send: numbers behind the name are told apart by their shape."""
        given, names = _kept(""), list[str]()
        for piece in super().from_program(question, values).get(question.id).split(","):
            text = line(piece)
            for part in ("charity", "company"):
                # Seven digits are a charity's; eight, or a prefix of its own, a company's.
                if names and not given[part] and (number := _NUMBERS[part](text)):
                    given[part] = number
                    break
            else:
                names.append(text)
        return self.fill(question, {**given, "name": ", ".join(filter(None, names))})

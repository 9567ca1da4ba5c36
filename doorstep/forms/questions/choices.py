"""Any number of several options."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from doorstep.forms.form import Question
from doorstep.forms.questions.kind import (
    Example,
    Invalid,
    Kind,
    Options,
    Posted,
    Schema,
    Typed,
    option_schema,
    option_type,
)
from doorstep.forms.rules.types import ListOf, Type
from doorstep.text.untranslated import together


class Choices(Kind):
    """Any number of several options, fixed or found by a fact; an optional one may be none."""

    name = "choices"
    shown, is_typed, missing = "what", False, "missing_choice"
    chooses = True
    datatype = "multivaluelist"
    examples = (
        Example({"": ["b", "a"]}, ["a", "b"]),
        Example({"": ["a", "a"]}, ["a"]),
        Example({"": ["a", "zebra"]}, refused="not_an_option"),
        Example({}, refused="missing"),
    )

    def type(self, question: Question) -> Type:
        """Return the type that rules see."""
        return ListOf(option_type(question))

    def schema(self, question: Question) -> Schema:
        """Return the JSON Schema of an answer that comes as JSON."""
        least = 0 if question.optional else 1
        return {"type": "array", "items": option_schema(question), "minItems": least}

    def read(self, question: Question, value: object) -> Typed:
        """Return the fields that a browser would send for a JSON value; raises Invalid."""
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise Invalid("wrong_type")
        return Typed({question.id: value})

    def clean(self, question: Question, posted: Posted, options: Options) -> object:
        """Return the chosen values in the options' order; raises Invalid."""
        ids = set(posted.getlist(question.id))
        if ids - {value for value, _ in options}:
            raise Invalid("not_an_option")
        if not ids and not question.optional:
            raise Invalid("missing")
        return [value for value, _ in options if value in ids] or None

    def fill(self, question: Question, answer: Any) -> Typed:
        """Return the fields that would give an answer."""
        return Typed({question.id: list(answer or [])})

    def show(self, question: Question, answer: Any, options: Options) -> object:
        """Return the options' labels."""
        labels = [label for value, label in options if value in (answer or [])]
        return together(labels)

    def from_program(self, question: Question, values: Sequence[str]) -> Typed:
        """Return the fields that a browser would send: a program may send several."""
        return Typed({question.id: list(values)})

    def possible(self, question: Question, today: date) -> list[object]:
        """Return each option alone, and all that the form lists."""
        listed = [value for value, _ in question.options]
        return [*([value] for value in listed), listed] if listed else []

"""Several photos, kept elsewhere; the answer is their names there."""

from collections.abc import Sequence
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
)
from doorstep.forms.rules.types import TEXT, ListOf, Type

MOST = 5


class Photos(Kind):
    """Several photos, at most as many as the question says; no photo to an optional question is None."""

    name, may_repeat = "photos", False
    nature, shown, carried, missing = "photos", "photos", "never", "missing_photo"
    datatype = ""
    examples = (
        Example({"": ["a"]}, ["a"]),
        Example({"": ["a", "b"], "-none": ["a"]}, ["b"]),
        Example({"": ["zebra"]}, refused="photo_gone"),
        Example({"": ["a", "b", "a", "b", "a", "b"]}, refused="photos_most"),
        Example({"": []}, refused="missing"),
    )

    def type(self, question: Question) -> Type:
        """Return the type that rules see."""
        return ListOf(TEXT)

    def schema(self, question: Question) -> Schema:
        """Return the JSON Schema of an answer that comes as JSON: photos do not come that way."""
        return {"type": "null"}

    def read(self, question: Question, value: object) -> Typed:
        """Refuse: a photo does not come as JSON."""
        raise Invalid("not_as_json")

    def clean(self, question: Question, posted: Posted, options: Options) -> object:
        """Return the names; raises Invalid."""
        away = posted.getlist(f"{question.id}-none")
        names = [n for n in posted.getlist(question.id) if n and n not in away]
        if any(name not in dict(options) for name in names):
            raise Invalid("photo_gone")
        if not names and not question.optional:
            raise Invalid("missing")
        most = question.most or MOST
        if len(names) > most:
            raise Invalid("photos_most", most=most)
        return names or None

    def fill(self, question: Question, answer: Any) -> Typed:
        """Return the fields that would give an answer."""
        return Typed({question.id: list(answer or [])})

    def show(self, question: Question, answer: Any, options: Options) -> object:
        """Return how many photos there are: the pictures themselves are for staff."""
        return {"photos": len(answer)} if answer else ""

    def anchor(self, question: Question, invalid: Invalid) -> str:
        """Return the id of the field that takes a file."""
        return f"{question.id}-file"

    def with_files(self, question: Question, posted: Posted, names: Sequence[str]) -> Typed:
        """Return the field with the new photos behind those kept before."""
        return Typed({question.id: [*posted.getlist(question.id), *names]})

    def most_files(self, question: Question) -> int:
        """Return as many as the question takes."""
        return question.most or MOST

    def photos(self, answer: Any) -> list[str]:
        """Return their names."""
        return list(answer or [])

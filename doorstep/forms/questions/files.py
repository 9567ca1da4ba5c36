"""Several files, such as a lease and a photo of it, kept elsewhere; the answer is their names there."""

from collections.abc import Mapping, Sequence
from typing import Any

from doorstep.files.file_types import TYPES, USUAL, spoken
from doorstep.forms.form import Question
from doorstep.forms.questions.kind import (
    Example,
    Invalid,
    Kind,
    Option,
    Options,
    Posted,
    Schema,
    Typed,
)
from doorstep.forms.rules.types import TEXT, ListOf, Type

MOST = 5
# Of all files of one answer together.
MOST_BYTES = 60 * 1024 * 1024


class Files(Kind):
    """Several files of the types that the question takes; no file to an optional question is None."""

    name, may_repeat = "files", False
    nature, carried, missing = "files", "never", "missing_file"
    datatype = ""
    examples = (
        Example({"": ["a"]}, ["a"]),
        Example({"": ["a", "b"], "-none": ["a"]}, ["b"]),
        Example({"": ["a", "a"]}, ["a"]),
        Example({"": ["zebra"]}, refused="file_gone"),
        Example({"": ["a", "b", "c", "d", "e", "f"]}, refused="files_most"),
        Example({"": []}, refused="missing"),
    )

    def type(self, question: Question) -> Type:
        """Return the type that rules see."""
        return ListOf(TEXT)

    def schema(self, question: Question) -> Schema:
        """Return the JSON Schema of an answer that comes as JSON: files do not come that way."""
        return {"type": "null"}

    def read(self, question: Question, value: object) -> Typed:
        """Refuse: a file does not come as JSON."""
        raise Invalid("not_as_json")

    def clean(self, question: Question, posted: Posted, options: Options) -> object:
        """Return the names; raises Invalid. Of an option, `more` says of what type and size it is, and whether it was refused."""
        away, there = posted.getlist(f"{question.id}-none"), {o[0]: o for o in options}
        sent = dict.fromkeys(n for n in posted.getlist(question.id) if n and n not in away)
        names, most = list(sent), question.most or MOST
        if len(names) > most:
            raise Invalid("files_most", most=most)
        if any(name not in there for name in names):
            raise Invalid("file_gone")
        size, types = 0, self.types(question)
        for option in (there[name] for name in names):
            more = _more(option)
            if more.get("is_refused"):
                raise Invalid("file_virus", name=option[1])
            if more and more["type"] not in types:
                raise Invalid("file_type", name=option[1], types=spoken(types))
            size += more.get("size", 0)
        if size > MOST_BYTES:
            raise Invalid("files_too_large", most=MOST_BYTES // 1024 // 1024)
        if not names and not question.optional:
            raise Invalid("missing")
        return names or None

    def fill(self, question: Question, answer: Any) -> Typed:
        """Return the fields that would give an answer."""
        return Typed({question.id: list(answer or [])})

    def show(self, question: Question, answer: Any, options: Options) -> object:
        """Return what the files are called: what is in them is for staff."""
        called = dict(options)
        return ", ".join(called.get(name, name) for name in answer or [])

    def anchor(self, question: Question, invalid: Invalid) -> str:
        """Return the id of the field that takes a file."""
        return f"{question.id}-file"

    def with_files(self, question: Question, posted: Posted, names: Sequence[str]) -> Typed:
        """Return the field with the new files behind those kept before."""
        return Typed({question.id: [*posted.getlist(question.id), *names]})

    def most_files(self, question: Question) -> int:
        """Return as many as the question takes."""
        return question.most or MOST

    def types(self, question: Question) -> tuple[str, ...]:
        """Return those that the question names, or the usual ones; where a picture may come, what pictures become too."""
        types = question.types or USUAL
        may_be_picture = any(TYPES[name].is_picture for name in types)
        return (*types, "jpeg") if may_be_picture and "jpeg" not in types else types

    def files(self, answer: Any) -> list[str]:
        """Return their names."""
        return list(answer or [])


def _more(option: tuple[str, str]) -> Mapping[str, Any]:
    return option.more if isinstance(option, Option) else {}

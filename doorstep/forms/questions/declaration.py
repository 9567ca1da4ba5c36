"""Words that somebody agrees to by ticking a box."""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256

from doorstep.forms.form import Question
from doorstep.forms.questions.kind import Invalid, Kind, Options, Posted, Schema, Typed, one
from doorstep.forms.rules.types import BOOL, Type

_BY_PROGRAM = ("true", "1", "yes")


def _mark(words: str) -> str:
    """Return what the box sends: a mark of the words beside it, so that no others are agreed to."""
    return sha256(words.encode()).hexdigest()[:16]


class Declaration(Kind):
    """Words that are agreed to by ticking a box, which must be ticked unless the question is optional."""

    name = "declaration"
    is_typed, carried, missing = False, "never", "missing_declaration"
    datatype, expected, usual = "singlevaluelist", "true, where it is agreed to", True
    examples = (
        one(_mark(""), True),
        one("", refused="missing"),
        one(_mark("Other words"), refused="declaration_changed"),
    )

    def type(self, question: Question) -> Type:
        """Return the type that rules see."""
        return BOOL

    def schema(self, question: Question) -> Schema:
        """Return the JSON Schema of an answer that comes as JSON."""
        return {"const": True, "description": question.body}

    def read(self, question: Question, value: object) -> Typed:
        """Return the field that a browser would send for true; raises Invalid."""
        if not isinstance(value, bool):
            raise Invalid("wrong_type")
        return self.fill(question, value)

    def clean(self, question: Question, posted: Posted, options: Options) -> object:
        """Return that it is agreed to; raises Invalid."""
        mark = posted.get(question.id) or ""
        if not mark:
            if question.optional:
                return None
            raise Invalid("missing")
        if mark != _mark(question.body):
            raise Invalid("declaration_changed")
        return True

    def fill(self, question: Question, answer: object) -> Typed:
        """Return the field that would give an answer."""
        return Typed({question.id: [_mark(question.body)] if answer else []})

    def show(self, question: Question, answer: object, options: Options) -> object:
        """Return that it was agreed to: sentences know how to say it."""
        return {"agreed": True} if answer else ""

    def listed(self, question: Question) -> Options:
        """Return the one answer that there is."""
        return (("true", question.body or "True"),)

    def from_program(self, question: Question, values: Sequence[str]) -> Typed:
        """Return the field that a browser would send, from "true"; raises Invalid."""
        word = super().from_program(question, values).get(question.id).strip().lower()
        return self.fill(question, word in _BY_PROGRAM)

    def possible(self, question: Question, today: date) -> list[object]:
        """Return that it is agreed to."""
        return [True]

"""Yes or no."""

from collections.abc import Sequence
from datetime import date

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
)
from doorstep.forms.rules.types import BOOL, Type

_BY_PROGRAM = {"true": "yes", "1": "yes", "false": "no", "0": "no"}


class YesNo(Kind):
    """Yes or no."""

    name = "yes_no"
    shown, is_typed, missing = "what", False, "missing_choice"
    datatype, usual = "singlevaluelist", False
    examples = (
        one("yes", True),
        one("no", False),
        one("", refused="missing"),
        one("may", refused="not_an_option"),
    )

    def type(self, question: Question) -> Type:
        """Return the type that rules see."""
        return BOOL

    def schema(self, question: Question) -> Schema:
        """Return the JSON Schema of an answer that comes as JSON."""
        return {"type": "boolean"}

    def read(self, question: Question, value: object) -> Typed:
        """Return the field that a browser would send for a JSON value; raises Invalid."""
        if not isinstance(value, bool):
            raise Invalid("wrong_type")
        return self.fill(question, value)

    def clean(self, question: Question, posted: Posted, options: Options) -> object:
        """Return the answer; raises Invalid."""
        text = only_text(question, posted, 3)
        if text not in ("yes", "no", ""):
            raise Invalid("not_an_option")
        return None if not text else text == "yes"

    def fill(self, question: Question, answer: object) -> Typed:
        """Return the field that would give an answer."""
        return Typed({question.id: [] if answer is None else ["yes" if answer else "no"]})

    def show(self, question: Question, answer: object, options: Options) -> object:
        """Return the answer itself: sentences know how to say it."""
        return answer

    def listed(self, question: Question) -> Options:
        """Return yes and no."""
        return (("yes", "Yes"), ("no", "No"))

    def from_program(self, question: Question, values: Sequence[str]) -> Typed:
        """Return the field that a browser would send; programs say true and 1 too."""
        word = super().from_program(question, values).get(question.id).strip().lower()
        return Typed({question.id: [_BY_PROGRAM.get(word, word)]})

    def possible(self, question: Question, today: date) -> list[object]:
        """Return both."""
        return [True, False]

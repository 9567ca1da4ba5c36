"""Yes or no."""

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


class YesNo(Kind):
    """Yes or no."""

    name = "yes_no"
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

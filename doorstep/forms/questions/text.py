"""A short text on one line."""

from collections.abc import Mapping

from doorstep.forms.form import Question
from doorstep.forms.questions.kind import Invalid, Options, only_text
from doorstep.forms.rules.types import TEXT, Type


class Text:
    """A short text on one line."""

    name = "text"
    asks = True
    examples: tuple[tuple[str, object], ...] = (("Ann", "Ann"), ("  é  ", "é"))

    def type(self, question: Question) -> Type:
        """Return the type that rules see."""
        return TEXT

    def clean(self, question: Question, posted: Mapping[str, str], options: Options) -> object:
        """Return the answer; raises Invalid."""
        text = only_text(question, posted, 200)
        if len(text.splitlines()) > 1:
            raise Invalid("one_line")
        return text

    def show(self, question: Question, value: object, options: Options) -> str:
        """Return the answer in words."""
        return str(value or "")

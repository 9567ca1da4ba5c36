"""A text of several lines."""

from collections.abc import Mapping

from doorstep.forms.form import Question
from doorstep.forms.questions.kind import Options, only_text
from doorstep.forms.rules.types import TEXT, Type


class LongText:
    """A text of several lines."""

    name = "long_text"
    asks = True
    examples: tuple[tuple[str, object], ...] = (("By the\r\ngate", "By the\ngate"),)

    def type(self, question: Question) -> Type:
        """Return the type that rules see."""
        return TEXT

    def clean(self, question: Question, posted: Mapping[str, str], options: Options) -> object:
        """Return the answer; raises Invalid."""
        return only_text(question, posted, 2000).replace("\r\n", "\n")

    def show(self, question: Question, value: object, options: Options) -> str:
        """Return the answer in words."""
        return str(value or "")

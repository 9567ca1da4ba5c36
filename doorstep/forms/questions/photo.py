"""A photo, kept elsewhere; the answer is its id."""

from collections.abc import Mapping

from doorstep.forms.form import Question
from doorstep.forms.questions.kind import Options, only_text
from doorstep.forms.rules.types import TEXT, Type


class Photo:
    """A photo, kept elsewhere; the answer is its id."""

    name = "photo"
    asks = True
    examples: tuple[tuple[str, object], ...] = ()

    def type(self, question: Question) -> Type:
        """Return the type that rules see."""
        return TEXT

    def clean(self, question: Question, posted: Mapping[str, str], options: Options) -> object:
        """Return the answer; raises Invalid."""
        return only_text(question, posted, 40)

    def show(self, question: Question, value: object, options: Options) -> str:
        """Return the answer in words."""
        return "1 photo" if value else ""

"""Words to read; nothing is asked."""

from collections.abc import Mapping

from doorstep.forms.form import Question
from doorstep.forms.questions.kind import Options
from doorstep.forms.rules.types import TEXT, Type


class Information:
    """Words to read; nothing is asked."""

    name = "information"
    asks = False
    examples: tuple[tuple[str, object], ...] = ()

    def type(self, question: Question) -> Type:
        """Return the type that rules see."""
        return TEXT

    def clean(self, question: Question, posted: Mapping[str, str], options: Options) -> object:
        """Return the answer; raises Invalid."""
        return None

    def show(self, question: Question, value: object, options: Options) -> str:
        """Return the answer in words."""
        return ""

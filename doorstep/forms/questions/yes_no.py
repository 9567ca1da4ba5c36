"""Yes or no."""

from collections.abc import Mapping

from doorstep.forms.form import Question
from doorstep.forms.questions.kind import Invalid, Options, only_text
from doorstep.forms.rules.types import BOOL, Type


class YesNo:
    """Yes or no."""

    name = "yes_no"
    asks = True
    examples: tuple[tuple[str, object], ...] = (("yes", True), ("no", False))

    def type(self, question: Question) -> Type:
        """Return the type that rules see."""
        return BOOL

    def clean(self, question: Question, posted: Mapping[str, str], options: Options) -> object:
        """Return the answer; raises Invalid."""
        text = only_text(question, posted, 3)
        if text not in ("yes", "no", ""):
            raise Invalid("not_an_option")
        return None if not text else text == "yes"

    def show(self, question: Question, value: object, options: Options) -> str:
        """Return the answer in words."""
        return {True: "Yes", False: "No"}.get(value, "") if isinstance(value, bool) else ""

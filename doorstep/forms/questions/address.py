"""A property of this council, by its UPRN."""

from collections.abc import Mapping

from doorstep.forms.form import Question
from doorstep.forms.questions.kind import Invalid, Options, only_text
from doorstep.forms.rules.types import TEXT, Type


class Address:
    """A property of this council, by its UPRN."""

    name = "address"
    asks = True
    examples: tuple[tuple[str, object], ...] = ()

    def type(self, question: Question) -> Type:
        """Return the type that rules see."""
        return TEXT

    def clean(self, question: Question, posted: Mapping[str, str], options: Options) -> object:
        """Return the answer; raises Invalid."""
        value = only_text(question, posted, 12)
        if value not in dict(options):
            raise Invalid("not_an_option")
        return value

    def show(self, question: Question, value: object, options: Options) -> str:
        """Return the answer in words."""
        return dict(options).get(str(value), "")

"""A telephone number."""

from collections.abc import Mapping

import phonenumbers

from doorstep.forms.form import Question
from doorstep.forms.questions.kind import Invalid, Options, only_text
from doorstep.forms.rules.types import TEXT, Type


class Telephone:
    """A telephone number."""

    name = "telephone"
    asks = True
    examples: tuple[tuple[str, object], ...] = (
        ("01530 454545", "01530 454545"),
        ("+44 808 157 0192", "+44 808 157 0192"),
    )

    def type(self, question: Question) -> Type:
        """Return the type that rules see."""
        return TEXT

    def clean(self, question: Question, posted: Mapping[str, str], options: Options) -> object:
        """Return the answer; raises Invalid."""
        text = only_text(question, posted, 40)
        if not text:
            return text
        try:
            number = phonenumbers.parse(text, "GB")
        except phonenumbers.NumberParseException as exc:
            raise Invalid("telephone_shape") from exc
        # Only "possible": numbers set aside for drama are not "valid", and may be typed in a demo.
        if not phonenumbers.is_possible_number(number):
            raise Invalid("telephone_shape")
        return text

    def show(self, question: Question, value: object, options: Options) -> str:
        """Return the answer in words."""
        return str(value or "")

"""An e-mail address."""

import re
from collections.abc import Mapping

from doorstep.forms.form import Question
from doorstep.forms.questions.kind import Invalid, Options, only_text
from doorstep.forms.rules.types import TEXT, Type

# Loose on purpose: only a message that arrives proves an address.
_SHAPE = re.compile(r"^[^@\s<>,;:\"]+@[^@\s<>,;:\"]+\.[^@\s<>,;:\"]{2,}$")


class Email:
    """An e-mail address."""

    name = "email"
    asks = True
    examples: tuple[tuple[str, object], ...] = ((" ann@example.com ", "ann@example.com"),)

    def type(self, question: Question) -> Type:
        """Return the type that rules see."""
        return TEXT

    def clean(self, question: Question, posted: Mapping[str, str], options: Options) -> object:
        """Return the answer; raises Invalid."""
        text = only_text(question, posted, 254)
        if text and not _SHAPE.match(text):
            raise Invalid("email_shape")
        return text

    def show(self, question: Question, value: object, options: Options) -> str:
        """Return the answer in words."""
        return str(value or "")
